"""Collections of public reports: one JSON object a line, or a checkout of the repository itself.

A collection document is known by its path in the public repository, so that annotations of it can
be stored as offsets and found again in anybody's copy.
"""

import json
import lzma
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from annotations.errors import CorpusError


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionDocument:
    """A document of a report collection; `text` is the file as it is in the repository."""

    path: str
    kind: str
    place: str
    year: int
    text: str


def read_collection(
    source: Path, *, on_broken: Callable[[int, str], None] | None = None
) -> Iterator[CollectionDocument]:
    """The documents of a `.jsonl` or `.jsonl.xz` file, or of a checkout folder of Markdown files.

    Args:
        source: the file or folder.
        on_broken: called with number (of the line or file) and reason for each document that
            cannot be read; such documents are skipped. Without it they raise.

    Raises:
        CorpusError: the source is missing, damaged, of another kind, holds no document, or a
            document is broken and `on_broken` is None.
    """
    n_documents = 0
    unit, documents = (
        ("file", _read_folder(source)) if source.is_dir() else ("line", _read_lines(source))
    )
    for number, document in enumerate(documents, 1):
        if isinstance(document, CollectionDocument):
            n_documents += 1
            yield document
        elif on_broken is None:
            raise CorpusError(f"{source} {unit} {number}: {document}")
        else:
            on_broken(number, document)
    if not n_documents:
        raise CorpusError(f"{source}: no report in it; expected .md files or JSON lines")


def _read_lines(source: Path) -> Iterator[CollectionDocument | str]:
    """For each line the document, or what is wrong with the line."""
    compressed = source.name.endswith(".jsonl.xz")
    if not compressed and source.suffix != ".jsonl":
        raise CorpusError(f"{source}: expected a .jsonl or .jsonl.xz file or a checkout folder")
    n_lines = 0
    try:
        with lzma.open(source) if compressed else source.open("rb") as lines:
            for line in lines:
                n_lines += 1
                yield _parse_line(line)
    except FileNotFoundError as error:
        raise CorpusError(
            f"{source}: no such file; give a .jsonl, .jsonl.xz or a checkout folder"
        ) from error
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise CorpusError(f"{source}: damaged after line {n_lines}: {error}") from error


def _parse_line(line: bytes) -> CollectionDocument | str:
    try:
        data = json.loads(line)
        if not isinstance(data["text"], str):
            raise TypeError("text is no string")  # noqa: TRY301
        return CollectionDocument(
            path=data["path"],
            kind=data["kind"],
            place=data["place"],
            year=int(data["year"]),
            text=data["text"],
        )
    except (ValueError, KeyError, TypeError) as error:
        return f"not a report ({type(error).__name__}: {error})"


def _read_folder(source: Path) -> Iterator[CollectionDocument | str]:
    """For each report file the document, or what is wrong with the file."""
    # Files lie as kind/place/year.md or kind/year.md; others (indexes, notes) are no reports.
    for file in sorted(source.rglob("*.md")):
        path = file.relative_to(source)
        year = file.stem[:4]
        if not (2 <= len(path.parts) <= 3 and len(year) == 4 and year.isdecimal()):
            continue
        try:
            text = file.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            yield f"{path.as_posix()} is not a report ({type(error).__name__}: {error})"
            continue
        yield CollectionDocument(
            path=path.as_posix(),
            kind=path.parts[0],
            place=path.parts[1] if len(path.parts) == 3 else "",
            year=int(year),
            text=text,
        )
