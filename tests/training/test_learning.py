"""Learning curves on the tiny encoder."""

import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from annotations.errors import TrainingError
from evaluation.evaluate import evaluate
from evaluation.files import read_learning
from evaluation.learning import learning_curves
from evaluation.model import LearningPoint
from pipeline.cli import build_app
from tests.training.conftest import change_weights
from training.config import load_config
from training.learning import (
    LearningConfig,
    draw_order,
    learn,
    render_learning,
    strict_micro_f1,
    tag,
)
from training.ner import NerConfig, load_ner, train_ner

CONFIGS = Path(__file__).parents[2] / "training" / "configs"


@pytest.fixture
def config(tiny_encoder):
    return LearningConfig(
        name="tiny",
        sizes=(1, 2, 3),
        seeds=(1, 2),
        development=(),
        ner=NerConfig(name="", encoder=str(tiny_encoder), annotations=(), epochs=1, batch_size=2),
    )


def test_subsets_are_nested_random_and_independent_of_the_order_given(documents):
    many = [replace(documents[0], id=f"d-{n}") for n in range(30)]
    order = draw_order(many, seed=1)
    assert order == draw_order(many[::-1], seed=1)
    assert order != draw_order(many, seed=2)
    assert sorted(d.id for d in order) == sorted(d.id for d in many)


def test_curve_is_written_and_goes_on_where_it_stopped(config, documents, tmp_path):
    done = []
    with pytest.raises(KeyboardInterrupt):
        learn(config, documents[:3], tmp_path, development=documents[3:],
              on_point=lambda p: stop_after(done, p.point))  # fmt: skip
    assert not (tmp_path / "learning.json").exists()
    epochs, seen = [], []
    curves = learn(config, documents[:3], tmp_path, development=documents[3:],
                   on_point=seen.append, on_epoch=epochs.append)  # fmt: skip
    points = read_learning(tmp_path)
    assert len(epochs) == len(points) - len(done) == 4
    assert [p.point for p in seen] == list(points)
    assert list(points[:2]) == done
    assert [(p.n_documents, p.seed) for p in points] == [
        (1, 1), (2, 1), (3, 1), (1, 2), (2, 2), (3, 2)]  # fmt: skip
    assert curves == learning_curves(points)
    assert not list(tmp_path.rglob("*.safetensors"))
    small, large = (
        json.loads((tmp_path / "learning" / f"documents-{n}-seed-1" / "metrics.json").read_text())
        for n in (1, 2)
    )
    assert large["documents"][:1] == small["documents"]
    assert small["n_characters"] < large["n_characters"]


def stop_after(done, point):
    done.append(point)
    if len(done) == 2:
        raise KeyboardInterrupt


def test_points_of_other_settings_or_annotations_are_not_taken_over(config, documents, tmp_path):
    config = replace(config, sizes=(1,), seeds=(1,))
    learn(config, documents[:1], tmp_path, development=documents[3:])
    with pytest.raises(TrainingError, match="another configuration"):
        learn(replace(config, ner=replace(config.ner, epochs=2)), documents[:1], tmp_path,
              development=documents[3:])  # fmt: skip
    with pytest.raises(TrainingError, match="other annotations"):
        learn(config, documents[:1], tmp_path, development=documents[2:])


def test_points_from_other_weights_are_not_taken_over(config, documents, tiny_encoder, tmp_path):
    encoder = shutil.copytree(tiny_encoder, tmp_path / "encoder")
    config = replace(config, sizes=(1,), seeds=(1,), ner=replace(config.ner, encoder=str(encoder)))
    learn(config, documents[:1], tmp_path / "run", development=documents[3:])
    change_weights(encoder)
    with pytest.raises(TrainingError, match="another encoder"):
        learn(config, documents[:1], tmp_path / "run", development=documents[3:])


def test_small_sets_get_enough_steps(config, documents, tmp_path):
    config = replace(config, sizes=(1, 3), seeds=(1,), least_steps=4)
    epochs = []
    learn(config, documents[:3], tmp_path, development=documents[3:], on_epoch=epochs.append)
    # One window makes one batch an epoch, three windows make two.
    assert [p.n_epochs for p in epochs] == [4] * 4 + [2] * 2


def test_f1_equals_the_evaluation(config, documents, tmp_path):
    ner = replace(config.ner, epochs=25, learning_rate=5e-3, head_learning_rate=1e-2)
    train_ner(ner, documents, tmp_path)
    model, tokenizer = load_ner(tmp_path)
    long = replace(documents[0], text=documents[0].text + "\n" + "甲" * 300)
    gold = [long, *documents[1:], replace(documents[0], id="blank", text=" \n", mentions=(),
                                          relations=(), status={})]  # fmt: skip
    predicted = [tag(d, model, tokenizer, window=40, overlap=8) for d in gold]
    assert not any(d.relations or d.status for d in predicted)
    table = evaluate(gold, predicted, name="x", resamples=0).table("mentions")
    f1 = strict_micro_f1(gold, predicted)
    assert f1 == pytest.approx(table.row("micro").f1.value)
    assert 0.2 < f1 <= 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sizes": (1, 9)}, r"sizes: expected numbers in 1\.\.3"),
        ({"sizes": (0,)}, r"sizes: expected numbers in 1\.\.3"),
        ({"sizes": ()}, "sizes: expected one or more"),
        ({"seeds": (1, 1)}, "seeds: expected one or more different"),
        ({"seeds": (-1,)}, r"seeds must be in 0\.\."),
        ({"ner": {"batch_size": 0}}, "batch_size must be at least 1"),
        ({"ner": {"overlap": 300}}, r"ner: overlap must be in 0\.\.253"),
    ],
)
def test_settings_that_make_no_curve(config, documents, tmp_path, changes, message):
    changes = {k: replace(config.ner, **v) if k == "ner" else v for k, v in changes.items()}
    with pytest.raises(TrainingError, match=message):
        learn(replace(config, **changes), documents[:3], tmp_path, development=documents[3:])


def test_nothing_to_find_is_no_score(config, documents, tmp_path):
    bare = replace(documents[3], mentions=(), relations=(), status={})
    with pytest.raises(TrainingError, match="no mentions to find"):
        learn(config, documents[:3], tmp_path, development=[bare])


def shown(f1_of):
    points = [
        LearningPoint(n_documents=n, n_characters=1000 * n, seed=seed, f1=f1)
        for n, values in f1_of.items()
        for seed, f1 in enumerate(values)
    ]
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(render_learning(learning_curves(points, refits=50)))
    return " ".join(console.export_text().split())


def test_what_is_printed():
    text = shown({10: [0.5, 0.52], 20: [0.6, 0.62], 40: [0.68, 0.66]})
    assert "40 40,000 2 67.0" in text
    assert "The next 10 documents (about 10,000 characters): +" in text
    assert "interval over seeds +" in text
    assert "no interval from one seed" in shown({10: [0.5], 20: [0.6], 40: [0.66]})
    assert "no word on what more documents" in shown({10: [0.5], 20: [0.6]})


def test_the_shipped_settings_train_as_the_shipped_tagger():
    config = load_config(LearningConfig, CONFIGS / "learning_curve.toml")
    shipped = load_config(NerConfig, CONFIGS / "ner.toml")
    # The small encoder apart, which makes the curve affordable, the epochs, of which fewer
    # documents want more, and the sums without 元.
    assert config.ner.epochs > shipped.epochs
    same = replace(
        config.ner,
        name=shipped.name,
        encoder=shipped.encoder,
        epochs=shipped.epochs,
        bare_sums=shipped.bare_sums,
    )
    assert same == shipped


def test_command(config, documents, tmp_path, monkeypatch):
    splits = {"train": documents[:3], "development": documents[3:]}
    monkeypatch.setattr("training.learning.load_split", lambda folders, split: splits[split])
    (tmp_path / "curve.toml").write_text(
        'name = "c"\nsizes = [1, 2]\nseeds = [1]\ndevelopment = ["d"]\n[ner]\nname = ""\n'
        f'encoder = "{config.ner.encoder}"\nannotations = ["a"]\nepochs = 1\n',
        encoding="utf-8",
    )
    arguments = ["learning-curve", "--config", str(tmp_path / "curve.toml"),
                 "--output", str(tmp_path / "run")]  # fmt: skip
    result = CliRunner().invoke(build_app(), arguments)
    assert result.exit_code == 0, result.output
    assert "2/2" in result.output
    assert "Fewer than three sizes" in result.output
    quiet = CliRunner().invoke(build_app(), [*arguments, "--quiet"])
    assert (quiet.exit_code, quiet.output) == (0, "")
