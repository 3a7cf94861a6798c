"""The score tables in a terminal."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from evaluation.model import BucketRow, BucketTable, Evaluation, Figure, ScoreRow, ScoreTable

DASH = "–"
# The tables that are printed in full.
_TITLES = {
    ("mentions", "strict"): "Mentions, span and label right",
    ("relations", "strict"): "Relations, spans and type right",
    ("facts", "triple"): "Facts, one row a project mention, investment, status",
    ("facts", "project"): "Facts, one record a project",
    ("status", "class"): "Status class of matched mentions",
}


def render(evaluation: Evaluation) -> Group:
    """Overview, one table for every layer, the hard subset, and the warnings.

    On gold mentions the scores of mentions say nothing and are left out.
    """
    given = evaluation.setting == "gold_mentions"
    tables = [table for table in evaluation.tables if not (given and table.table == "mentions")]
    parts: list[Table | Text] = [overview(evaluation, tables)]
    parts += [
        score_table(table)
        for table in tables
        if (table.table, table.scheme) in _TITLES and any(r.gold or r.predicted for r in table.rows)
    ]
    parts += [
        bucket_table(table)
        for table in evaluation.buckets
        if table.name == "hard" and not (given and table.layer == "mention")
    ]
    parts += [Text(f"warning: {warning}", style="yellow") for warning in evaluation.warnings]
    return Group(*parts)


def overview(evaluation: Evaluation, tables: Sequence[ScoreTable]) -> Table:
    """Micro scores (of facts, whole ones) under every scheme."""
    data = evaluation.data
    split = f", {evaluation.split}" if evaluation.split else ""
    given = ", on gold mentions" if evaluation.setting == "gold_mentions" else ""
    table = _table(
        f"{evaluation.name}{split}{given}: {data.documents} documents,"
        f" {data.characters:,} characters; {100 * evaluation.confidence:.0f} % intervals",
        first="scores",
    )
    for scores in tables:
        table.add_row(f"{scores.table} {scores.scheme}", *_cells(scores.rows[0]))
    return table


def score_table(scores: ScoreTable) -> Table:
    """All rows of one table that have items on either side."""
    title = _TITLES.get((scores.table, scores.scheme), f"{scores.table} {scores.scheme}")
    table = _table(title, first="label")
    for row in scores.rows:
        if row.gold or row.predicted:
            table.add_row(row.label, *_cells(row))
    return table


def bucket_table(buckets: BucketTable) -> Table:
    """The rows of one bucket table."""
    table = _table(f"{buckets.title} ({buckets.layer}s)", first="bucket")
    for row in buckets.rows:
        table.add_row(row.bucket, *_cells(row))
    return table


def show(figure: Figure) -> str:
    """A figure in percent, with its interval if it has one; a dash where it is undefined."""
    if figure.value is None:
        return DASH
    if figure.low is None or figure.high is None:
        return f"{100 * figure.value:.1f}"
    return f"{100 * figure.value:.1f} ({100 * figure.low:.1f}{DASH}{100 * figure.high:.1f})"


def _cells(row: ScoreRow | BucketRow) -> tuple[str, ...]:
    # The interval of F1 alone, so that a table fits into 80 columns; files have all of them.
    precision, recall = (Figure(figure.value) for figure in (row.precision, row.recall))
    return (str(row.gold), str(row.predicted), show(precision), show(recall), show(row.f1))


def _table(title: str, *, first: str) -> Table:
    table = Table(
        title=Text(f"\n{title}"),
        title_justify="left",
        box=SIMPLE_HEAD,
        show_edge=False,
        padding=(0, 0, 0, 1),
    )
    table.add_column(first, no_wrap=True)
    for name in ("gold", "pred.", "precision", "recall", "F1"):
        table.add_column(name, justify="right", no_wrap=True)
    return table
