"""The documents of a report as the page reads them: text, both sides, decisions, in short form.

`values` are all distinct words that facts say things in. Of each of the `documents` there are

    id, source, year, text, sentences   sentences as start, end, start, end, …
    gold                                a side
    runs                                a side for every run, with decisions

and a side:

    mentions    start, end, label, …            labels, types, classes and modalities are indices
    relations   type, head, tail, …             into the names of the layer, heads and tails
    status      mention, class, modality, …     indices of mentions
    facts       view and slot, value, n, n mentions, …; the value is an index into the values, or
                -1 where it is the words of the last mention
    scores      of mentions, relations and facts, in thousandths; left out where all are 1
    buckets     one string for every bucket table, see `evaluation.report_buckets`
    decisions   a string with one character for each, from `A` on: layer times the number of kinds
                plus kind
    items       gold, predicted, …: the items of the decisions; -1 where there is none

Spans are half-open and count code points. Flat lists of numbers keep a page with 500 documents
small enough to load at once.
"""

from collections.abc import Callable, Sequence
from typing import Any

from annotations.document import Document
from annotations.schema import Schema, load_schema
from corpus.segment import sentences
from evaluation.model import (
    FACT,
    KINDS,
    LAYERS,
    MENTION,
    PROJECT,
    RELATION,
    STATUS_CLASS,
    STATUS_MODALITY,
    WHOLE,
    EvaluatedDocument,
    Evaluation,
    FactItem,
)
from evaluation.report_buckets import Codes, Placement

Json = dict[str, Any]

_LAYER = {name: n for n, name in enumerate(LAYERS)}
_KIND = {name: n for n, name in enumerate(KINDS)}
_ABSENT = -1
# Characters from here on stand for small numbers.
_FIRST = ord("A")
_THOUSAND = 1000


def layer_labels(schema: Schema) -> dict[str, tuple[str, ...]]:
    """What decisions of each layer are about, in the order of the schema."""
    slots = (WHOLE, *schema.fact_slots)
    return {
        MENTION: (*schema.labels,),
        RELATION: (*schema.relations,),
        STATUS_CLASS: schema.status_classes,
        STATUS_MODALITY: schema.modalities,
        FACT: slots,
        PROJECT: slots,
    }


def documents_block(evaluations: Sequence[Evaluation], placement: Placement) -> Json:
    """Every document with its gold and what each run made of it.

    Args:
        evaluations: the runs, on the same gold.
        placement: the buckets of all items.
    """
    pack = _Packer(load_schema())
    documents = []
    for n, document in enumerate(evaluations[0].documents):
        runs = [
            pack.predicted(evaluation.documents[n], placement.predicted[of_run][n])
            for of_run, evaluation in enumerate(evaluations)
        ]
        text = document.text
        documents.append(
            {
                "id": document.id,
                "source": document.gold.source,
                "year": document.year,
                "text": text,
                "sentences": [edge for span in sentences(text, 0, len(text)) for edge in span],
                "gold": pack.side(document.gold, document.gold_facts, placement.gold[n]),
                "runs": runs,
            }
        )
    return {"values": list(pack.values), "documents": documents}


class _Packer:
    """Turns sides of documents into lists of numbers."""

    def __init__(self, schema: Schema) -> None:
        labels = layer_labels(schema)
        self._codes = {
            layer: {name: n for n, name in enumerate(names)} for layer, names in labels.items()
        }
        self.values: dict[str, int] = {}

    def predicted(self, document: EvaluatedDocument, buckets: Codes) -> Json:
        """The side of a run, with its scores and decisions."""
        side = self.side(document.predicted, document.predicted_facts, buckets)
        scores = {
            "mentions": _scores(document.predicted.mentions, lambda m: m.score),
            "relations": _scores(document.predicted.relations, lambda r: r.score),
            "facts": _scores(document.predicted_facts, lambda f: f.score),
        }
        decisions = "".join(
            chr(_FIRST + len(KINDS) * _LAYER[d.layer] + _KIND[d.kind]) for d in document.decisions
        )
        items = [
            _ABSENT if index is None else index
            for d in document.decisions
            for index in (d.gold, d.predicted)
        ]
        return side | {"scores": scores, "decisions": decisions, "items": items}

    def side(self, document: Document, facts: Sequence[FactItem], buckets: Codes) -> Json:
        """Mentions, relations, status values and facts of one side."""
        index = {mention.id: n for n, mention in enumerate(document.mentions)}
        labels, types = self._codes[MENTION], self._codes[RELATION]
        classes, modalities = self._codes[STATUS_CLASS], self._codes[STATUS_MODALITY]
        return {
            "mentions": [n for m in document.mentions for n in (m.start, m.end, labels[m.label])],
            "relations": [
                n for r in document.relations for n in (types[r.type], index[r.head], index[r.tail])
            ],
            "status": [
                n
                for key, value in document.status.items()
                for n in (index[key], classes[value.status_class], modalities[value.modality])
            ],
            "facts": self._facts(facts, document),
            "buckets": list(buckets),
        }

    def _facts(self, facts: Sequence[FactItem], document: Document) -> list[int]:
        mentions = {mention.span: n for n, mention in enumerate(document.mentions)}
        numbers = []
        for item in facts:
            slots = self._codes[item.view]
            view_and_slot = slots[item.slot] + (len(slots) if item.view == PROJECT else 0)
            value = _ABSENT
            if item.value != document.text[slice(*item.spans[-1])]:
                value = self.values.setdefault(item.value, len(self.values))
            numbers += [view_and_slot, value, len(item.spans)]
            numbers += [mentions[span] for span in item.spans]
        return numbers


def _scores(items: Sequence[Any], score: Callable[[Any], float]) -> list[int]:
    found = [round(_THOUSAND * score(item)) for item in items]
    return [] if all(value == _THOUSAND for value in found) else found


def count_kinds(evaluation: Evaluation) -> dict[str, dict[str, dict[str, int]]]:
    """How many decisions of each kind there are, by layer and label.

    The label is that of the gold item, where there is none that of the prediction.
    """
    counts: dict[str, dict[str, dict[str, int]]] = {layer: {} for layer in LAYERS}
    for document in evaluation.documents:
        for decision in document.decisions:
            label = decision.gold_label or decision.predicted_label or ""
            kinds = counts[decision.layer].setdefault(label, dict.fromkeys(KINDS, 0))
            kinds[decision.kind] += 1
    return counts
