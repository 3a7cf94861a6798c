"""Finding annotations and their texts in folders.

Brat files are joined with the text beside them, with a text in another folder, or with a text that
was linked from a public collection. Predictions come from `documents.jsonl`, as `zonefacts score`
writes it.
"""

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from annotations.brat import parse_ann
from annotations.document import Document, Mention, Relation, StatusValue
from annotations.errors import AnnotationError

DOCUMENTS = "documents.jsonl"
_MANIFEST = "MANIFEST.toml"
_TEXTS = "texts.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextReference:
    """Where an annotated passage stands: `[start, end)`, code points of a file of a repository."""

    repository: str
    commit: str
    path: str
    start: int
    end: int
    sha256: str
    year: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatedText:
    """The text of an `.ann` file, where it comes from and what is known of it."""

    text: str
    source: str
    year: int | None


def annotation_files(folder: Path) -> list[Path]:
    """Every `.ann` file below a folder, in the order of their paths.

    Raises:
        AnnotationError: the folder does not exist or has no such file.
    """
    if not folder.is_dir():
        raise AnnotationError(f"{folder}: no such folder; expected a folder of .ann files")
    files = sorted(folder.rglob("*.ann"))
    if not files:
        raise AnnotationError(f"{folder}: no .ann file in it or below it")
    return files


def files_by_id(files: Iterable[Path]) -> dict[str, Path]:
    """`.ann` files by the ids of their documents, which are their names without `.ann`.

    Raises:
        AnnotationError: two files have the same name.
    """
    by_id: dict[str, Path] = {}
    for path in files:
        if path.stem in by_id:
            raise AnnotationError(
                f"{path}: {by_id[path.stem]} has the same name; a document is known by its name,"
                " so take one of the two folders"
            )
        by_id[path.stem] = path
    return by_id


class UnlinkedTextError(AnnotationError):
    """The text belongs to a public collection and was not fetched from a copy of it yet."""

    def __init__(self, message: str, *, folder: Path, repository: str) -> None:
        super().__init__(message)
        self.folder, self.repository = folder, repository


def load_annotations(folder: Path, *, texts: Sequence[Path] = ()) -> list[Document]:
    """The documents of all `.ann` files below a folder, with their years where these are known.

    Args:
        folder: searched with its subfolders; a document's id is its file's name without `.ann`.
        texts: further folders where a `<id>.txt` may lie.

    Raises:
        AnnotationError: there is no file, two have the same name, a text is missing or is not the
            one that was annotated, or a line does not fit its text.
    """
    documents = []
    for name, path in files_by_id(annotation_files(folder)).items():
        found = find_text(path, texts=texts)
        try:
            document = parse_ann(read_text(path), text=found.text, id=name, source=found.source)
        except AnnotationError as error:
            raise AnnotationError(f"{path.parent}: {error}") from error
        documents.append(replace(document, year=found.year))
    return documents


def find_text(ann: Path, *, texts: Sequence[Path] = ()) -> AnnotatedText:
    """The text that an `.ann` file is about.

    It is `<name>.txt` beside the file, or in the folder that `texts.toml` beside it names, or in
    one of `texts`. A `<name>.json` in one of these folders, or a `MANIFEST.toml` beside the text,
    gives the year and the hash that the text must have.

    Raises:
        UnlinkedTextError: the text is a passage of a collection that was not linked.
        AnnotationError: there is no such text, or its hash is another.
    """
    folders = [ann.parent, *_named_folder(ann.parent), *texts]
    path = _first_file(folders, f"{ann.stem}.txt")
    reference_path = _first_file(folders, f"{ann.stem}.json")
    reference = read_reference(reference_path) if reference_path else None
    if path is None and reference_path and reference:
        raise UnlinkedTextError(
            f"{ann}: its text is not here; it is {reference.path} [{reference.start},"
            f" {reference.end}) of {reference.repository}: run `zonefacts corpus link SOURCE"
            f" --annotations {reference_path.parent}` with a copy of that collection",
            folder=reference_path.parent,
            repository=reference.repository,
        )
    if path is None:
        searched = ", ".join(str(folder) for folder in folders)
        raise AnnotationError(f"{ann}: no {ann.stem}.txt in {searched}")
    text = read_text(path)
    if reference:
        check_hash(text, expected=reference.sha256, where=path)
        return AnnotatedText(text=text, source=reference.path, year=reference.year)
    entry = _manifest_entry(path)
    if "sha256" in entry:
        check_hash(text, expected=entry["sha256"], where=path)
    source = f"{path.resolve().parent.name}/{path.name}"
    return AnnotatedText(text=text, source=source, year=entry.get("year"))


def read_text(path: Path) -> str:
    """A file as it is: UTF-8, line breaks untouched, so that offsets hold.

    Raises:
        AnnotationError: it cannot be read or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise AnnotationError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise AnnotationError(
            f"{path}: not UTF-8 (byte {error.start}); annotations count code points of UTF-8 text"
        ) from error


def read_reference(path: Path) -> TextReference:
    """The reference that stands in a `.json` file beside an `.ann` file.

    Raises:
        AnnotationError: the file is no such reference.
    """
    try:
        data = json.loads(read_text(path))
        return TextReference(
            repository=data["repository"],
            commit=data["commit"],
            path=data["path"],
            start=int(data["start"]),
            end=int(data["end"]),
            sha256=data["sha256"],
            year=data.get("year"),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise AnnotationError(
            f"{path}: no reference to a text ({type(error).__name__}: {error}); expected an object"
            " with repository, commit, path, start, end, sha256"
        ) from error


def check_hash(text: str, *, expected: str, where: Path) -> None:
    """Make sure that a text is the one that was annotated.

    Raises:
        AnnotationError: the SHA-256 of its UTF-8 bytes is another.
    """
    found = sha256(text.encode("utf-8")).hexdigest()
    if found != expected:
        raise AnnotationError(
            f"{where}: hash mismatch: the annotated text has sha256 {expected[:12]}…, this one"
            f" {found[:12]}…; restore the original text"
        )


def load_documents(path: Path, *, texts: Sequence[Path] = ()) -> list[Document]:
    """Documents of either kind: what `zonefacts score` wrote, or a folder of brat files.

    Args:
        path: a `.jsonl` file, a folder with `documents.jsonl`, or a folder of `.ann` files.
        texts: further folders with the texts of brat files.

    Raises:
        AnnotationError: nothing can be read there, or a document is inconsistent.
    """
    lines = path / DOCUMENTS if path.is_dir() else path
    if path.is_dir() and not lines.exists():
        return load_annotations(path, texts=texts)
    documents: dict[str, Document] = {}
    for number, line in enumerate(read_text(lines).split("\n"), 1):
        if not line.strip():
            continue
        try:
            document = document_from_record(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError, AnnotationError) as error:
            reason = (
                error if isinstance(error, AnnotationError) else f"{type(error).__name__} {error}"
            )
            raise AnnotationError(f"{lines}:{number}: no document record: {reason}") from error
        if document.id in documents:
            raise AnnotationError(f"{lines}:{number}: the document {document.id} stands twice")
        documents[document.id] = document
    if not documents:
        raise AnnotationError(f"{lines}: no document in it")
    return list(documents.values())


def annotation_record(document: Document) -> dict[str, Any]:
    """What is said about a text, as `documents.jsonl` holds it; `document_from_record` reads it."""
    return {
        "entities": [
            {
                "id": m.id,
                "label": m.label,
                "start": m.start,
                "end": m.end,
                "text": m.text,
                "score": m.score,
            }
            for m in document.mentions
        ],
        "status": {
            mention: {"class": value.status_class, "modality": value.modality}
            for mention, value in document.status.items()
        },
        "relations": [
            {"type": r.type, "head": r.head, "tail": r.tail, "score": r.score}
            for r in document.relations
        ],
    }


def document_from_record(record: Mapping[str, Any]) -> Document:
    """The document of one line of `documents.jsonl`; keys it does not know are left alone.

    Raises:
        AnnotationError: offsets, ids or the hash contradict the text.
        KeyError: a required key is missing.
    """
    document = Document(
        id=record["id"],
        text=record["text"],
        mentions=tuple(
            Mention(
                id=entity["id"],
                label=entity["label"],
                start=entity["start"],
                end=entity["end"],
                text=entity["text"],
                score=float(entity.get("score", 1.0)),
            )
            for entity in record["entities"]
        ),
        relations=tuple(
            Relation(
                type=relation["type"],
                head=relation["head"],
                tail=relation["tail"],
                score=float(relation.get("score", 1.0)),
            )
            for relation in record["relations"]
        ),
        status={
            mention: StatusValue(value["class"], value["modality"])
            for mention, value in record["status"].items()
        },
        year=record.get("year"),
        source=record.get("source", ""),
    )
    if record.get("sha256", document.sha256) != document.sha256:
        raise AnnotationError(f"{document.id}: the text does not have the sha256 of its record")
    return document


def _first_file(folders: Sequence[Path], name: str) -> Path | None:
    return next((f / name for f in folders if (f / name).is_file()), None)


def _named_folder(folder: Path) -> list[Path]:
    """The folder that `texts.toml` names, relative to where it lies."""
    path = folder / _TEXTS
    if not path.exists():
        return []
    try:
        return [folder / tomllib.loads(read_text(path))["texts"]]
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise AnnotationError(
            f'{path}: expected one line like texts = "../texts" ({type(error).__name__}: {error})'
        ) from error


def _manifest_entry(text: Path) -> Mapping[str, Any]:
    """What `MANIFEST.toml` beside a text says about it: a table named like the file's stem."""
    path = text.parent / _MANIFEST
    if not path.exists():
        return {}
    try:
        entry = tomllib.loads(read_text(path)).get(text.stem, {})
    except tomllib.TOMLDecodeError as error:
        raise AnnotationError(f"{path}: not TOML: {error}") from error
    if (
        not isinstance(entry, dict)
        or not isinstance(entry.get("sha256", ""), str)
        or not isinstance(entry.get("year"), int | None)
    ):
        raise AnnotationError(
            f'{path}: expected a table [{text.stem}] with lines like sha256 = "0f…" and'
            f" year = 2021, not {entry!r}"
        )
    return entry
