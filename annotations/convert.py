"""Converting annotations from one format to another, counting what the target cannot hold."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, cast

from annotations.document import Document
from annotations.errors import AnnotationError
from annotations.progress import ShowProgress, show_nothing

_MODULES: Mapping[str, str] = MappingProxyType(
    {
        "brat": "annotations.formats.brat",
        "label-studio": "annotations.formats.label_studio",
        "doccano": "annotations.formats.doccano",
        "conll": "annotations.formats.conll",
        "docbin": "annotations.formats.docbin",
    }
)
FORMATS = tuple(_MODULES)


class Format(Protocol):
    """What each module of `annotations.formats` offers."""

    def read(self, path: Path) -> list[Document]:
        """The documents at a path."""

    def render(self, documents: Sequence[Document], target: Path) -> dict[Path, bytes]:
        """The files that hold the documents, by path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """What was written, and what did not survive, by kind."""

    n_documents: int
    files: tuple[Path, ...]
    dropped: Mapping[str, int]


def find_format(name: str) -> Format:
    """The module of a format; loaded only now, because one of them needs spaCy.

    Raises:
        AnnotationError: there is no such format.
    """
    if name not in _MODULES:
        raise AnnotationError(f"unknown format {name!r}; expected one of {', '.join(FORMATS)}")
    return cast("Format", import_module(_MODULES[name]))


def convert(
    source: Path,
    target: Path,
    *,
    from_format: str,
    to_format: str,
    write: Callable[[Path, bytes], None],
    show: ShowProgress = show_nothing,
) -> Conversion:
    """Read one format and write another, then read back what was written and compare.

    Args:
        source: a folder for brat, a file for the others.
        target: the same for the format to write.
        from_format: one of `FORMATS`.
        to_format: one of `FORMATS`.
        write: puts bytes into a file.
        show: is told what is being done.

    Raises:
        AnnotationError: a format is unknown, the source cannot be read, two documents share an id,
            the target cannot take them, or it does not give a text back.
    """
    reader, writer = find_format(from_format), find_format(to_format)
    show("reading")
    documents = reader.read(source)
    if not documents:
        raise AnnotationError(f"{source}: no document in it")
    repeated = [name for name, n in Counter(d.id for d in documents).items() if n > 1]
    if repeated:
        raise AnnotationError(f"{source}: the document {repeated[0]} stands twice")
    show("converting")
    files = writer.render(documents, target)
    for n_done, (path, data) in enumerate(files.items()):
        show("writing", n_done, len(files))
        write(path, data)
    show("reading back")
    restored = {document.id: document for document in writer.read(target)}
    dropped: Counter[str] = Counter()
    for document in documents:
        if document.id not in restored or restored[document.id].text != document.text:
            raise AnnotationError(f"{target}: does not give the text of {document.id} back")
        dropped += losses(document, restored[document.id])
    return Conversion(n_documents=len(documents), files=tuple(files), dropped=dict(dropped))


def losses(original: Document, restored: Document) -> Counter[str]:
    """How many things of each kind the restored document lacks; ids do not matter."""
    before, after = _contents(original), _contents(restored)
    return +Counter({kind: (before[kind] - after[kind]).total() for kind in before})


def _contents(document: Document) -> dict[str, Counter[object]]:
    place = {m.id: (m.label, m.start, m.end) for m in document.mentions}
    return {
        "mentions": Counter(place.values()),
        "relations": Counter((r.type, place[r.head], place[r.tail]) for r in document.relations),
        "status values": Counter((place[key], value) for key, value in document.status.items()),
        "years": Counter([document.year] if document.year is not None else []),
        "scores": Counter(
            [(place[m.id], m.score) for m in document.mentions if m.score != 1.0]
            + [
                (r.type, place[r.head], place[r.tail], r.score)
                for r in document.relations
                if r.score != 1.0
            ]
        ),
        "sources": Counter([document.source] if document.source else []),
    }
