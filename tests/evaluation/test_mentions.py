"""Mention schemes against seqeval and nervaluate 1.2.1, and where they differ on purpose."""

import warnings

import numpy as np
import pytest
from hypothesis import assume, given, settings
from nervaluate.entities import Entity, EvaluationResult
from nervaluate.evaluator import Evaluator
from seqeval.metrics import f1_score, precision_score, recall_score
from seqeval.scheme import IOB2

from annotations.document import Document
from evaluation.match import match_mentions, overlapping
from evaluation.mentions import mention_schemes
from evaluation.model import ScoreTable
from evaluation.resample import draw
from evaluation.scores import count, score_table
from tests.evaluation.builders import (
    LABELS,
    LENGTH,
    SCHEMA,
    Spans,
    corpus,
    flat_spans,
    from_spans,
)

THEIR_NAMES = {"strict": "strict", "exact": "exact", "partial": "partial", "type": "ent_type"}
Pairs = list[tuple[Document, Document]]


def tables(pairs: Pairs) -> dict[str, ScoreTable]:
    decisions = [match_mentions(gold.mentions, found.mentions) for gold, found in pairs]
    draws = draw(len(pairs), resamples=0, seed=0)
    return {
        scheme.name: score_table(count(decisions, scheme), scheme, resampling=draws)
        for scheme in mention_schemes(SCHEMA)
    }


def figures(table: ScoreTable, label: str) -> list[float]:
    """Precision, recall, F1, with 0 for a share of nothing, as both references have it."""
    row = table.row(label)
    return [figure.value or 0.0 for figure in (row.precision, row.recall, row.f1)]


def iob2(document: Document) -> list[str]:
    tags = ["O"] * len(document.text)
    for mention in document.mentions:
        tags[mention.start : mention.end] = [f"I-{mention.label}"] * (mention.end - mention.start)
        tags[mention.start] = f"B-{mention.label}"
    return tags


def seqeval(pairs: Pairs, average: str | None) -> list[float] | list[np.ndarray]:
    gold, found = [iob2(g) for g, _ in pairs], [iob2(p) for _, p in pairs]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [
            score(gold, found, average=average, mode="strict", scheme=IOB2, zero_division=0)
            for score in (precision_score, recall_score, f1_score)
        ]


def nervaluate(pairs: Pairs) -> dict[str, dict[str, EvaluationResult]]:
    """Results by label (`micro` for all) and by our name of the scheme."""

    def entities(document: Document) -> list[Entity]:
        # Its ends are inclusive.
        return [Entity(m.label, m.start, m.end - 1) for m in document.mentions]

    evaluator = Evaluator(
        [["O"]] * len(pairs), [["O"]] * len(pairs), tags=list(LABELS), loader="list"
    )
    evaluator.true = [entities(gold) for gold, _ in pairs]
    evaluator.pred = [entities(found) for _, found in pairs]
    results = evaluator.evaluate()
    by_label = results["entities"] | {"micro": results["overall"]}
    return {
        label: {ours: of_label[theirs] for ours, theirs in THEIR_NAMES.items()}
        for label, of_label in by_label.items()
    }


def theirs(result: EvaluationResult) -> list[float]:
    return [result.precision, result.recall, result.f1]


def simple(gold: Spans, predicted: Spans) -> bool:
    """Whether no mention overlaps more than one of the other side."""
    pairs = overlapping(from_spans(gold).mentions, from_spans(predicted).mentions)
    return len({i for i, _ in pairs}) == len(pairs) == len({j for _, j in pairs})


@given(gold=flat_spans(), predicted=flat_spans())
@settings(max_examples=60, deadline=None)
def test_strict_equals_seqeval(gold: Spans, predicted: Spans) -> None:
    assume(gold or predicted)
    pairs = [(from_spans(gold), from_spans(predicted))]
    strict = tables(pairs)["strict"]
    assert figures(strict, "micro") == pytest.approx(seqeval(pairs, "micro"))
    labels = sorted({label for _, _, label in gold + predicted})
    by_label = np.array(seqeval(pairs, None)).T
    for label, expected in zip(labels, by_label, strict=True):
        assert figures(strict, label) == pytest.approx(list(expected))


def test_strict_equals_seqeval_on_report_like_text() -> None:
    pairs = list(zip(*corpus(25), strict=True))
    strict = tables(pairs)["strict"]
    assert figures(strict, "micro") == pytest.approx(seqeval(pairs, "micro"))
    assert 0.5 < strict.row("micro").f1.value < 0.95
    for label, expected in zip(sorted(LABELS), np.array(seqeval(pairs, None)).T, strict=True):
        assert figures(strict, label) == pytest.approx(list(expected))


def test_macro_equals_seqeval_where_every_label_is_predicted() -> None:
    pairs = list(zip(*corpus(25), strict=True))
    gold_labels = {m.label for gold, _ in pairs for m in gold.mentions}
    # ZONE is never in that gold: seqeval's macro recall counts it as 0, ours leaves it out.
    assert set(LABELS) - gold_labels == {"ZONE"}
    kept = [
        (
            gold,
            from_spans(
                [(m.start, m.end, m.label) for m in found.mentions if m.label != "ZONE"],
                text=found.text,
            ),
        )
        for gold, found in pairs
    ]
    assert figures(tables(kept)["strict"], "macro") == pytest.approx(seqeval(kept, "macro"))


@given(gold=flat_spans(), predicted=flat_spans())
@settings(max_examples=150, deadline=None)
def test_strict_and_exact_always_equal_nervaluate(gold: Spans, predicted: Spans) -> None:
    pairs = [(from_spans(gold), from_spans(predicted))]
    ours, reference = tables(pairs), nervaluate(pairs)
    for scheme in ("strict", "exact"):
        assert figures(ours[scheme], "micro") == pytest.approx(theirs(reference["micro"][scheme]))
    for label in reference.keys() - {"micro"}:
        expected = theirs(reference[label]["strict"])
        assert figures(ours["strict"], label) == pytest.approx(expected)


@given(gold=flat_spans(), predicted=flat_spans())
@settings(max_examples=150, deadline=None)
def test_all_schemes_equal_nervaluate_where_pairs_are_unambiguous(
    gold: Spans, predicted: Spans
) -> None:
    assume(simple(gold, predicted))
    pairs = [(from_spans(gold), from_spans(predicted))]
    ours, reference = tables(pairs), nervaluate(pairs)
    for scheme in THEIR_NAMES:
        assert figures(ours[scheme], "micro") == pytest.approx(theirs(reference["micro"][scheme]))
    for label in reference.keys() - {"micro"}:
        expected = theirs(reference[label]["type"])
        assert figures(ours["type"], label) == pytest.approx(expected)


@given(gold=flat_spans(), predicted=flat_spans())
@settings(max_examples=150, deadline=None)
def test_type_is_never_below_nervaluate(gold: Spans, predicted: Spans) -> None:
    pairs = [(from_spans(gold), from_spans(predicted))]
    ours = tables(pairs)["type"].row("micro").gold_matched
    assert ours >= nervaluate(pairs)["micro"]["type"].correct


def test_all_schemes_equal_nervaluate_on_report_like_text() -> None:
    pairs = list(zip(*corpus(25), strict=True))
    ours, reference = tables(pairs), nervaluate(pairs)
    for scheme in THEIR_NAMES:
        assert figures(ours[scheme], "micro") == pytest.approx(theirs(reference["micro"][scheme]))


# What differs on purpose, by the numbers of the module's docstring.


def test_difference_1_nervaluate_is_greedy_in_type() -> None:
    # The first prediction takes the only gold mention although the second has the right label.
    pairs = [
        (from_spans([(0, 8, "ZONE")]), from_spans([(0, 4, "DATE"), (4, 8, "ZONE")])),
    ]
    assert nervaluate(pairs)["micro"]["type"].correct == 0
    assert tables(pairs)["type"].row("micro").gold_matched == 1


def test_difference_1_one_pairing_serves_all_schemes() -> None:
    # Label first leaves one pair; nervaluate pairs anew for `partial`, where labels are ignored.
    gold = [(0, 4, "ZONE"), (4, 8, "DATE")]
    predicted = [(2, 6, "DATE"), (6, 8, "ZONE")]
    pairs = [(from_spans(gold), from_spans(predicted))]
    assert nervaluate(pairs)["micro"]["partial"].partial == 2
    ours = tables(pairs)
    assert ours["partial"].row("micro").gold_matched == 0.5
    assert ours["type"].row("micro").gold_matched == 1


def test_difference_2_nervaluate_hides_other_labels_in_label_rows() -> None:
    pairs = [(from_spans([(0, 4, "ZONE")]), from_spans([(0, 4, "DATE")]))]
    assert nervaluate(pairs)["ZONE"]["exact"].recall == 0
    row = tables(pairs)["exact"].row("ZONE")
    assert row.recall.value == 1
    assert row.precision.value is None


def test_difference_3_a_share_of_nothing_is_none() -> None:
    pairs = [(from_spans([(0, 4, "ZONE"), (5, 9, "DATE")]), from_spans([(0, 4, "ZONE")]))]
    strict = tables(pairs)["strict"]
    date, macro = strict.row("DATE"), strict.row("macro")
    assert (date.precision.value, date.recall.value, date.f1.value) == (None, 0.0, 0.0)
    assert seqeval(pairs, "macro") == pytest.approx([0.5, 0.5, 0.5])
    assert (macro.precision.value, macro.recall.value, macro.f1.value) == (1.0, 0.5, 0.5)


def test_nothing_at_all_is_none_everywhere() -> None:
    pairs = [(from_spans([]), from_spans([]))]
    for table in tables(pairs).values():
        for row in table.rows:
            assert (row.precision.value, row.recall.value, row.f1.value) == (None, None, None)


def test_partial_gives_half_a_point() -> None:
    pairs = [(from_spans([(0, 4, "ZONE"), (6, 9, "DATE")]), from_spans([(0, 5, "ZONE")]))]
    row = tables(pairs)["partial"].row("micro")
    assert (row.precision.value, row.recall.value) == (0.5, 0.25)


def test_spans_of_the_builders_are_inside_their_text() -> None:
    assert all(m.end <= LENGTH for m in from_spans([(0, LENGTH, "ZONE")]).mentions)
