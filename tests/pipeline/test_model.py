"""How the shipped model joins what is learnt and what words tell."""

import numpy as np
import pytest

from annotations.schema import load_schema
from pipeline.model import Model, load_model
from pipeline.states import SpanStates
from tests.pipeline.marked import marked


@pytest.fixture(scope="module")
def model():
    return load_model()


def found(model: Model, text: str) -> set[tuple[str, str, str]]:
    document = model.annotate(text, id="d", year=2023)
    words = {m.id: m.text for m in document.mentions}
    return {(r.type, words[r.head], words[r.tail]) for r in document.relations}


def test_an_item_is_about_its_project_and_not_about_its_parts(model):
    text = "1.恒润新材料项目。位于高新区，建设纺丝车间2座。总投资3亿元，6月28日竣工。"
    document = model.annotate(text, id="d", year=2023)
    assert [m.text for m in document.mentions if m.label == "PROJECT"] == ["恒润新材料项目"]
    assert {
        ("TotalInvestment", "恒润新材料项目", "3亿元"),
        ("HasStatus", "恒润新材料项目", "竣工"),
        ("When", "恒润新材料项目", "6月28日"),
        ("LocatedIn", "恒润新材料项目", "高新区"),
    } <= found(model, text)


def test_a_park_that_takes_in_projects_is_no_project(model):
    text = "生物医药产业园引进项目12个，总投资30亿元。"
    document = model.annotate(text, id="d")
    assert next((m.label, m.text) for m in document.mentions) == ("ZONE", "生物医药产业园")


class Sure:
    """A status head that is sure of one class."""

    def __init__(self, name: str) -> None:
        self.index = list(load_schema().status_classes).index(name)

    def run(self, _outputs, inputs):
        classes = np.zeros((len(inputs["states"]), len(load_schema().status_classes)))
        classes[:, self.index] = 9.0
        return classes, np.zeros((len(classes), len(load_schema().modalities)))


@pytest.mark.parametrize(
    ("status", "learnt", "expected"),
    [("拿地", "completed", "completed"), ("投产", "completed", "operating")],
)
def test_words_go_before_what_is_learnt(model, monkeypatch, status, learnt, expected):
    monkeypatch.setattr(model, "_status", Sure(learnt))
    assert classified(model, status) == expected


def test_only_words_say_that_work_is_stopped(model, monkeypatch):
    monkeypatch.setattr(model, "_status", Sure("stopped"))
    assert classified(model, "拿地") != "stopped"
    assert classified(model, "停工") == "stopped"


def classified(model: Model, status: str) -> str:
    document = marked(f"[[P1|甲项目]][[S1|{status}]]")
    encoded = model.encode(document.text)
    states = SpanStates(encoded.states)
    values = model.classify(encoded.lines, states, document.mentions, year=None)
    return values["S1"].status_class
