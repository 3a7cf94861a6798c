"""Which company builds a project, where words tell: 乙公司承建的甲项目, 甲项目由乙公司投资建设.

In the annotated train documents all 169 companies with such a verb, 的, a STATUS or what they
invest between them and a project, or behind it and 由 (those in authored reports alone), own it.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from annotations.document import Mention
from pipeline.counts import parse_count
from pipeline.rules.antecedents import (
    project_opened_with,
    projects_since,
    sentence_start,
    within_reach,
)

# From a company on, up to the project: 承建的, and with a sum 投资3亿元的.
_BUILT_BY = re.compile(
    r"(?:独资|联合|合作)?(?:投资|出资)?(?:承建|建设|兴建|新建|投建|打造|开发|投资)的?|的"
)
# From a project on, up to the company, and from it on.
_BY = re.compile(r"[，,（(]?(?P<it>该?项目)?由$")
_BUILDS = re.compile(
    r"(?>(?:独资|联合|合作|负责|全额)?(?:投资|出资)?(?:兴建|建设|承建|投建|开发|打造|投资|实施|运营)|投资)"
    r"(?![的方商]|单位)"
)
# 甲项目位于高新区，占地300亩，由乙公司投资建设.
_DESCRIBED = re.compile(
    r"(?:[，,]?(?:位于|坐落|选址|总?占地|总?用地|(?:计划|预计)?总投资|总建筑面积)[^，,。；;\n]{0,30}){0,4}"
)
_INVESTS = re.compile(r"(?:计划|拟|将)?(?:总?投资|出资|投入|斥资)额?(?:约|近|超|超过|达)?")
_WHAT_FOR = re.compile(
    r"(?:以上)?(?:的|在[^，。；]{1,8})?(?:投资)?"
    r"(?:建设|打造|兴建|新建|扩建|改扩建|实施|开发|投建)?的?"
)
# A phase or a part of a project may cost something, too (甲水库投资3亿元的除险加固工程).
_UNDERTAKING = re.compile(
    r"(?:项目|工程|基地|园区?|期|生产线|中心|广场|城|高速|公路|铁路|大道|路|桥|隧道|水库|电站|风电"
    r"|光伏|机场|港|医院|学校|小区|改造|建设|产业|[）)])$"
)
_PART = re.compile(r"[一二三四五六七八九十\d]+期")
_INVESTING = re.compile(r"(?:计划|拟|将)?总?投资$")
# No pattern that ends before a company reads more.
_REACH = 12


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
                builds = _built_before(text, mentions, within_reach(order, place), index)
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
    """The project of 甲项目由乙公司投资建设, or the one that 项目由乙公司投资建设 means."""
    start, end = mentions[company].span
    by = _BY.search(text, max(0, start - _REACH), start)
    if by is None or not _BUILDS.match(text, end):
        return None
    sentence = sentence_start(text, start)
    projects = projects_since(mentions, before, sentence)
    # 甲项目由 touches its project, 甲项目开工，该项目由 means it.
    if not projects:
        return project_opened_with(text, mentions, before, sentence)
    end = mentions[projects[-1]].end
    is_meant = len(projects) == 1 and (by["it"] or _DESCRIBED.fullmatch(text, end, by.start()))
    return projects[-1] if is_meant or end >= by.start() else None


def _pays(text: str, end: int, paid: Mention, start: int) -> bool:
    """Whether the name that ends at `end` invests the sum in the project that begins at `start`."""
    return (
        paid.label == "AMOUNT"
        and _INVESTS.fullmatch(text, end, paid.start) is not None
        and _WHAT_FOR.fullmatch(text, paid.end, start) is not None
    )


def name_investors(text: str, mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """The mentions with each that invests in a PROJECT behind it as a COMPANY, not a PROJECT.

    Before 的 or 投资5亿元的 and a project the tagger takes names without 公司 for projects. In the
    annotated train documents 12 companies stand before 投资5亿元的, 91 before 的, and no project
    without a word for what is built.

    Args:
        text: the whole text.
        mentions: in text order.
    """
    found = list(mentions)
    for index, (name, second) in enumerate(pairwise(mentions)):
        words = _INVESTING.sub("", name.text)
        end = name.start + len(words)
        if (
            name.label != "PROJECT"
            or not words
            or _UNDERTAKING.search(words)
            or words.endswith("元")
            or parse_count(words) is not None
        ):
            continue
        third = mentions[index + 2] if index + 2 < len(mentions) else None
        owns = second.label == "PROJECT" and text[end : second.start] == "的"
        pays = (
            third is not None
            and third.label == "PROJECT"
            and not _PART.match(third.text)
            and _pays(text, end, second, third.start)
        )
        if owns or pays:
            found[index] = replace(name, label="COMPANY", end=end, text=words)
    return tuple(found)
