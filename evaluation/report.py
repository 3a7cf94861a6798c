"""`zonefacts report`: one HTML page about one run or several, and its tables as text.

The page holds everything: it opens without a network, and its content security policy forbids
requests. `tables.md`, `tables.csv` and `tables.tex` have the same figures.
"""

from dataclasses import dataclass
from pathlib import Path

from corpus.files import write_atomic
from evaluation.model import Evaluation
from evaluation.report_buckets import place_items
from evaluation.report_data import figures_block
from evaluation.report_documents import documents_block
from evaluation.report_formats import csv_text, latex, markdown
from evaluation.report_runs import ReportInput, load_runs
from evaluation.report_tables import all_tables
from pipeline.page import render_page, template

PAGE = "report.html"
_STYLES = ("report.css",)
_SCRIPTS = (
    "report_items.js",
    "report_filters.js",
    "report_tables.js",
    "report_compare.js",
    "report_charts.js",
    "report_browser.js",
    "report.js",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    """Settings of `zonefacts report`: the run folders, the one to compare with first."""

    runs: tuple[Path, ...]
    output: Path


def write_report(settings: ReportSettings) -> tuple[Path, ...]:
    """Read the runs, compare them if they are two, and write page and tables.

    Returns:
        The files, the page first.

    Raises:
        EvaluationError: a run cannot be read, or they are not on the same gold.
        OSError: the folder cannot be written to.
    """
    report = load_runs(settings.runs)
    tables = all_tables(report)
    texts = {
        PAGE: render_report(report),
        "tables.md": markdown(tables, title=title(report), notes=notes(report)),
        # With a byte order mark, so that Excel reads it as UTF-8.
        "tables.csv": f"\ufeff{csv_text(tables)}",
        "tables.tex": latex(tables),
    }
    for name, text in texts.items():
        write_atomic(settings.output / name, text)
    return tuple(settings.output / name for name in texts)


def render_report(report: ReportInput) -> str:
    """The page."""
    evaluations = [run.evaluation for run in report.runs]
    placement = place_items(evaluations)
    return render_page(
        template("evaluation", "report.html"),
        title=f"zonefacts: {title(report)}",
        style="".join(template("evaluation", name) for name in _STYLES),
        script="".join(template("evaluation", name) for name in _SCRIPTS),
        blocks={
            "data": figures_block(report, placement),
            "documents": documents_block(evaluations, placement),
        },
    )


def title(report: ReportInput) -> str:
    """What the report is about."""
    names = [run.name for run in report.runs]
    if len(names) == 1:
        return f"evaluation of {names[0]}"
    return f"{', '.join(names[:-1])} and {names[-1]} compared"


def notes(report: ReportInput) -> list[str]:
    """What a reader of the tables has to know: the data, the intervals, the warnings."""
    found = [_description(run.evaluation) for run in report.runs]
    for run in report.runs:
        found += [f"{run.name}: {warning}" for warning in run.evaluation.warnings]
    if report.comparison:
        found.append(
            "p is from paired approximate randomisation over documents, corrected after Holm over"
            " all differences; detectable is the smallest difference that such data show four"
            " times out of five"
        )
    return found


def _description(evaluation: Evaluation) -> str:
    data = evaluation.data
    split = f", {evaluation.split}" if evaluation.split else ""
    given = ", on gold mentions" if evaluation.setting == "gold_mentions" else ""
    return (
        f"{evaluation.name}{split}{given}: {data.documents:,} documents,"
        f" {data.characters:,} characters; {100 * evaluation.confidence:.0f} % intervals from"
        f" {evaluation.resamples:,} bootstrap resamples of documents (seed {evaluation.seed})"
    )
