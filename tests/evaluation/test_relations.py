"""Relation decisions as small marked texts, and the three ways to count them."""

import pytest

from annotations.document import Document
from evaluation.evaluate import evaluate
from evaluation.relations import match_relations
from tests.pipeline.marked import marked

GOLD = "[[P1|甲项目]]投资[[A1|3亿元]],[[P2|乙项目]]投资[[A2|5亿元]],[[S1|开工]]"
LINKS = "P1 TotalInvestment A1; P2 TotalInvestment A2; P2 HasStatus S1; S1 signed actual"
STATUS = "; S1 signed actual"


def kinds(predicted: Document, *, gold: Document | None = None) -> dict[str, str]:
    """What became of each gold relation, and of further predictions, by type and tail."""
    gold = gold or marked(GOLD, LINKS)
    found = {}
    for decision in match_relations(gold, predicted):
        side, index = (gold, decision.gold) if decision.gold is not None else (None, None)
        if side is None or index is None:
            side, index = predicted, decision.predicted
        relation = side.relations[index]
        found[f"{relation.type} {side.by_id()[relation.tail].text}"] = decision.kind
    return found


RIGHT = {
    "TotalInvestment 3亿元": "correct",
    "TotalInvestment 5亿元": "correct",
    "HasStatus 开工": "correct",
}


@pytest.mark.parametrize(
    ("markup", "links", "changed"),
    [
        (GOLD, LINKS, {}),
        (
            GOLD,
            LINKS.replace("P1 TotalInvestment", "P1 CompletedInvestment"),
            {"TotalInvestment 3亿元": "wrong_role"},
        ),
        (
            GOLD,
            LINKS.replace("P1 TotalInvestment", "P2 TotalInvestment"),
            {"TotalInvestment 3亿元": "wrong_owner"},
        ),
        (GOLD, LINKS.replace("signed", "operating"), {"HasStatus 开工": "wrong_class"}),
        (GOLD, LINKS.replace("actual", "future"), {"HasStatus 开工": "wrong_class"}),
        (
            GOLD.replace("[[P1|甲项目]]", "[[P1|甲]]项目"),
            LINKS,
            {"TotalInvestment 3亿元": "boundary"},
        ),
        # A pair that was never proposed is a miss, and so is one whose mention was not found.
        (
            GOLD,
            "P1 TotalInvestment A1; P2 HasStatus S1" + STATUS,
            {"TotalInvestment 5亿元": "missed"},
        ),
        (
            GOLD.replace("[[A2|5亿元]]", "5亿元"),
            "P1 TotalInvestment A1; P2 HasStatus S1" + STATUS,
            {"TotalInvestment 5亿元": "missed"},
        ),
        (GOLD, "", dict.fromkeys(RIGHT, "missed")),
        # Neither owner nor role is right: two errors.
        (
            GOLD,
            "P2 AnnualInvestment A1; P2 TotalInvestment A2; P2 HasStatus S1" + STATUS,
            {"TotalInvestment 3亿元": "missed", "AnnualInvestment 3亿元": "spurious"},
        ),
    ],
)
def test_kinds(markup: str, links: str, changed: dict[str, str]) -> None:
    assert kinds(marked(markup, links)) == RIGHT | changed


def test_status_of_several_projects_is_not_confused() -> None:
    gold = marked("[[P1|甲项目]]、[[P2|乙项目]][[S1|开工]]", "P1 HasStatus S1; P2 HasStatus S1")
    found = marked("[[P1|甲项目]]、[[P2|乙项目]][[S1|开工]]", "P2 HasStatus S1")
    assert [d.kind for d in match_relations(gold, found)] == ["missed", "correct"]


def test_membership_has_no_owner() -> None:
    markup = "[[P1|甲项目]]、[[P2|乙项目]]等[[P3|2个项目]]"
    gold, found = marked(markup, "P1 MemberOf P3"), marked(markup, "P2 MemberOf P3")
    assert [d.kind for d in match_relations(gold, found)] == ["missed", "spurious"]


def test_every_relation_has_exactly_one_decision() -> None:
    gold = marked(GOLD, LINKS)
    found = marked(GOLD, "P2 TotalInvestment A1; P1 TotalInvestment A2; P1 HasStatus S1" + STATUS)
    decisions = match_relations(gold, found)
    assert sorted(d.gold for d in decisions if d.gold is not None) == [0, 1, 2]
    assert sorted(d.predicted for d in decisions if d.predicted is not None) == [0, 1, 2]


def test_schemes_and_documents_without_relations() -> None:
    gold = [marked(GOLD, LINKS, name="a"), marked("[[P1|丙项目]],[[A1|2亿元]]", name="b")]
    found = [
        marked(
            GOLD.replace("[[P1|甲项目]]", "[[P1|甲]]项目"),
            LINKS.replace("signed", "planned"),
            name="a",
        ),
        marked("[[P1|丙项目]],[[A1|2亿元]]", "P1 TotalInvestment A1", name="b"),
    ]
    result = evaluate(gold, found, name="x", resamples=0)
    right = {
        scheme: result.table("relations", scheme).row("micro").gold_matched
        for scheme in ("strict", "relaxed", "with_status")
    }
    assert right == {"strict": 2, "relaxed": 3, "with_status": 1}
    # The prediction in the document without gold relations counts against precision.
    row = result.table("relations").row("micro")
    assert (row.gold, row.predicted) == (3, 4)
