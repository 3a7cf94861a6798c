"""A finished evaluation as files: `metrics.json` with the figures, `decisions.jsonl` with the rest.

`metrics.json` follows `evaluation/metrics.schema.json`. `decisions.jsonl` has one line a document:
text, both sides as `zonefacts score` writes documents, facts, and decisions as lists of layer,
kind, gold index, predicted index, gold label, predicted label. Both together give the evaluation
back.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from annotations.document import Document
from annotations.errors import AnnotationError, EvaluationError
from annotations.store import annotation_record, document_from_record
from corpus.files import write_atomic
from evaluation.codec import decode, encode
from evaluation.model import (
    MENTION,
    BucketTable,
    Confusion,
    Curve,
    DataDescription,
    Decision,
    EvaluatedDocument,
    Evaluation,
    FactItem,
    LearningPoint,
    Origin,
    ScoreRow,
    ScoreTable,
    ValueScore,
)

METRICS = "metrics.json"
LEARNING = "learning.json"
DECISIONS = "decisions.jsonl"
FORMAT = "zonefacts-metrics/1"

Json = dict[str, Any]


def to_json(evaluation: Evaluation) -> Json:
    """The content of `metrics.json`: every figure, and for each document its counts of decisions.

    `scores` is nested by table, scheme and row, so that the path of a figure can be read off:
    `scores.mentions.strict.micro.f1.value`.
    """
    scores: dict[str, dict[str, Json]] = {}
    for table in evaluation.tables:
        rows = {row.label: encode(row) for row in table.rows}
        for row in rows.values():
            del row["label"]
        scores.setdefault(table.table, {})[table.scheme] = rows
    return {
        "format": FORMAT,
        "name": evaluation.name,
        "split": evaluation.split,
        "setting": evaluation.setting,
        "seed": evaluation.seed,
        "resamples": evaluation.resamples,
        "confidence": evaluation.confidence,
        "warnings": list(evaluation.warnings),
        "data": encode(evaluation.data),
        "scores": scores,
        "confusions": encode(evaluation.confusions),
        "curves": encode(evaluation.curves),
        "buckets": encode(evaluation.buckets),
        "values": encode(evaluation.values),
        "documents": [_summary(document) for document in evaluation.documents],
    }


def write_metrics(evaluation: Evaluation, path: Path) -> None:
    """Write `metrics.json` to a path.

    Raises:
        OSError: it cannot be written there.
    """
    text = json.dumps(to_json(evaluation), ensure_ascii=False, indent=1, allow_nan=False)
    write_atomic(path, text + "\n")


def write_run(evaluation: Evaluation, folder: Path) -> None:
    """Write `metrics.json` and `decisions.jsonl` into a folder, which is made if need be.

    Raises:
        OSError: it cannot be written to.
    """
    lines = [
        json.dumps(_record(document), ensure_ascii=False, allow_nan=False)
        for document in evaluation.documents
    ]
    write_atomic(folder / DECISIONS, "".join(f"{line}\n" for line in lines))
    write_metrics(evaluation, folder / METRICS)


def write_learning(points: Sequence[LearningPoint], folder: Path) -> None:
    """Write the points of a learning curve into a run folder, as `learning.json`.

    Raises:
        OSError: it cannot be written to.
    """
    text = json.dumps(encode(tuple(points)), indent=1, allow_nan=False)
    write_atomic(folder / LEARNING, text + "\n")


def read_learning(folder: Path) -> tuple[LearningPoint, ...]:
    """The points of a run's learning curve; none where the run has no such file.

    Raises:
        EvaluationError: the file is broken.
    """
    path = folder / LEARNING
    if not path.exists():
        return ()
    try:
        return tuple(decode(LearningPoint, item) for item in json.loads(_read(path)))
    except (ValueError, TypeError) as error:
        raise EvaluationError(f"{path}: no learning curve: {error}") from error


def read_run(folder: Path) -> Evaluation:
    """The evaluation that `write_run` wrote into a folder.

    Raises:
        EvaluationError: a file is missing or broken, or the two are of different evaluations.
    """
    try:
        data = json.loads(_read(folder / METRICS))
        if data["format"] != FORMAT:
            raise EvaluationError(
                f"{folder / METRICS}: format {data['format']}, expected {FORMAT}; evaluate again"
            )
        lines = _read(folder / DECISIONS).split("\n")
        documents = tuple(_document(json.loads(line)) for line in lines if line)
        evaluation = _evaluation(data, documents)
    except (ValueError, KeyError, TypeError, IndexError, AnnotationError) as error:
        raise EvaluationError(
            f"{folder}: not a run of `zonefacts evaluate` ({type(error).__name__}: {error});"
            f" expected {METRICS} and {DECISIONS} as it writes them"
        ) from error
    if [_summary(document) for document in documents] != data["documents"]:
        raise EvaluationError(
            f"{folder}: {METRICS} and {DECISIONS} are of different evaluations; evaluate again"
        )
    return evaluation


def _evaluation(data: Json, documents: tuple[EvaluatedDocument, ...]) -> Evaluation:
    tables = tuple(
        ScoreTable(
            table=table,
            scheme=scheme,
            rows=tuple(decode(ScoreRow, row | {"label": label}) for label, row in rows.items()),
        )
        for table, schemes in data["scores"].items()
        for scheme, rows in schemes.items()
    )
    return Evaluation(
        name=data["name"],
        split=data["split"],
        setting=data["setting"],
        seed=data["seed"],
        resamples=data["resamples"],
        confidence=data["confidence"],
        data=decode(DataDescription, data["data"]),
        documents=documents,
        tables=tables,
        confusions=tuple(decode(Confusion, item) for item in data["confusions"]),
        curves=tuple(decode(Curve, item) for item in data["curves"]),
        buckets=tuple(decode(BucketTable, item) for item in data["buckets"]),
        values=tuple(decode(ValueScore, item) for item in data["values"]),
        warnings=tuple(data["warnings"]),
    )


def _summary(document: EvaluatedDocument) -> Json:
    kinds: dict[str, Counter[str]] = {}
    for decision in document.decisions:
        kinds.setdefault(decision.layer, Counter({}))[decision.kind] += 1
    return {
        "id": document.id,
        "sha256": document.gold.sha256,
        "characters": len(document.text),
        "year": document.year,
        **encode(document.origin),
        "decisions": {layer: dict(sorted(counts.items())) for layer, counts in kinds.items()},
    }


def _record(document: EvaluatedDocument) -> Json:
    return {
        "id": document.id,
        "sha256": document.gold.sha256,
        "text": document.text,
        "origin": encode(document.origin),
        "gold": _side(document.gold),
        "predicted": _side(document.predicted),
        "gold_facts": [encode(item) for item in document.gold_facts],
        "predicted_facts": [encode(item) for item in document.predicted_facts],
        "decisions": [
            [d.layer, d.kind, d.gold, d.predicted, d.gold_label, d.predicted_label]
            for d in document.decisions
        ],
    }


def _side(document: Document) -> Json:
    return {
        "year": document.year,
        "source": document.source,
        **annotation_record(document),
    }


def _document(record: Json) -> EvaluatedDocument:
    shared: Mapping[str, Any] = {key: record[key] for key in ("id", "text", "sha256")}
    gold = document_from_record({**shared, **record["gold"]})
    predicted = document_from_record({**shared, **record["predicted"]})
    decisions = tuple(
        Decision(
            layer=layer,
            kind=kind,
            gold=left,
            predicted=right,
            gold_label=gold_label,
            predicted_label=predicted_label,
        )
        for layer, kind, left, right, gold_label, predicted_label in record["decisions"]
    )
    document = EvaluatedDocument(
        gold=gold,
        predicted=predicted,
        origin=decode(Origin, record["origin"]),
        gold_facts=tuple(decode(FactItem, item) for item in record["gold_facts"]),
        predicted_facts=tuple(decode(FactItem, item) for item in record["predicted_facts"]),
        decisions=decisions,
    )
    n_mentions = sum(d.layer == MENTION and d.gold is not None for d in decisions)
    if n_mentions != len(gold.mentions):
        raise EvaluationError(
            f"{document.id}: {n_mentions} decisions about {len(gold.mentions)} gold mentions"
        )
    return document


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise EvaluationError(
            f"{path}: cannot be read ({error.strerror}); expected the output folder of"
            " `zonefacts evaluate`"
        ) from error
