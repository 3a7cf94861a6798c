"""The commands `evaluate`, `baseline` and `report`."""
# Each command loads what it needs: `--help` must not wait for numpy and scipy.
# ruff: noqa: PLC0415

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from evaluation.model import Evaluation

_GOLD = typer.Option("--gold", help="Folder with the gold .ann files.")
_OUTPUT = typer.Option("--output", "-o", help="Run folder: metrics.json, decisions.jsonl.")
_TEXTS = typer.Option("--texts", help="Folder with texts of annotations; may be repeated.")
_SPLIT = typer.Option("--split", help="Score only passages of train, development or test.")
_SEED = typer.Option("--seed", min=0, help="Seed of the bootstrap.")
_RESAMPLES = typer.Option("--resamples", min=0, help="Bootstrap replicates; 0 for no intervals.")
_FAIL_UNDER = typer.Option(
    "--fail-under",
    metavar="FIGURE=BOUND",
    help="Exit with 1 if a figure is lower, as in mentions.micro.f1=0.80; may be repeated.",
)
_QUIET = typer.Option("--quiet", "-q", help="No progress, no tables.")


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("evaluate")(evaluate)
    app.command("baseline")(baseline)
    app.command("report")(report)


def evaluate(  # noqa: PLR0917 - one parameter for each option
    gold: Annotated[Path, _GOLD],
    output: Annotated[Path, _OUTPUT],
    predictions: Annotated[
        Path | None,
        typer.Option("--predictions", help="Folder of brat .ann files or of `score` output."),
    ] = None,
    model: Annotated[
        Path | None, typer.Option("--model", help="Model folder; without it the shipped model.")
    ] = None,
    texts: Annotated[list[Path] | None, _TEXTS] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="Name of the system in tables.")
    ] = None,
    split: Annotated[str, _SPLIT] = "",
    gold_mentions: Annotated[
        bool,
        typer.Option("--gold-mentions", help="Give the model the gold mentions; score relations."),
    ] = False,
    training: Annotated[
        Path | None,
        typer.Option("--training", help="Annotations it was trained on, for seen and unseen."),
    ] = None,
    values: Annotated[
        list[Path] | None,
        typer.Option("--values", help="Table of cases for the value parsers; may be repeated."),
    ] = None,
    fail_under: Annotated[list[str] | None, _FAIL_UNDER] = None,
    seed: Annotated[int, _SEED] = 13,
    resamples: Annotated[int, _RESAMPLES] = 1000,
    quiet: Annotated[bool, _QUIET] = False,
) -> None:
    """Score predictions, or a model, against gold annotations."""
    from evaluation.commands import EvaluateSettings, failed_gates, parse_gate, run_evaluate

    gates = [parse_gate(text) for text in fail_under or ()]
    result = run_evaluate(
        EvaluateSettings(
            gold=gold,
            output=output,
            predictions=predictions,
            model=model,
            texts=tuple(texts or ()),
            name=name,
            split=split,
            gold_mentions=gold_mentions,
            training=training,
            values=tuple(values or ()),
            seed=seed,
            resamples=resamples,
        ),
        progress=not quiet,
    )
    _show(result, output=output, quiet=quiet)
    failures = failed_gates(result, gates)
    for line in failures:
        typer.echo(f"below the bound: {line}", err=True)
    if failures:
        raise typer.Exit(1)


def baseline(  # noqa: PLR0917 - one parameter for each option
    name: Annotated[str, typer.Argument(metavar="NAME", help="patterns, lac, majority or brat.")],
    gold: Annotated[Path, _GOLD],
    output: Annotated[Path, _OUTPUT],
    texts: Annotated[list[Path] | None, _TEXTS] = None,
    predictions: Annotated[
        Path | None, typer.Option("--predictions", help="For brat: another tool's .ann files.")
    ] = None,
    labels: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="THEIRS=OURS", help="For brat: a label; may be repeated."),
    ] = None,
    split: Annotated[str, _SPLIT] = "",
    seed: Annotated[int, _SEED] = 13,
    resamples: Annotated[int, _RESAMPLES] = 1000,
    quiet: Annotated[bool, _QUIET] = False,
) -> None:
    """Score a simple system: patterns, LAC with jionlp, the nearest project, another tool."""
    from evaluation.commands import BaselineSettings, parse_mapping, run_baseline_command

    result = run_baseline_command(
        BaselineSettings(
            name=name,
            gold=gold,
            output=output,
            texts=tuple(texts or ()),
            predictions=predictions,
            labels=tuple(parse_mapping(text) for text in labels or ()),
            split=split,
            seed=seed,
            resamples=resamples,
        ),
        progress=not quiet,
    )
    _show(result, output=output, quiet=quiet)


def report(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN", help="Run folders; two are compared.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder of report.html and tables.*.")
    ],
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing.")] = False,
) -> None:
    """Write the report: an HTML page that opens offline, tables in Markdown, CSV and LaTeX."""
    from rich.console import Console

    from evaluation.report import ReportSettings, write_report

    settings = ReportSettings(runs=tuple(runs), output=output)
    # The status line shows on a terminal only.
    with Console(stderr=True, quiet=quiet).status("reading runs, writing the report"):
        written = write_report(settings)
    if not quiet:
        typer.echo(f"{output}: {', '.join(path.name for path in written)}")


def _show(evaluation: "Evaluation", *, output: Path, quiet: bool) -> None:
    if quiet:
        return
    from rich.console import Console

    from evaluation.terminal import render

    Console().print(render(evaluation))
    typer.echo(f"{output}: metrics.json, decisions.jsonl")
