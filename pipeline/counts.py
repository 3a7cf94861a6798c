"""Counts of group mentions, and the sums inside a project mention's own words.

A group is a number with a classifier (54个重点项目, 项目33个, 15条主次干道). A number without one
(2号线, 5G产业园, 三期工程) names a single project and counts nothing.

Conventions
    several counts       the last one counts the head: 17类1380个扶贫项目 is 1380
    2-3个, 三五个, 七八个  at_least the lower number
    十余个, 30多个        more_than; 数十个, 上百个 at_least; 近百个 about
    数个, 几个, 一批      None, no number is named
    第3个, 3个亿, 五个一   None; nor 年产100万件, 2条生产线, 500个泊位: parts and output, no works
    十大工程             大 counts where the mention ends in 项目 or 工程

A sum is the `total` of the project when the mention says 投资 of it, and a `size_class` when it
is a threshold: with 以上 or another bound of that kind, a bare unit (亿元项目), 超 in front but
no 的 behind (投资超10亿元项目), a range, or 单体. Output, sales, tax and one year's sums are
neither.
"""

import re
from dataclasses import dataclass

from pipeline.amounts import CURRENCY, Amount, parse_amount
from pipeline.numerals import (
    AT_LEAST,
    DIGITS,
    EXACT,
    LEADS,
    NUMERAL,
    TAILS,
    Quantity,
    combine,
    fold,
    parse_quantity,
    take_leads,
    take_tails,
)

# No mention is as long; a stray text must not take long.
_MAX_LENGTH = 400
_QUOTES = re.compile(r"[“”\"‘’'「」『』]")
# Classifiers of works and projects. 台, 套, 只, 万吨 measure what one project makes.
_CLASSIFIER = (
    r"个(?!一(?![级期类号线等般体])|亿(?!.{0,2}元)|月|工作日|百分点|季度|小时"
    r"|泊位|车位|床位|学位|机位|工位|座位|标段|子项)"
    r"|项(?!目)|宗|件(?!套)|处(?!理)|幢|栋"
    r"|条(?!生产线|产线|流水线)|座(?!位)"
    r"|所(?!项目|基地|产业|园|研发|科研|搬迁|改造)"
    r"|家(?!园|庄|湾|村|河|屯|沟|桥|港|坝|镇|乡|店|子)"
)
_FIXED_PHRASE = re.compile(r"一(?:条(?:龙|街|心)|座城|家亲)")
_COUNT = re.compile(
    rf"{LEADS}(?:(?P<low>{NUMERAL})个?[-至到])?(?P<number>{NUMERAL})"
    rf"(?P<classifier>{_CLASSIFIER})(?P<tails>{TAILS})"
)
_GREAT_COUNT = re.compile(rf"(?P<number>[0-9{DIGITS}十百]+)大(?!连池)[^0-9]*(?:项目|工程)$")
_ARABIC_END = re.compile(r"[0-9]+(?:\.[0-9]+)?[百千万]?[多余]?$")
# 第 makes an ordinal, 每 a rate, + a formula, 年产 and the like announce what one project makes.
_NO_COUNT_BEFORE = re.compile(r"(?:第|每|[+/×]|[年日月](?:产|加工|处理)[^,、。]{0,6}|产能|规模)$")
_FEW_KINDS_REACH_TEN_THOUSAND = "个项处宗"

_AFTER_STATUS = re.compile(r"[了:]?")
_NUMERAL_OF_SUM = rf"(?:{NUMERAL})"
_SUM = re.compile(
    rf"{LEADS}(?:{_NUMERAL_OF_SUM}(?:{CURRENCY})?(?:以上)?[-至到])?{_NUMERAL_OF_SUM}{CURRENCY}(?:人民币)?{TAILS}"
)
_INVESTED = re.compile(r"(?:投资|概算|估算)(?:总?额|总?规模)?在?$")
_TOTAL_INVESTED = re.compile(r"(?:总投资|投资总|总概算)(?:额|规模)?在?$")
_OTHER_MONEY = re.compile(
    r"(?:产值|产出|销售|营收|营业|收入|税收|税|利润|利税|增加值|进出口|出口|注册|资本|资金|补助|贷款|融资|交易|产能)"
    r"(?:额|总额|收入|资本|金)?$"
)
_PART_OF_INVESTMENT = re.compile(
    r"(?:完成|年度|当年|本年|今年|到位|实际|已)[^,、总]{0,4}投资(?:总?额)?$"
)
_SINGLE = re.compile(r"(?:单体|单个|单项)[^,、]{0,4}$")
_ABOVE = re.compile(r"超过|超出|超|逾|突破|过|高于|大于")


@dataclass(frozen=True, slots=True)
class GroupCount:
    """How many undertakings a mention stands for.

    Attributes:
        value: The number, or the lower number of a range.
        qualifier: exact, about, at_least, more_than or less_than.
    """

    value: int
    qualifier: str


def parse_count(project_text: str) -> GroupCount | None:
    """Read the count of a group mention.

    Args:
        project_text: A PROJECT mention, as it stands in the report.

    Returns:
        The count, or None for a single named project.
    """
    phrase = _prepare(project_text)
    counts = [count for match in _COUNT.finditer(phrase) if (count := _read_count(phrase, match))]
    if counts:
        return counts[-1]
    great = _GREAT_COUNT.search(phrase)
    if great and not _NO_COUNT_BEFORE.search(phrase[: great.start()]):
        return _as_count(parse_quantity(great["number"]), [])
    return None


def count_after_status(text: str, status_end: int, clause_end: int) -> GroupCount | None:
    """Read the count that stands between a status word and the end of its clause.

    Args:
        text: The text that holds the status.
        status_end: Offset of the first character behind the status.
        clause_end: Offset behind the clause.

    Returns:
        The count, or None if something else stands there, too: 建成3栋厂房 counts the houses.
    """
    if not 0 <= status_end <= clause_end <= len(text):
        return None
    phrase = _prepare(text[status_end:clause_end])
    start = _AFTER_STATUS.match(phrase)
    match = _COUNT.fullmatch(phrase, start.end() if start else 0)
    return _read_count(phrase, match) if match else None


def parse_size_in_mention(project_text: str) -> tuple[str, Amount] | None:
    """Read the sum that a project mention holds in its own words.

    Args:
        project_text: A PROJECT mention, as it stands in the report.

    Returns:
        `("total", sum)` or `("size_class", sum)`, or None if the mention names no such sum.
    """
    phrase = _prepare(project_text)
    for match in _SUM.finditer(phrase):
        if not re.search(r"[万亿]", match[0]):
            # 三元, 一元 are names; nothing is built for less than ten thousand.
            continue
        before, after = phrase[: match.start()], phrase[match.end() :]
        if _OTHER_MONEY.search(before) or _PART_OF_INVESTMENT.search(before):
            continue
        amount = parse_amount(match[0])
        if amount is not None:
            return _kind_of_sum(before, match[0], after, amount), amount
    return None


def _kind_of_sum(before: str, words: str, after: str, amount: Amount) -> str:
    if not _INVESTED.search(before) or _SINGLE.search(before):
        return "size_class"
    of_total = _TOTAL_INVESTED.search(before) is not None
    is_group = parse_count(after) is not None
    is_linked = after.startswith("的")
    if is_linked and of_total and not is_group and parse_count(before) is None:
        return "total"
    is_above = _ABOVE.match(words) is not None and (not is_linked or not is_group)
    is_bare_unit = not re.search(rf"[0-9{DIGITS}]", words)
    is_range = amount.upper is not None and not of_total
    if amount.qualifier == AT_LEAST or is_above or is_bare_unit or is_range:
        return "size_class"
    return "total" if is_linked or of_total or not is_group else "size_class"


def _prepare(text: str) -> str:
    # Quotes keep two numbers apart: “十四五”102项.
    return _QUOTES.sub("|", fold(text[:_MAX_LENGTH]))


def _read_count(phrase: str, match: re.Match[str]) -> GroupCount | None:
    if _NO_COUNT_BEFORE.search(phrase[: match.start()]):
        return None
    if _FIXED_PHRASE.match(phrase, match.start("number")):
        return None
    quantity = parse_quantity(match["number"])
    if quantity is None and (arabic := _ARABIC_END.search(match["number"])):
        quantity = parse_quantity(arabic[0])
    is_huge = quantity is not None and quantity.value >= 10**4
    if is_huge and match["classifier"] not in _FEW_KINDS_REACH_TEN_THOUSAND:
        return None
    # With the number behind them: 上 is such a word only in front of a unit.
    leads, _ = take_leads(phrase[match.start() :])
    tails, _ = take_tails(match["tails"])
    if match["low"] is not None:
        low = parse_quantity(match["low"])
        if quantity is None or low is None or low.value > quantity.value:
            return None
        quantity = Quantity(low.value, quantity.value, EXACT)
    return _as_count(quantity, leads + tails)


def _as_count(quantity: Quantity | None, qualifiers: list[str]) -> GroupCount | None:
    if quantity is None or quantity.value != int(quantity.value) or not quantity.value:
        return None
    if quantity.upper is not None:
        return GroupCount(int(quantity.value), AT_LEAST)
    qualifier = combine([*qualifiers, quantity.qualifier])
    return None if qualifier is None else GroupCount(int(quantity.value), qualifier)
