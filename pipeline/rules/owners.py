"""Whose a sum is, where words tell: 甲项目（总投资3亿元）, 总投资3亿元的甲项目, 甲项目总投资3亿元.

`benchmarks/rules.py` prints how often that is so in the annotations. All 10 totals before a list
that a count closes (总投资3亿元的甲、乙等2个项目) are the group's there, and none of the 1,856 sums
right behind 产值, 税收 and the like is an investment.
"""

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

from annotations.document import Mention
from pipeline.amounts import parse_amount
from pipeline.clauses import SENTENCE_END
from pipeline.enumerations import closing_group
from pipeline.pairs import MAX_GAP
from pipeline.rules.antecedents import (
    project_meant,
    project_opened_with,
    projects_since,
    sentence_start,
    within_reach,
)

# From the sum on, up to the project.
_BUILDING = re.compile(r"(?:用于)?(?:建设|打造|兴建|新建|扩建|改扩建|实施|开发|投建)的?")
# From the project on, up to the sum.
_BRACKET = re.compile(r"[（(](?:计划|项目)?(?:总?投资额?|概算|投资概算)?(?:[:：为约])?")
_CLOSING = ("）", ")")
_ABOUT = r"约|近|超过?|达到?|为|合计|共计?"
_UP = rf"(?:{_ABOUT})*"
_COSTS = re.compile(rf"(?:计划|预计|协议|概算|估算|拟)?总?投资(?:额|总额)?{_UP}")
_TOTAL = re.compile(
    rf"(?<!其中)(?<!期)(?<!期计划)(?<!期预计)(?<![^，,。；;\n该此本]项目)总投资(?:额|总额)?{_UP}$"
)
_TOTAL_ALONE = re.compile(rf"\s*(?:计划|预计|概算|估算|协议)?总投资(?:额|总额)?{_UP}")
# 总投资10亿元，36个项目开工; 总投资10亿元，启动道路改造.
_OF_OTHERS = re.compile(
    r"[，,]?[^，。；、,;\n]{1,8}项目"
    r"|[，,][^，。；、,;\n]{0,4}(?:启动|修建|推进|升级|完善|提升|开工|用于)(?!建设|。|，)"
)
# 甲项目引进企业30家，总投资80亿元: of the companies.
_TURNS = re.compile(r"其中|\d+[余多]?家|全[市区县省州镇]|全年|累计|产业链|总投资")
# 3亿元的甲和总投资2亿元的乙.
_NEXT = re.compile(rf"[、，,]?(?:和|与|及|以及)?(?:(?:计划|预计)?总?投资(?:额|总额)?{_UP})?")
# The last of them before a sum opens its clause.
_MARKS = "，,。；;：:、\n"
_IN_ALL = re.compile(
    rf"(?<!完成)(?<!当年)(?<!年度)(?P<agreed>(?:协议|合同|签约|意向)(?:计划)?)?总投资(?:额|总额)?{_UP}$"
)
_BARE = re.compile(r"[（(](?:约|近)?$")
# What is of what follows: 总投资9亿元，实施旅游项目, 总投资3亿元的乙项目.
_FOR = r"(?:以上|左右)?(?:的|用于|对|建设|实施|新建|改造|打造|完成)"
_OF_NEXT = re.compile(_FOR)
_OF_ANOTHER = re.compile(rf"{_FOR}|、|[，,](?:建设|实施|[新改扩]|打造|完成)")
# 总投资10亿元、占地300亩、年产值15亿元的甲项目.
_YIELDS = (
    r"(?:产值|税收|利税|税金|税额|利润|(?:销售|营业|主营业务|业务)?收入|销售额|营收|产出|出口额"
    r"|增加值|交易额|年成交额|营业额|纳税|产能)"
)
# 单体投资超10亿元的160个项目: each of them.
_EACH = re.compile(rf"单[体个](?:项目)?总?投资(?:额|总额)?{_UP}$")
_OF_IT = re.compile(r"(?:以上|左右)?的")
_WIDE = r"总?(?:占地|用地|建筑)(?:面积)?约?[\d.]+[多余]?万?(?:亩|平方米|平方公里|公顷)"
_OF = re.compile(
    rf"(?:以上|左右)?(?:[、，,](?:{_WIDE}|[^，。；、,;\n]{{0,8}}{_YIELDS}[^，。；、,;\n]{{0,12}})){{0,4}}的"
)
_PAID = re.compile(rf"投资(?:额|总额)?{_UP}$")
_YIELD = re.compile(rf"{_YIELDS}(?:可|实现|突破|将|{_ABOUT})*$")
# 总投资10亿元、年产值15亿元、年税收1亿元的甲项目.
_MOST_BETWEEN = 4
# 完成投资9亿元: between what is done and its sum stands next to nothing.
_COMPLETED = re.compile(r"完成.*投资(?:额|总额)?")
_UP_TO = re.compile(r"(?:约|近|超|超过|达|达到|为|共|[:：])*")
# 注册资本1000万元 is a company's; none of 9 in those documents has a relation.
_CAPITAL = re.compile(r"注册(?:资本|资金)金?(?:约|为|达|约为|[:：])?(?:人民币)?$")
# 2亿美元（折合人民币14亿元）says one sum twice; so does a bracket with a sum in another currency.
_CONVERTED = re.compile(r"[（(](?:折合|相当于|约合|折|合)(?:人民币)?约?")
_BRACKETED = re.compile(r"[（(]约?")
# No pattern that ends before a sum reads more.
_REACH = 16


def told_owners(
    text: str, mentions: Sequence[Mention], *, nobodys: Collection[int]
) -> dict[int, int]:
    """Which PROJECT (value) an AMOUNT (key) belongs to, by index, where the words tell it.

    Args:
        text: the whole text.
        mentions: of the whole text; the indices mean them.
        nobodys: what `sums_of_nobody` finds among them.
    """
    order = sorted(range(len(mentions)), key=lambda n: mentions[n].span)
    owners: dict[int, int] = {}
    for place, index in enumerate(order):
        if mentions[index].label != "AMOUNT" or index in nobodys:
            continue
        for find in (_owner_beside, _owner_behind, _owner_before):
            owner = find(text, mentions, order, place)
            if owner is not None:
                owners[index] = owner
                break
    return owners


def _owner_beside(
    text: str, mentions: Sequence[Mention], order: Sequence[int], place: int
) -> int | None:
    """The project with nothing but 总投资 or a bracket between it and the sum behind it."""
    before = mentions[order[place - 1]] if place else None
    start, end = mentions[order[place]].span
    if before is None or before.label != "PROJECT":
        return None
    if text[end : end + 1] in _CLOSING and _BRACKET.fullmatch(text, before.end, start):
        return order[place - 1]
    is_its = _COSTS.fullmatch(text, before.end, start) and not _OF_NEXT.match(text, end)
    return order[place - 1] if is_its else None


def _owner_behind(
    text: str, mentions: Sequence[Mention], order: Sequence[int], place: int
) -> int | None:
    """The project, or the list of them, that a sum stands in front of."""
    start, end = mentions[order[place]].span
    if _EACH.search(text, max(0, start - _REACH), start):
        return None
    leads = _BUILDING.match(text, end) or _OF_IT.match(text, end)
    if leads is None and _PAID.search(text, max(0, start - _REACH), start):
        leads = _OF.match(text, end)
    if leads is None:
        return None
    for ahead in range(place + 1, min(place + _MOST_BETWEEN, len(order))):
        mention = mentions[order[ahead]]
        if mention.label == "PROJECT" and mention.start == leads.end():
            # 总投资3亿元的甲、总投资2亿元的乙等2个项目: each of a list has its own.
            before = reversed(text[max(0, start - MAX_GAP) : start])
            is_listed = next((c for c in before if c in _MARKS), "") == "、" or _follows_another(
                text, mentions, order, place
            )
            group = None if is_listed else closing_group(text, mentions, order, ahead)
            return order[ahead] if group is None else group
    return None


def _follows_another(
    text: str, mentions: Sequence[Mention], order: Sequence[int], place: int
) -> bool:
    """Whether a project with a sum of its own stands right before a sum: 3亿元的甲和2亿元的乙."""
    if place < 2:
        return False
    paid, project = mentions[order[place - 2]], mentions[order[place - 1]]
    leads = _OF_IT.match(text, paid.end)
    return (
        (paid.label, project.label) == ("AMOUNT", "PROJECT")
        and leads is not None
        and leads.end() == project.start
        and _NEXT.fullmatch(text, project.end, mentions[order[place]].start) is not None
    )


def _owner_before(
    text: str, mentions: Sequence[Mention], order: Sequence[int], place: int
) -> int | None:
    """The one project of the sentence that a total stands behind, or that the sentence means."""
    start, end = mentions[order[place]].span
    if not _TOTAL.search(text, max(0, start - _REACH), start) or _OF_ANOTHER.match(text, end):
        return None
    if place + 1 < len(order) and mentions[order[place + 1]].start == end:
        return None
    sentence = sentence_start(text, start)
    near = within_reach(order, place)
    projects = projects_since(mentions, near, sentence)
    if projects:
        # Up to the words that make it a total.
        turns = _TURNS.search(text, mentions[projects[0]].end, start - len("总投资"))
        return projects[0] if len(projects) == 1 and turns is None else None
    opened = project_opened_with(text, mentions, near, sentence)
    if opened is not None:
        return opened
    stop = SENTENCE_END.search(text, end)
    last = stop.start() if stop else len(text)
    names_another = any(
        mentions[n].label == "PROJECT" and mentions[n].start < last
        for n in order[place + 1 : place + _MOST_BETWEEN]
    )
    if names_another or _OF_OTHERS.match(text, end):
        return None
    is_bare = _TOTAL_ALONE.fullmatch(text, sentence, start)
    return project_meant(text, mentions, near, sentence) if is_bare else None


def _bracket_before(text: str, start: int) -> int:
    """Where the last bracket opens within reach before `start`, -1 if none does."""
    first = max(0, start - _REACH)
    return max(text.rfind("（", first, start), text.rfind("(", first, start))


def possible_roles(text: str, mention: Mention) -> Collection[str] | None:
    """The relations that an AMOUNT may have by the words before it; None if they leave it open.

    In the annotated train documents 630 of 630 sums right behind 总投资 alone are totals, 12 of 14
    behind 协议总投资 are contracted, and the 10 in a bare bracket behind a project are one or the
    other.
    """
    before = text[max(0, mention.start - _REACH) : mention.start]
    if total := _IN_ALL.search(before):
        return ("ContractedInvestment",) if total["agreed"] else ("TotalInvestment",)
    if _BARE.search(before) and text[mention.end : mention.end + 1] in _CLOSING:
        return ("TotalInvestment", "ContractedInvestment")
    return None


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
    """The AMOUNT mentions, by index, that are no project's: capital, yields, conversions.

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
        if _CAPITAL.search(before) or _YIELD.search(before) or converted:
            found.add(index)
    return found


def _currency(mention: Mention) -> str | None:
    amount = parse_amount(mention.text)
    return amount.currency if amount else None
