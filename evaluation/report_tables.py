"""The tables of a report as plain rows, from which Markdown, CSV and LaTeX are written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evaluation.model import (
    BucketRow,
    BucketTable,
    Comparison,
    Confusion,
    Curve,
    Difference,
    Evaluation,
    Figure,
    LearningCurve,
    ScoreRow,
    ScoreTable,
    ValueScore,
)
from evaluation.report_data import count_changes
from evaluation.report_runs import ReportInput, Run

# A count, a share with its interval, a plain number such as a p-value, or nothing to say.
Cell = str | int | float | Figure | None

SCORE_COLUMNS = ("gold", "predicted", "precision", "recall", "F1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: `rows` have a name and a cell for every column.

    `run` says whose figures these are, `name` tells the table from the others of the run, `title`
    is for the reader.
    """

    run: str
    name: str
    title: str
    first: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


def all_tables(report: ReportInput) -> list[Table]:
    """Every table of a report that has rows, in its order."""
    tables: list[Table] = []
    if len(report.runs) > 1:
        tables += side_by_side([run.evaluation for run in report.runs])
    if report.comparison:
        a, b = (run.evaluation for run in report.runs)
        tables += [*difference_tables(report.comparison), change_table(report.comparison, a, b)]
    for run in report.runs:
        tables += _of_run(run)
    return [table for table in tables if table.rows]


def side_by_side(evaluations: Sequence[Evaluation]) -> list[Table]:
    """F1 of every row of every score table, one column a run."""
    names = tuple(evaluation.name for evaluation in evaluations)
    return [
        Table(
            run=" / ".join(names),
            name=f"f1.{table.table}.{table.scheme}",
            title=f"F1 side by side: {table.table}, {table.scheme.replace('_', ' ')}",
            first="label",
            columns=names,
            rows=tuple(
                (
                    row.label,
                    tuple(
                        e.table(table.table, table.scheme).row(row.label).f1 for e in evaluations
                    ),
                )
                for row in table.rows
            ),
        )
        for table in evaluations[0].tables
    ]


def score_table(table: ScoreTable, *, run: str) -> Table:
    """One layer under one scheme."""
    return Table(
        run=run,
        name=f"{table.table}.{table.scheme}",
        title=f"{table.table.capitalize()}, {table.scheme.replace('_', ' ')}",
        first="label",
        columns=SCORE_COLUMNS,
        rows=tuple((row.label, _score_cells(row)) for row in table.rows),
    )


def confusion_table(confusion: Confusion, *, run: str) -> Table:
    """Gold labels in rows, predicted labels in columns."""
    return Table(
        run=run,
        name=f"confusion.{confusion.name}",
        title=f"Confusion of {confusion.name.replace('_', ' ')}: gold in rows",
        first="gold",
        columns=confusion.labels,
        rows=tuple(
            (label, tuple(counts))
            for label, counts in zip(confusion.labels, confusion.counts, strict=True)
        ),
    )


def bucket_table(table: BucketTable, *, run: str) -> Table:
    """One layer by one property."""
    return Table(
        run=run,
        name=f"bucket.{table.layer}.{table.name}",
        title=f"{table.title} ({table.layer}s)",
        first="bucket",
        columns=SCORE_COLUMNS,
        rows=tuple((row.bucket, _score_cells(row)) for row in table.rows),
    )


def curve_table(curves: Iterable[Curve], *, run: str) -> Table:
    """Average precision and calibration error of what has scores to speak of."""
    return Table(
        run=run,
        name="curves",
        title="Average precision and calibration error",
        first="label",
        columns=("gold", "predicted", "average precision", "calibration error"),
        rows=tuple(
            (
                f"{curve.layer} {curve.label}",
                (
                    curve.gold,
                    curve.predicted,
                    Figure(curve.average_precision),
                    Figure(curve.calibration_error),
                ),
            )
            for curve in curves
            if curve.informative
        ),
    )


def value_table(values: Iterable[ValueScore], *, run: str) -> Table:
    """Accuracy of the value parsers by pattern class."""
    return Table(
        run=run,
        name="values",
        title="Values read as the tables of cases say",
        first="parser and pattern",
        columns=("cases", "correct", "accuracy"),
        rows=tuple(
            (
                f"{value.parser}: {value.pattern}",
                (value.cases, value.correct, Figure(value.accuracy)),
            )
            for value in values
        ),
    )


def learning_table(curve: LearningCurve, *, run: str) -> Table:
    """Mean F1 at every size, and what the next documents would bring."""
    rows: list[tuple[str, tuple[Cell, ...]]] = [
        (
            f"{band.n_documents} documents",
            (band.n_characters, band.n_seeds, Figure(band.mean, band.low, band.high)),
        )
        for band in curve.bands
    ]
    rows.append((f"gain to {curve.next_size:.0f} {curve.by}", (None, None, curve.next_gain)))
    return Table(
        run=run,
        name=f"learning.{curve.by}",
        title=f"F1 by training data, in {curve.by}",
        first="training data",
        columns=("characters", "runs", "F1"),
        rows=tuple(rows),
    )


def difference_tables(comparison: Comparison) -> list[Table]:
    """F1 of both runs, their difference and its test, a table for every score table."""
    groups: dict[tuple[str, str], list[Difference]] = {}
    for difference in comparison.differences:
        groups.setdefault((difference.table, difference.scheme), []).append(difference)
    return [
        Table(
            run=f"{comparison.a} / {comparison.b}",
            name=f"difference.{table}.{scheme}",
            title=f"Difference of F1: {table}, {scheme.replace('_', ' ')}",
            first="label",
            columns=(comparison.a, comparison.b, "difference", "p", "p (Holm)", "detectable"),
            rows=tuple(
                (
                    d.label,
                    (Figure(d.a), Figure(d.b), d.difference, d.p, d.p_holm, Figure(d.detectable)),
                )
                for d in differences
            ),
        )
        for (table, scheme), differences in groups.items()
    ]


def change_table(comparison: Comparison, a: Evaluation, b: Evaluation) -> Table:
    """How many items the second run fixed and broke."""
    return Table(
        run=f"{comparison.a} / {comparison.b}",
        name="changes",
        title=f"What {comparison.b} fixed and broke",
        first="layer and label",
        columns=("fixed", "broken"),
        rows=tuple(
            (f"{layer} {label}", (counts["fixed"], counts["broken"]))
            for layer, labels in count_changes(comparison, a, b).items()
            for label, counts in labels.items()
        ),
    )


def _of_run(run: Run) -> list[Table]:
    evaluation, name = run.evaluation, run.name
    return [
        *(score_table(table, run=name) for table in evaluation.tables),
        *(confusion_table(confusion, run=name) for confusion in evaluation.confusions),
        curve_table(evaluation.curves, run=name),
        *(learning_table(curve, run=name) for curve in run.learning),
        *(bucket_table(table, run=name) for table in evaluation.buckets),
        value_table(evaluation.values, run=name),
    ]


def _score_cells(row: ScoreRow | BucketRow) -> tuple[Cell, ...]:
    return (row.gold, row.predicted, row.precision, row.recall, row.f1)
