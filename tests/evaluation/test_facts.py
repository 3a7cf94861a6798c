"""Facts: by value, by slot, in both views, with the errors told apart."""

from dataclasses import replace

import pytest

from evaluation.evaluate import evaluate
from evaluation.model import FACT, PROJECT, WHOLE, Evaluation
from tests.pipeline.marked import marked

GOLD = "[[P1|甲项目]]总投资[[A1|3亿元]],已[[S1|开工]]。[[P2|乙项目]]投资[[A2|5亿元]]。"
LINKS = (
    "P1 TotalInvestment A1; P1 HasStatus S1; S1 under_construction actual; P2 TotalInvestment A2"
)


def score(markup: str, links: str, *, gold: str = GOLD, gold_links: str = LINKS) -> Evaluation:
    return evaluate([marked(gold, gold_links)], [marked(markup, links)], name="x", resamples=0)


def whole_kinds(result: Evaluation, view: str = FACT) -> list[str]:
    return [
        decision.kind
        for decision in result.documents[0].decisions
        if decision.layer == view and WHOLE in (decision.gold_label, decision.predicted_label)
    ]


def matched(result: Evaluation, scheme: str, row: str) -> tuple[int, int, float]:
    found = result.table("facts", scheme).row(row)
    return found.gold, found.predicted, found.gold_matched


@pytest.mark.parametrize(
    ("markup", "links", "expected"),
    [
        (GOLD, LINKS, ["correct", "correct"]),
        (GOLD, LINKS.replace("P2 TotalInvestment A2", ""), ["correct", "missed"]),
        (GOLD, LINKS.replace("under_construction", "signed"), ["wrong_class", "correct"]),
        (GOLD, LINKS.replace("actual", "future"), ["wrong_class", "correct"]),
        (
            GOLD,
            LINKS.replace("P1 TotalInvestment", "P1 CompletedInvestment"),
            ["wrong_role", "correct"],
        ),
        (
            GOLD.replace("[[P1|甲项目]]", "[[P1|甲]]项目"),
            LINKS,
            ["boundary", "correct"],
        ),
        # The sum of the second project is cut short: another value.
        (
            GOLD.replace("[[A1|3亿元]]", "3[[A1|亿元]]"),
            LINKS,
            ["wrong_value", "correct"],
        ),
        # No partial credit: the status alone is not the fact.
        (
            GOLD,
            LINKS.replace("P1 TotalInvestment A1; ", ""),
            ["missed", "correct", "spurious"],
        ),
    ],
)
def test_whole_rows(markup: str, links: str, expected: list[str]) -> None:
    assert whole_kinds(score(markup, links)) == expected


def test_the_sum_of_another_project_is_a_wrong_owner() -> None:
    links = "P2 TotalInvestment A1"
    gold = "[[P1|甲项目]]与[[P2|乙项目]]投资[[A1|3亿元]]"
    result = score(gold, links, gold=gold, gold_links="P1 TotalInvestment A1")
    assert whole_kinds(result) == ["wrong_owner"]


def test_sums_are_equal_by_value_not_by_words() -> None:
    # 约 stands outside of the predicted mention: other words, another qualifier, the same value.
    gold = "[[P1|甲项目]]投资[[A1|约3亿元]]"
    links = "P1 TotalInvestment A1"
    found = "[[P1|甲项目]]投资约[[A1|3亿元]]"
    assert whole_kinds(score(found, links, gold=gold, gold_links=links)) == ["correct"]


def test_currency_counts() -> None:
    gold, found = "[[P1|甲项目]]投资[[A1|3亿美元]]", "[[P1|甲项目]]投资[[A1|3亿]]美元"
    links = "P1 TotalInvestment A1"
    assert whole_kinds(score(found, links, gold=gold, gold_links=links)) == ["wrong_value"]


def test_unreadable_sums_are_equal_by_words() -> None:
    gold, links = "[[P1|甲项目]]投资[[A1|若干资金]]", "P1 TotalInvestment A1"
    assert whole_kinds(score(gold, links, gold=gold, gold_links=links)) == ["correct"]
    other = "[[P1|甲项目]]投资[[A1|若干]]资金"
    assert whole_kinds(score(other, links, gold=gold, gold_links=links)) == ["wrong_value"]


def test_slots_are_counted_on_their_own() -> None:
    gold = "[[D1|2021年]]由[[C1|金琴公司]]和[[C2|TCL]]在[[Z1|高新区]]建的[[P1|甲项目]][[S1|开工]]"
    links = (
        "P1 HasStatus S1; S1 under_construction actual; P1 When D1; P1 OwnedBy C1; P1 OwnedBy C2;"
        "P1 LocatedIn Z1"
    )
    found = links.replace("P1 OwnedBy C2;", "").replace("P1 LocatedIn Z1", "")
    result = score(gold, found, gold=gold, gold_links=links)
    for scheme in ("triple", "project"):
        assert matched(result, scheme, "companies") == (2, 1, 1)
        assert matched(result, scheme, "zone") == (1, 0, 0)
        assert matched(result, scheme, "date") == (1, 1, 1)
        assert matched(result, scheme, "project") == (1, 1, 1)
        assert matched(result, scheme, "whole") == (1, 1, 1)
        assert result.table("facts", scheme).row("zone").precision.value is None
        assert result.table("facts", scheme).row("member_of").f1.value is None
    # Micro and macro are over the slots, without the whole rows.
    assert matched(result, "triple", "micro") == (6, 4, 4)


def test_project_view_merges_mentions_of_one_name() -> None:
    gold = "[[P1|甲项目]]投资[[A1|3亿元]]。\n[[P2|甲项目]][[S1|开工]]。"
    links = "P1 TotalInvestment A1; P2 HasStatus S1; S1 under_construction actual"
    # The status is found at the other mention of the same project.
    found = "P1 TotalInvestment A1; P1 HasStatus S1; S1 under_construction actual"
    result = score(gold, found, gold=gold, gold_links=links)
    assert matched(result, "triple", "whole") == (2, 1, 0)
    assert matched(result, "project", "whole") == (1, 1, 1)
    assert whole_kinds(result, PROJECT) == ["correct"]


def test_project_view_knows_a_project_by_a_normalised_name() -> None:
    found = GOLD.replace("[[P1|甲项目]]", "[[P1|甲项目总]]").replace("总]]总", "]]总")
    assert matched(score(found, LINKS), "project", "whole") == (2, 2, 2)
    gold = "[[P1|光电产业园项目]]投资[[A1|3亿元]]"
    shorter = "[[P1|光电产业园]]项目投资[[A1|3亿元]]"
    links = "P1 TotalInvestment A1"
    result = score(shorter, links, gold=gold, gold_links=links)
    assert matched(result, "project", "whole") == (1, 1, 1)
    assert matched(result, "triple", "whole") == (1, 1, 0)


def test_project_records_are_paired_one_to_one() -> None:
    gold = "[[P1|甲项目]]投资[[A1|3亿元]]"
    found = "[[P1|甲项]]目投资[[A1|3亿元]]"
    links = "P1 TotalInvestment A1"
    result = score(found, links, gold=gold, gold_links=links)
    # Neither a mention nor a name in common.
    assert whole_kinds(result, PROJECT) == ["missed", "spurious"]


TWICE = "[[P1|甲项目]]总投资[[A1|3亿元]],即[[A2|3亿元]]"


@pytest.mark.parametrize("scores", [(0.1, 0.9), (0.9, 0.1)])
def test_of_equal_rows_the_one_with_the_highest_score_is_right(scores: tuple[float, float]) -> None:
    gold = marked(TWICE.replace("[[A2|3亿元]]", "3亿元"), "P1 TotalInvestment A1")
    found = marked(TWICE, "P1 TotalInvestment A1; P1 TotalInvestment A2")
    found = replace(
        found,
        relations=tuple(replace(r, score=s) for r, s in zip(found.relations, scores, strict=True)),
    )
    result = evaluate([gold], [found], name="x", resamples=0)
    document = result.documents[0]
    right = {
        document.predicted_facts[d.predicted].score: d.kind
        for d in document.decisions
        if d.layer == FACT and d.predicted_label == WHOLE
    }
    assert right == {0.9: "correct", 0.1: "spurious"}
    curve = next(c for c in result.curves if (c.layer, c.label) == (FACT, WHOLE))
    assert curve.average_precision == 1
    row = result.table("facts").row(WHOLE)
    assert (row.precision.value, row.recall.value) == (0.5, 1)


def test_items_tell_what_and_where() -> None:
    document = score(GOLD, LINKS).documents[0]
    item = document.gold_facts[0]
    assert item.value == "total 300000000 CNY; under_construction actual"
    assert [document.text[start:end] for start, end in item.spans] == ["甲项目", "3亿元", "开工"]
