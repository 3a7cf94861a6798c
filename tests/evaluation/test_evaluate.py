"""The whole evaluation: what is refused, what it holds, how fast the bootstrap is."""

import time
from dataclasses import replace

import numpy as np
import pytest

from annotations.document import Document, StatusValue
from annotations.errors import EvaluationError
from evaluation.evaluate import all_schemes, evaluate, figure_at
from evaluation.resample import draw
from evaluation.scores import count, score_table
from tests.evaluation.builders import SCHEMA, corpus
from tests.pipeline.marked import marked

A = marked("[[P1|甲项目]][[S1|开工]]", "P1 HasStatus S1; S1 signed actual", name="a")
B = marked("[[P1|乙项目]]投资[[A1|3亿元]]", "P1 TotalInvestment A1", name="b")


def relabelled(document: Document, label: str) -> Document:
    first, *rest = document.mentions
    return replace(document, mentions=(replace(first, label=label), *rest))


@pytest.mark.parametrize(
    ("gold", "predicted", "message"),
    [
        ([], [A], "there are no gold documents"),
        ([A], [], "there are no predicted documents"),
        ([A, A], [A], "1 gold documents stand twice: a"),
        ([A], [A, A], "1 predicted documents stand twice: a"),
        ([A, B], [A], "1 of 2 gold documents have no predictions: b"),
        ([A], [replace(B, id="a")], "a: the predictions are about another text"),
        ([A], [relabelled(A, "CITY")], "a: unknown labels in the predicted document: CITY"),
        ([relabelled(A, "CITY")], [A], "unknown labels in the gold document: CITY"),
        (
            [A],
            [replace(A, relations=(replace(A.relations[0], type="Owns"),))],
            "unknown relations in the predicted document: Owns",
        ),
        ([A], [replace(A, status={"S1": StatusValue("done", "actual")})], "unknown status classes"),
        ([A], [replace(A, status={"S1": StatusValue("signed", "maybe")})], "unknown modalities"),
    ],
)
def test_refused_in_one_line(gold: list[Document], predicted: list[Document], message: str) -> None:
    with pytest.raises(EvaluationError, match=message) as caught:
        evaluate(gold, predicted, name="x")
    assert "\n" not in str(caught.value)


def test_many_missing_documents_are_counted_not_listed() -> None:
    gold = [replace(A, id=f"doc{n}") for n in range(9)]
    with pytest.raises(EvaluationError, match=r"8 of 9 .* and 3 more"):
        evaluate(gold, gold[:1], name="x")


def test_perfect_predictions() -> None:
    result = evaluate([B, A], [A, B], name="x", resamples=10)
    assert [document.id for document in result.documents] == ["a", "b"]
    for path in ("mentions.micro.f1", "relations.with_status.micro.f1", "facts.whole.recall"):
        assert figure_at(result, path) == 1
    assert figure_at(result, "mentions.DATE.f1") is None
    assert {d.kind for document in result.documents for d in document.decisions} == {"correct"}


def test_no_predictions_give_dashes_and_zeros() -> None:
    empty = [replace(d, mentions=(), relations=(), status={}) for d in (A, B)]
    result = evaluate([A, B], empty, name="x", resamples=20)
    row = result.table("mentions").row("micro")
    assert (row.precision.value, row.recall.value, row.f1.value) == (None, 0, 0)
    assert row.precision.low is None
    assert figure_at(result, "status.micro.f1") is None


def test_no_gold_mentions_give_a_warning() -> None:
    empty = replace(A, mentions=(), relations=(), status={})
    result = evaluate([empty], [A], name="x")
    row = result.table("mentions").row("micro")
    assert (row.precision.value, row.recall.value, row.f1.value) == (0, None, 0)
    assert any("no mentions" in warning for warning in result.warnings)


def test_warnings_are_said() -> None:
    result = evaluate([A], [A, B], name="x")
    assert any("1 predicted documents have no gold" in warning for warning in result.warnings)
    assert any("only 1 documents" in warning for warning in result.warnings)
    # One document has no spread to show.
    assert result.table("mentions").row("micro").f1.low is None


@pytest.mark.parametrize(
    "path", ["mentions", "mentions.micro", "mentions.micro.f2", "words.micro.f1", "a.b.c.d.f1"]
)
def test_bad_paths(path: str) -> None:
    with pytest.raises(EvaluationError):
        figure_at(evaluate([A], [A], name="x", resamples=0), path)


def test_bad_row_names_the_rows() -> None:
    with pytest.raises(EvaluationError, match="it has micro, macro, ZONE"):
        figure_at(evaluate([A], [A], name="x", resamples=0), "mentions.CITY.f1")


def test_order_of_documents_mentions_and_relations_plays_no_part() -> None:
    gold, predicted = corpus(5)
    mixed = [
        replace(d, mentions=d.mentions[::-1], relations=d.relations[::-1])
        for d in reversed(predicted)
    ]
    one = evaluate(gold, predicted, name="x", resamples=50)
    other = evaluate(gold[::-1], mixed, name="x", resamples=50)
    assert one.tables == other.tables
    assert one.buckets == other.buckets
    assert one.curves == other.curves


def test_micro_is_the_sum_over_labels_and_macro_the_mean() -> None:
    gold, predicted = corpus(5)
    for table in evaluate(gold, predicted, name="x", resamples=0).tables:
        skip = table.rows.index(table.row("macro")) + 1
        labels = table.rows[skip:]
        micro, macro = table.row("micro"), table.row("macro")
        assert micro.gold == sum(row.gold for row in labels)
        assert micro.predicted_matched == sum(row.predicted_matched for row in labels)
        f1 = [row.f1.value for row in labels if row.f1.value is not None]
        assert macro.f1.value == pytest.approx(np.mean(f1))


def test_same_seed_same_intervals_and_intervals_hold_the_value() -> None:
    gold, predicted = corpus(25)
    one, other = (evaluate(gold, predicted, name="x", resamples=200) for _ in range(2))
    assert one.tables == other.tables
    row = one.table("mentions").row("micro")
    assert row.f1.low < row.f1.value < row.f1.high
    assert not one.warnings


def test_a_thousand_resamples_of_thirty_documents_take_less_than_two_seconds() -> None:
    gold, predicted = corpus(30)
    result = evaluate(gold, predicted, name="x", resamples=0)
    decisions = [document.decisions for document in result.documents]
    began = time.process_time()
    draws = draw(30, resamples=1000, seed=1)
    for scheme in all_schemes(SCHEMA):
        score_table(count(decisions, scheme), scheme, resampling=draws)
    assert time.process_time() - began < 2


def test_data_description_counts_both_sides() -> None:
    data = evaluate([A, B], [A, B], name="x", resamples=0).data
    assert (data.documents, data.paragraphs) == (2, 2)
    assert data.characters == len(A.text) + len(B.text)
    assert data.gold_mentions["PROJECT"] == data.predicted_mentions["PROJECT"] == 2
    assert data.gold_relations["HasStatus"] == 1
    assert (data.gold_facts, data.predicted_facts) == (2, 2)
