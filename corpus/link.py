"""Bringing annotations together with texts that are not ours to ship.

An annotated passage is stored as a reference: offsets into a file of a public collection, and the
hash of the text. Linking cuts the passage from a local copy of the collection and writes it beside
the reference, if it is the text that was annotated.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from annotations.errors import AnnotationError, CorpusError
from annotations.store import TextReference, check_hash, read_reference
from corpus.files import write_atomic
from corpus.library import CollectionDocument

# A folder of references that all fail mostly fails for one reason, and an error is one line.
_MAX_REASONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """What was linked, by the names of the texts, and why the others were not."""

    linked: tuple[Path, ...]
    failures: tuple[str, ...]


def read_references(annotations: Path) -> tuple[dict[Path, TextReference], tuple[str, ...]]:
    """The references below a folder by the text that each stands for, and what cannot be read.

    Raises:
        CorpusError: there is no reference in the folder, or none that can be read.
    """
    references: dict[Path, TextReference] = {}
    failures = []
    for file in sorted(annotations.rglob("*.json")):
        try:
            references[file.with_suffix(".txt")] = read_reference(file)
        except AnnotationError as error:
            failures.append(str(error))
    if failures and not references:
        more = f"; and {len(failures) - _MAX_REASONS} more" if len(failures) > _MAX_REASONS else ""
        raise CorpusError(
            f"{annotations}: no reference in it can be read:"
            f" {'; '.join(failures[:_MAX_REASONS])}{more}"
        )
    if not references:
        raise CorpusError(
            f"{annotations}: no reference (<id>.json) in it; give the folder of the annotations"
        )
    return references, tuple(failures)


def link_texts(documents: Iterable[CollectionDocument], *, annotations: Path) -> Links:
    """Write `<id>.txt` beside every `<id>.json` below a folder; the collection is read once.

    Raises:
        CorpusError: there is no reference in the folder, or none that can be read.
    """
    references, unreadable = read_references(annotations)
    wanted: dict[str, list[Path]] = defaultdict(list)
    for target, reference in references.items():
        wanted[reference.path].append(target)
    linked: list[Path] = []
    failures = list(unreadable)
    for document in documents:
        for target in wanted.pop(document.path, ()):
            reference = references[target]
            text = document.text[reference.start : reference.end]
            try:
                check_hash(text, expected=reference.sha256, where=target)
            except AnnotationError as error:
                failures.append(
                    f"{error} ({reference.path} of {reference.repository}, not written)"
                )
                continue
            write_atomic(target, text)
            linked.append(target)
        if not wanted:
            break
    failures += [
        f"{target}: the collection has no {path}" for path in wanted for target in wanted[path]
    ]
    return Links(linked=tuple(sorted(linked)), failures=tuple(failures))
