"""Calendar expressions as intervals.

`year` is the year the report calls 今年. What cannot be placed without it is None when it is not
known; so are impossible dates (13月, 2月30日), durations, 每年, 近年来, 当年, 次年 by itself,
本届, and 月底 or 24日 alone, whose month is not known.

Conventions (an interval holds both of its ends)
    2021年, 今年, 全年, 年内, 2021   1 January to 31 December
    98年底, 21年1月            the year with that ending, at most 15 years after the report
    年初                     January and February
    年中                     June and July
    年底, 年末, 年终, 岁末         December
    上半年, 下半年               January to June, July to December
    一季度, 首季; 前三季度           three months; from January on
    一季度初, 三季度末             the first, the last month of the quarter
    前5个月                   January to May
    月初, 上旬                 days 1 to 10
    月中, 中旬                 days 11 to 20
    月底, 月末, 下旬             day 21 to the end
    春季, 夏季, 秋季, 冬季         three months from March, June, September, December on
    十三五, “十三五”期间           the five years of the plan
    期末, 末; 初; 中期 of a plan   its last, first, third year; 前期, 后期 two years
    春节, 国庆节                seven days; any other holiday one
    80年代; 初, 中, 末 of it      ten years; its years 0-2, 4-6, 7-9
    本世纪末, 本世纪初, 本世纪中叶    2100 (2000 up to then), 2001-2010, 2050
    X前                      1 January of the year of X to the day before X
    6月底前, 年底前, 6月30日前       to its end: a deadline named by an end includes it
    2030年前                  from 1 January of the report's year, which must be known
    元旦前 without a year       the whole year, it is the next New Year's Day
    X后                      the day after X to 31 December of its year
    1-10月, 2020年12月至次年2月   first day of the first to last day of the second
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.holidays import HOLIDAY_NAMES, find_holiday
from pipeline.numerals import clean, parse_number
from pipeline.periods import read_period

_MAX_LENGTH = 40
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_ONE_DAY = timedelta(days=1)

_PREPOSITION = re.compile(r"^(?:截至|截止到?|自|从|在|于|到|至)(?=.)")
_WEEKDAY = re.compile(r"\((?:星期|周)[一二三四五六日天]\)")
_TIME_OF_DAY = re.compile(r"(?<=[日号])(?:上午|下午|晚上?|凌晨|当天)$")
_ISO = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})(?:\2([0-9]{1,2}))?")
_BEFORE = re.compile(r"(.+?)(?:之|以)?前夕?")
_AFTER = re.compile(r"(.+?)(?:之|以)?后")
_NAMED_BY_END = re.compile(r"[底末终]$")
_SEPARATOR = re.compile(r"[-至到]")
_SHARED_UNIT = re.compile(r"年|季度|月|[日号]")

_SPELLED = {character: str(value) for value, character in enumerate("零一二三四五六七八九")}
_RELATIVE_YEARS = {
    "今年": 0,
    "本年": 0,
    "去年": -1,
    "昨年": -1,
    "上年": -1,
    "上一年": -1,
    "前年": -2,
    "明年": 1,
    "来年": 1,
    "下年": 1,
    "下一年": 1,
    "后年": 2,
}
# A year told by the one in which the report speaks.
RELATIVE_YEAR = re.compile("|".join(_RELATIVE_YEARS))
_YEAR = re.compile(r"([0-9零一二三四五六七八九OoОо]{4})(年?)")
# What may follow a year that has lost its 年: 2021上半年, 2020底.
_AFTER_BARE_YEAR = re.compile(r"$|[上下]半年|第?[一二三四]季度|年|[底末初]$")
# 10年内 is a duration: a year of two digits needs a part of the year behind it.
_SHORT_YEAR = re.compile(r"([0-9]{2})年(?=年?[底末初]|[上下]半年|第?[一二三四]季度|[0-9]{1,2}月)")

# First and last month. The second table needs the year in front: 2020年底, but not 底.
_PARTS_OF_YEAR = {
    word: months
    for words, months in (
        ("全年 年内 全年度", (1, 12)),
        ("上半年 前半年", (1, 6)),
        ("下半年 后半年", (7, 12)),
        ("上半年末 上半年底", (6, 6)),
        ("年初 岁初", (1, 2)),
        ("年中", (6, 7)),
        ("年底 年末 年终 岁末", (12, 12)),
        ("首季", (1, 3)),
        ("末季", (10, 12)),
    )
    for word in words.split()
}
_PARTS_OF_NAMED_YEAR = {
    word: months
    for words, months in (
        (" 年 度 年度 内 间 年间", (1, 12)),
        ("初", (1, 2)),
        ("中", (6, 7)),
        ("底 末 终", (12, 12)),
    )
    for word in words.split(" ")
}
_PARTS_OF_MONTH = {
    word: days
    for words, days in (
        ("", (1, 31)),
        ("初 上旬", (1, 10)),
        ("中 中旬", (11, 20)),
        ("底 末 下旬", (21, 31)),
        ("上中旬", (1, 20)),
        ("中下旬", (11, 31)),
    )
    for word in words.split(" ")
}
_NUMBER = r"[0-9]{1,2}|[一二三四五六七八九十]{1,3}"
_QUARTER = re.compile(r"(?:第?([一二三四1-4])个?季度|第([一二三四])季|(首)季度|末季度)([初末底]?)")
_FIRST_QUARTERS = re.compile(r"前([一二两三四1-4])个?季度?")
_FIRST_MONTHS = re.compile(rf"[前头]({_NUMBER}|两)个?月份?")
_MONTH = re.compile(rf"({_NUMBER})月份?(.*)")
_DAY = re.compile(rf"({_NUMBER})[日号]")
_SEASON = re.compile(r"([春夏秋冬])[季天]")
_SHORT_SEASON = re.compile(r"([去今明])([春夏秋冬])(?:([今明])([春夏秋冬]))?")
_SHORT_YEARS = {"去": -1, "今": 0, "明": 1}
_SEASON_MONTHS = {"春": 3, "夏": 6, "秋": 9, "冬": 12}
_HOLIDAY = re.compile(
    rf"({'|'.join(HOLIDAY_NAMES)})(?:国际)?(?:劳动|儿童|妇女|建军|建党|青年)?节?"
    r"(?:期间|假期|小?长假|黄金周|当天)?"
)


@dataclass(frozen=True, slots=True)
class DateInterval:
    """A span of days.

    Attributes:
        start: The first day.
        end: The last day.
    """

    start: date
    end: date


def parse_date(text: str, *, year: int | None) -> DateInterval | None:
    """Resolve a calendar expression.

    Args:
        text: A DATE mention, as it stands in the report.
        year: The year that the report calls 今年, None if it is not known.

    Returns:
        The days meant, or None if they cannot be told.
    """
    phrase = clean(text)
    if not phrase or len(phrase) > _MAX_LENGTH:
        return None
    phrase = _PREPOSITION.sub("", _WEEKDAY.sub("", phrase))
    phrase = _TIME_OF_DAY.sub("", phrase)
    base = year if year is not None and _is_year(year) else None
    return (
        _read_iso(phrase)
        or _read_single(phrase, base)
        or _read_before(phrase, base)
        or _read_after(phrase, base)
        or _read_range(phrase, base)
    )


def _is_year(year: int) -> bool:
    return _FIRST_YEAR <= year <= _LAST_YEAR


def _years(first: int, last: int) -> DateInterval | None:
    if not (_is_year(first) and _is_year(last)):
        return None
    return DateInterval(date(first, 1, 1), date(last, 12, 31))


def _months(year: int, first: int, last: int) -> DateInterval | None:
    if not (_is_year(year) and 1 <= first <= last <= 12):
        return None
    return DateInterval(date(year, first, 1), date(year, last, monthrange(year, last)[1]))


def _days(year: int, month: int, first: int, last: int) -> DateInterval | None:
    """Give days of a month; 31 as the last one stands for the end of the month."""
    whole = _months(year, month, month)
    if whole is None or not 1 <= first <= whole.end.day:
        return None
    return DateInterval(date(year, month, first), date(year, month, min(last, whole.end.day)))


def _span(first: DateInterval | None, last: DateInterval | None) -> DateInterval | None:
    if first is None or last is None or first.start > last.end:
        return None
    return DateInterval(first.start, last.end)


def _read_iso(phrase: str) -> DateInterval | None:
    """Read 2021-01-15, 2021.1.15 and 2021.10."""
    match = _ISO.fullmatch(phrase)
    if match is None:
        return None
    year, month = int(match[1]), int(match[3])
    if match[4] is None:
        return _months(year, month, month)
    return _days(year, month, int(match[4]), int(match[4]))


def _read_single(phrase: str, base: int | None) -> DateInterval | None:
    """Read anything that is neither a range nor before or after something."""
    period = read_period(phrase, base)
    if period is not None:
        return _years(*period)
    return _read_short_season(phrase, base) or _read_in_year(phrase, base)


def _read_short_season(phrase: str, base: int | None) -> DateInterval | None:
    """Read 今冬, 去冬今春."""
    match = _SHORT_SEASON.fullmatch(phrase)
    if match is None or base is None:
        return None
    first = _season(base + _SHORT_YEARS[match[1]], match[2])
    if match[3] is None:
        return first
    return _span(first, _season(base + _SHORT_YEARS[match[3]], match[4]))


def _season(year: int, name: str) -> DateInterval | None:
    month = _SEASON_MONTHS[name]
    if month < 12:
        return _months(year, month, month + 2)
    return _span(_months(year, 12, 12), _months(year + 1, 1, 2))


def _read_in_year(phrase: str, base: int | None) -> DateInterval | None:
    year, rest, is_named = _take_year(phrase, base)
    if year is None or not _is_year(year):
        return None
    if rest in _PARTS_OF_YEAR:
        return _months(year, *_PARTS_OF_YEAR[rest])
    if is_named and rest in _PARTS_OF_NAMED_YEAR:
        return _months(year, *_PARTS_OF_NAMED_YEAR[rest])
    for form, read in _FORMS_IN_YEAR:
        if match := form.fullmatch(rest):
            return read(year, match)
    return None


def _take_year(phrase: str, base: int | None) -> tuple[int | None, str, bool]:
    """Split the year off the front: the year, the rest, and whether a year was named."""
    if match := RELATIVE_YEAR.match(phrase):
        year = None if base is None else base + _RELATIVE_YEARS[match[0]]
        return year, phrase[match.end() :], True
    if match := _YEAR.match(phrase):
        rest = phrase[match.end() :]
        if not match[2] and not _AFTER_BARE_YEAR.match(rest):
            return None, phrase, False
        # The letter O stands in for 〇 in scanned reports.
        digits = re.sub("[OoОо]", "0", "".join(_SPELLED.get(digit, digit) for digit in match[1]))
        return int(digits), rest, True
    if base is not None and (match := _SHORT_YEAR.match(phrase)):
        year = base // 100 * 100 + int(match[1])
        return (year if year <= base + 15 else year - 100), phrase[match.end() :], True
    return base, phrase, False


def _read_quarter(year: int, match: re.Match[str]) -> DateInterval | None:
    number = _to_int(match[1] or match[2] or ("一" if match[3] else "四"))
    first, last = 3 * number - 2, 3 * number
    if match[4]:
        first = last = first if match[4] == "初" else last
    return _months(year, first, last)


def _read_first_quarters(year: int, match: re.Match[str]) -> DateInterval | None:
    return _months(year, 1, 3 * _to_int(match[1]))


def _read_first_months(year: int, match: re.Match[str]) -> DateInterval | None:
    return _months(year, 1, _to_int(match[1]))


def _read_month(year: int, match: re.Match[str]) -> DateInterval | None:
    month = _to_int(match[1])
    if match[2] in _PARTS_OF_MONTH:
        return _days(year, month, *_PARTS_OF_MONTH[match[2]])
    day_match = _DAY.fullmatch(match[2])
    if day_match is None:
        return None
    day = _to_int(day_match[1])
    return _days(year, month, day, day)


def _read_season(year: int, match: re.Match[str]) -> DateInterval | None:
    return _season(year, match[1])


def _read_holiday(year: int, match: re.Match[str]) -> DateInterval | None:
    found = find_holiday(match[1], year)
    return DateInterval(*found) if found else None


_FORMS_IN_YEAR: tuple[
    tuple[re.Pattern[str], Callable[[int, re.Match[str]], DateInterval | None]], ...
] = (
    (_QUARTER, _read_quarter),
    (_FIRST_QUARTERS, _read_first_quarters),
    (_FIRST_MONTHS, _read_first_months),
    (_MONTH, _read_month),
    (_SEASON, _read_season),
    (_HOLIDAY, _read_holiday),
)


def _read_before(phrase: str, base: int | None) -> DateInterval | None:
    match = _BEFORE.fullmatch(phrase)
    point = _read_single(match[1], base) if match else None
    if match is None or point is None:
        return None
    if match[1].startswith("元旦"):
        return _years(point.start.year, point.start.year)
    is_day = point.start == point.end
    closes_month = is_day and (point.end + _ONE_DAY).day == 1
    if closes_month or _NAMED_BY_END.search(match[1]):
        return DateInterval(date(point.start.year, 1, 1), point.end)
    end = point.start - _ONE_DAY
    start_year = end.year
    if not is_day and end.year < point.start.year:
        # X opens its year. A whole year or plan counts from the report on; 上半年前 says nothing.
        if base is None or end.year < base or (point.end.month, point.end.day) != (12, 31):
            return None
        start_year = base
    return DateInterval(date(start_year, 1, 1), end)


def _read_after(phrase: str, base: int | None) -> DateInterval | None:
    match = _AFTER.fullmatch(phrase)
    point = _read_single(match[1], base) if match else None
    if point is None or point.end.month == 12:
        return None
    return DateInterval(point.end + _ONE_DAY, date(point.end.year, 12, 31))


def _read_range(phrase: str, base: int | None) -> DateInterval | None:
    if len(_SEPARATOR.findall(phrase)) != 1:
        return None
    left_text, right_text = _SEPARATOR.split(phrase)
    # The left side may leave its unit to the right one: 1-10月, 一至三季度.
    unit = _SHARED_UNIT.search(right_text)
    for full_left in (left_text, left_text + unit[0] if unit else ""):
        left = _read_single(full_left, base)
        right = _read_right(right_text, full_left, left, base) if left else None
        if left and right:
            return _span(left, right)
    return None


def _read_right(
    right_text: str, left_text: str, left: DateInterval, base: int | None
) -> DateInterval | None:
    """Read the right side, with the year and the month that only the left side names."""
    if following := re.match(r"次年|翌年", right_text):
        return _read_single(f"{left.end.year + 1}年{right_text[following.end() :]}", base)
    names_year = _take_year(left_text, base)[2]
    if names_year and re.fullmatch(r"[0-9]{2}年度?", right_text):
        return _read_single(f"{left.end.year // 100}{right_text}", base)
    is_relative = RELATIVE_YEAR.match(right_text) is not None
    context = left.end.year if names_year and not is_relative else base
    right = _read_single(right_text, context)
    if right is None and _DAY.fullmatch(right_text):
        right = _read_single(f"{left.start.month}月{right_text}", context)
    return right


def _to_int(text: str) -> int:
    """Read a number the patterns let through; 0 for 十十, which no calendar has."""
    number = parse_number(text)
    return 0 if number is None else int(number)
