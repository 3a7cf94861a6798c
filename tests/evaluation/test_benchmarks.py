"""The benchmark commands: what they refuse, and what they count."""

import sys

import pytest

from benchmarks import rules, speed
from tests.pipeline.marked import marked


@pytest.mark.parametrize("runs", ["0", "-1", "x"])
def test_speed_wants_a_turn(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], runs: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["speed.py", "--runs", runs])
    with pytest.raises(SystemExit) as caught:
        speed.main()
    assert caught.value.code == 2
    assert "error: argument --runs: " in capsys.readouterr().err


STATUSES = "[[P1|甲项目]]将于6月[[S1|开工]]，[[P2|乙项目]]已[[S2|投产]]"


@pytest.mark.parametrize(
    ("rule", "text", "links", "expected"),
    [
        (rules.modality, STATUSES, "S1 signed future; S2 operating future", [True, False]),
        (
            rules.status_class,
            STATUSES,
            "S1 under_construction future; S2 completed actual",
            [True, False],
        ),
        (rules.denied, "[[P1|甲项目]]尚未[[S1|开工]]", "S1 planned actual", [False]),
        (rules.borders, "[[P1|1.甲项目]]、[[P2|乙项目]]", "", [False, True]),
        (rules.investors, "[[P1|鸿桥电商]]投资[[A1|3亿元]]的[[P2|甲项目]]", "", [False, True]),
        (rules.owners, "[[P1|甲项目]]（[[A1|3亿元]]）", "P1 TotalInvestment A1", [True]),
        (rules.owners, "[[P1|甲项目]]（[[A1|3亿元]]）", "", [False]),
        (
            rules.in_step,
            "[[P1|甲]]、[[P2|乙]]总投资分别为[[A1|3亿元]]、[[A2|2亿元]]",
            "P1 TotalInvestment A1; P1 TotalInvestment A2",
            [True, False],
        ),
        (
            rules.in_step,
            "[[P1|甲]]、[[P2|乙]]产值分别为[[A1|3亿元]]、[[A2|2亿元]]",
            "",
            [],
        ),
        (
            rules.completed,
            "[[P1|甲项目]][[S1|完成投资]][[A1|3亿元]]",
            "P1 HasStatus S1; P1 TotalInvestment A1",
            [False],
        ),
        (rules.nobody, "[[P1|甲项目]]注册资本[[A1|1亿元]]", "P1 TotalInvestment A1", [False]),
        (rules.builders, "[[C1|乙公司]]承建的[[P1|甲项目]]", "P1 OwnedBy C1", [True]),
        (rules.sites, "[[Z1|高新区]][[P1|甲项目]]", "P1 When Z1", [False]),
    ],
)
def test_rules_are_held_against_the_annotations(rule, text, links, expected) -> None:
    assert sorted(rule(marked(text, links))) == sorted(expected)
