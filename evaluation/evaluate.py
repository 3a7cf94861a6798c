"""The whole evaluation: from gold and predicted documents to every table, curve and decision."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotations.document import Document
from annotations.errors import EvaluationError
from annotations.schema import Schema, load_schema
from evaluation.bucketings import all_bucketings
from evaluation.buckets import bucket_tables
from evaluation.checks import left_out, pair_documents
from evaluation.confusions import all_confusions
from evaluation.curves import all_curves
from evaluation.facts import fact_schemes, match_facts
from evaluation.match import match_mentions
from evaluation.mentions import mention_schemes
from evaluation.model import (
    FACT,
    WHOLE,
    DataDescription,
    EvaluatedDocument,
    Evaluation,
    Setting,
)
from evaluation.origin import origin_of
from evaluation.relations import match_relations, relation_schemes
from evaluation.resample import draw, few_documents_warning
from evaluation.scores import FIGURES, Scheme, count, score_table
from evaluation.status import match_status, status_schemes
from evaluation.surroundings import Surroundings
from evaluation.values import score_values

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class FigurePlace:
    """Where every evaluation has a certain figure; `figure` is precision, recall or f1."""

    table: str
    scheme: str
    row: str
    figure: str


def evaluate(
    gold: Sequence[Document],
    predicted: Sequence[Document],
    *,
    name: str,
    split: str = "",
    setting: Setting = "end_to_end",
    seed: int = 13,
    resamples: int = 1000,
    training: Sequence[Document] = (),
    value_tables: Sequence[Path] = (),
) -> Evaluation:
    """Score predictions against gold documents.

    Args:
        gold: the annotated documents; those without mentions or relations count too.
        predicted: as many documents with the same ids and texts, in any order; further ones are
            left out with a warning.
        name: what the system is called in tables.
        split: which part of the data this is, for the reader.
        setting: whether the predictions were made on gold mentions, for the reader: what was
            predicted is the caller's matter.
        seed: of the bootstrap; the same seed gives the same intervals.
        resamples: bootstrap replicates; 0 for no intervals.
        training: the documents that the system was trained on, for buckets by what it has seen.
        value_tables: tables of cases for the value parsers, or folders of them.

    Raises:
        EvaluationError: the two sides do not fit each other or the schema.
    """
    schema = load_schema()
    pairs = pair_documents(gold, predicted, schema=schema)
    documents = tuple(decide(*pair, schema=schema) for pair in pairs)
    # One document drawn again and again is no spread: no interval rather than one of no width.
    rounds = resamples if len(documents) > 1 else 0
    resampling = draw(len(documents), resamples=rounds, seed=seed, confidence=CONFIDENCE)
    decisions = [document.decisions for document in documents]
    return Evaluation(
        name=name,
        split=split,
        setting=setting,
        seed=seed,
        resamples=resamples,
        confidence=CONFIDENCE,
        data=describe(documents, schema=schema),
        documents=documents,
        tables=tuple(
            score_table(count(decisions, scheme), scheme, resampling=resampling)
            for scheme in all_schemes(schema)
        ),
        confusions=all_confusions(documents, schema=schema),
        curves=all_curves(documents, schema=schema),
        buckets=bucket_tables(
            documents,
            bucketings=all_bucketings(training=training),
            resampling=resampling,
        ),
        values=score_values(value_tables),
        warnings=_warnings(gold, predicted, resamples=resamples),
    )


def all_schemes(schema: Schema) -> tuple[Scheme, ...]:
    """Every table and scheme, in the order of the report."""
    return (
        *mention_schemes(schema),
        *relation_schemes(schema),
        *fact_schemes(schema),
        *status_schemes(schema),
    )


def decide(gold: Document, predicted: Document, *, schema: Schema) -> EvaluatedDocument:
    """Every decision about one text; both sides in the order of `evaluation.checks.in_order`."""
    mentions = match_mentions(gold.mentions, predicted.mentions)
    facts = match_facts(gold, predicted)
    return EvaluatedDocument(
        gold=gold,
        predicted=predicted,
        origin=origin_of(gold),
        gold_facts=facts.gold,
        predicted_facts=facts.predicted,
        decisions=(
            *mentions,
            *match_relations(gold, predicted),
            *match_status(gold, predicted, decisions=mentions, schema=schema),
            *facts.decisions,
        ),
    )


def describe(documents: Sequence[EvaluatedDocument], *, schema: Schema) -> DataDescription:
    """What was scored, in counts."""
    return DataDescription(
        documents=len(documents),
        characters=sum(len(document.text) for document in documents),
        paragraphs=sum(Surroundings(document.gold).count for document in documents),
        gold_mentions=_counts((m.label for d in documents for m in d.gold.mentions), schema.labels),
        predicted_mentions=_counts(
            (m.label for d in documents for m in d.predicted.mentions), schema.labels
        ),
        gold_relations=_counts(
            (r.type for d in documents for r in d.gold.relations), schema.relations
        ),
        predicted_relations=_counts(
            (r.type for d in documents for r in d.predicted.relations), schema.relations
        ),
        gold_facts=sum(f.view == FACT and f.slot == WHOLE for d in documents for f in d.gold_facts),
        predicted_facts=sum(
            f.view == FACT and f.slot == WHOLE for d in documents for f in d.predicted_facts
        ),
        genres=dict(sorted(Counter(document.origin.genre for document in documents).items())),
    )


def find_figure(path: str) -> FigurePlace:
    """The place that a path such as `mentions.micro.f1` or `mentions.partial.DATE.recall` names.

    A path is table, scheme (the table's first when left out), row, figure. The schema alone says
    what there is, so that a path can be checked before anything is scored.

    Raises:
        EvaluationError: the path names nothing.
    """
    parts = path.split(".")
    if len(parts) not in (3, 4) or parts[-1] not in FIGURES:
        raise EvaluationError(
            f"{path!r} names no figure; expected TABLE[.SCHEME].ROW.FIGURE with a figure out of"
            f" {', '.join(FIGURES)}, such as mentions.micro.f1"
        )
    schemes = all_schemes(load_schema())
    wanted = (parts[0], parts[1]) if len(parts) == 4 else (parts[0],)
    scheme = next((s for s in schemes if (s.table, s.name)[: len(wanted)] == wanted), None)
    if scheme is None:
        known = ", ".join(f"{s.table}.{s.name}" for s in schemes)
        raise EvaluationError(f"{path!r}: there is no table {'.'.join(wanted)}; there are {known}")
    row, figure = parts[-2:]
    if row not in scheme.rows:
        raise EvaluationError(
            f"{path!r}: {scheme.table}.{scheme.name} has no row {row!r}; it has"
            f" {', '.join(scheme.rows)}"
        )
    return FigurePlace(table=scheme.table, scheme=scheme.name, row=row, figure=figure)


def figure_at(evaluation: Evaluation, path: str) -> float | None:
    """The figure of an evaluation that a path names, as `find_figure` reads it.

    Raises:
        EvaluationError: the path names nothing.
    """
    place = find_figure(path)
    row = evaluation.table(place.table, place.scheme).row(place.row)
    return {"precision": row.precision, "recall": row.recall, "f1": row.f1}[place.figure].value


def _counts(names: Iterable[str], order: Iterable[str]) -> Mapping[str, int]:
    counts = Counter(names)
    return {name: counts[name] for name in order}


def _warnings(
    gold: Sequence[Document], predicted: Sequence[Document], *, resamples: int
) -> tuple[str, ...]:
    warnings = []
    if resamples and (few := few_documents_warning(len(gold))):
        warnings.append(few)
    if extra := left_out(gold, predicted):
        warnings.append(f"{len(extra)} predicted documents have no gold and were left out")
    if not any(document.mentions for document in gold):
        warnings.append("the gold documents have no mentions, so there is no recall to measure")
    return tuple(warnings)
