"""Counts and sums inside project mentions: the table of forms, and what holds for any text."""

import csv
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.counts import GroupCount, count_after_status, parse_count, parse_size_in_mention

QUALIFIERS = {"exact", "about", "at_least", "more_than", "less_than"}
PIECES = (
    "0123456789.,-一二两三十百千万亿数几多余个项条座所家处宗件大近超约以上元美"
    "项目工程总投资的第年产“”\n "
)


def read_table() -> list[list[str]]:
    path = Path(__file__).parent / "data" / "counts.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [[row[0].replace("\\n", "\n"), *row[1:]] for row in rows[1:]]


TABLE = read_table()
FORMS = [row[0] for row in TABLE]


@pytest.mark.parametrize("row", TABLE, ids=FORMS)
def test_count(row: list[str]) -> None:
    form, count, qualifier, *_ = row
    assert parse_count(form) == (None if count == "-" else GroupCount(int(count), qualifier))


@pytest.mark.parametrize("row", TABLE, ids=FORMS)
def test_size(row: list[str]) -> None:
    form, _, _, kind, value, qualifier = row
    found = parse_size_in_mention(form)
    if kind == "-":
        assert found is None
    else:
        assert found is not None
        assert (found[0], found[1].value, found[1].qualifier) == (kind, Decimal(value), qualifier)


def test_size_keeps_currency_and_range() -> None:
    dollars = parse_size_in_mention("3000万美元以上外资项目38个")
    assert dollars is not None
    assert dollars[1].currency == "USD"
    bounds = parse_size_in_mention("5-10亿元项目20个")
    assert bounds is not None
    assert bounds[1].upper == Decimal(1000000000)


def test_table_is_large_and_without_repetition() -> None:
    assert len(FORMS) >= 130
    assert len(set(FORMS)) == len(FORMS)


@pytest.mark.parametrize(
    ("text", "status", "expected"),
    [
        ("亿元以上项目新签约429个、新开工330个", "新签约", GroupCount(429, "exact")),
        ("亿元以上项目新签约429个、新开工330个", "新开工", GroupCount(330, "exact")),
        ("2019年项目签约60宗，落地50宗，开工建设20宗", "签约", GroupCount(60, "exact")),
        ("2019年项目签约60宗，落地50宗，开工建设20宗", "落地", GroupCount(50, "exact")),
        ("2019年项目签约60宗，落地50宗，开工建设20宗", "开工建设", GroupCount(20, "exact")),
        ("产业项目竣工 120 个", "竣工", GroupCount(120, "exact")),
        ("产业项目竣工\n120个", "竣工", GroupCount(120, "exact")),
        ("重点项目开工了8个", "开工", GroupCount(8, "exact")),
        ("重点项目开工超过100个", "开工", GroupCount(100, "more_than")),
        ("重点项目开工百余个", "开工", GroupCount(100, "more_than")),
        ("重点项目投产近30项", "投产", GroupCount(30, "about")),
        ("重点项目开工20个以上", "开工", GroupCount(20, "at_least")),
        ("重点项目开工不少于20个", "开工", GroupCount(20, "at_least")),
        ("重点项目投产十五个", "投产", GroupCount(15, "exact")),
        ("道路竣工９条", "竣工", GroupCount(9, "exact")),
        ("重点项目开工建设", "开工", None),
        ("重点项目签约30亿元", "签约", None),
        ("重点项目签约3个亿", "签约", None),
        ("重点项目投产3个月", "投产", None),
        ("重点项目开工率达95%", "开工", None),
        ("重点项目开工，330个项目竣工", "开工", None),
        ("重点项目开工第3个", "开工", None),
        ("重点项目已开工", "开工", None),
        # The count must be all that the clause still says.
        ("安置工程建成3栋厂房", "建成", None),
        ("安置工程建成3栋厂房和宿舍5座", "建成", None),
    ],
)
def test_count_after_status(text: str, status: str, expected: GroupCount | None) -> None:
    start = text.index(status) + len(status)
    clause = re.match("[^，、]*", text[start:])
    assert count_after_status(text, start, start + clause.end()) == expected


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (6, 6), (2, 6), (3, 2), (10**9, 10**9)])
def test_a_clause_outside_the_text(start: int, end: int) -> None:
    assert count_after_status("开工33个", start, end) is None


@given(text=st.text(alphabet=PIECES, max_size=30) | st.text(max_size=60), end=st.integers(-5, 70))
def test_any_text_gives_sound_values_or_none(text: str, end: int) -> None:
    for count in (parse_count(text), count_after_status(text, end, len(text))):
        if count is not None:
            assert count.value > 0
            assert count.qualifier in QUALIFIERS
    size = parse_size_in_mention(text)
    if size is not None:
        kind, amount = size
        assert kind in {"total", "size_class"}
        assert amount.value is not None
        assert amount.value >= 0
        assert amount.upper is None or amount.upper >= amount.value
    assert (size, parse_count(text)) == (parse_size_in_mention(text), parse_count(text))


@pytest.mark.parametrize(
    "text", ["9" * 50_000 + "个", "亿" * 50_000, "超过" * 20_000, "一大" * 20_000]
)
def test_long_text_is_read_in_bounded_time(text: str) -> None:
    parse_count(text)
    parse_size_in_mention(text)


@given(
    number=st.integers(min_value=1, max_value=9999),
    head=st.sampled_from(["重点项目", "市政道路", "幼儿园", "产业项目"]),
    classifier=st.sampled_from("个项座处宗"),
)
def test_count_is_read_on_either_side_of_its_head(number: int, head: str, classifier: str) -> None:
    expected = GroupCount(number, "exact")
    assert parse_count(f"{number}{classifier}{head}") == expected
    assert parse_count(f"{head}{number}{classifier}") == expected
