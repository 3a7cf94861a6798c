"""The real path on a tiny model: train both stages, export, score without torch."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from annotations.document import Document, violations
from annotations.errors import PipelineError, TrainingError
from pipeline.model import load_model
from tests.pipeline.marked import marked
from tests.training.conftest import change_weights
from training.crossval import CrossvalConfig, cross_validate
from training.export import export_model, export_run
from training.folds import leave_one_out
from training.ner import NerConfig, load_ner, train_ner
from training.relations import (
    RelationConfig,
    load_heads,
    prepare,
    train_relations,
    tune_thresholds,
)
from training.runs import read_config


@pytest.fixture(scope="module")
def ner_config(tiny_encoder):
    return NerConfig(
        name="tiny",
        encoder=str(tiny_encoder),
        annotations=(),
        epochs=30,
        batch_size=2,
        learning_rate=5e-3,
        head_learning_rate=1e-2,
    )


@pytest.fixture(scope="module")
def runs(ner_config, documents, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    train_ner(ner_config, documents, folder / "ner")
    config = RelationConfig(
        name="tiny", ner=str(folder / "ner"), annotations=(), epochs=30, width=16
    )
    train_relations(config, documents, folder / "relations", development=documents)
    check = export_model(folder / "relations", folder / "model", documents=documents)
    return folder, check


def test_the_tagger_learns(runs):
    losses = json.loads((runs[0] / "ner" / "metrics.json").read_text())["training_loss"]
    assert losses[-1] < losses[0] / 4


def test_export_agrees_with_the_original(runs):
    assert runs[1].tag_agreement > 0.98
    assert runs[1].n_bytes < 2**20


def test_scoring_finds_what_was_learnt_and_keeps_the_scheme(runs, documents):
    model = load_model(runs[0] / "model")
    for gold in documents:
        document = model.annotate(gold.text, id=gold.id, year=gold.year)
        assert violations(document) == []
        assert {(m.label, m.text) for m in gold.mentions if m.label == "AMOUNT"} <= {
            (m.label, m.text) for m in document.mentions
        }


def test_relations_from_gold_mentions_keep_the_mentions(runs, documents):
    document = load_model(runs[0] / "model").relate(documents[0])
    assert document.mentions == documents[0].mentions
    assert document.status.keys() == documents[0].status.keys()


def test_same_text_same_result_wherever_it_stands(runs, documents):
    """Scoring another text in between changes nothing."""
    model = load_model(runs[0] / "model")
    first = model.annotate(documents[0].text, id="a")
    model.annotate(documents[1].text * 40, id="b")
    assert model.annotate(documents[0].text, id="a") == first


def test_long_texts_are_read_to_the_end(runs, documents):
    text = documents[0].text + "\n" + "甲" * 900 + "\n" + documents[0].text
    encoded = load_model(runs[0] / "model").encode(text)
    assert len(encoded.scores) == len(encoded.states) == len(encoded.lines.text)
    assert np.isfinite(encoded.scores).all()


@pytest.mark.parametrize("text", ["", "\n \t\n", "。", "𠀀" * 5, "\x00甲"])
def test_odd_texts(runs, text):
    document = load_model(runs[0] / "model").annotate(text, id="odd")
    assert document.text == text


def test_a_saved_tagger_loads_as_a_standard_token_classifier(runs):
    model, tokenizer = load_ner(runs[0] / "ner")
    assert model.config.id2label[0] == "O"
    assert tokenizer.encode("甲") != [tokenizer.unk_id]


def test_a_finished_run_is_left_as_it_is(runs, ner_config, documents):
    before = (runs[0] / "ner" / "metrics.json").read_bytes()
    train_ner(ner_config, documents[::-1], runs[0] / "ner")
    assert (runs[0] / "ner" / "metrics.json").read_bytes() == before


def test_a_finished_run_on_other_annotations_is_refused(runs, ner_config, documents):
    changed = [replace(documents[0], relations=documents[0].relations[1:]), *documents[1:]]
    with pytest.raises(TrainingError, match="other annotations"):
        train_ner(ner_config, changed, runs[0] / "ner")


def test_a_finished_run_from_other_weights_is_refused(
    ner_config, documents, tiny_encoder, tmp_path
):
    encoder = shutil.copytree(tiny_encoder, tmp_path / "encoder")
    config = replace(ner_config, encoder=str(encoder), epochs=1)
    train_ner(config, documents[:1], tmp_path / "run")
    train_ner(config, documents[:1], tmp_path / "run")
    change_weights(encoder)
    with pytest.raises(TrainingError, match="another encoder"):
        train_ner(config, documents[:1], tmp_path / "run")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dropout": 1.5}, r"dropout must be in 0\.\.1, came 1\.5"),
        ({"seed": -1}, r"seed must be in 0\.\.\d+, came -1"),
        ({"learning_rate": -1e-3}, "learning_rate must be at least 0"),
    ],
)
def test_tagger_settings_out_of_their_bounds(ner_config, documents, tmp_path, changes, message):
    with pytest.raises(TrainingError, match=message):
        train_ner(replace(ner_config, **changes), documents, tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dropout": 1.5}, r"dropout must be in 0\.\.1, came 1\.5"),
        ({"seed": -1}, r"seed must be in 0\.\.\d+, came -1"),
        ({"width": 0}, "width must be at least 1, came 0"),
        ({"epochs": 0}, "epochs must be at least 1, came 0"),
    ],
)
def test_relation_settings_out_of_their_bounds(runs, documents, tmp_path, changes, message):
    config = RelationConfig(name="r", ner=str(runs[0] / "ner"), annotations=(), **changes)
    with pytest.raises(TrainingError, match=message):
        train_relations(config, documents, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_run_that_could_not_start_may_be_mended(ner_config, documents, tmp_path):
    with pytest.raises(TrainingError, match=r"gone\?.*no such folder"):
        train_ner(replace(ner_config, encoder="gone?"), documents, tmp_path)
    with pytest.raises(TrainingError, match="at least 1"):
        train_ner(replace(ner_config, epochs=0), documents, tmp_path)
    with pytest.raises(TrainingError, match=r"overlap must be in 0\.\.253"):
        train_ner(replace(ner_config, overlap=254), documents, tmp_path)
    with pytest.raises(TrainingError, match="window may be at most 298"):
        train_ner(replace(ner_config, window=299), documents, tmp_path)
    train_ner(replace(ner_config, epochs=1), documents[:1], tmp_path)
    assert (tmp_path / "done.json").exists()


def test_relations_want_a_finished_tagger_and_something_to_learn(runs, documents, tmp_path):
    config = RelationConfig(name="r", ner=str(tmp_path / "gone"), annotations=(), epochs=1)
    with pytest.raises(TrainingError, match="no finished run there"):
        train_relations(config, documents, tmp_path / "run")
    wrong = replace(config, ner=str(runs[0] / "relations"))
    with pytest.raises(TrainingError, match="give a run of `train ner`"):
        train_relations(wrong, documents, tmp_path / "run")
    bare = [replace(d, mentions=(), relations=(), status={}) for d in documents]
    with pytest.raises(TrainingError, match="no STATUS with its class"):
        train_relations(replace(config, ner=str(runs[0] / "ner")), bare, tmp_path / "run")


def test_an_export_that_fails_its_check_leaves_no_model(runs, documents, tmp_path, monkeypatch):
    monkeypatch.setattr("training.export.MIN_AGREEMENT", 1.1)
    with pytest.raises(TrainingError, match="the exported model agrees on"):
        export_model(runs[0] / "relations", tmp_path / "model", documents=documents[:1])
    assert list((tmp_path / "model").iterdir()) == []


def test_heads_of_another_tagger_are_not_exported(runs, tmp_path, documents):
    run = tmp_path / "relations"
    shutil.copytree(runs[0] / "relations", run)
    metrics = json.loads((run / "metrics.json").read_text())
    (run / "metrics.json").write_text(json.dumps({**metrics, "tagger": "another"}))
    with pytest.raises(TrainingError, match="train the relations again"):
        export_model(run, tmp_path / "model", documents=documents[:1])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ('{"name": "x", "encoder": "e"}', "run of `train ner`; give one of `train relations`"),
        ('{"corpus": "c", "encoder": "e"}', "run of `pretrain`; give one of `train relations`"),
        ('{"x": 1}', "run of `another command`; give one of `train relations`"),
        ('{"name": ', r"config\.json: not JSON"),
        ("[]", r"config\.json: expected a JSON object, got list"),
    ],
)
def test_runs_that_are_not_to_be_exported(tmp_path, settings, message):
    (tmp_path / "config.json").write_text(settings, encoding="utf-8")
    with pytest.raises(TrainingError, match=message) as caught:
        export_run(tmp_path, tmp_path / "model", quantize=True)
    assert "\n" not in str(caught.value)


def test_the_least_status_is_the_same_while_tuning(runs, monkeypatch):
    seen = []

    def decode(_text, _mentions, _pairs, _scores, thresholds):
        seen.append(thresholds.status)
        return ()

    monkeypatch.setattr("training.relations.decode_relations", decode)
    config = read_config(RelationConfig, runs[0] / "relations")
    model, tokenizer = load_ner(runs[0] / "ner")
    document = prepare(
        marked("[[P1|甲项目]]投资[[A1|8亿元]]。", "", name="a"), model, tokenizer, config
    )
    scorer, _ = load_heads(runs[0] / "relations", state_width=32, config=config)
    thresholds = tune_thresholds(scorer, [document])
    assert len(seen) > 1
    assert {thresholds.status} == set(seen)


def test_types_with_few_relations_keep_an_untuned_threshold(runs, documents, tmp_path):
    before = json.loads((runs[0] / "relations" / "metrics.json").read_text())["thresholds"]
    assert set(before.values()) == {0.3}
    config = RelationConfig(
        name="tuned", ner=str(runs[0] / "ner"), annotations=(), epochs=30, width=16
    )
    train_relations(config, documents, tmp_path / "run", development=documents * 2)
    tuned = json.loads((tmp_path / "run" / "metrics.json").read_text())["thresholds"]
    # Eight of the others and 24 of HasStatus, of which more than one half are found.
    assert {name for name, least in tuned.items() if least != 0.3} == {"HasStatus"}


def test_a_text_without_mentions_has_no_relations(runs):
    empty = Document(id="empty", text="")
    assert load_model(runs[0] / "model").relate(empty) == empty


def test_another_configuration_in_the_same_folder_is_refused(runs, ner_config, documents):
    with pytest.raises(TrainingError, match="another configuration"):
        train_ner(replace(ner_config, epochs=2), documents, runs[0] / "ner")


def test_same_seed_same_weights(ner_config, documents, tmp_path):
    short = replace(ner_config, epochs=2)
    for name in ("one", "two"):
        train_ner(short, documents, tmp_path / name)
    first, second = (load_ner(tmp_path / name)[0].state_dict() for name in ("one", "two"))
    assert all(first[key].equal(second[key]) for key in first)


def test_crossval_scores_each_report_by_a_model_that_never_saw_it(ner_config, documents, tmp_path):
    config = CrossvalConfig(
        name="tiny",
        held_out=(),
        ner=replace(ner_config, epochs=2),
        relations=RelationConfig(name="", ner="", annotations=(), epochs=2, width=8),
    )
    results = cross_validate(config, documents[:2], tmp_path, always=documents[2:])
    assert [r.gold.id for r in results] == ["report-0", "report-1"]
    assert all(r.predicted.text == r.gold.text for r in results)
    for fold in tmp_path.glob("fold-*"):
        trained = json.loads((fold / "ner-run" / "metrics.json").read_text())
        assert trained["n_documents"] == 3
    # A fold whose run is another than the exported one is exported anew, and only that. Training it
    # again would give the same run to the bit, and on some days in the same time.
    models = [tmp_path / f"fold-report-{n}" / "model" / "model.json" for n in (0, 1)]
    before = [file.stat().st_mtime_ns for file in models]
    (tmp_path / "fold-report-1" / "exported.txt").write_text("another run", encoding="utf-8")
    cross_validate(config, documents[:2], tmp_path, always=documents[2:])
    assert models[0].stat().st_mtime_ns == before[0]
    assert models[1].stat().st_mtime_ns > before[1]


def test_folds(documents):
    folds = list(leave_one_out(documents[:3], always=documents[3:]))
    assert [f.held_out.id for f in folds] == ["report-0", "report-1", "report-2"]
    assert all(f.held_out not in f.train and len(f.train) == 3 for f in folds)
    with pytest.raises(TrainingError, match="report-0: both held out"):
        list(leave_one_out(documents, always=documents[:1]))
    with pytest.raises(TrainingError, match="at least two"):
        list(leave_one_out(documents[:1]))
    with pytest.raises(TrainingError, match="the same text"):
        list(leave_one_out([documents[0], replace(documents[0], id="copy")]))


def test_models_that_do_not_fit_are_refused(runs, tmp_path):
    with pytest.raises(PipelineError, match=r"missing model\.json"):
        load_model(tmp_path)
    folder = tmp_path / "other"
    folder.mkdir()
    for file in (runs[0] / "model").iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    data = json.loads((folder / "model.json").read_text())
    data["tags"] = ["O"]
    (folder / "model.json").write_text(json.dumps(data))
    with pytest.raises(PipelineError, match="tags is"):
        load_model(folder)
    data["tags"] = json.loads((runs[0] / "model" / "model.json").read_text())["tags"]
    (folder / "model.json").write_text(json.dumps(data))
    (folder / "encoder.onnx").write_bytes(b"no graph")
    with pytest.raises(PipelineError, match="not a graph"):
        load_model(folder)


def test_heads_of_other_features_are_not_exported(runs, documents, tmp_path, monkeypatch):
    """What a pair's features are changes between versions."""
    monkeypatch.setattr("training.relations.n_features", lambda: 3)
    with pytest.raises(TrainingError, match=r"heads read other features .* train the relations"):
        export_model(runs[0] / "relations", tmp_path / "model", documents=documents)
