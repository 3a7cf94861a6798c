"""Sums of money: the table of forms, and what holds for any text."""

import csv
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.amounts import Amount, format_value, parse_amount

QUALIFIERS = {"exact", "about", "at_least", "more_than", "less_than"}
PIECES = (
    "0123456789.,-０５．一二两三五九十百千万亿零数几多余来近约超过不低于以上下左右至到"
    "元美港人民币欧￥$（）\n “”个"
)


def read_table() -> list[list[str]]:
    path = Path(__file__).parent / "data" / "amounts.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [[row[0].replace("\\n", "\n"), *row[1:]] for row in rows[1:]]


TABLE = read_table()


def expected_amount(row: list[str]) -> Amount | None:
    _, value, upper, currency, qualifier = row
    if value == "-":
        return None
    return Amount(Decimal(value), None if upper == "-" else Decimal(upper), currency, qualifier)


@pytest.mark.parametrize("row", TABLE, ids=[row[0] for row in TABLE])
def test_form(row: list[str]) -> None:
    assert parse_amount(row[0]) == expected_amount(row)


def test_table_is_large_and_without_repetition() -> None:
    forms = [row[0] for row in TABLE]
    assert len(forms) >= 130
    assert len(set(forms)) == len(forms)


def test_table_shows_every_qualifier() -> None:
    assert {row[4] for row in TABLE} - {"-"} == QUALIFIERS


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("39000000000", "39000000000"),
        ("16763600.00", "16763600"),
        ("0.50", "0.5"),
        ("3.9E+10", "39000000000"),
        ("1E-7", "0.0000001"),
        ("0", "0"),
        ("0E-7", "0"),
        ("-0", "0"),
        ("100", "100"),
        ("123456789012345678901234567890.5", "123456789012345678901234567890.5"),
    ],
)
def test_format_value(value: str, written: str) -> None:
    assert format_value(Decimal(value)) == written


@given(st.text(alphabet=PIECES, max_size=24) | st.text(max_size=40))
def test_any_text_gives_a_sound_sum_or_none(text: str) -> None:
    amount = parse_amount(text)
    assert amount == parse_amount(text)
    if amount is None:
        return
    assert amount.value is not None
    assert amount.value >= 0
    assert amount.upper is None or amount.upper >= amount.value
    assert amount.qualifier in QUALIFIERS
    assert len(amount.currency) == 3
    assert Decimal(format_value(amount.value)) == amount.value


@pytest.mark.parametrize("text", ["9" * 10_000 + "元", "亿" * 5_000, "（含" * 3_000, "超" * 9_000])
def test_long_text_is_no_sum(text: str) -> None:
    assert parse_amount(text) is None


@given(
    n_hundredths=st.integers(min_value=0, max_value=10**14),
    unit=st.sampled_from([("元", 1), ("万元", 10**4), ("亿元", 10**8), ("万亿元", 10**12)]),
)
def test_no_digit_is_lost(n_hundredths: int, unit: tuple[str, int]) -> None:
    amount = parse_amount(f"{n_hundredths // 100}.{n_hundredths % 100:02}{unit[0]}")
    assert amount is not None
    assert amount.value is not None
    assert amount.value * 100 == n_hundredths * unit[1]


@given(
    low=st.integers(min_value=0, max_value=10**6),
    step=st.integers(min_value=0, max_value=10**6),
    separator=st.sampled_from("-—~～至到"),
)
def test_range_shares_the_unit(low: int, step: int, separator: str) -> None:
    amount = parse_amount(f"{low}{separator}{low + step}万元")
    assert amount == Amount(Decimal(low * 10**4), Decimal((low + step) * 10**4), "CNY", "exact")


def test_second_opinion_on_plain_sums() -> None:
    jionlp = pytest.importorskip("jionlp")
    plain = [row for row in TABLE if re.fullmatch(r"[0-9.]+亿元", row[0]) and row[1] != "-"]
    assert plain
    for form, value, *_ in plain:
        other = jionlp.parse_money(form)
        assert Decimal(str(other["num"])) == Decimal(value), form
