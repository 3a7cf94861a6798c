"""The tables of a report as Markdown, CSV and LaTeX."""

import csv
import io
import re

import pytest

from evaluation.model import Figure
from evaluation.report_formats import (
    CSV_COLUMNS,
    csv_text,
    escape_latex,
    escape_markdown,
    latex,
    markdown,
    show,
)
from evaluation.report_tables import Cell, Table, all_tables
from tests.evaluation.reported import LEARNING, report_of, system_a, system_b


@pytest.fixture(scope="module")
def tables() -> list[Table]:
    return all_tables(report_of(system_a(), system_b(), learning=LEARNING))


def small(*cells: Cell, name: str = "row", run: str = "run", column: str = "x") -> Table:
    return Table(
        run=run,
        name="t",
        title="Title",
        first="label",
        columns=(column, *(f"c{n}" for n in range(1, len(cells)))),
        rows=((name, cells),),
    )


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (None, "–"),
        (Figure(None), "–"),
        (Figure(None, 0.1, 0.2), "–"),
        (Figure(0.5), "50.0"),
        (Figure(0.5, 0.25, 1.0), "50.0 (25.0 to 100.0)"),
        (Figure(-0.05, -0.1, 0.0), "-5.0 (-10.0 to 0.0)"),
        (1234, "1,234"),
        (0, "0"),
        (0.0301, "0.030"),
        (0.0001, "<0.001"),
        (1.0, "1.000"),
        ("words", "words"),
    ],
)
def test_cells(cell: Cell, expected: str) -> None:
    assert show(cell) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a|b", r"a\|b"),
        ("*a* `b` [c](d) <e> &amp;", r"\*a\* \`b\` \[c\](d) \<e\> \&amp;"),
        ("under_construction", "under_construction"),
        ("_a_ b_", r"\_a\_ b\_"),
        ("two\nlines  here", "two lines here"),
        ("a\\b", r"a\\b"),
        ("东区", "东区"),
    ],
)
def test_markdown_escapes(text: str, expected: str) -> None:
    assert escape_markdown(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50 % & #1_x", r"50 \% \& \#1\_x"),
        (r"\input{x}", r"\textbackslash{}input\{x\}"),
        ("~^$", r"\textasciitilde{}\textasciicircum{}\$"),
        ("1–2 <0.001", r"1--2 \textless{}0.001"),
        ("two\nlines", "two lines"),
        ("东区", "东区"),
    ],
)
def test_latex_escapes(text: str, expected: str) -> None:
    assert escape_latex(text) == expected


def test_every_row_has_a_cell_for_every_column(tables: list[Table]) -> None:
    for table in tables:
        assert {len(cells) for _, cells in table.rows} == {len(table.columns)}, table.name
    names = [(table.run, table.name) for table in tables]
    assert len(names) == len(set(names))


def test_tables_of_two_runs(tables: list[Table]) -> None:
    names = {(table.run, table.name) for table in tables}
    for run in ("A", "B"):
        assert {
            (run, "mentions.strict"),
            (run, "facts.project"),
            (run, "confusion.relations"),
            (run, "bucket.fact.hard"),
            (run, "curves"),
            (run, "learning.documents"),
        } <= names
    assert {
        ("A / B", "f1.mentions.strict"),
        ("A / B", "difference.facts.triple"),
        ("A / B", "changes"),
    } <= names


def test_markdown_tables(tables: list[Table]) -> None:
    text = markdown(tables, title="A & B", notes=["note | one"])
    lines = text.split("\n")
    assert lines[:3] == [r"# A \& B", "", r"- note \| one"]
    for number, line in enumerate(lines):
        if line.startswith("|---"):
            n_columns = line.count("|")
            # A pipe in a cell is escaped, so all that are left separate cells.
            rows = [lines[number - 1], lines[number + 1]]
            assert all(len(re.findall(r"(?<!\\)\|", row)) == n_columns for row in rows)
    assert "| PROJECT | 4 | 4 | 75.0 (" in text


def test_csv_is_long_and_exact(tables: list[Table]) -> None:
    rows = list(csv.DictReader(io.StringIO(csv_text(tables))))
    assert tuple(rows[0]) == CSV_COLUMNS
    found = {(r["run"], r["table"], r["row"], r["column"]): r for r in rows}
    assert len(found) == len(rows)
    f1 = found["A", "mentions.strict", "PROJECT", "F1"]
    assert (f1["value"], float(f1["low"]) <= 0.75 <= float(f1["high"])) == ("0.75", True)
    assert found["A", "mentions.strict", "COMPANY", "gold"]["value"] == "1"
    # Nothing of B is a company: precision is undefined.
    assert found["B", "mentions.strict", "COMPANY", "precision"]["value"] == ""
    assert found["A", "confusion.mentions", "ZONE", "COMPANY"]["value"] == "1"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_no_spreadsheet_runs_a_name(text: str) -> None:
    (row,) = list(csv.reader(io.StringIO(csv_text([small(1, name=text, run=text)]))))[1:]
    assert (row[0], row[2]) == (f"'{text}", f"'{text}")


def test_csv_keeps_quotes_commas_and_lines() -> None:
    text = 'a,"b"\nc'
    (row,) = list(csv.reader(io.StringIO(csv_text([small(-1, name=text)]))))[1:]
    assert row[2:5] == [text, "x", "-1"]


def test_latex_tables(tables: list[Table]) -> None:
    text = latex(tables)
    assert text.count(r"\begin{tabular}") == text.count(r"\end{tabular}") == len(tables)
    for columns, body in re.findall(
        r"\\begin\{tabular\}\{(l?r*)\}(.*?)\\end\{tabular\}", text, re.DOTALL
    ):
        lines = [line for line in body.split("\n") if line.endswith(r"\\")]
        assert lines
        assert {len(re.findall(r"(?<!\\)&", line)) for line in lines} == {len(columns) - 1}
    # Nothing but ASCII and Chinese is left: dashes are written as LaTeX wants them.
    assert "–" not in text


def test_a_table_without_rows_is_left_out() -> None:
    evaluation = system_a()
    assert not any(table.name == "values" for table in all_tables(report_of(evaluation)))
