"""Sums of money as values.

Conventions
    亿元, 千亿元        a bare unit is one of it, exact
    亿元以上, 上亿元      at_least; 过亿元, 超亿元 more_than
    近百亿元, 约, 左右    about the number named
    数亿元, 几千万元      at_least one of the unit, the only number they name
    300多亿元, 1亿多元   more_than the number named
    超5亿元以上         at_least, the weaker of two bounds
    不超过, 以下, 不足    less_than; `value` is the bound that is named
    5-10亿元          `value` and `upper`; the left side borrows the unit of the right
    5亿元以上10亿元以下    the same as a range
    390亿            a large unit stands in for the currency word if a digit is there;
                    千亿, 百亿级, 3000 are no sums
    no currency     CNY; a named currency beats 元 (3亿元港币), two named ones give None
    -5亿元, 1,23亿元   None
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from pipeline.numerals import (
    AT_LEAST,
    DIGITS,
    LESS_THAN,
    Quantity,
    clean,
    combine,
    parse_quantity,
    take_leads,
    take_tails,
)

_MAX_LENGTH = 80
_CURRENCIES = {
    "CNY": "人民币 RMB CNY CN¥ ¥",
    "USD": "美元 美金 USD US$ $",
    "HKD": "港元 港币 HKD HK$",
    "MOP": "澳门元 澳门币 MOP",
    "TWD": "新台币 台币 TWD NT$",
    "EUR": "欧元 EUR €",
    "GBP": "英镑 GBP £",
    "JPY": "日元 日币 JPY",
    "KRW": "韩元 韩币 KRW",
    "SGD": "新加坡元 新元 新币 SGD S$",
    "AUD": "澳大利亚元 澳元 AUD A$",
    "NZD": "新西兰元 NZD",
    "CAD": "加拿大元 加元 CAD",
    "CHF": "瑞士法郎 瑞郎 CHF",
    "RUB": "俄罗斯卢布 卢布 RUB",
    "THB": "泰铢 THB",
    "VND": "越南盾 VND",
    "INR": "印度卢比 INR",
    "KZT": "坚戈 KZT",
}
_CODES = {name: code for code, names in _CURRENCIES.items() for name in names.split()}
# Longest first: US$ before $. 元 comes last, it is the end of 美元 as well.
_NAMES = "|".join(re.escape(name) for name in sorted(_CODES, key=len, reverse=True))
CURRENCY = f"(?:{_NAMES}|元)"

# ASCII: otherwise the Kelvin sign would match the K of HK$ and have no code.
_FLAGS = re.IGNORECASE | re.ASCII
_PREFIX = re.compile(f"(?:{_NAMES})", _FLAGS)
_SUFFIX = re.compile(f"(?:{CURRENCY})$", _FLAGS)
_NAME_IN_BRACKETS = re.compile(rf"\(({_NAMES})\)", _FLAGS)
_INCLUSION_IN_BRACKETS = re.compile(r"\(不?含[^()]{0,12}\)")
_RANGE = re.compile(r"([^-至到]+)[-至到]([^-至到]+)")
_FROM_UP_TO = re.compile(r"(.+?)及?以上[,、至到-]?(.+?)及?以下")
_LARGE_UNIT = re.compile(r"[万亿]")
_SHARED_UNITS = re.compile(r"[百千]?[万亿]+$")
_ANY_DIGIT = re.compile(f"[0-9{DIGITS}]")


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of money.

    Attributes:
        value: In the unit of the currency; the lower bound of a range.
        upper: The upper bound of a range, else None.
        currency: ISO 4217 code.
        qualifier: exact, about, at_least, more_than or less_than.
    """

    value: Decimal | None
    upper: Decimal | None
    currency: str
    qualifier: str


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a range, or a whole sum: its numeral, its currency, its qualifiers."""

    numeral: str
    code: str | None
    has_currency: bool
    qualifiers: tuple[str, ...]


def parse_amount(text: str) -> Amount | None:
    """Read a sum of money.

    Args:
        text: An AMOUNT mention, as it stands in the report.

    Returns:
        The sum, or None if the text does not name exactly one.
    """
    phrase = clean(text)
    if not phrase or len(phrase) > _MAX_LENGTH:
        return None
    phrase = _INCLUSION_IN_BRACKETS.sub("", _NAME_IN_BRACKETS.sub(r"\1", phrase))
    leads, rest = take_leads(phrase)
    if bounds := _FROM_UP_TO.fullmatch(rest):
        return _read_range(bounds[1], bounds[2], leads)
    tails, core = take_tails(rest)
    if bounds := _RANGE.fullmatch(core):
        return _read_range(bounds[1], bounds[2], leads + tails)
    return _read_single(_read_side(rest), leads)


def format_value(value: Decimal) -> str:
    """Write a value as a plain decimal, without exponent and trailing zeros."""
    plain = format(value, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain == "-0" else plain


def _read_single(side: _Side | None, leads: list[str]) -> Amount | None:
    if side is None or not _names_money(side):
        return None
    quantity = parse_quantity(side.numeral)
    if quantity is None:
        return None
    qualifier = combine([*leads, *side.qualifiers, quantity.qualifier])
    if qualifier is None:
        return None
    return Amount(quantity.value, quantity.upper, side.code or "CNY", qualifier)


def _read_range(left_text: str, right_text: str, qualifiers: list[str]) -> Amount | None:
    left, right = _read_side(left_text), _read_side(right_text)
    if left is None or right is None or not _names_money(right):
        return None
    codes = {code for code in (left.code, right.code) if code}
    if len(codes) > 1:
        return None
    high = parse_quantity(right.numeral)
    low = _lower_bound(left, right, high) if high else None
    if low is None or high is None or low.upper is not None or high.upper is not None:
        return None
    # The words that set the bounds (5亿元以上) are the range itself, and no threshold on it.
    inner = [
        qualifier
        for qualifier in (*left.qualifiers, low.qualifier, high.qualifier)
        if qualifier not in (AT_LEAST, LESS_THAN)
    ]
    qualifier = combine([*qualifiers, *inner, *right.qualifiers])
    if qualifier is None:
        return None
    return Amount(low.value, high.value, codes.pop() if codes else "CNY", qualifier)


def _lower_bound(left: _Side, right: _Side, high: Quantity) -> Quantity | None:
    """Read the left side with the unit it has or, without one, with the unit of the right side."""
    candidates = [left.numeral]
    shared = _SHARED_UNITS.search(right.numeral)
    if shared and not left.has_currency and not _LARGE_UNIT.search(left.numeral):
        # 3-5千万 is 3千万 to 5千万, but 三百-五百万 is 三百万 to 五百万.
        candidates = [left.numeral + shared[0], left.numeral + shared[0].lstrip("百千")]
    for candidate in candidates:
        low = parse_quantity(candidate)
        if low is not None and low.value <= high.value:
            return low
    return None


def _read_side(text: str) -> _Side | None:
    """Take qualifying words and currency off both ends of a sum."""
    leads, rest = take_leads(text)
    codes = set()
    if prefix := _PREFIX.match(rest):
        codes.add(_CODES[prefix[0].upper()])
        more, rest = take_leads(rest[prefix.end() :])
        leads += more
    has_currency = bool(codes)
    tails, rest = take_tails(rest)
    while suffix := _SUFFIX.search(rest):
        has_currency = True
        if suffix[0] != "元":
            codes.add(_CODES[suffix[0].upper()])
        more, rest = take_tails(rest[: suffix.start()])
        tails += more
    if len(codes) > 1 or not rest:
        return None
    return _Side(rest, next(iter(codes), None), has_currency, (*leads, *tails))


def _names_money(side: _Side) -> bool:
    if side.has_currency:
        return True
    return bool(_LARGE_UNIT.search(side.numeral) and _ANY_DIGIT.search(side.numeral))
