"""The commands `check`, `agreement` and `convert`."""
# Each command loads what it needs: `--help` must not wait for numpy and spaCy.
# ruff: noqa: PLC0415

from pathlib import Path
from typing import Annotated

import typer

_Quiet = Annotated[bool, typer.Option("--quiet", help="Show nothing but errors.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(check)
    app.command()(agreement)
    app.command()(convert)


def check(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder with .ann files.")],
    quiet: _Quiet = False,
) -> None:
    """Validate annotations against their texts and the scheme."""
    from rich.console import Console

    from annotations.check import check_folder, summary
    from annotations.progress import progress_bar
    from corpus.segment import paragraphs

    with progress_bar(quiet=quiet) as show:
        report = check_folder(folder, paragraphs=paragraphs, show=show)
    for finding in report.findings:
        typer.echo(str(finding))
    if not quiet:
        Console().print(summary(report))
        n_found = len(report.findings)
        problems = "1 problem" if n_found == 1 else f"{n_found} problems"
        typer.echo(f"{report.n_files} files checked, {problems}")
    if report.findings:
        raise typer.Exit(1)


def agreement(
    first: Annotated[Path, typer.Argument(metavar="DIR", help="One annotator's .ann files.")],
    second: Annotated[Path, typer.Argument(metavar="DIR", help="The other annotator's.")],
    output: Annotated[
        Path | None, typer.Option(help="Write the figures to this JSON file.")
    ] = None,
    quiet: _Quiet = False,
) -> None:
    """Inter-annotator agreement on mentions, relations and status values."""
    import json

    from rich.console import Console

    from annotations.agreement import agreement as compare
    from annotations.agreement import as_record, as_table
    from annotations.progress import progress_bar
    from annotations.store import load_documents
    from corpus.files import write_atomic

    with progress_bar(quiet=quiet) as show:
        show("reading the first")
        of_first = load_documents(first)
        show("reading the second")
        of_second = load_documents(second)
        show("comparing")
        result = compare(of_first, of_second)
    if not quiet:
        Console().print(as_table(result))
    if output is not None:
        write_atomic(output, json.dumps(as_record(result), ensure_ascii=False, indent=2) + "\n")


def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="File, or folder for brat.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="File, or folder for brat.")],
    from_format: Annotated[
        str, typer.Option("--from", help="brat, label-studio, doccano, conll or docbin.")
    ],
    to_format: Annotated[
        str, typer.Option("--to", help="brat, label-studio, doccano, conll or docbin.")
    ],
    quiet: _Quiet = False,
) -> None:
    """Convert annotations; prints what the target format cannot hold."""
    from annotations.convert import convert as convert_files
    from annotations.progress import progress_bar
    from corpus.files import write_atomic

    with progress_bar(quiet=quiet) as show:
        done = convert_files(
            source,
            target,
            from_format=from_format,
            to_format=to_format,
            write=write_atomic,
            show=show,
        )
    if quiet:
        return
    typer.echo(f"{done.n_documents} documents written to {target}")
    for kind, count in done.dropped.items():
        typer.echo(f"dropped, for {to_format} cannot hold them: {count} {kind}")
