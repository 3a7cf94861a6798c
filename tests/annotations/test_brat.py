"""Brat files: what is written is read again, and every kind of bad line is named."""

import pytest
from hypothesis import given, settings

from annotations.brat import format_ann, parse_ann
from annotations.document import Document, Mention, Relation, StatusValue, renumber
from annotations.errors import AnnotationError
from tests.annotations.strategies import documents

TEXT = "总投资390亿元的𠮷能产业园\n项目已开工。"
ANN = (
    "T1\tAMOUNT 3 8\t390亿元\n"
    "T2\tPROJECT 9 17\t𠮷能产业园 项目\n"
    "T3\tSTATUS 18 20\t开工\n"
    "R1\tTotalInvestment Arg1:T2 Arg2:T1\n"
    "R2\tHasStatus Arg1:T2 Arg2:T3\n"
    "A1\tStatusClass T3 under_construction\n"
    "A2\tModality T3 actual\n"
)


def test_lines_become_a_document() -> None:
    document = parse_ann(ANN, text=TEXT, id="a", source="seeds/a.txt")
    assert document == Document(
        id="a",
        text=TEXT,
        mentions=(
            Mention(id="T1", label="AMOUNT", start=3, end=8, text="390亿元"),
            Mention(id="T2", label="PROJECT", start=9, end=17, text="𠮷能产业园\n项目"),
            Mention(id="T3", label="STATUS", start=18, end=20, text="开工"),
        ),
        relations=(
            Relation(type="TotalInvestment", head="T2", tail="T1"),
            Relation(type="HasStatus", head="T2", tail="T3"),
        ),
        status={"T3": StatusValue("under_construction", "actual")},
        source="seeds/a.txt",
    )
    assert format_ann(document) == ANN


def test_a_line_break_in_a_mention_is_read_as_blank_or_windows_file() -> None:
    assert parse_ann(ANN.replace("\n", "\r\n"), text=TEXT, id="a") == parse_ann(
        ANN, text=TEXT, id="a"
    )


def test_mentions_are_written_in_text_order_and_numbered_anew() -> None:
    shuffled = (
        "A1\tModality T9 actual\nT9\tSTATUS 18 20\t开工\nT4\tPROJECT 9 17\t𠮷能产业园 项目\n"
        "R5\tHasStatus Arg1:T4 Arg2:T9\nT7\tAMOUNT 3 8\t390亿元\n\n"
        "A3\tStatusClass T9 under_construction\nR6\tTotalInvestment Arg1:T4 Arg2:T7"
    )
    assert format_ann(parse_ann(shuffled, text=TEXT, id="a")) == ANN


SIGNED = "T1\tSTATUS 18 20\t开工\nA1\tStatusClass T1 signed"
BAD_LINES = {
    "unknown kind": ("E1\tEvent:T1", 1, "expected a line that begins with T, R or A"),
    "note": ("#1\tAnnotatorNotes T1\tunsure", 1, "expected a line that begins with T, R or A"),
    "blanks for tabs": ("T1 AMOUNT 3 8 390亿元", 1, "expected T1<TAB>LABEL START END<TAB>text"),
    "two pieces": ("T1\tAMOUNT 3 5;6 8\t390亿元", 1, "malformed line"),
    "negative": ("T1\tAMOUNT -1 8\t390亿元", 1, "malformed line"),
    "other text": ("T1\tAMOUNT 4 9\t390亿元", 1, "the nearest such text starts at 3"),
    "UTF-16 offsets": ("T1\tSTATUS 19 21\t开工", 1, "the nearest such text starts at 18"),
    "past the end": ("T1\tAMOUNT 3 80\t390亿元", 1, "(21 characters)"),
    "empty span": ("T1\tAMOUNT 3 3\t390亿元", 1, "has no such span"),
    "duplicate id": ("T1\tAMOUNT 3 8\t390亿元\nT1\tSTATUS 18 20\t开工", 2, "T1 is used twice"),
    "relation to nothing": ("\nR1\tWhen Arg1:T1 Arg2:T2", 2, "R1 names T1"),
    "relation form": ("R1\tWhen T1 T2", 1, "expected R1<TAB>TYPE Arg1:T1 Arg2:T2"),
    "attribute of nothing": ("A1\tModality T1 actual", 1, "A1 names T1"),
    "attribute without value": ("A1\tModality T1", 1, "malformed line"),
    "unknown attribute": ("T1\tSTATUS 18 20\t开工\nA1\tTense T1 past", 2, "unknown attribute"),
    "class alone": (
        SIGNED,
        2,
        "T1 has a StatusClass but no Modality",
    ),
    "modality twice": (
        f"{SIGNED}\nA2\tModality T1 actual\nA3\tModality T1 future",
        4,
        "T1 has a Modality already",
    ),
}


@pytest.mark.parametrize(("ann", "line", "message"), BAD_LINES.values(), ids=BAD_LINES.keys())
def test_bad_lines_are_named(ann: str, line: int, message: str) -> None:
    with pytest.raises(AnnotationError) as caught:
        parse_ann(ann, text=TEXT, id="a")
    assert str(caught.value).startswith(f"a.ann:{line}: ")
    assert message in str(caught.value)


def test_further_problems_are_counted() -> None:
    with pytest.raises(AnnotationError, match=r"^a\.ann:1: .* \(and 2 more problems\)$"):
        parse_ann("x\ny\nz", text=TEXT, id="a")


@settings(deadline=None)
@given(documents())
def test_any_document_survives(document: Document) -> None:
    assert parse_ann(format_ann(document), text=document.text, id="d") == renumber(document)
