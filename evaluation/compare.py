"""Two systems on the same gold: differences with tests, and what one has right and the other not.

The family of tests, over which Holm's correction goes, is F1 of every row (labels, relations,
slots, whole, micro) of five tables: mentions strict, relations strict, facts in both views, status
class. Macro rows are left out, being functions of the others, and so are rows for which a system
has no figure.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from annotations.document import Document
from annotations.errors import EvaluationError
from annotations.schema import load_schema
from evaluation.evaluate import all_schemes
from evaluation.model import (
    CORRECT,
    FACT,
    LAYERS,
    MACRO,
    PROJECT,
    RELATION,
    SPURIOUS,
    WHOLE,
    WRONG_CLASS,
    Change,
    Comparison,
    Decision,
    Difference,
    EvaluatedDocument,
    Evaluation,
)
from evaluation.resample import (
    Floats,
    Resampling,
    draw,
    few_documents_warning,
    holm,
    randomisation_test,
    smallest_difference,
)
from evaluation.scores import F1, Scheme, count, figure, none_if_nan, row_figures

FAMILY = (
    ("mentions", "strict"),
    ("relations", "strict"),
    ("facts", "triple"),
    ("facts", "project"),
    ("status", "class"),
)


def compare(
    a: Evaluation, b: Evaluation, *, seed: int = 13, resamples: int = 1000, rounds: int = 9999
) -> Comparison:
    """Test every difference of the family and list what b fixed and broke.

    Args:
        a: one evaluation.
        b: another, on the same gold documents.
        seed: of the bootstrap and of the randomisation.
        resamples: bootstrap replicates, for intervals and the detectable difference.
        rounds: of the randomisation; the smallest p-value is 1 / (rounds + 1).

    Raises:
        EvaluationError: the two are not on the same gold.
    """
    check_same_gold(a, b)
    n = len(a.documents)
    draws = draw(n, resamples=resamples if n > 1 else 0, seed=seed, confidence=a.confidence)
    differences: list[Difference] = []
    for scheme in all_schemes(load_schema()):
        if (scheme.table, scheme.name) in FAMILY:
            left, right = (count([d.decisions for d in e.documents], scheme) for e in (a, b))
            p_values = randomisation_test(
                left, right, statistic=_f1(scheme), rounds=rounds, seed=seed
            )
            differences += _differences(left, right, scheme=scheme, draws=draws, p_values=p_values)
    corrected = holm([difference.p for difference in differences])
    changes = [
        change
        for index, (one, other) in enumerate(zip(a.documents, b.documents, strict=True))
        for change in document_changes(one, other, index=index)
    ]
    few = few_documents_warning(n)
    return Comparison(
        a=a.name,
        b=b.name,
        n_documents=n,
        seed=seed,
        resamples=resamples,
        differences=tuple(
            replace(difference, p_holm=p)
            for difference, p in zip(differences, corrected, strict=True)
        ),
        changes=tuple(changes),
        warnings=(few,) if few else (),
    )


def check_same_gold(a: Evaluation, b: Evaluation) -> None:
    """Make sure that two evaluations can stand side by side, decision by decision.

    Gold is the same when it says the same of the same texts; the ids of mentions play no part.

    Raises:
        EvaluationError: they are on other documents, or on other annotations of them.
    """
    ours, theirs = [d.id for d in a.documents], [d.id for d in b.documents]
    if ours != theirs:
        only = sorted(set(ours) ^ set(theirs))
        example = f", such as {only[0]}" if only else ""
        raise EvaluationError(
            f"{a.name} and {b.name} are not on the same documents: {len(only)} stand in one"
            f" only{example}; evaluate both on one gold set"
        )
    for one, other in zip(a.documents, b.documents, strict=True):
        if _content(one.gold) != _content(other.gold):
            raise EvaluationError(
                f"{one.id}: the gold of {a.name} is not that of {b.name}; evaluate both on the same"
                " version of the annotations"
            )


def document_changes(a: EvaluatedDocument, b: EvaluatedDocument, *, index: int) -> list[Change]:
    """What is right in one evaluation of a document and wrong in the other.

    Of facts, whole rows and records are compared, not their slots. A status value is compared where
    both systems found the mention.
    """
    changes = []
    for layer in LAYERS:
        left, right = _of_layer(a, layer), _of_layer(b, layer)
        by_gold_a = {d.gold: n for n, d in left.items() if d.gold is not None}
        by_gold_b = {d.gold: n for n, d in right.items() if d.gold is not None}
        for gold in sorted(by_gold_a.keys() & by_gold_b.keys()):
            n, m = by_gold_a[gold], by_gold_b[gold]
            before, after = _is_right(left[n]), _is_right(right[m])
            if before != after:
                changes.append(_change(index, layer, fixed=after, a=n, b=m))
        changes += [
            _change(index, layer, fixed=True, a=n, b=None) for n in _spurious_only(a, b, layer)
        ]
        changes += [
            _change(index, layer, fixed=False, a=None, b=n) for n in _spurious_only(b, a, layer)
        ]
    return changes


def _differences(
    a: Floats, b: Floats, *, scheme: Scheme, draws: Resampling, p_values: Floats
) -> list[Difference]:
    f1 = _f1(scheme)
    left, right = f1(a.sum(axis=0)[None])[0], f1(b.sum(axis=0)[None])[0]
    replicates = f1(draws.replicate(b)) - f1(draws.replicate(a))
    low, high = draws.interval(replicates)
    detectable = smallest_difference(replicates)
    return [
        Difference(
            table=scheme.table,
            scheme=scheme.name,
            label=label,
            figure="f1",
            a=none_if_nan(left[n]),
            b=none_if_nan(right[n]),
            difference=figure(right[n] - left[n], low[n], high[n]),
            p=none_if_nan(p_values[n]),
            p_holm=None,
            detectable=none_if_nan(detectable[n]),
        )
        for n, label in enumerate(scheme.rows)
        if label != MACRO
    ]


def _f1(scheme: Scheme) -> Callable[[Floats], Floats]:
    """From counts of shape (n, labels, 4) to F1 of the rows, shape (n, rows)."""

    def of_counts(counts: Floats) -> Floats:
        return np.asarray(row_figures(counts, scheme)[..., F1], dtype=np.float64)

    return of_counts


def _change(index: int, layer: str, *, fixed: bool, a: int | None, b: int | None) -> Change:
    return Change(
        direction="fixed" if fixed else "broken",
        layer=layer,
        document=index,
        decision_a=a,
        decision_b=b,
    )


def _of_layer(document: EvaluatedDocument, layer: str) -> dict[int, Decision]:
    """Decisions of a layer by their index in the document; of facts the whole ones."""
    return {
        n: decision
        for n, decision in enumerate(document.decisions)
        if decision.layer == layer
        and (
            layer not in (FACT, PROJECT) or WHOLE in (decision.gold_label, decision.predicted_label)
        )
    }


def _is_right(decision: Decision) -> bool:
    # Of a HasStatus with a wrong class the relation is right; the class has a layer of its own.
    return decision.kind == CORRECT or (decision.layer == RELATION and decision.kind == WRONG_CLASS)


def _spurious_only(one: EvaluatedDocument, other: EvaluatedDocument, layer: str) -> list[int]:
    """Decisions about spurious predictions of one system that the other does not make at all."""
    predictions = set(_prediction_keys(other, layer).values())
    keys = _prediction_keys(one, layer)
    return [
        n
        for n, decision in _of_layer(one, layer).items()
        if decision.kind == SPURIOUS and keys[n] not in predictions
    ]


def _prediction_keys(document: EvaluatedDocument, layer: str) -> dict[int, tuple[object, ...]]:
    """By decision, what its prediction says, in a form that two systems share."""
    side = document.predicted
    by_id = side.by_id()
    keys: dict[int, tuple[object, ...]] = {}
    for n, decision in _of_layer(document, layer).items():
        index = decision.predicted
        if index is None:
            continue
        if layer == RELATION:
            relation = side.relations[index]
            spans = (by_id[relation.head].span, by_id[relation.tail].span)
            keys[n] = (relation.type, *spans)
        elif layer in (FACT, PROJECT):
            item = document.predicted_facts[index]
            keys[n] = (item.project, item.value, *item.spans)
        else:
            mention = side.mentions[index]
            keys[n] = (mention.label, mention.span)
    return keys


def _content(document: Document) -> Sequence[Iterable[object]]:
    by_id = document.by_id()
    return (
        document.text,
        [(m.span, m.label) for m in document.mentions],
        [(r.type, by_id[r.head].span, by_id[r.tail].span) for r in document.relations],
        sorted((by_id[key].span, str(value)) for key, value in document.status.items()),
    )
