"""Calendar expressions: the table of forms, and what holds for any text."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dates import DateInterval, parse_date
from pipeline.holidays import find_holiday

YEARS = st.none() | st.integers(min_value=1990, max_value=2040) | st.integers()
PIECES = (
    "0123456789一二三四五六七八九十〇两年月日号季度旬上中下半前后今去明底末初内全第个至到"
    "-—～、“”()（） \n春节国庆五一元旦世纪代期间"
)


def read_table() -> list[list[str]]:
    path = Path(__file__).parent / "data" / "dates.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [[row[0].replace("\\n", "\n"), *row[1:]] for row in rows[1:]]


TABLE = read_table()


def to_interval(start: str, end: str) -> DateInterval | None:
    if start == "-":
        return None
    return DateInterval(date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize("row", TABLE, ids=[f"{row[0]} in {row[1]}" for row in TABLE])
def test_form(row: list[str]) -> None:
    form, year, start, end = row
    assert parse_date(form, year=None if year == "-" else int(year)) == to_interval(start, end)


def test_table_is_large_and_without_repetition() -> None:
    forms = [(row[0], row[1]) for row in TABLE]
    assert len({form for form, _ in forms}) >= 130
    assert len(set(forms)) == len(forms)


@given(text=st.text(alphabet=PIECES, max_size=14) | st.text(max_size=40), year=YEARS)
def test_any_text_gives_a_sound_interval_or_none(text: str, year: int | None) -> None:
    interval = parse_date(text, year=year)
    assert interval == parse_date(text, year=year)
    if interval is not None:
        assert interval.start <= interval.end
        assert interval.start.year >= 1900
        assert interval.end.year <= 2100


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31)))
def test_every_day_is_read_back(day: date) -> None:
    expected = DateInterval(day, day)
    assert parse_date(f"{day.year}年{day.month}月{day.day}日", year=None) == expected
    assert parse_date(f"{day.month}月{day.day}日", year=day.year) == expected
    assert parse_date(day.isoformat(), year=None) == expected


@given(year=st.integers(1901, 2099), month=st.integers(1, 12), day=st.integers(0, 99))
def test_no_day_is_invented(year: int, month: int, day: int) -> None:
    try:
        expected = DateInterval(date(year, month, day), date(year, month, day))
    except ValueError:
        expected = None
    assert parse_date(f"{year}年{month}月{day}日", year=None) == expected


@pytest.mark.parametrize(
    "form", ["今年", "年底", "上半年", "5月", "1-10月", "1月24日", "春节前", "前三季度", "今明两年"]
)
def test_relative_form_needs_the_year_and_moves_with_it(form: str) -> None:
    assert parse_date(form, year=None) is None
    years = {interval.start.year for y in (2019, 2020) if (interval := parse_date(form, year=y))}
    assert years == {2019, 2020}


@pytest.mark.parametrize("year", [-1, 0, 10**6])
def test_year_out_of_reach_counts_as_unknown(year: int) -> None:
    assert parse_date("今年", year=year) is None


@pytest.mark.parametrize("text", ["9" * 10_000 + "年", "前" * 5_000, "十" * 5_000, "-" * 5_000])
def test_long_text_is_no_date(text: str) -> None:
    assert parse_date(text, year=2021) is None


def test_quarters_and_halves_tile_the_year() -> None:
    for names in (["一季度", "二季度", "三季度", "四季度"], ["上半年", "下半年"]):
        expected_start = date(2021, 1, 1)
        for name in names:
            interval = parse_date(name, year=2021)
            assert interval is not None
            assert interval.start == expected_start
            expected_start = interval.end + timedelta(days=1)
        assert expected_start == date(2022, 1, 1)


def test_five_year_plans_follow_each_other() -> None:
    names = [
        "六五",
        "七五",
        "八五",
        "九五",
        "十五",
        "十一五",
        "十二五",
        "十三五",
        "十四五",
        "十五五",
    ]
    plans = [parse_date(f"“{name}”时期", year=None) for name in names]
    starts = [plan.start.year for plan in plans if plan]
    assert starts == list(range(1981, 2027, 5))


def test_lunar_holidays_against_a_second_calendar() -> None:
    jionlp = pytest.importorskip("jionlp")
    lunar_days = {"春节": (1, 1), "元宵": (1, 15), "端午": (5, 5), "中秋": (8, 15)}
    for year in range(2000, 2031):
        for name, (month, day) in lunar_days.items():
            found = find_holiday(name, year)
            other = jionlp.lunar2solar(year, month, day, False)
            assert found is not None
            assert found[0] == date(other.year, other.month, other.day), (name, year)


def test_holidays_end_with_the_table() -> None:
    assert find_holiday("春节", 1999) is None
    assert find_holiday("春节", 2031) is None
    assert find_holiday("国庆", 1999) == (date(1999, 10, 1), date(1999, 10, 7))


def test_second_opinion_on_plain_dates() -> None:
    jionlp = pytest.importorskip("jionlp")
    for form in ("2019年", "2020年2月", "2020年1月21日", "2019年上半年", "2018年三季度"):
        interval = parse_date(form, year=2021)
        start, end = jionlp.parse_time(form)["time"]
        assert interval is not None
        assert (interval.start.isoformat(), interval.end.isoformat()) == (start[:10], end[:10])
