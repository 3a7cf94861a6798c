"""Agreement, counted by hand on small pairs of documents."""

from dataclasses import replace

import pytest
from rich.console import Console

from annotations.agreement import Agreement, Counts, agreement, as_record, as_table
from annotations.document import Document, Mention, Relation, StatusValue
from annotations.errors import AnnotationError

TEXT = "甲项目投资3亿元，已开工，年底投产。"


def build(
    *spans: tuple[str, str],
    relations: tuple[tuple[str, str, str], ...] = (),
    status: dict[str, StatusValue] | None = None,
    name: str = "a",
) -> Document:
    """A document with one mention for each (label, text); its id is its text."""
    return Document(
        id=name,
        text=TEXT,
        mentions=tuple(
            Mention(
                id=text,
                label=label,
                start=TEXT.index(text),
                end=TEXT.index(text) + len(text),
                text=text,
            )
            for label, text in spans
        ),
        relations=tuple(Relation(type=t, head=head, tail=tail) for t, head, tail in relations),
        status=status or {},
    )


FIRST = build(
    ("PROJECT", "甲项目"),
    ("AMOUNT", "3亿元"),
    ("STATUS", "开工"),
    ("STATUS", "投产"),
    relations=(
        ("TotalInvestment", "甲项目", "3亿元"),
        ("HasStatus", "甲项目", "开工"),
        ("HasStatus", "甲项目", "投产"),
    ),
    status={
        "开工": StatusValue("under_construction", "actual"),
        "投产": StatusValue("operating", "future"),
    },
)
SECOND = build(
    ("PROJECT", "甲项目"),
    ("AMOUNT", "投资3亿元"),
    ("STATUS", "开工"),
    ("STATUS", "投产"),
    ("DATE", "年底"),
    relations=(
        ("TotalInvestment", "甲项目", "投资3亿元"),
        ("HasStatus", "甲项目", "开工"),
        ("When", "甲项目", "年底"),
    ),
    status={
        "开工": StatusValue("under_construction", "actual"),
        "投产": StatusValue("operating", "actual"),
    },
)


def counts(result: Agreement, group: str, name: str) -> tuple[int, int, int]:
    found = getattr(result, group)[name].counts
    return (found.both, found.first, found.second)


EXPECTED = {
    ("mentions", "PROJECT"): (1, 1, 1),
    ("mentions", "AMOUNT"): (0, 1, 1),
    ("mentions", "STATUS"): (2, 2, 2),
    ("mentions", "DATE"): (0, 0, 1),
    ("mentions", "COMPANY"): (0, 0, 0),
    ("mentions", "all"): (3, 4, 5),
    ("relations", "TotalInvestment"): (0, 1, 1),
    ("relations", "HasStatus"): (1, 2, 1),
    ("relations", "When"): (0, 0, 1),
    ("relations", "all"): (1, 3, 3),
    ("status", "class"): (2, 2, 2),
    ("status", "modality"): (1, 2, 2),
    ("status", "class and modality"): (1, 2, 2),
}


@pytest.mark.parametrize(("row", "expected"), EXPECTED.items())
def test_counts(row: tuple[str, str], expected: tuple[int, int, int]) -> None:
    assert counts(agreement([FIRST], [SECOND]), *row) == expected


@pytest.mark.parametrize(
    ("both", "first", "second", "expected"),
    [(3, 4, 5, 2 * 3 / 9), (0, 1, 1, 0.0), (0, 0, 0, None), (2, 2, 2, 1.0)],
)
def test_f1(both: int, first: int, second: int, expected: float | None) -> None:
    assert Counts(both=both, first=first, second=second).f1 == expected


def test_same_spans_with_other_labels_do_not_agree() -> None:
    result = agreement([build(("PROJECT", "甲项目"))], [build(("ZONE", "甲项目"))])
    assert counts(result, "mentions", "all") == (0, 1, 1)


def test_ids_and_order_do_not_matter() -> None:
    turned = replace(FIRST, mentions=FIRST.mentions[::-1], relations=FIRST.relations[::-1])
    result = agreement([FIRST], [turned])
    assert counts(result, "mentions", "all") == (4, 4, 4)
    assert counts(result, "relations", "all") == (3, 3, 3)


def test_a_status_without_value_agrees_with_nothing() -> None:
    bare = replace(FIRST, status={})
    assert counts(agreement([bare], [bare]), "status", "class") == (0, 2, 2)


def many() -> tuple[list[Document], list[Document]]:
    names = [f"d{n}" for n in range(6)]
    return (
        [replace(FIRST, id=name) for name in names],
        [replace(SECOND if n % 2 else FIRST, id=name) for n, name in enumerate(names)],
    )


def test_intervals_hold_the_score_and_repeat() -> None:
    first, second = many()
    result = agreement(first, second)
    assert result == agreement(first[::-1], second)
    score = result.mentions["all"]
    assert score.counts == Counts(both=21, first=24, second=27)
    assert score.interval is not None
    assert score.counts.f1 is not None
    low, high = score.interval
    # All documents like the second, or all equal, are the worst and the best that can be drawn.
    assert 2 * 3 / 9 <= low < score.counts.f1 < high <= 1
    assert result.mentions["PROJECT"].interval == (1.0, 1.0)
    assert result.mentions["COMPANY"].interval is None


def test_one_document_has_no_interval() -> None:
    assert agreement([FIRST], [SECOND]).mentions["all"].interval is None


def test_record_and_table() -> None:
    result = agreement(*many())
    row = as_record(result)["mentions"]["all"]
    assert (row["both"], row["first"], row["second"]) == (21, 24, 27)
    assert row["f1"] == pytest.approx(42 / 51)
    assert as_record(result)["mentions"]["COMPANY"]["f1"] is None
    console = Console(width=100)
    with console.capture() as capture:
        console.print(as_table(result))
    lines = {
        cells[1].strip(): [cell.strip() for cell in cells[2:-1]]
        for cells in (line.split("│") for line in capture.get().splitlines() if "│" in line)
    }
    assert lines["COMPANY"] == ["-", "-", "0", "0", "0"]
    assert lines["PROJECT"] == ["1.000", "1.000 to 1.000", "6", "6", "6"]


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ([FIRST], [], "a (first only)"),
        ([FIRST], [FIRST, replace(FIRST, id="b")], "b (second only)"),
        ([], [], "no document to compare"),
        ([FIRST], [Document(id="a", text="别的")], "a: the annotators have different texts"),
    ],
)
def test_what_cannot_be_compared(
    first: list[Document], second: list[Document], message: str
) -> None:
    with pytest.raises(AnnotationError) as caught:
        agreement(first, second)
    assert message in str(caught.value)
