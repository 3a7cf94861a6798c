"""Folders of brat files: `<id>.ann` with `<id>.txt` beside it.

The format holds everything but scores, year and source.
"""

from collections.abc import Sequence
from pathlib import Path

from annotations.brat import format_ann
from annotations.document import Document
from annotations.errors import AnnotationError
from annotations.store import files_by_id, find_text, load_annotations, read_text


def read(path: Path) -> list[Document]:
    """The documents of a folder.

    Raises:
        AnnotationError: a file does not fit its text, or there is none.
    """
    return load_annotations(path)


def render(documents: Sequence[Document], target: Path) -> dict[Path, bytes]:
    """The files to write into the folder `target`.

    A document that lies in or below the folder keeps its place, and a text is left out where the
    folder leads to it already, so that a folder with subfolders, or with texts elsewhere, can be
    rewritten in place.

    Raises:
        AnnotationError: the folder leads to another text for a document, two files below it have
            the same name, or an id is no file name.
    """
    places = files_by_id(sorted(target.rglob("*.ann")))
    files = {}
    for document in documents:
        ann = target / f"{document.id}.ann"
        if ann.parent != target or ann.stem != document.id:
            raise AnnotationError(
                f"document id {document.id!r}: cannot be a file name; rename the document"
            )
        ann = places.get(document.id, ann)
        files[ann] = format_ann(document).encode("utf-8")
        text = _present_text(ann)
        if text is None:
            files[ann.with_suffix(".txt")] = document.text.encode("utf-8")
        elif text != document.text:
            raise AnnotationError(
                f"{ann}: the folder has another text of that name; convert into an empty folder"
            )
    return files


def _present_text(ann: Path) -> str | None:
    try:
        return find_text(ann).text
    except AnnotationError:
        # A text that its hash or manifest contradicts is still somebody's text.
        beside = ann.with_suffix(".txt")
        return read_text(beside) if beside.exists() else None
