"""metrics.json against its schema, runs written and read again, broken runs."""

import json
from pathlib import Path

import jsonschema
import pytest

from annotations.errors import EvaluationError
from evaluation import model
from evaluation.codec import decode, encode
from evaluation.evaluate import evaluate
from evaluation.files import (
    DECISIONS,
    METRICS,
    read_learning,
    read_run,
    to_json,
    write_learning,
    write_metrics,
    write_run,
)
from evaluation.model import CurvePoint, Evaluation, Figure, LearningPoint, Origin
from tests.evaluation.builders import corpus
from tests.pipeline.marked import marked

VALUES = Path(__file__).parent.parent / "pipeline" / "data"
SCHEMA = json.loads(
    (Path(model.__file__).parent / "metrics.schema.json").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    gold, predicted = corpus(4)
    return evaluate(
        gold,
        predicted,
        name="noisy",
        split="test",
        resamples=30,
        training=gold[:2],
        value_tables=[VALUES],
    )


def check(evaluation: Evaluation) -> None:
    jsonschema.validate(to_json(evaluation), SCHEMA)


def test_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_metrics_follow_the_schema(evaluation: Evaluation) -> None:
    check(evaluation)


def test_metrics_of_nothing_follow_the_schema() -> None:
    empty = marked("没有项目")
    check(evaluate([empty], [empty], name="empty"))


def test_schema_refuses_what_is_missing_or_unknown(evaluation: Evaluation) -> None:
    data = to_json(evaluation)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for broken in (
        {key: value for key, value in data.items() if key != "scores"},
        data | {"colour": "red"},
        data | {"seed": "thirteen"},
        data | {"scores": data["scores"] | {"words": {}}},
    ):
        assert list(validator.iter_errors(broken))


def test_schema_knows_every_layer_and_kind() -> None:
    decisions = SCHEMA["$defs"]["document"]["properties"]["decisions"]
    assert decisions["propertyNames"]["enum"] == list(model.LAYERS)
    assert decisions["additionalProperties"]["propertyNames"]["enum"] == list(model.KINDS)


def test_path_of_a_figure(evaluation: Evaluation) -> None:
    value = to_json(evaluation)["scores"]["mentions"]["strict"]["micro"]["f1"]["value"]
    assert value == pytest.approx(evaluation.table("mentions").row("micro").f1.value, abs=1e-6)


def test_a_run_comes_back(evaluation: Evaluation, tmp_path: Path) -> None:
    write_run(evaluation, tmp_path / "run")
    again = read_run(tmp_path / "run")
    assert again.documents == evaluation.documents
    assert to_json(again) == to_json(evaluation)
    assert again.table("facts").row("whole").gold == evaluation.table("facts").row("whole").gold


def test_metrics_alone(evaluation: Evaluation, tmp_path: Path) -> None:
    write_metrics(evaluation, tmp_path / "m.json")
    text = (tmp_path / "m.json").read_text("utf-8")
    assert json.loads(text) == to_json(evaluation)
    assert "NaN" not in text


def test_no_run_there(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="cannot be read"):
        read_run(tmp_path)


def test_learning_points_come_back(tmp_path: Path) -> None:
    assert read_learning(tmp_path) == ()
    points = (LearningPoint(n_documents=5, n_characters=5000, seed=1, f1=0.5),)
    write_learning(points, tmp_path)
    assert read_learning(tmp_path) == points
    for broken in ("{", '[{"seed": 1}]', "3"):
        (tmp_path / "learning.json").write_text(broken, "utf-8")
        with pytest.raises(EvaluationError):
            read_learning(tmp_path)


@pytest.mark.parametrize(
    ("file", "change", "message"),
    [
        (METRICS, lambda text: text[:200], "not a run"),
        (METRICS, lambda text: text.replace("metrics/1", "metrics/0"), "format"),
        (METRICS, lambda text: text.replace('"seed"', '"sead"', 1), "not a run"),
        (METRICS, lambda text: text.replace('"threshold"', '"treshold"', 1), "expected the keys"),
        (DECISIONS, lambda text: text.split("\n", 1)[1], "different evaluations"),
        (DECISIONS, lambda text: text.replace("项目", "工程", 1), "not a run"),
        (DECISIONS, lambda text: text.replace('["mention"', '["sentence"', 1), "decisions about"),
    ],
)
def test_broken_runs(
    evaluation: Evaluation, tmp_path: Path, file: str, change: object, message: str
) -> None:
    write_run(evaluation, tmp_path)
    path = tmp_path / file
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    with pytest.raises(EvaluationError, match=message) as caught:
        read_run(tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "value",
    [Figure(0.5), Figure(None), Origin(genre="seed", place="珠海市"), CurvePoint(1.0, None, 0.0)],
)
def test_codec_round_trip(value: object) -> None:
    assert decode(type(value), json.loads(json.dumps(encode(value)))) == value


@pytest.mark.parametrize(
    "data", [{"value": 1}, {"value": "x", "low": None, "high": None}, [], None, {}]
)
def test_codec_refuses(data: object) -> None:
    with pytest.raises(EvaluationError, match="expected"):
        decode(Figure, data)
