"""spaCy DocBin: one `Doc` a document, with one token for each character.

Mentions are `doc.ents`, with the mention's id as `ent_id_`. What spaCy has no place for stands in
`doc.user_data["zonefacts"]`: document id, source, year, scores, relations (type, head, tail, score)
and status (class, modality), by mention id. The format cannot hold mentions that overlap others
(of these the first and longest stays, and what is said of the others goes with them).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spacy.tokens import Doc, DocBin, Span
from spacy.util import filter_spans
from spacy.vocab import Vocab

from annotations.document import Document, Mention, Relation, StatusValue
from annotations.errors import AnnotationError

_USER_DATA = "zonefacts"
_ATTRIBUTES = ("ORTH", "SPACY", "ENT_IOB", "ENT_TYPE", "ENT_ID")


def render(documents: Sequence[Document], target: Path) -> dict[Path, bytes]:
    """The bytes for the file `target`."""
    vocab = Vocab()
    docs = DocBin(attrs=_ATTRIBUTES, store_user_data=True)
    for document in documents:
        docs.add(_doc(document, vocab))
    return {target: docs.to_bytes()}


def read(path: Path) -> list[Document]:
    """The documents of a file that `render` wrote.

    Raises:
        AnnotationError: the file cannot be read, is no DocBin, or has other user data.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise AnnotationError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        docs = list(DocBin().from_bytes(data).get_docs(Vocab()))
    except Exception as error:  # spaCy lets through whatever zlib and msgpack raise
        raise AnnotationError(f"{path}: not a spaCy DocBin: {error}") from error
    try:
        return [_document(doc) for doc in docs]
    except (KeyError, TypeError, ValueError) as error:
        raise AnnotationError(
            f"{path}: the Docs were not written by this converter ({type(error).__name__}:"
            f" {error}); expected doc.user_data[{_USER_DATA!r}]"
        ) from error


def _doc(document: Document, vocab: Vocab) -> Doc:
    characters = list(document.text)
    doc = Doc(vocab, words=characters, spaces=[False] * len(characters))
    spans = [
        Span(doc, mention.start, mention.end, label=mention.label, span_id=mention.id)
        for mention in document.mentions
    ]
    doc.ents = flat = filter_spans(spans)
    kept = {span.id_ for span in flat}
    doc.user_data[_USER_DATA] = {
        "id": document.id,
        "source": document.source,
        "year": document.year,
        "scores": {m.id: m.score for m in document.mentions if m.id in kept},
        "relations": [
            [r.type, r.head, r.tail, r.score]
            for r in document.relations
            if {r.head, r.tail} <= kept
        ],
        "status": {
            key: [value.status_class, value.modality]
            for key, value in document.status.items()
            if key in kept
        },
    }
    return doc


def _document(doc: Doc) -> Document:
    data: dict[str, Any] = doc.user_data[_USER_DATA]
    return Document(
        id=data["id"],
        text=doc.text,
        mentions=tuple(
            Mention(
                id=span.id_,
                label=span.label_,
                start=span.start,
                end=span.end,
                text=span.text,
                score=data["scores"][span.id_],
            )
            for span in doc.ents
        ),
        relations=tuple(
            Relation(type=type_, head=head, tail=tail, score=score)
            for type_, head, tail, score in data["relations"]
        ),
        status={key: StatusValue(*value) for key, value in data["status"].items()},
        year=data["year"],
        source=data["source"],
    )
