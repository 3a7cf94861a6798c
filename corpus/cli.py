"""The commands `corpus link` and `corpus select`."""
# Each command loads what it needs, so that `--help` answers at once.
# ruff: noqa: PLC0415

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from corpus.library import CollectionDocument

_Source = Annotated[
    Path, typer.Argument(metavar="SOURCE", help="A .jsonl or .jsonl.xz file, or a checkout folder.")
]
_Quiet = Annotated[bool, typer.Option("--quiet", help="Show nothing but errors.")]


def register(app: typer.Typer) -> None:
    """Add the group `corpus` to the application."""
    corpus = typer.Typer(help="Collections of public reports.", no_args_is_help=True)
    corpus.command()(link)
    corpus.command()(select)
    app.add_typer(corpus, name="corpus")


def link(
    source: _Source,
    annotations: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder with .json references to texts.")
    ] = Path("annotations/gold/reports"),
    quiet: _Quiet = False,
) -> None:
    """Write the annotated passages of a collection beside their annotations."""
    from corpus.link import link_texts

    links = link_texts(_documents(source, quiet=quiet), annotations=annotations)
    for failure in links.failures:
        typer.echo(failure, err=True)
    if not quiet:
        typer.echo(f"{len(links.linked)} texts linked, {len(links.failures)} not")
    if links.failures:
        raise typer.Exit(1)


def select(
    source: _Source,
    seed: Annotated[int, typer.Option(help="Draws the passages, with the collection.")],
    output: Annotated[Path, typer.Option(metavar="FILE", help="Where the list is written.")],
    quiet: _Quiet = False,
) -> None:
    """Draw passages to annotate from a collection."""
    from corpus.files import write_atomic
    from corpus.passages import format_passages
    from corpus.selection import select_passages

    passages = select_passages(_documents(source, quiet=quiet), seed=seed)
    write_atomic(output, format_passages(passages))
    if not quiet:
        typer.echo(f"{len(passages)} passages written to {output}")


def _documents(source: Path, *, quiet: bool) -> "Iterator[CollectionDocument]":
    """The documents of a collection, with progress on a terminal; broken ones are named."""
    from annotations.progress import tracked
    from corpus.library import read_collection

    n_broken = 0

    def warn(number: int, reason: str) -> None:
        nonlocal n_broken
        n_broken += 1
        typer.echo(f"{source} {number}: {reason}, skipped", err=True)

    documents = read_collection(source, on_broken=warn)
    yield from tracked(documents, f"reading {source.name}", quiet=quiet)
    if n_broken:
        typer.echo(f"{n_broken} entries of {source} skipped", err=True)
