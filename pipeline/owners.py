"""What words tell of sums, companies, zones: 甲项目（总投资3亿元）, 乙公司承建的甲项目位于高新区.

In the annotated train documents 31 of the 32 sums in such a bracket behind a project, or with such
a verb and a project behind them, are that project's. All 61 companies with such a verb, a STATUS or
what they invest between them and a project own it, and none of them one before them. All 115 zones
right before a project, or right behind one and 位于, are where it stands.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from annotations.document import Mention
from pipeline.amounts import parse_amount
from pipeline.counts import parse_count
from pipeline.pairs import MAX_GAP

# From the sum on, up to the project.
_BUILDING = re.compile(r"(?:用于)?(?:建设|打造|兴建|新建|扩建|改扩建|实施|开发|投建)的?")
# 投资15亿元、占地300亩的甲项目, but of all of the projects 甲、乙等3个项目.
_WIDE = re.compile(
    r"(?:以上)?[、，,]总?(?:占地|用地|建筑)(?:面积)?约?[\d.]+[多余]?万?(?:亩|平方米|平方公里|公顷)的"
)
# From the project on, up to the sum.
_BRACKET = re.compile(r"[（(](?:计划|项目)?(?:总?投资额?|概算|投资概算)?(?:[:：为约])?")
_CLOSING = ("）", ")")
# From a company on, up to the project: 承建的, and with a sum 投资3亿元的.
_BUILT_BY = re.compile(
    r"(?:独资|联合|合作)?(?:投资|出资)?(?:承建|建设|兴建|新建|投建|打造|开发|投资)的?"
)
# From a project on, up to the company, and from it on.
_BY = re.compile(r"[，,]?(?:该?项目)?由$")
_BUILDS = re.compile(
    r"(?:独资|联合|合作|负责|全额)?(?:投资|出资)?(?:兴建|建设|承建|投建|开发|打造|投资|实施|运营)"
    r"(?![的方商]|单位)"
)
_INVESTS = re.compile(r"(?:计划|拟|将)?(?:总?投资|出资|投入|斥资)额?(?:约|近|超|超过|达)?")
_WHAT_FOR = re.compile(
    r"(?:以上)?(?:的|在[^，。；]{1,8})?(?:投资)?"
    r"(?:建设|打造|兴建|新建|扩建|改扩建|实施|开发|投建)?的?"
)
# From a project on, up to the zone, and from a zone on, up to the project.
_STANDS_IN = re.compile(
    r"[，,]?(?:该?项目)?(?:位于|坐落(?:[于在])?|选址(?:[于在])?|落[户地子](?:[于在])?|[布建设]在)"
    r"[^，。；、,;（(\n]{0,8}"
)
_WITHIN = re.compile(r"(?:[内里]?的|[内里])?")
# A phase or a part of a project may cost something, too (甲水库投资3亿元的除险加固工程).
_UNDERTAKING = re.compile(
    r"(?:项目|工程|基地|园区?|期|生产线|中心|广场|城|高速|公路|铁路|大道|路|桥|隧道|水库|电站|风电"
    r"|光伏|机场|港|医院|学校|小区|改造|建设|产业|[）)])$"
)
_PART = re.compile(r"[一二三四五六七八九十\d]+期")
_INVESTING = re.compile(r"(?:计划|拟|将)?总?投资$")
# 完成投资9亿元: between what is done and its sum stands next to nothing.
_COMPLETED = re.compile(r"完成.*投资(?:额|总额)?")
_UP_TO = re.compile(r"(?:约|近|超|超过|达|达到|为|共|[:：])*")
# 注册资本1000万元 is a company's; none of 9 in those documents has a relation.
_CAPITAL = re.compile(r"注册(?:资本|资金)金?(?:约|为|达|约为|[:：])?(?:人民币)?$")
# 2亿美元（折合人民币14亿元）says one sum twice; so does a bracket with a sum in another currency.
_CONVERTED = re.compile(r"[（(](?:折合|相当于|约合|折|合)(?:人民币)?约?")
_BRACKETED = re.compile(r"[（(]约?")
# No pattern that ends before a sum reads more.
_REACH = 12


def told_owners(text: str, mentions: Sequence[Mention]) -> dict[int, int]:
    """Which PROJECT (value) an AMOUNT (key) belongs to, by index, where the words tell it.

    Args:
        text: the whole text.
        mentions: of the whole text; the indices mean them.
    """
    starts = {m.start: n for n, m in enumerate(mentions) if m.label == "PROJECT"}
    ends = {m.end: n for n, m in enumerate(mentions) if m.label == "PROJECT"}
    owners: dict[int, int] = {}
    for index, mention in enumerate(mentions):
        if mention.label != "AMOUNT":
            continue
        if built := _BUILDING.match(text, mention.end):
            if built.end() in starts:
                owners[index] = starts[built.end()]
        elif wide := _WIDE.match(text, mention.end):
            owner = starts.get(wide.end())
            if owner is not None and text[mentions[owner].end : mentions[owner].end + 1] != "、":
                owners[index] = owner
        elif text[mention.end : mention.end + 1] in _CLOSING:
            opened = _bracket_before(text, mention.start)
            if opened in ends and _BRACKET.fullmatch(text, opened, mention.start):
                owners[index] = ends[opened]
    return owners


def _bracket_before(text: str, start: int) -> int:
    """Where the last bracket opens within reach before `start`, -1 if none does."""
    first = max(0, start - _REACH)
    return max(text.rfind("（", first, start), text.rfind("(", first, start))


def told_builders(text: str, mentions: Sequence[Mention]) -> dict[int, int]:
    """Which PROJECT (value) a COMPANY (key) builds, by index, where the words tell it.

    Args:
        text: the whole text.
        mentions: of the whole text; the indices mean them.
    """
    order = sorted(range(len(mentions)), key=lambda n: mentions[n].span)
    found: dict[int, int] = {}
    for place, index in enumerate(order):
        if mentions[index].label == "COMPANY":
            builds = _built_behind(text, mentions, order[place + 1 : place + 3], index)
            if builds is None:
                # No more mentions stand within reach than characters.
                near = order[max(0, place - MAX_GAP) : place]
                builds = _built_before(text, mentions, near, index)
            if builds is not None:
                found[index] = builds
    return found


def _built_behind(
    text: str, mentions: Sequence[Mention], behind: Sequence[int], company: int
) -> int | None:
    """The project of 乙公司承建的甲项目, among the two mentions behind the company."""
    end, labels = mentions[company].end, [mentions[n].label for n in behind]
    if labels[:1] == ["PROJECT"]:
        start = mentions[behind[0]].start
        return behind[0] if _BUILT_BY.fullmatch(text, end, start) else None
    if labels[1:] == ["PROJECT"]:
        first, start = mentions[behind[0]], mentions[behind[1]].start
        does = first.label == "STATUS" and end == first.start and first.end == start
        if does or _pays(text, end, first, start):
            return behind[1]
    return None


def _built_before(
    text: str, mentions: Sequence[Mention], before: Sequence[int], company: int
) -> int | None:
    """The project of 甲项目由乙公司投资建设: the last one, or the only one of the sentence."""
    start, end = mentions[company].span
    by = _BY.search(text, max(0, start - _REACH), start)
    if by is None or not _BUILDS.match(text, end):
        return None
    first = max(0, start - MAX_GAP)
    sentence = max(text.rfind(mark, first, start) for mark in "。；;\n") + 1
    projects: list[int] = []
    for index in reversed(before):
        if mentions[index].start < max(first, sentence):
            break
        if mentions[index].label == "PROJECT":
            projects.append(index)
    if projects and (len(projects) == 1 or mentions[projects[0]].end >= by.start()):
        return projects[0]
    return None


def told_sites(text: str, mentions: Sequence[Mention]) -> set[tuple[int, int]]:
    """The pairs of a PROJECT and the ZONE it stands in, by index, where the words tell it.

    Args:
        text: the whole text.
        mentions: of the whole text; the indices mean them.
    """
    order = sorted(range(len(mentions)), key=lambda n: mentions[n].span)
    found: set[tuple[int, int]] = set()
    for first, second in pairwise(order):
        labels = (mentions[first].label, mentions[second].label)
        gap = (mentions[first].end, mentions[second].start)
        if labels == ("PROJECT", "ZONE") and _STANDS_IN.fullmatch(text, *gap):
            found.add((first, second))
        elif labels == ("ZONE", "PROJECT") and _WITHIN.fullmatch(text, *gap):
            found.add((second, first))
    return found


def _pays(text: str, end: int, paid: Mention, start: int) -> bool:
    """Whether the name that ends at `end` invests the sum in the project that begins at `start`."""
    return (
        paid.label == "AMOUNT"
        and _INVESTS.fullmatch(text, end, paid.start) is not None
        and _WHAT_FOR.fullmatch(text, paid.end, start) is not None
    )


def name_investors(text: str, mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """The mentions with each that invests in a PROJECT behind it as a COMPANY, not a PROJECT.

    Before 投资5亿元的 and a project the tagger takes names without 公司 for projects. In the
    annotated train documents 12 companies stand there, and no project.

    Args:
        text: the whole text.
        mentions: in text order.
    """
    found = list(mentions)
    for index, (name, paid) in enumerate(pairwise(mentions[:-1])):
        behind = mentions[index + 2]
        words = _INVESTING.sub("", name.text)
        end = name.start + len(words)
        if (
            name.label == behind.label == "PROJECT"
            and words
            and not _UNDERTAKING.search(words)
            and not _PART.match(behind.text)
            and parse_count(words) is None
            and _pays(text, end, paid, behind.start)
        ):
            found[index] = replace(name, label="COMPANY", end=end, text=words)
    return tuple(found)


def completed_sums(text: str, mentions: Sequence[Mention]) -> dict[int, int]:
    """The STATUS (value) that says what an AMOUNT (key) right behind it was spent on, by index.

    In the annotated train documents such a sum is a CompletedInvestment of the project that the
    status is said of in 491 of 492 cases where that is one.

    Args:
        text: the whole text.
        mentions: of the whole text; the indices mean them.
    """
    order = sorted(range(len(mentions)), key=lambda n: mentions[n].span)
    return {
        behind: index
        for index, behind in pairwise(order)
        if mentions[behind].label == "AMOUNT"
        and mentions[index].label == "STATUS"
        and _COMPLETED.fullmatch(mentions[index].text)
        and _UP_TO.fullmatch(text, mentions[index].end, mentions[behind].start)
    }


def sums_of_nobody(text: str, mentions: Sequence[Mention]) -> set[int]:
    """The AMOUNT mentions, by index, that are no project's: registered capital, conversions.

    Args:
        text: the whole text.
        mentions: of the whole text; the indices mean them.
    """
    sums = {m.end: m for m in mentions if m.label == "AMOUNT"}
    found: set[int] = set()
    for index, mention in enumerate(mentions):
        if mention.label != "AMOUNT":
            continue
        before = text[max(0, mention.start - _REACH) : mention.start]
        opened = _bracket_before(text, mention.start)
        first = sums.get(opened)
        converted = first is not None and (
            _CONVERTED.fullmatch(text, opened, mention.start)
            or (
                _BRACKETED.fullmatch(text, opened, mention.start)
                and _currency(first) != _currency(mention)
            )
        )
        if _CAPITAL.search(before) or converted:
            found.add(index)
    return found


def _currency(mention: Mention) -> str | None:
    amount = parse_amount(mention.text)
    return amount.currency if amount else None
