"""Periods of several years: five-year plans, decades, centuries, 今明两年.

The conventions stand with those of the dates, in `pipeline.dates`.
"""

import re

from pipeline.numerals import parse_number

# Number of the plan: its first year. A plan lasts five years.
_PLANS = {
    1: 1953,
    2: 1958,
    3: 1966,
    4: 1971,
    5: 1976,
    6: 1981,
    7: 1986,
    8: 1991,
    9: 1996,
    10: 2001,
    11: 2006,
    12: 2011,
    13: 2016,
    14: 2021,
    15: 2026,
    16: 2031,
}
_PLAN = re.compile(
    r"(?:第([一二三四五六七八九十]+)个五年|([一二三四五六七八九十]+)五)(?:规划|计划)?(.*)"
)
# Years of the plan, counted from 0, by what stands behind its name.
_PLAN_PARTS = {
    word: years
    for words, years in (
        (" 时期 期间 期 期内 时期内", (0, 4)),
        ("末 期末 末期 时期末 期间末 末年 底 最后一年 收官之年 收官年", (4, 4)),
        ("初 期初 初期 时期初 首年 第一年 头一年 开局之年 开局年 起步之年", (0, 0)),
        ("中期", (2, 2)),
        ("前期 前两年", (0, 1)),
        ("前三年", (0, 2)),
        ("前四年", (0, 3)),
        ("后期 后两年", (3, 4)),
        ("后三年", (2, 4)),
    )
    for word in words.split(" ")
}
_CENTURY_NAME = r"(?P<century>上|本|20|二十|21|二十一)世纪"
_CENTURY = re.compile(rf"{_CENTURY_NAME}(?P<part>初|中叶|末|)")
_CENTURY_PARTS = {"": (1, 100), "初": (1, 10), "中叶": (50, 50), "末": (100, 100)}
_DECADE = re.compile(
    rf"(?:{_CENTURY_NAME})?(?P<decade>[0-9]{{3}}0|[1-9]0|[一二三四五六七八九]?十)年代"
    r"(?P<part>初期?|前期|中期?|末期?|后期|)"
)
_DECADE_PARTS = {"": (0, 9), "初": (0, 2), "前": (0, 2), "中": (4, 6), "末": (7, 9), "后": (7, 9)}
_SEVERAL_YEARS = {
    "今明两年": (0, 1),
    "今明2年": (0, 1),
    "今明年": (0, 1),
    "今年明年": (0, 1),
    "今明后三年": (0, 2),
    "明后两年": (1, 2),
    "明后2年": (1, 2),
    "明后年": (1, 2),
    "去今两年": (-1, 0),
}


def read_period(phrase: str, base: int | None) -> tuple[int, int] | None:
    """Read a period of several years.

    Args:
        phrase: The cleaned expression.
        base: The year of the report, None if it is not known.

    Returns:
        The first and the last year, or None if the phrase names no such period.
    """
    if base is not None and phrase in _SEVERAL_YEARS:
        first, last = _SEVERAL_YEARS[phrase]
        return base + first, base + last
    return _read_plan(phrase) or _read_decade(phrase, base) or _read_century(phrase, base)


def _read_plan(phrase: str) -> tuple[int, int] | None:
    match = _PLAN.fullmatch(phrase)
    if match is None or match[3] not in _PLAN_PARTS:
        return None
    number = parse_number(match[1] or match[2])
    start = None if number is None else _PLANS.get(int(number))
    if start is None:
        return None
    first, last = _PLAN_PARTS[match[3]]
    return start + first, start + last


def _read_decade(phrase: str, base: int | None) -> tuple[int, int] | None:
    match = _DECADE.fullmatch(phrase)
    number = parse_number(match["decade"]) if match else None
    if match is None or number is None:
        return None
    start = int(number)
    if match["century"]:
        century = _century_start(match["century"], base)
        if century is None or start >= 100:
            return None
        start += century
    elif start < 100:
        # Reports speak of decades that have begun, the present one or one before it.
        start += 1900 if base is None or base < 2000 + start else 2000
    first, last = _DECADE_PARTS[match["part"][:1]]
    return start + first, start + last


def _read_century(phrase: str, base: int | None) -> tuple[int, int] | None:
    match = _CENTURY.fullmatch(phrase)
    start = _century_start(match["century"], base) if match else None
    if match is None or start is None:
        return None
    first, last = _CENTURY_PARTS[match["part"]]
    return start + first, start + last


def _century_start(name: str, base: int | None) -> int | None:
    """Give the year before the first of a century: 1900 for the twentieth."""
    if name in ("20", "二十"):
        return 1900
    if name in ("21", "二十一"):
        return 2000
    if base is None:
        return None
    # 2000 is the last year of the twentieth century.
    current = (base - 1) // 100 * 100
    return current - 100 if name == "上" else current
