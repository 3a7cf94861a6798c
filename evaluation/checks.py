"""What is refused before anything is scored, with one line that says why."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from annotations.document import Document
from annotations.errors import EvaluationError
from annotations.schema import Schema

_SHOWN = 5


def pair_documents(
    gold: Sequence[Document], predicted: Sequence[Document], *, schema: Schema
) -> list[tuple[Document, Document]]:
    """Gold documents, sorted by id, each with its predictions, both in the order that scores use.

    Predictions for documents that are not in the gold are left out; see `left_out`.

    Raises:
        EvaluationError: a side is empty, an id stands twice, a gold document has no predictions, a
            prediction is about another text, or a label, relation or status value is unknown.
    """
    for side, documents in (("gold", gold), ("predicted", predicted)):
        if not documents:
            raise EvaluationError(f"there are no {side} documents; expected at least one")
        counts = Counter(document.id for document in documents)
        if twice := sorted(name for name, n in counts.items() if n > 1):
            raise EvaluationError(
                f"{len(twice)} {side} documents stand twice: {_some(twice)}; give each once"
            )
    by_id = {document.id: document for document in predicted}
    if missing := sorted(document.id for document in gold if document.id not in by_id):
        raise EvaluationError(
            f"{len(missing)} of {len(gold)} gold documents have no predictions: {_some(missing)};"
            " a document in which nothing was found must be given without mentions"
        )
    pairs = []
    for document in sorted(gold, key=lambda d: d.id):
        prediction = by_id[document.id]
        if document.text != prediction.text:
            raise EvaluationError(
                f"{document.id}: the predictions are about another text (sha256"
                f" {prediction.sha256[:12]}…, {len(prediction.text)} characters) than the gold"
                f" ({document.sha256[:12]}…, {len(document.text)}); score the gold text itself"
            )
        for side, given in (("gold", document), ("predicted", prediction)):
            _check_names(given, side=side, schema=schema)
        pairs.append((in_order(document), in_order(prediction)))
    return pairs


def left_out(gold: Iterable[Document], predicted: Iterable[Document]) -> list[str]:
    """Ids of predictions without gold, which no score can speak of."""
    known = {document.id for document in gold}
    return sorted(document.id for document in predicted if document.id not in known)


def in_order(document: Document) -> Document:
    """The document with mentions in text order and relations in the order of their mentions."""
    mentions = tuple(sorted(document.mentions, key=lambda m: (m.start, m.end, m.label, -m.score)))
    place = {mention.id: n for n, mention in enumerate(mentions)}
    relations = tuple(
        sorted(document.relations, key=lambda r: (place[r.head], place[r.tail], r.type, -r.score))
    )
    return replace(document, mentions=mentions, relations=relations)


def _check_names(document: Document, *, side: str, schema: Schema) -> None:
    values = document.status.values()
    for what, found, known in (
        ("labels", {m.label for m in document.mentions}, schema.labels),
        ("relations", {r.type for r in document.relations}, schema.relations),
        ("status classes", {v.status_class for v in values}, schema.status_classes),
        ("modalities", {v.modality for v in values}, schema.modalities),
    ):
        if unknown := sorted(found - set(known)):
            raise EvaluationError(
                f"{document.id}: unknown {what} in the {side} document: {_some(unknown)}; the"
                f" schema has {', '.join(known)}"
            )


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
