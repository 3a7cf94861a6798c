"""Collections of public reports: one JSON object a line, or a checkout of the repository itself.

A collection document is known by its path in the public repository, so that annotations of it can
be stored as offsets and found again in anybody's copy.
"""

import json
import lzma
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

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
        on_broken: called with line number and reason for each line that is no document; such
            lines are skipped. Without it a broken line raises.

    Raises:
        CorpusError: the source is missing, of another kind, holds no document, or a line is
            broken and `on_broken` is None.
    """
    n_documents = 0
    documents = _read_folder(source) if source.is_dir() else _read_lines(source, on_broken)
    for document in documents:
        n_documents += 1
        yield document
    if not n_documents:
        raise CorpusError(f"{source}: no report in it; expected .md files or JSON lines")


def _read_lines(
    source: Path, on_broken: Callable[[int, str], None] | None
) -> Iterator[CollectionDocument]:
    if not source.exists():
        raise CorpusError(f"{source}: no such file; give a .jsonl, .jsonl.xz or a checkout folder")
    opener: Callable[[], IO[bytes]]
    if source.name.endswith(".jsonl.xz"):
        opener = lambda: lzma.open(source, "rb")  # noqa: E731
    elif source.suffix == ".jsonl":
        opener = lambda: source.open("rb")  # noqa: E731
    else:
        raise CorpusError(f"{source}: expected a .jsonl or .jsonl.xz file or a checkout folder")
    with opener() as lines:
        for number, line in enumerate(lines, 1):
            try:
                data = json.loads(line)
                document = CollectionDocument(
                    path=data["path"],
                    kind=data["kind"],
                    place=data["place"],
                    year=int(data["year"]),
                    text=data["text"],
                )
            except (ValueError, KeyError, TypeError) as error:
                reason = f"not a report ({type(error).__name__}: {error})"
                if on_broken is None:
                    raise CorpusError(f"{source} line {number}: {reason}") from error
                on_broken(number, reason)
                continue
            yield document


def _read_folder(source: Path) -> Iterator[CollectionDocument]:
    # Files lie as kind/place/year.md or kind/year.md; others (indexes, notes) are no reports.
    for file in sorted(source.rglob("*.md")):
        parts = file.relative_to(source).parts
        if not (2 <= len(parts) <= 3 and file.stem[:4].isdigit()):
            continue
        yield CollectionDocument(
            path=file.relative_to(source).as_posix(),
            kind=parts[0],
            place=parts[1] if len(parts) == 3 else "",
            year=int(file.stem[:4]),
            text=file.read_bytes().decode("utf-8"),
        )
