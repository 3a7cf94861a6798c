"""Tables as Markdown, as CSV and as LaTeX, each with the escapes that it needs."""

import csv
import io
import re
from collections.abc import Sequence

from evaluation.model import Figure
from evaluation.report_tables import Cell, Table

DASH = "–"
CSV_COLUMNS = ("run", "table", "row", "column", "value", "low", "high")

# What begins like this a spreadsheet would run as a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_MARKDOWN = re.compile(r"([\\`*\[\]<>&|#~$!])|(?<!\w)(_)|(_)(?!\w)")
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "–": "--",
}
_LATEX_HEAD = r"""% Tables of a zonefacts report. In the preamble: \usepackage{booktabs}
% and, for Chinese names, \usepackage{xeCJK} with XeLaTeX or LuaLaTeX.
% Figures are percentages with their intervals in brackets; -- is undefined.
"""


def markdown(tables: Sequence[Table], *, title: str, notes: Sequence[str]) -> str:
    """All tables as GitHub Markdown under headings, one for every run."""
    lines = [f"# {escape_markdown(title)}", ""]
    lines += [f"- {escape_markdown(note)}" for note in notes]
    run = None
    for table in tables:
        if table.run != run:
            run = table.run
            lines += ["", f"## {escape_markdown(run)}"]
        lines += ["", f"### {escape_markdown(table.title)}", ""]
        lines.append(_markdown_row([table.first, *table.columns]))
        lines.append("|---|" + "---:|" * len(table.columns))
        lines += [_markdown_row([name, *map(show, cells)]) for name, cells in table.rows]
    return "\n".join(lines) + "\n"


def latex(tables: Sequence[Table]) -> str:
    """All tables as floats with booktabs rules, one after the other."""
    return _LATEX_HEAD + "".join(_latex_table(table) for table in tables)


def csv_text(tables: Sequence[Table]) -> str:
    """All cells in long form, one a line, shares as numbers from 0 to 1.

    Text that a spreadsheet would run as a formula gets an apostrophe in front. What is undefined
    is empty.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for table in tables:
        for name, cells in table.rows:
            for column, cell in zip(table.columns, cells, strict=True):
                place = (table.run, table.name, name, column)
                writer.writerow([*map(_harmless, place), *_numbers(cell)])
    return file.getvalue()


def show(cell: Cell) -> str:
    """A cell for the reader: shares in percent with their interval, a dash for the undefined."""
    if cell is None:
        return DASH
    if isinstance(cell, Figure):
        return _show_figure(cell)
    if isinstance(cell, float):
        return "<0.001" if 0 < cell < 0.001 else f"{cell:.3f}"
    return f"{cell:,}" if isinstance(cell, int) else cell


def escape_markdown(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    escaped = _MARKDOWN.sub(lambda match: f"\\{match[0]}", text)
    return " ".join(escaped.split())


def escape_latex(text: str) -> str:
    """Text that LaTeX sets as it is, on one line."""
    return " ".join("".join(_LATEX.get(mark, mark) for mark in text).split())


def _show_figure(figure: Figure) -> str:
    if figure.value is None:
        return DASH
    if figure.low is None or figure.high is None:
        return f"{100 * figure.value:.1f}"
    # "to" and not a dash, which would stand beside the minus signs of differences.
    return f"{100 * figure.value:.1f} ({100 * figure.low:.1f} to {100 * figure.high:.1f})"


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(escape_markdown, cells))} |"


def _latex_table(table: Table) -> str:
    header = " & ".join(map(escape_latex, [table.first, *table.columns]))
    rows = "\n".join(
        f"{' & '.join(map(escape_latex, [name, *map(show, cells)]))} \\\\"
        for name, cells in table.rows
    )
    return rf"""
\begin{{table}}[htbp]
\centering
\caption{{{escape_latex(f"{table.title} ({table.run})")}}}
\begin{{tabular}}{{l{"r" * len(table.columns)}}}
\toprule
{header} \\
\midrule
{rows}
\bottomrule
\end{{tabular}}
\end{{table}}
"""


def _numbers(cell: Cell) -> tuple[object, object, object]:
    if isinstance(cell, Figure):
        return (_rounded(cell.value), _rounded(cell.low), _rounded(cell.high))
    return (_harmless(cell) if isinstance(cell, str) else _rounded(cell), "", "")


def _rounded(number: float | None) -> float | str:
    if number is None:
        return ""
    return round(number, 6) if isinstance(number, float) else number


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
