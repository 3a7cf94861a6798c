"""Two systems on the same gold."""

import re
from dataclasses import replace

import pytest

from annotations.document import Document
from annotations.errors import EvaluationError
from evaluation.compare import FAMILY, check_same_gold, compare
from evaluation.evaluate import evaluate
from evaluation.model import Comparison, Evaluation
from tests.evaluation.builders import corpus
from tests.pipeline.marked import marked

GOLD = "[[P1|甲项目]]投资[[A1|3亿元]],[[S1|开工]],[[D1|今年]]"
LINKS = "P1 TotalInvestment A1; P1 HasStatus S1; S1 signed actual"


def score(*documents: Document, gold: list[Document], name: str = "x") -> Evaluation:
    return evaluate(gold, documents, name=name, resamples=0)


def changes(comparison: Comparison, layer: str) -> list[tuple[str, bool, bool]]:
    return [
        (change.direction, change.decision_a is not None, change.decision_b is not None)
        for change in comparison.changes
        if change.layer == layer
    ]


def test_fixed_and_broken() -> None:
    gold = [marked(GOLD, LINKS)]
    # a misses the date and invents a zone; b has the date, loses the sum and its owner.
    a = score(marked(GOLD.replace("[[D1|今年]]", "今[[Z1|年]]"), LINKS), gold=gold, name="a")
    b = score(
        marked(GOLD.replace("[[A1|3亿元]]", "3亿元"), "P1 HasStatus S1; S1 planned actual"),
        gold=gold,
        name="b",
    )
    found = compare(a, b, resamples=0, rounds=9)
    assert sorted(changes(found, "mention")) == [
        ("broken", True, True),
        ("fixed", True, True),
    ]
    assert changes(found, "relation") == [("broken", True, True)]
    assert changes(found, "status_class") == [("broken", True, True)]
    assert ("broken", True, True) in changes(found, "fact")
    reverse = compare(b, a, resamples=0, rounds=9)
    assert len(reverse.changes) == len(found.changes)


def test_a_wrong_prediction_that_the_other_does_not_make() -> None:
    gold = [marked("[[P1|甲项目]]在北部", name="d")]
    a = score(marked("[[P1|甲项目]]在[[Z1|北部]]", name="d"), gold=gold)
    b = score(gold[0], gold=gold)
    assert changes(compare(a, b, rounds=9), "mention") == [("fixed", True, False)]
    assert changes(compare(b, a, rounds=9), "mention") == [("broken", False, True)]
    change = compare(a, b, rounds=9).changes[0]
    assert a.documents[change.document].decisions[change.decision_a].kind == "spurious"


def test_equal_systems_do_not_differ() -> None:
    gold, predicted = corpus(6)
    one, other = (score(*predicted, gold=gold, name=name) for name in "ab")
    found = compare(one, other, resamples=50, rounds=99)
    assert not found.changes
    tested = [d for d in found.differences if d.p is not None]
    assert tested
    assert all(d.p == d.p_holm == 1 and d.difference.value == 0 for d in tested)


def test_a_clear_difference_is_found() -> None:
    gold, predicted = corpus(30)
    worse = [
        replace(
            d,
            mentions=tuple(m for m in d.mentions if m.label != "COMPANY"),
            relations=tuple(r for r in d.relations if r.type != "OwnedBy"),
        )
        for d in predicted
    ]
    found = compare(
        score(*worse, gold=gold), score(*predicted, gold=gold), resamples=300, rounds=1999
    )
    by_row = {(d.table, d.scheme, d.label): d for d in found.differences}
    company = by_row["mentions", "strict", "COMPANY"]
    assert company.a == 0
    assert company.difference.value == company.b
    assert company.difference.low > 0
    assert company.p == pytest.approx(1 / 2000)
    assert company.p < company.p_holm < 0.05
    assert 0 < company.detectable < company.difference.value
    assert by_row["mentions", "strict", "PROJECT"].p_holm == 1
    # What neither has anything of is in no family.
    zone = by_row["relations", "strict", "MemberOf"]
    assert (zone.a, zone.p, zone.p_holm, zone.difference.value) == (None, None, None, None)
    assert {(d.table, d.scheme) for d in found.differences} == set(FAMILY)
    assert all(d.label != "macro" for d in found.differences)


def test_other_documents_or_other_gold_are_refused() -> None:
    one, other = marked(GOLD, LINKS, name="a"), marked(GOLD, LINKS, name="b")
    with pytest.raises(EvaluationError, match="not on the same documents"):
        compare(score(one, gold=[one]), score(other, gold=[other]))
    changed = marked(GOLD.replace("[[D1|今年]]", "今年"), LINKS, name="a")
    with pytest.raises(EvaluationError, match="a: the gold of"):
        compare(score(one, gold=[one]), score(one, gold=[changed]))


def test_ids_of_mentions_play_no_part() -> None:
    one = marked(GOLD, LINKS, name="a")
    renumbered = marked(
        re.sub(r"([PASD])1", r"\g<1>9", GOLD), re.sub(r"([PAS])1", r"\g<1>9", LINKS), name="a"
    )
    assert renumbered.mentions != one.mentions
    a, b = score(one, gold=[one]), score(one, gold=[renumbered])
    check_same_gold(a, b)
    assert not compare(a, b, rounds=9).changes


def test_few_documents_are_warned_about() -> None:
    gold = [marked(GOLD, LINKS)]
    one = score(gold[0], gold=gold)
    assert "only 1 documents" in compare(one, one, rounds=9).warnings[0]
