"""Getting predictions: from what `score` wrote, from brat files, or from a model."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from annotations.brat import parse_ann
from annotations.document import Document
from annotations.errors import AnnotationError, EvaluationError
from annotations.store import DOCUMENTS, annotation_files, find_text, load_documents, read_text


class Predictor(Protocol):
    """What is asked of a model; `pipeline.model.Model` is one."""

    def annotate(
        self,
        text: str,
        *,
        id: str,  # noqa: A002 - the name that documents have for it
        source: str = "",
        year: int | None = None,
    ) -> Document:
        """Tag and link a text."""

    def relate(self, document: Document) -> Document:
        """Link the mentions that the document has."""


def load_predictions(
    path: Path, *, gold: Sequence[Document], texts: Sequence[Path] = ()
) -> list[Document]:
    """Predictions in a folder: `documents.jsonl` as `zonefacts score` writes it, or brat files.

    Brat files have their text beside them, in the folder that `texts.toml` names or in one of
    `texts`; without any it is that of the gold document with the same name.

    Raises:
        EvaluationError: a brat file does not fit the gold text, and no other text is there.
        AnnotationError: nothing can be read there, or a document is inconsistent.
    """
    if path.is_file() or (path / DOCUMENTS).exists():
        return load_documents(path, texts=texts)
    by_id = {document.id: document for document in gold}
    found = []
    for ann in annotation_files(path):
        if _has_text(ann, texts) or ann.stem not in by_id:
            text = find_text(ann, texts=texts).text
        else:
            text = by_id[ann.stem].text
        try:
            document = parse_ann(read_text(ann), text=text, id=ann.stem, source=str(ann))
        except AnnotationError as error:
            raise EvaluationError(
                f"{ann}: does not fit its text, or the gold text where it has none: {error}"
            ) from error
        year = by_id[ann.stem].year if ann.stem in by_id else None
        found.append(replace(document, year=year))
    return found


def predict(
    model: Predictor, documents: Iterable[Document], *, gold_mentions: bool = False
) -> list[Document]:
    """What a model says about some texts.

    Args:
        model: tags and links.
        documents: the gold documents, of which the model sees text and year.
        gold_mentions: give it the mentions as well, and ask for relations and status only.
    """
    if gold_mentions:
        return [model.relate(replace(d, relations=(), status={})) for d in documents]
    return [model.annotate(d.text, id=d.id, source=d.source, year=d.year) for d in documents]


def _has_text(ann: Path, texts: Sequence[Path]) -> bool:
    if (ann.parent / "texts.toml").exists() or ann.with_suffix(".json").exists():
        return True
    return any((folder / f"{ann.stem}.txt").is_file() for folder in (ann.parent, *texts))
