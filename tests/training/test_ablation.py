"""Ablation tables on the tiny encoder and tiny pretraining runs."""

import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from rich.console import Console
from typer.testing import CliRunner

from annotations.brat import format_ann
from annotations.errors import TrainingError
from pipeline.cli import build_app
from tests.training.conftest import change_weights
from training.ablation import (
    AblationConfig,
    Start,
    Task,
    pretrain_settings,
    render_ablation,
    run_ablation,
)
from training.config import load_config, plain_config
from training.ner import NerConfig, examples_of
from training.pretrain_config import PretrainConfig
from training.runs import read_metrics

ROOT = Path(__file__).parents[2]
SENTENCE = {"text": "宏远电池在海州", "label": {"company": {"宏远电池": [[0, 3]]}}}


@pytest.fixture(scope="module")
def cluener(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cluener")
    for name in ("train.json", "dev.json"):
        (folder / name).write_text(f"{json.dumps(SENTENCE)}\n" * 4, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def reports(tmp_path_factory, documents):
    folder = tmp_path_factory.mktemp("gold")
    for document in documents[:3]:
        (folder / f"{document.id}.txt").write_text(document.text, encoding="utf-8")
        (folder / f"{document.id}.ann").write_text(format_ann(document), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def config(tiny_encoder, cluener, reports):
    return AblationConfig(
        name="tiny",
        seeds=(1, 2),
        start=(
            Start(name="tiny", encoder=str(tiny_encoder)),
            Start(name="again", encoder=str(tiny_encoder)),
        ),
        task=(
            Task(name="names", kind="cluener", folder=cluener, epochs=20, batch_size=2),
            Task(
                name="reports",
                kind="leave-one-out",
                annotations=(str(reports),),
                epochs=1,
                batch_size=2,
            ),
        ),
        ner=NerConfig(
            name="",
            encoder="",
            annotations=(),
            learning_rate=1e-2,
            head_learning_rate=1e-2,
            window=40,
            overlap=8,
        ),
    )


@pytest.fixture(scope="module")
def finished(config, tmp_path_factory):
    """A finished table, its folder, and the cells in the order in which they were told."""
    cells = []
    folder = tmp_path_factory.mktemp("run")
    return run_ablation(config, folder, on_cell=cells.append), folder, cells


def test_every_cell_is_scored_once(finished):
    table, folder, cells = finished
    assert len(cells) == len(table.cells) == 2 * 2 * 2
    by_key = {(c.start, c.task, c.seed): c.f1 for c in table.cells}
    # What is learnt by heart is found; the same start, data and seed give the same score.
    assert by_key["tiny", "names", 1] == 1.0
    assert all(
        by_key["tiny", task, seed] == by_key["again", task, seed]
        for task in ("names", "reports")
        for seed in (1, 2)
    )
    assert set(table.speeds) == {"tiny", "again"}
    assert min(table.speeds.values()) > 0
    assert table.parameters["tiny"] == table.parameters["again"] > 1000
    assert not list(folder.rglob("*.safetensors"))


def test_finished_cells_are_not_trained_again(config, finished, monkeypatch):
    table, folder, _ = finished
    monkeypatch.setattr("training.ablation.fit", None)
    monkeypatch.setattr("training.ablation.cluener_f1", None)
    assert run_ablation(config, folder).cells == table.cells


@pytest.mark.parametrize("name", ["encoders", "objectives", "shapes", "authored"])
def test_shipped_configurations_can_be_read(name, monkeypatch):
    monkeypatch.chdir(ROOT)
    config = load_config(AblationConfig, ROOT / "training" / "configs" / f"ablation_{name}.toml")
    settings = [pretrain_settings(s, config, Path("run")) for s in config.start if not s.encoder]
    assert len({replace(s, output=Path()) for s in settings}) == len(settings)
    assert len({s.output for s in settings}) == len(settings)


def test_table_shows_mean_and_deviation(finished):
    console = Console(width=150, file=io.StringIO())
    console.print(render_ablation(finished[0]))
    text = console.file.getvalue()
    assert "over 2 seeds" in text
    assert "tiny" in text
    assert "100.0 ± 0.0" in text


def test_starts_are_pretrained_with_their_changes(config, tmp_path, monkeypatch):
    seen = []

    class Result:
        status = "finished"

    def fake(settings, *, quiet):
        seen.append(settings)
        (settings.output / "encoder").mkdir(parents=True)
        (settings.output / "encoder" / "config.json").write_text("{}")
        return Result

    base = tmp_path / "pretrain.toml"
    base.write_text(
        'corpus = "reports.jsonl"\noutput = "x"\nbudget_minutes = 9\n[shape]\nlayers = 3\n',
        encoding="utf-8",
    )
    monkeypatch.setattr("training.ablation.pretrain", fake)
    monkeypatch.setattr("training.ablation._speeds", lambda models: {})
    monkeypatch.setattr("training.ablation.load_encoder", lambda path: [torch.nn.Linear(1, 1)])
    starts = (
        Start(name="random", pretrain={"budget_characters": 0, "shape": {"local_layers": 0}}),
        Start(name="wide", pretrain={"lac_weight": 0.0, "shape": {"hidden": 384, "heads": 6}}),
    )
    monkeypatch.setattr("training.ablation._prepare", lambda task: (lambda settings: 0.5, "data"))
    run_ablation(replace(config, start=starts, pretrain=base), tmp_path / "run")
    random, wide = seen
    assert (random.budget_characters, random.shape.local_layers, random.shape.layers) == (0, 0, 3)
    assert (wide.lac_weight, wide.shape.hidden, wide.shape.layers) == (0.0, 384, 3)
    assert random.output != wide.output
    cells = list((tmp_path / "run" / "cells").iterdir())
    assert len(cells) == len(config.task) * len(starts) * len(config.seeds)
    assert all(read_metrics(cell)["f1"] == 0.5 for cell in cells)


def test_a_start_of_other_settings_is_refused(config, tmp_path):
    base = tmp_path / "pretrain.toml"
    base.write_text('corpus = "x"\noutput = "x"\nbudget_minutes = 9\n', encoding="utf-8")
    start = Start(name="x", pretrain={"seed": 1})
    changed = replace(config, pretrain=base, start=(start,))
    output = pretrain_settings(start, changed, tmp_path / "run").output
    (output / "encoder").mkdir(parents=True)
    (output / "encoder" / "config.json").write_text("{}")
    settings = PretrainConfig(corpus=Path("x"), output=output, budget_minutes=8, seed=1)
    (output / "config.json").write_text(json.dumps(plain_config(settings)), encoding="utf-8")
    with pytest.raises(TrainingError, match="an encoder of another budget_minutes"):
        run_ablation(changed, tmp_path / "run")


def test_other_weights_in_the_same_folder_are_another_start(
    config, finished, tiny_encoder, tmp_path
):
    copy = shutil.copytree(tiny_encoder, tmp_path / "encoder")
    config = replace(
        config,
        seeds=(1,),
        start=(Start(name="tiny", encoder=str(copy)),),
        task=(replace(config.task[0], epochs=1),),
    )
    run_ablation(config, tmp_path / "run")
    change_weights(copy)
    with pytest.raises(TrainingError, match="on other annotations, another encoder or another tag"):
        run_ablation(config, tmp_path / "run")


def test_cells_learn_from_the_windows_of_the_settings(config, finished, documents, monkeypatch):
    seen = []

    def stop(_model, examples, settings, *, tokenizer):
        seen.append((examples[:], settings.seed, tokenizer))
        raise KeyboardInterrupt

    monkeypatch.setattr("training.ablation.fit", stop)
    ner = replace(config.ner, bare_sums=0.5)
    for seed in (1, 2, 3, 4):
        changed = replace(config, ner=ner, task=config.task[1:], seeds=(seed,))
        with pytest.raises(KeyboardInterrupt):
            run_ablation(changed, finished[1] / f"bare-{seed}")
    for rows, seed, tokenizer in seen:
        settings = replace(ner, seed=seed)
        assert rows == examples_of(settings, documents[1:3], tokenizer)[:]
    # The seed draws whose sums lose their 元.
    assert any(rows != seen[0][0] for rows, _, _ in seen)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seeds": (-1,)}, r"seed must be in 0\.\."),
        ({"seeds": (1, 1)}, "seeds: expected one or more different ones"),
        ({"start": ()}, "starts: expected one or more different ones"),
        ({"start": (Start(name="x"),)}, "start 'x': give either encoder"),
        ({"start": (Start(name="x", pretrain={"seed": 1}),)}, "set pretrain to its file"),
        (
            {"task": (Task(name="x", kind="cluener", epochs=0, batch_size=1),)},
            "epochs and batch_size must be at least 1",
        ),
    ],
)
def test_settings_that_make_no_sense(config, tmp_path, changes, message):
    with pytest.raises(TrainingError, match=message):
        run_ablation(replace(config, **changes), tmp_path)


def test_command(config, cluener, tiny_encoder, tmp_path):
    file = tmp_path / "ablation.toml"
    file.write_text(
        f"""
name = "tiny"
seeds = [1]
[[start]]
name = "tiny"
encoder = "{tiny_encoder}"
[[task]]
name = "names"
kind = "cluener"
folder = "{cluener}"
sentences = 2
epochs = 1
batch_size = 2
[ner]
name = ""
encoder = ""
annotations = []
""",
        encoding="utf-8",
    )
    result = CliRunner().invoke(
        build_app(), ["ablation", "--config", str(file), "--output", str(tmp_path / "run")]
    )
    assert result.exit_code == 0, result.output
    assert "names, tiny, seed 1: F1" in result.output
    record = json.loads((tmp_path / "run" / "ablation.json").read_text(encoding="utf-8"))
    assert [cell["seed"] for cell in record["cells"]] == [1]
    assert record["config"]["task"][0]["sentences"] == 2
