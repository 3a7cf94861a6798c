"""Annotated documents by split.

Passages of the public collection belong to the split that `corpus/passages.jsonl` fixes for their
place; the seed reports and the reports written for this project are only ever trained on.
"""

from collections.abc import Sequence
from pathlib import Path

from annotations.document import Document
from annotations.errors import TrainingError
from annotations.store import load_annotations
from corpus.passages import SPLITS, passage_splits


def split_of(document: Document) -> str:
    """The split that a document belongs to."""
    return passage_splits().get(document.id, "train")


def load_split(folders: Sequence[str], split: str) -> list[Document]:
    """The annotated documents of `split` below `folders`, sorted by id.

    Raises:
        TrainingError: there is no such split, or no document of it.
    """
    if split not in SPLITS:
        raise TrainingError(f"no split {split!r}; there are {', '.join(SPLITS)}")
    documents = [
        document
        for folder in folders
        for document in load_annotations(Path(folder))
        if split_of(document) == split
    ]
    if not documents:
        raise TrainingError(
            f"no annotated document of the split {split!r} below {', '.join(folders)}; texts that"
            " are not ours to ship are fetched by `zonefacts corpus link`"
        )
    return sorted(documents, key=lambda d: d.id)
