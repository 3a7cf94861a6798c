"""Annotated documents by split.

Passages of the public collection belong to the split that `corpus/passages.jsonl` fixes for their
place; the seed reports and the reports written for this project are only ever trained on.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

from annotations.brat import format_ann
from annotations.document import Document, violations
from annotations.errors import TrainingError
from annotations.store import load_annotations
from corpus.passages import SPLITS, load_passages, passage_splits


def split_of(document: Document) -> str:
    """The split that a document belongs to; a listed passage keeps its split under any name."""
    return passage_splits().get(document.id) or _splits_by_hash().get(document.sha256, "train")


@cache
def _splits_by_hash() -> dict[str, str]:
    return {passage.sha256: passage.split for passage in load_passages()}


def fingerprint(documents: Iterable[Document]) -> str:
    """A hash of the texts and their annotations, whatever their order."""
    lines = sorted(f"{d.id} {d.sha256}\n{format_ann(d)}" for d in documents)
    return sha256("".join(lines).encode("utf-8")).hexdigest()


def load_split(folders: Sequence[str], split: str) -> list[Document]:
    """The annotated documents of `split` below `folders`, sorted by id.

    Raises:
        TrainingError: there is no such split, no document of it, a document stands in it twice, or
            one does not keep the scheme.
    """
    if split not in SPLITS:
        raise TrainingError(f"no split {split!r}; there are {', '.join(SPLITS)}")
    if not folders:
        raise TrainingError("no folder of annotations is named; list at least one in the settings")
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
    counts = Counter(d.id for d in documents)
    if twice := sorted(id_ for id_, count in counts.items() if count > 1):
        raise TrainingError(f"{twice[0]}: stands twice below {', '.join(folders)}; name one folder")
    for document in documents:
        if found := violations(document):
            raise TrainingError(
                f"{document.id}: {found[0]}; run `zonefacts check` on its folder and mend it"
            )
    return sorted(documents, key=lambda d: d.id)
