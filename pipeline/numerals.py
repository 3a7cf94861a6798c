"""Chinese and Arabic numerals, and the words that make a number less than exact.

Sums and counts are written in the same mixed way (`1676.36余万`, `三千万`, `数十`, `近百`), so
both are read here once. Nothing is guessed: a numeral with two readings gives None.

Conventions
    bare unit        亿, 千万, 百 without a digit count as one of it
    余, 多           more_than the number that is named (300多亿 is more than 300亿)
    来               about (十来亿)
    数, 几 in front  at_least one of the unit that follows (数十亿 is at least 10亿)
    几 after 十      more_than (十几亿 is more than 10亿)
    两三, 七八       a range between neighbours, about
    三百五, 1万5     None: 305 or 350, 10005 or 15000
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext

EXACT = "exact"
ABOUT = "about"
AT_LEAST = "at_least"
MORE_THAN = "more_than"
LESS_THAN = "less_than"

DIGITS = "零一二两三四五六七八九"
UNITS = "十百千万亿"

# A numeral inside running text. 数 and 几 open one only in front of a unit, and 多, 余, 来, 几
# never do: they end words (未来3个, 其余5个).
NUMERAL = (
    rf"(?:[数几](?=[{UNITS}])|(?=[0-9{DIGITS}{UNITS}]))"
    rf"(?:[0-9{DIGITS}{UNITS}多余来几]|[.,](?=[0-9]))+"
)

# Longer than any sum that is written down, and short enough to stay exact at this precision.
_MAX_LENGTH = 40
_PRECISE = Context(prec=100)
_TEN_THOUSAND = Decimal(10**4)
_HUNDRED_MILLION = Decimal(10**8)

_VALUES = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2}
_VARIANTS = {
    "零": "〇○◯",
    "一": "壹",
    "二": "贰貳",
    "三": "叁參",
    "四": "肆",
    "五": "伍",
    "六": "陆陸",
    "七": "柒",
    "八": "捌",
    "九": "玖",
    "十": "拾",
    "百": "佰",
    "千": "仟",
    "万": "萬",
    "亿": "億",
    "两": "兩",
    "余": "餘",
    "元": "圆圓",
    "币": "幣",
    "个": "個",
    "项": "項",
    "条": "條",
    "-": "～‐‑‒–—―−─~〜﹣",
    "¥": "￥",
    "£": "￡",
}
_FOLDING = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5E)} | {
    ord(variant): ord(plain) for plain, variants in _VARIANTS.items() for variant in variants
}
_BLANKS = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff]+")
_QUOTES = re.compile(r"[“”„\"‘’'「」『』]")
_EDGES = ",;:、。"

# Order matters: the first word that matches is taken, so that 不超过 is not read as 超过.
_LEADS = (
    (r"不超过|未超过|不高于|不多于|不大于|不足|不到|低于|少于|小于|至多|最多|最高", LESS_THAN),
    (r"不低于|不少于|不小于|不下于|至少|最少|最低|起码", AT_LEAST),
    (r"超过|超出|超|逾|突破|高于|大于|多于|(?<![通经])过", MORE_THAN),
    (r"接近|将近|(?<![附邻最])近|大约|大概|约合|约为|约计|(?<![签合节])约", ABOUT),
    (rf"(?<!以)上(?=[{UNITS}])", AT_LEAST),
    (r"达到|达|共计|合计|总计|累计|共|计|为|折合", EXACT),
)
_TAILS = (
    (r"及其?以上|以上|\+", AT_LEAST),
    (r"及其?以下|以下|以内|之内|不到", LESS_THAN),
    (r"左右|上下", ABOUT),
    (r"有余|余|多", MORE_THAN),
    (r"之间|整", EXACT),
)
# At most three words: without a bound 超过超过… splits into 超过 and 超, 过 in too many ways.
LEADS = f"(?:{'|'.join(words for words, _ in _LEADS)}){{0,3}}"
TAILS = f"(?:{'|'.join(words for words, _ in _TAILS)}){{0,3}}"
_LEAD_FORMS = [(re.compile(words), qualifier) for words, qualifier in _LEADS]
_TAIL_FORMS = [(re.compile(f"(?:{words})$"), qualifier) for words, qualifier in _TAILS]

_ARABIC = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?"
_DIGIT = rf"{_ARABIC}|[{DIGITS}]"
_BELOW_TEN_THOUSAND = re.compile(
    rf"(?:(?P<q>{_DIGIT})?(?P<qian>千))?(?P<zero1>零)?(?:(?P<b>{_DIGIT})?(?P<bai>百))?(?P<zero2>零)?"
    rf"(?:(?P<s>{_DIGIT})?(?P<shi>十))?(?P<zero3>零)?(?P<g>{_DIGIT})?"
)
_SPELLED_DIGITS = re.compile(rf"[{DIGITS}]{{2,}}")
_SPELLED_POINT = re.compile(rf"([0-9{DIGITS}{UNITS}]+)点([{DIGITS}]+)")
_COUNTED_UNIT = re.compile(rf"(?<=[0-9{DIGITS}十百千多余几数])个(?=[万亿])")
_NEIGHBOURS = re.compile(
    rf"(?<![0-9{DIGITS}])([一二两三四五六七八])([二两三四五六七八九])(?=[{UNITS}]|$)"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as it was named.

    Attributes:
        value: The number, or the lower bound of a range.
        upper: The upper bound of a range, else None.
        qualifier: exact, about, at_least, more_than or less_than.
    """

    value: Decimal
    upper: Decimal | None
    qualifier: str


def fold(text: str) -> str:
    """Bring width, dashes, capital numerals and traditional forms to one shape, without blanks.

    Line breaks go as well: reports wrap in the middle of a sum.
    """
    folded = _BLANKS.sub("", text).translate(_FOLDING)
    folded = re.sub(r"(?<=[0-9])[·•](?=[0-9])", ".", folded)
    return re.sub(r"--+", "-", folded)


def clean(text: str) -> str:
    """Fold a mention and take off its quotes and the punctuation at its edges."""
    return _QUOTES.sub("", fold(text)).strip(_EDGES)


def combine(qualifiers: Iterable[str]) -> str | None:
    """Give the one qualifier that several words amount to, None if they contradict each other."""
    said = set(qualifiers)
    if LESS_THAN in said:
        return None if said & {AT_LEAST, MORE_THAN} else LESS_THAN
    return next((rank for rank in (AT_LEAST, MORE_THAN, ABOUT) if rank in said), EXACT)


def take_leads(text: str) -> tuple[list[str], str]:
    """Split the qualifying words off the front: their qualifiers and the rest."""
    qualifiers = []
    position = 0
    while found := next(
        (
            (match.end(), qualifier)
            for form, qualifier in _LEAD_FORMS
            if (match := form.match(text, position))
        ),
        None,
    ):
        position = found[0]
        qualifiers.append(found[1])
    return qualifiers, text[position:]


def take_tails(text: str) -> tuple[list[str], str]:
    """Split the qualifying words off the end: their qualifiers and the rest."""
    qualifiers = []
    while found := next(
        (
            (match.start(), qualifier)
            for form, qualifier in _TAIL_FORMS
            if (match := form.search(text))
        ),
        None,
    ):
        text = text[: found[0]]
        qualifiers.append(found[1])
    return qualifiers, text


def parse_number(text: str) -> Decimal | None:
    """Read a plain numeral, Arabic, Chinese or mixed.

    Args:
        text: A folded numeral and nothing else.

    Returns:
        Its value, or None if it is no numeral or has two readings.
    """
    if not text or len(text) > _MAX_LENGTH:
        return None
    with localcontext(_PRECISE):
        if text[0] in UNITS and text[0] != "十":
            # Only the first unit may go without its digit: 千万, 亿, but not 三万百.
            return _large("一" + text)
        return _large(text)


def parse_quantity(text: str) -> Quantity | None:
    """Read a numeral that may hold vague words (余, 多, 来, 数, 几, 七八).

    Args:
        text: A folded numeral without currency, classifier or qualifying words around it.

    Returns:
        The quantity, or None if it does not name one.
    """
    if len(text) > _MAX_LENGTH:
        return None
    core = _COUNTED_UNIT.sub("", text)
    core = _SPELLED_POINT.sub(_point_to_arabic, core)
    vague = re.findall(r"[多余来数几]", core)
    if len(vague) > 1:
        return None
    if vague:
        return _vague_quantity(core, vague[0])
    neighbours = _NEIGHBOURS.search(core)
    if neighbours and _VALUES[neighbours[2]] == _VALUES[neighbours[1]] + 1:
        before, after = core[: neighbours.start()], core[neighbours.end() :]
        low = parse_number(before + neighbours[1] + after)
        high = parse_number(before + neighbours[2] + after)
        return None if low is None or high is None else Quantity(low, high, ABOUT)
    number = parse_number(core)
    return None if number is None else Quantity(number, None, EXACT)


def _vague_quantity(core: str, word: str) -> Quantity | None:
    position = core.index(word)
    before, after = core[:position], core[position + 1 :]
    if word in "数几" and not before:
        number = parse_number(after) if after and after[0] in UNITS else None
        return None if number is None else Quantity(number, None, AT_LEAST)
    if not before or word == "数" or (word == "几" and not before.endswith("十")):
        return None
    number = parse_number(before + after)
    return None if number is None else Quantity(number, None, ABOUT if word == "来" else MORE_THAN)


def _point_to_arabic(match: re.Match[str]) -> str:
    whole = parse_number(match[1])
    if whole is None or whole != whole.to_integral_value():
        return match[0]
    return f"{whole:f}." + "".join(str(_VALUES[digit]) for digit in match[2])


def _large(text: str) -> Decimal | None:
    """Read a numeral around its first 亿, then around its first 万."""
    for unit, scale in (("亿", _HUNDRED_MILLION), ("万", _TEN_THOUSAND)):
        head_text, found, tail_text = text.partition(unit)
        if not found:
            continue
        head = _large(head_text)
        if head is None:
            return None
        if not tail_text:
            return head * scale
        tail = _large(tail_text)
        # 1万亿5千亿 has a second 亿 below the first; anything else must stay below the unit.
        limit = scale * _TEN_THOUSAND if "万" in head_text and "亿" in tail_text else scale
        if tail is None or tail >= limit or len(tail_text) == 1:
            return None
        return head * scale + tail
    return _small(text)


def _small(text: str) -> Decimal | None:
    """Read a numeral without 万 and 亿."""
    spelled = text.lstrip("零") or text
    if _SPELLED_DIGITS.fullmatch(spelled):
        if "两" in spelled:
            return None
        return Decimal("".join(str(_VALUES[digit]) for digit in spelled))
    match = _BELOW_TEN_THOUSAND.fullmatch(text)
    if not text or match is None:
        return None
    total = Decimal(0)
    for digit, unit, scale in (("q", "qian", 1000), ("b", "bai", 100), ("s", "shi", 10)):
        if match[unit]:
            if match[digit] is None and match.start(unit) > 0 and unit != "shi":
                return None
            total += (_one_digit(match[digit]) if match[digit] else 1) * scale
    if match["g"]:
        bare = text[match.start("g") - 1] in "百千" if match.start("g") else False
        if bare and len(match["g"]) == 1:
            return None
        total += _one_digit(match["g"])
    return total


def _one_digit(text: str) -> Decimal:
    return Decimal(_VALUES[text]) if text in _VALUES else Decimal(text.replace(",", ""))
