"""Strict scores by properties of the item, its paragraph and its document.

Gold items go into the bucket of the gold side and predictions into that of their own; what is
strictly right has the same on both. What is known of a surface comes from the training documents,
where there are any:

    seen          whether the surface was annotated there with the same label
    consistency   of all places where the surface stands there, the share annotated with the label
                  (after Fu et al. 2020, interpretable evaluation for NER), for seen surfaces

The number of words in a span is taken from a segmentation of its whole paragraph: how many words
the span touches.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from annotations.document import Document
from evaluation.model import (
    CORRECT,
    FACT,
    MENTION,
    RELATION,
    WHOLE,
    WRONG_CLASS,
    BucketRow,
    BucketTable,
    Decision,
    EvaluatedDocument,
    Span,
)
from evaluation.resample import Resampling
from evaluation.scores import (
    F1,
    GOLD,
    GOLD_MATCHED,
    PRECISION,
    PREDICTED,
    PREDICTED_MATCHED,
    RECALL,
    add,
    figure,
    figures,
)
from evaluation.surroundings import Paragraph, Surroundings

_UNKNOWN = "unknown"
_POINTS: Mapping[str, Mapping[str, float]] = {
    MENTION: {CORRECT: 1},
    RELATION: {CORRECT: 1, WRONG_CLASS: 1},
    FACT: {CORRECT: 1},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A mention, a relation or a whole fact: its spans (head or project first) and where it is.

    `paragraph` is that of the first span, None in a text without any. `label` and `surface` are
    those of a mention, empty for the others.
    """

    document: EvaluatedDocument
    paragraph: Paragraph | None
    spans: tuple[Span, ...]
    label: str
    surface: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucketing:
    """A property by which items are put into buckets; None keeps an item out of the table."""

    name: str
    title: str
    layers: tuple[str, ...]
    order: tuple[str, ...]
    bucket: Callable[[Item], str | None]


@dataclass(frozen=True, slots=True)
class TrainingSurfaces:
    """How often surfaces stand in the training texts, and how often with which label."""

    labelled: Mapping[tuple[str, str], int]
    occurrences: Mapping[str, int]

    def seen(self, item: Item) -> str:
        """Whether the surface was annotated with the label."""
        return "seen" if self.labelled.get((item.surface, item.label)) else "unseen"

    def consistency(self, item: Item) -> str | None:
        """Share of the places with that surface that are annotated with the label, in steps."""
        labelled = self.labelled.get((item.surface, item.label), 0)
        if not labelled:
            return None
        share = labelled / max(labelled, self.occurrences.get(item.surface, 0))
        return "always" if share == 1 else "50 to 99 %" if share >= 0.5 else "under 50 %"


def training_surfaces(documents: Sequence[Document]) -> TrainingSurfaces:
    """Count the surfaces of all mentions in the training documents."""
    labelled = Counter((m.text, m.label) for document in documents for m in document.mentions)
    occurrences = {
        surface: sum(document.text.count(surface) for document in documents)
        for surface in {text for text, _ in labelled}
    }
    return TrainingSurfaces(labelled=labelled, occurrences=occurrences)


def steps(*bounds: int) -> tuple[tuple[str, ...], Callable[[int], str]]:
    """Names of the ranges that begin at some bounds, and the function that gives a number its one.

    `steps(0, 1, 3)` has the ranges 0, 1–2 and 3+.
    """
    ends = [*(following - 1 for following in bounds[1:]), None]
    names = tuple(
        f"{low}+" if high is None else str(low) if low == high else f"{low}–{high}"
        for low, high in zip(bounds, ends, strict=True)
    )

    def name(number: int) -> str:
        return names[max(0, sum(number >= bound for bound in bounds) - 1)]

    return names, name


def bucket_tables(
    documents: Sequence[EvaluatedDocument],
    *,
    bucketings: Sequence[Bucketing],
    resampling: Resampling,
) -> tuple[BucketTable, ...]:
    """One table for every bucketing and layer that has anything in it."""
    surroundings = [Surroundings(document.gold) for document in documents]
    tables = []
    for layer in (MENTION, RELATION, FACT):
        sides = [
            _sides(document, around, layer=layer)
            for document, around in zip(documents, surroundings, strict=True)
        ]
        for bucketing in bucketings:
            if layer in bucketing.layers:
                table = _table(sides, bucketing=bucketing, layer=layer, resampling=resampling)
                if table.rows:
                    tables.append(table)
    return tuple(tables)


# A decision with its gold and its predicted item.
_Sides = tuple[Decision, Item | None, Item | None]


def _sides(document: EvaluatedDocument, surroundings: Surroundings, *, layer: str) -> list[_Sides]:
    gold = side_items(document, surroundings, layer=layer, gold=True)
    predicted = side_items(document, surroundings, layer=layer, gold=False)
    return [
        (
            decision,
            None if decision.gold is None else gold[decision.gold],
            None if decision.predicted is None else predicted[decision.predicted],
        )
        for decision in document.decisions
        if decision.layer == layer
        and (layer != FACT or WHOLE in (decision.gold_label, decision.predicted_label))
    ]


def side_items(
    document: EvaluatedDocument, surroundings: Surroundings, *, layer: str, gold: bool
) -> list[Item | None]:
    """The items of one layer that one side has, in the order that decisions count them.

    Of facts only the whole rows of the triple view are put into buckets; the others are None.
    """
    side = document.gold if gold else document.predicted
    spans: list[tuple[Span, ...] | None]
    if layer == MENTION:
        spans = [(mention.span,) for mention in side.mentions]
    elif layer == RELATION:
        by_id = side.by_id()
        spans = [(by_id[r.head].span, by_id[r.tail].span) for r in side.relations]
    else:
        facts = document.gold_facts if gold else document.predicted_facts
        spans = [f.spans if (f.view, f.slot) == (FACT, WHOLE) else None for f in facts]
    return [
        None
        if of_item is None
        else Item(
            document=document,
            paragraph=surroundings.at(of_item[0][0]),
            spans=of_item,
            label=side.mentions[n].label if layer == MENTION else "",
            surface=side.mentions[n].text if layer == MENTION else "",
        )
        for n, of_item in enumerate(spans)
    ]


def _table(
    sides: Sequence[Sequence[_Sides]], *, bucketing: Bucketing, layer: str, resampling: Resampling
) -> BucketTable:
    placed = [
        [
            (
                decision,
                None if gold is None else bucketing.bucket(gold),
                None if predicted is None else bucketing.bucket(predicted),
            )
            for decision, gold, predicted in of_document
        ]
        for of_document in sides
    ]
    found = {name for of_document in placed for _, *pair in of_document for name in pair if name}
    names = [name for name in bucketing.order if name in found]
    names += sorted(found - set(names) - {_UNKNOWN}) + [_UNKNOWN] * (_UNKNOWN in found)
    column = {name: n for n, name in enumerate(dict.fromkeys(names))}
    counts = np.zeros((len(placed), len(column), 4))
    for n, of_document in enumerate(placed):
        for decision, gold, predicted in of_document:
            in_bucket = Decision(
                layer=layer,
                kind=decision.kind,
                gold=decision.gold,
                predicted=decision.predicted,
                gold_label=gold,
                predicted_label=predicted,
            )
            add(counts[n], in_bucket, column=column, points=_POINTS[layer])
    total = counts.sum(axis=0)
    values = figures(total)
    low, high = resampling.interval(figures(resampling.replicate(counts)))
    rows = tuple(
        BucketRow(
            bucket=name,
            gold=round(total[n, GOLD]),
            predicted=round(total[n, PREDICTED]),
            gold_matched=float(total[n, GOLD_MATCHED]),
            predicted_matched=float(total[n, PREDICTED_MATCHED]),
            precision=figure(values[n, PRECISION], low[n, PRECISION], high[n, PRECISION]),
            recall=figure(values[n, RECALL], low[n, RECALL], high[n, RECALL]),
            f1=figure(values[n, F1], low[n, F1], high[n, F1]),
        )
        for name, n in column.items()
    )
    return BucketTable(name=bucketing.name, title=bucketing.title, layer=layer, rows=rows)
