"""The figures of a report as the page reads them."""

from collections import Counter
from typing import Any

from annotations.schema import load_schema
from evaluation.codec import encode
from evaluation.evaluate import all_schemes
from evaluation.model import (
    KINDS,
    LAYERS,
    Change,
    Comparison,
    Evaluation,
)
from evaluation.report_buckets import Placement, table_key
from evaluation.report_documents import count_kinds, layer_labels
from evaluation.report_runs import ReportInput, Run
from pipeline.page import TERMS

Json = dict[str, Any]


def table_layers() -> dict[tuple[str, str], str]:
    """The layer whose decisions each score table counts, by table and scheme."""
    return {(s.table, s.name): s.layer for s in all_schemes(load_schema())}


def figures_block(report: ReportInput, placement: Placement) -> Json:
    """Everything on the page but the documents."""
    schema = load_schema()
    return {
        # The shared script looks for the labels and their Chinese terms here.
        "labels": [{"name": name} for name in schema.labels],
        "terms": {kind: dict(terms) for kind, terms in TERMS.items()},
        "layers": list(LAYERS),
        "kinds": list(KINDS),
        "layerLabels": {layer: list(names) for layer, names in layer_labels(schema).items()},
        "bucketNames": [[key, list(names)] for key, names in placement.names.items()],
        "runs": [_run(run, linked=placement.linked[n]) for n, run in enumerate(report.runs)],
        "comparison": report.comparison and _comparison(report.comparison, report.runs),
    }


def _run(run: Run, *, linked: frozenset[str]) -> Json:
    evaluation = run.evaluation
    layers = table_layers()
    return {
        "name": evaluation.name,
        "split": evaluation.split,
        "setting": evaluation.setting,
        "seed": evaluation.seed,
        "resamples": evaluation.resamples,
        "confidence": evaluation.confidence,
        "warnings": list(evaluation.warnings),
        "data": encode(evaluation.data),
        "tables": [
            encode(table) | {"layer": layers[table.table, table.scheme]}
            for table in evaluation.tables
        ],
        "confusions": encode(evaluation.confusions),
        "curves": encode(evaluation.curves),
        "buckets": [
            encode(table) | {"linked": table_key(table) in linked} for table in evaluation.buckets
        ],
        "values": encode(evaluation.values),
        "kinds": count_kinds(evaluation),
        "learning": encode(run.learning),
    }


def _comparison(comparison: Comparison, runs: tuple[Run, ...]) -> Json:
    a, b = (run.evaluation for run in runs)
    layers = table_layers()
    return {
        "differences": [
            encode(difference) | {"layer": layers[difference.table, difference.scheme]}
            for difference in comparison.differences
        ],
        "changes": [
            [
                change.direction == "fixed",
                change.document,
                _index(change.decision_a),
                _index(change.decision_b),
            ]
            for change in comparison.changes
        ],
        "counts": count_changes(comparison, a, b),
        "warnings": list(comparison.warnings),
    }


def count_changes(
    comparison: Comparison, a: Evaluation, b: Evaluation
) -> dict[str, dict[str, dict[str, int]]]:
    """How many items were fixed and broken, by layer and label.

    What was fixed is counted as the first run has it, what was broken as the second has it; the
    label is that of the gold item, where there is none that of the prediction.
    """
    counts: dict[str, dict[str, Counter[str]]] = {}
    for change in comparison.changes:
        label = _label(change, a, b)
        counts.setdefault(change.layer, {}).setdefault(label, Counter())[change.direction] += 1
    return {
        layer: {
            label: {direction: of_label[direction] for direction in ("fixed", "broken")}
            for label, of_label in labels.items()
        }
        for layer, labels in counts.items()
    }


def _label(change: Change, a: Evaluation, b: Evaluation) -> str:
    fixed = change.direction == "fixed"
    evaluation, index = (a, change.decision_a) if fixed else (b, change.decision_b)
    if index is None:
        return ""
    decision = evaluation.documents[change.document].decisions[index]
    return decision.gold_label or decision.predicted_label or ""


def _index(index: int | None) -> int:
    return -1 if index is None else index
