"""Suggestions on a model that is not learnt but made up, so that the order is known."""

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from annotations.convert import find_format
from annotations.document import Document, Mention, StatusValue
from annotations.document import Relation as Link
from annotations.errors import TrainingError
from pipeline.cli import build_app
from pipeline.lines import join_lines
from pipeline.model import Encoded
from pipeline.tags import tag_names
from training.suggest import suggest, write_suggestions


class MadeUpModel:
    """Unsure of 疑, sees a fact in every 项目开工, and reads texts by their characters."""

    def __init__(self):
        self.encoded = []

    def encode(self, text):
        self.encoded.append(text)
        logits = np.zeros((len(text), len(tag_names())), dtype=np.float32)
        logits[:, 0] = [0.1 if c == "疑" else 9.0 for c in text]
        states = np.zeros((len(text), 64), dtype=np.float32)
        for n, character in enumerate(text):
            states[n, ord(character) % 64] = 1
        return Encoded(join_lines(text), logits, states)

    def annotate_encoded(self, given, encoded):
        text = given.text
        assert len(encoded.scores) == len(encoded.states) == len(text)
        mentions, relations, status = [], [], {}
        start = text.find("项目开工")
        while start >= 0:
            n = len(mentions)
            for label, a, b in (("PROJECT", start, start + 2), ("STATUS", start + 2, start + 4)):
                mentions.append(
                    Mention(id=f"T{len(mentions)}", label=label, start=a, end=b, text=text[a:b])
                )
            relations.append(Link(type="HasStatus", head=f"T{n}", tail=f"T{n + 1}"))
            status[f"T{n + 1}"] = StatusValue("under_construction", "actual")
            start = text.find("项目开工", start + 1)
        return replace(given, mentions=tuple(mentions), relations=tuple(relations), status=status)


@pytest.fixture
def reports(tmp_path):
    texts = {
        "plain": "工作报告平平常常。" * 12,
        "unsure": "疑疑疑疑项目开工了。" * 12,
        "facts": "产业项目开工建设好。" * 12,
        "copy": "疑疑疑疑项目开工了。" * 12,
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    return tmp_path


def names(suggestions):
    return [s.document.source.rsplit("/", 1)[-1].removesuffix(".txt") for s in suggestions]


def test_order_and_no_copies(reports):
    found = suggest([str(reports)], model=MadeUpModel(), count=10)
    assert set(names(found)[:2]) == {"facts", "copy"} or set(names(found)[:2]) == {
        "facts",
        "unsure",
    }
    # Of two equal passages only one teaches anything.
    assert len(set(names(found)) & {"unsure", "copy"}) == 1
    assert names(found)[-1] == "plain"


def test_what_is_annotated_already_is_not_suggested(reports):
    known = Document(id="k", text=(reports / "unsure.txt").read_text(encoding="utf-8"))
    found = suggest([str(reports)], model=MadeUpModel(), count=10, known=[known])
    assert not {"unsure", "copy"} & set(names(found))


def test_a_known_report_is_compared_passage_by_passage(reports):
    passages = ["疑疑疑疑项目开工了。" * 150, "产业项目开工建设好。" * 150]
    (reports / "both.txt").write_text("\n".join(passages), encoding="utf-8")
    known = Document(id="k", text="\n".join(passages))
    found = suggest([str(reports / "both.txt")], model=MadeUpModel(), count=10, known=[known])
    assert not found


def test_suggestions_that_may_have_been_corrected_are_kept(reports):
    found = suggest([str(reports)], model=MadeUpModel(), count=2)
    write_suggestions(found[:1], reports / "out", format_name="brat")
    with pytest.raises(TrainingError, match="holds suggestions already"):
        write_suggestions(found[1:], reports / "out", format_name="brat")
    assert len(list((reports / "out" / "brat").glob("*.ann"))) == 1


@pytest.mark.parametrize(
    ("format_name", "path"), [("brat", "brat"), ("label-studio", "tasks.json")]
)
def test_pre_annotations_can_be_read_back(reports, format_name, path):
    found = suggest([str(reports)], model=MadeUpModel(), count=2)
    write_suggestions(found, reports / "out", format_name=format_name)
    read = find_format(format_name).read(reports / "out" / path)
    assert {d.text for d in read} == {s.document.text for s in found}
    assert sum(len(d.mentions) for d in read) == sum(len(s.document.mentions) for s in found)
    rows = (reports / "out" / "suggestions.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(row)["id"] for row in rows] == [s.document.id for s in found]


def test_every_passage_is_encoded_once_and_counted(reports):
    model, seen = MadeUpModel(), []
    known = Document(id="k", text="别的报告。")
    suggest([str(reports)], model=model, count=2, known=[known],
            on_progress=lambda *counts: seen.append(counts))  # fmt: skip
    assert len(model.encoded) == 5
    assert seen == [(n, 5) for n in range(1, 6)]


def test_reports_of_held_out_places_are_left_out_and_named(reports):
    place = reports / "赤峰市"
    place.mkdir()
    (reports / "facts.txt").rename(place / "2024.txt")
    messages = []
    found = suggest([str(reports)], model=MadeUpModel(), count=10, on_held_out=messages.append)
    assert "2024" not in names(found)
    assert len(messages) == 1
    assert "赤峰市, a test place" in messages[0]
    with pytest.raises(TrainingError, match="of other places"):
        suggest([str(place)], model=MadeUpModel(), count=10)


def test_command_checks_the_format_first_and_shows_no_bar_to_no_terminal(reports, monkeypatch):
    loaded = []

    def load(folder):
        loaded.append(folder)
        return MadeUpModel()

    monkeypatch.setattr("pipeline.model.load_model", load)
    arguments = ["suggest", str(reports), "--output", str(reports / "out")]
    result = CliRunner().invoke(build_app(), [*arguments, "--format", "conll"])
    assert isinstance(result.exception, TrainingError)
    assert not loaded
    (reports / "facts.txt").rename(reports / "赤峰市2024.txt")
    result = CliRunner().invoke(build_app(), arguments)
    assert result.exit_code == 0, result.output
    assert "passages, reports left out: 1:" in result.stdout
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("left out: ")


def test_unreadable_inputs_are_reported(reports):
    (reports / "broken.txt").write_bytes(b"\x00\x01\x02" * 50)
    messages = []
    inputs = [str(reports), str(reports / "gone.txt")]
    assert suggest(inputs, model=MadeUpModel(), count=1, on_error=messages.append)
    assert len(messages) == 2
    assert "gone.txt" in messages[0]
    assert "broken.txt" in messages[1]


def test_nothing_to_suggest(tmp_path, monkeypatch):
    (tmp_path / "broken.txt").write_bytes(b"\x00\x01\x02" * 50)
    monkeypatch.setattr("pipeline.model.load_model", lambda _: MadeUpModel())
    arguments = ["suggest", str(tmp_path), "--output", str(tmp_path / "out")]
    result = CliRunner().invoke(build_app(), arguments)
    assert isinstance(result.exception, TrainingError)
    assert "no readable passage" in str(result.exception)
    assert "broken.txt" in result.stderr


def test_unknown_format(tmp_path):
    with pytest.raises(TrainingError, match="expected brat or label-studio"):
        write_suggestions([], tmp_path, format_name="conll")
