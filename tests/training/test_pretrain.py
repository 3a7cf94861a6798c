"""Pretraining on a made-up collection: sixty places, a model of two small layers."""

import json
import math
import os
import random
import shutil
import signal
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModel

from annotations.errors import TrainingError
from corpus.library import CollectionDocument
from corpus.passages import load_passages
from corpus.selection import REPORT_KINDS
from pipeline.characters import CharacterTokenizer
from pipeline.words import shipped_segmenter, word_starts
from training.clean import clean_collection, clean_paragraphs, split_of_places
from training.config import plain_config
from training.encoders import export_encoder, load_encoder, save_sharded
from training.model_card import model_card
from training.ner import NerConfig, make_classifier
from training.pretrain import pretrain
from training.pretrain_config import OptimizerConfig, PretrainConfig
from training.pretrain_data import (
    N_SOFT,
    DataConfig,
    MaskingConfig,
    Shards,
    load_corpus,
    mask_batch,
    soft_tags,
    train_rows,
)
from training.pretrain_model import PretrainingModel, ShapeConfig, bert_config
from training.pretrain_run import Run
from training.teacher import Teacher, cut_pieces, words_from_starts

N_PLACES = 60
DATA = DataConfig(
    sequence_length=32,
    shard_sequences=64,
    validation_sequences=16,
    min_count=1,
    recent_year=2015,
    workers=1,
)


def report(place, year, generator):
    projects = ["产业园", "污水处理厂", "新能源汽车基地", "数据中心", "高速公路"]
    verbs = ["开工建设", "建成投产", "签约落户", "加快推进"]
    lines = [
        f"{place}{year}年{generator.choice(projects)}项目{generator.choice(verbs)}，"
        f"总投资{generator.randint(1, 99)}.{generator.randint(0, 9)}亿元。"
        for _ in range(12)
    ]
    return f"---\ntitle: {place}\n---\n\n# 一、回顾\n\n" + "\n\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def collection(tmp_path_factory):
    path = tmp_path_factory.mktemp("collection") / "reports.jsonl"
    generator = random.Random(1)
    with path.open("w", encoding="utf-8") as file:
        for number in range(N_PLACES):
            place = f"第{number}市"
            for year in (2010, 2020):
                document = {
                    "path": f"{place}/{year}.md",
                    "kind": REPORT_KINDS[number % 3],
                    "place": place,
                    "year": year,
                    "text": report(place, year, generator),
                }
                file.write(json.dumps(document, ensure_ascii=False) + "\n")
        file.write("{broken\n")
        file.write('{"path": "x"}\n')
    return path


@pytest.fixture
def config(collection, tmp_path):
    return PretrainConfig(
        corpus=collection,
        output=tmp_path / "run",
        cache=collection.parent / "cache",
        budget_characters=30 * 12 * 8,
        log_every=1,
        validate_every=4,
        precision="fp32",
        threads=1,
        shape=ShapeConfig(layers=2, hidden=32, heads=2, intermediate=64, positions=48),
        data=DATA,
        optimizer=OptimizerConfig(
            learning_rate=1e-2, warmup_steps=2, batch_sequences=4, accumulation=2
        ),
    )


def log_of(run):
    return [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]


def weights_of(run):
    return torch.load(run / "checkpoint.pt", weights_only=True)["model"]


def test_clean_paragraphs():
    counts = Counter()
    text = (
        "---\ntitle: x\n---\n\n## 一、**投资**\n\n> 引用[链接](http://a.b/c)和<br>\n"
        "| 甲 | 乙 |\n|---|---|\n![图](a.png)\n- 总投资 5\\*3 亿元[^1]\n\n　　段首https://a.b/c。\n"
    )
    assert clean_paragraphs(text, counts) == [
        "一、投资",
        "引用链接和",
        "总投资 5*3 亿元",
        "段首。",
    ]
    assert counts == {"front_matter": 1, "table_rows": 2, "links": 4, "marks": 7}


def test_duplicates_are_dropped_and_test_places_never_read():
    paragraph = "全市重大项目开工建设，总投资一百亿元，全年完成投资八十亿元，同比增长百分之十二。"
    documents = [
        CollectionDocument(
            path=f"{number}.md",
            kind=REPORT_KINDS[0],
            place=f"第{number}市",
            year=2020,
            text=f"{number}\n{paragraph}",
        )
        for number in range(N_PLACES)
    ]
    documents.append(replace(documents[0], path="again.md", place="", kind="五年规划"))
    counts = Counter()
    cleaned = list(clean_collection(documents, counts))
    splits = split_of_places(documents)
    assert Counter(splits.values()) == {"test": 30, "development": 22, "train": 8}
    assert all(splits.get(document.place, "train") == document.split for document in cleaned)
    assert counts["documents_of_test_places"] == 30
    # The paragraph stays once, and on the side of development.
    assert [d.split for d in cleaned if paragraph in d.text] == ["development"]
    assert counts["duplicate_paragraphs"] == 22 + 8 - 1 + (splits["第0市"] == "test")


def test_a_report_of_one_paragraph_is_kept_and_its_copies_are_not():
    paragraph = "全市重大项目开工建设，总投资一百亿元，全年完成投资八十亿元，同比增长百分之十二。"
    documents = [
        CollectionDocument(path=path, kind="五年规划", place="", year=2020, text=text)
        for path, text in (
            ("1.md", paragraph),
            ("2.md", paragraph),
            ("3.md", f"一、回顾\n{paragraph}"),
        )
    ]
    counts = Counter()
    assert [d.text for d in clean_collection(documents, counts)] == [paragraph, "一、回顾"]
    assert (counts["duplicate_documents"], counts["duplicate_paragraphs"]) == (1, 1)


def test_places_keep_the_split_that_their_passage_has_whatever_the_collection():
    listed = {passage.place: passage.split for passage in load_passages()}
    document = CollectionDocument(path="", kind=REPORT_KINDS[0], place="", year=2020, text="甲")

    def splits(places):
        return split_of_places(replace(document, place=place) for place in places)

    more = [f"第{number}市" for number in range(100)]
    assert splits([*listed, *more]).items() >= listed.items()
    some = sorted(listed)[::7]
    assert splits(some) == {place: listed[place] for place in some}
    # Also where none of its reports is one that passages are drawn from.
    (held_out,) = [place for place in listed if listed[place] == "development"][:1]
    early = replace(document, place=held_out, year=1999)
    assert split_of_places([early]) == {held_out: "development"}


def test_no_place_in_both_splits_and_broken_lines_counted(collection):
    corpus = load_corpus(collection, config=DATA, seed=1)
    assert corpus.counts["broken_lines"] == 2
    places = {f"第{n}市" for n in range(N_PLACES)}
    train, development = (
        {place for place in places if f"{place}20" in stream}
        for stream in (corpus.train, corpus.development)
    )
    assert not train & development
    assert (len(train), len(development)) == (8, 22)
    # Recent reports come first.
    assert corpus.train.index("2020年") < corpus.train.index("2010年")
    assert "2020年" not in corpus.train[corpus.train.index("2010年") :]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "一。\n二；三" * 50, "长" * 300, "甲，" * 200 + "\n乙"]
)
def test_pieces_cover_the_text(text):
    pieces = list(cut_pieces(text))
    assert "".join(text[a:b] for a, b in pieces) == text
    assert all(0 < b - a <= 128 for a, b in pieces)


def test_words_cover_the_text_and_agree_with_the_teacher():
    text = "惠州市 仲恺高新区\n新引进项目120个，总投资390亿元。"
    found = words_from_starts(text, word_starts(text, shipped_segmenter()))
    taught = words_from_starts(text, Teacher().word_starts(text))
    assert "".join(found) == text == "".join(taught)
    assert {" ", "\n", "，"} <= set(found)
    assert len(set(found) & set(taught)) >= 8


def test_soft_tags_are_distributions_and_do_not_depend_on_the_neighbours():
    teacher = Teacher()
    line = "总投资390亿元的新能源汽车基地项目开工建设。"
    tags, probabilities = soft_tags(line, teacher)
    assert tags.shape == probabilities.shape == (len(line), N_SOFT)
    assert np.allclose(probabilities.astype(float).sum(axis=1), 1, atol=5e-3)
    both, weights = soft_tags("一、回顾\n" + line, teacher)
    assert weights[4].sum() == 0
    best = probabilities.argmax(axis=1)
    assert (tags[range(len(line)), best] == both[5:][range(len(line)), weights[5:].argmax(1)]).all()


def test_masking_covers_whole_words_at_the_wanted_rate(collection):
    corpus = load_corpus(collection, config=DATA, seed=1)
    shards = Shards(corpus, config=DATA, folder=collection.parent / "cache", with_tags=True)
    shard = shards.train(0)
    rows = np.arange(len(shard.ids))
    batches = [
        mask_batch(
            shard,
            rows,
            tokenizer=corpus.tokenizer,
            masking=MaskingConfig(),
            n_positions=48,
            generator=np.random.default_rng(seed),
        )
        for seed in (1, 1, 2)
    ]
    first = batches[0]
    assert (first.ids == batches[1].ids).all()
    assert (first.ids != batches[2].ids).any()
    words = shard.starts.cumsum(axis=1)
    for row in rows:
        inside = first.masked[row, 1:-1]
        chosen = set(words[row][inside])
        assert (inside == np.isin(words[row], list(chosen))).all()
    assert 0.12 < first.masked[:, 1:-1].mean() < 0.18
    assert not first.masked[:, [0, -1]].any()
    assert ((first.ids == first.labels) | first.masked).all()
    assert 0.7 < (first.ids[first.masked] == corpus.tokenizer.mask_id).mean() < 0.9
    assert first.positions.max() < 48
    assert (first.labels[0, 1:-1] == corpus.tokenizer.encode(corpus.train[:30])).all()


def test_each_pass_reads_every_sequence_once(collection):
    corpus = load_corpus(collection, config=DATA, seed=1)
    shards = Shards(corpus, config=DATA, folder=collection.parent / "cache", with_tags=True)
    n = shards.n_sequences
    assert n > DATA.shard_sequences

    def sequences(start, n_rows):
        rows = train_rows(shards, shard_sequences=64, seed=1, start=start)
        return [(s := next(rows))[0].ids[s[1]].tobytes() for _ in range(n_rows)]

    whole = sequences(0, 2 * n)
    assert Counter(whole[:n]) == Counter(whole[n:])
    assert whole[:n] != whole[n:]
    assert sequences(70, 30) == whole[70:100]
    assert sequences(n + 3, 5) == whole[n + 3 : n + 8]


@pytest.mark.parametrize("n_layers", [0, 1, 2])
def test_heads_begin_at_neighbours(n_layers):
    torch.manual_seed(0)
    tokenizer = CharacterTokenizer.from_vocabulary([chr(0x4E00 + n) for n in range(500)])
    shape = ShapeConfig(layers=2, hidden=128, heads=4, intermediate=128, positions=64)
    shape = replace(shape, local_layers=n_layers)
    encoder = PretrainingModel(shape, tokenizer).encoder
    encoder.set_attn_implementation("eager")
    ids = torch.randint(5, tokenizer.size, (4, 64))
    attentions = encoder(input_ids=ids, output_attentions=True).attentions
    for layer, weights in enumerate(attentions):
        for head, offset in enumerate((-1, 1, -2, 2)):
            near = [weights[:, head].diagonal(k, 1, 2).mean().item() for k in range(-5, 6)]
            if layer < n_layers:
                assert max(range(11), key=near.__getitem__) - 5 == offset
                assert near[offset + 5] > 0.1
            else:
                assert max(near) < 0.05


def test_losses_fall_and_the_encoder_loads(config):
    result = pretrain(replace(config, budget_characters=30 * 8 * 60), quiet=True)
    assert result.status == "finished"
    lines = log_of(config.output)
    assert lines[0]["corpus"]["broken_lines"] == 2
    steps = [line for line in lines if "mlm_loss" in line]
    assert steps[-1]["mlm_loss"] < 0.93 * steps[0]["mlm_loss"]
    assert steps[-1]["lac_loss"] < 0.8 * steps[0]["lac_loss"]
    assert {"characters_per_second", "learning_rate", "seconds_left"} <= set(steps[-1])
    assert result.metrics["validation_perplexity"] < 100
    assert result.metrics["validation_lac_accuracy"] > 0.3
    folder = config.output / "encoder"
    model, tokenizer = load_encoder(folder)
    text = "总投资39亿元"
    ids = torch.tensor([[tokenizer.cls_id, *tokenizer.encode(text), tokenizer.sep_id]])
    with torch.no_grad():
        ours = model(input_ids=ids).last_hidden_state
        public = AutoModel.from_pretrained(folder).eval()(input_ids=ids).last_hidden_state
    assert ours.shape == (1, len(text) + 2, 32)
    assert torch.equal(ours, public)
    assert ours.dtype == torch.float32
    stored = load_file(folder / "model.safetensors")
    trained = weights_of(config.output)
    for name, tensor in stored.items():
        assert tensor.dtype == torch.float16
        assert torch.equal(tensor, trained[f"reader.encoder.{name}"].half())
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert f"{result.characters:,} characters read" in card
    assert "license: apache-2.0" in card
    assert "| broken lines | 2 |" in card


def with_generator(config):
    return replace(
        config,
        rtd_weight=2.0,
        generator=ShapeConfig(layers=2, hidden=32, heads=2, intermediate=64, positions=48),
    )


def entropy(share):
    """Nats a character of the best answer that is the same for all characters."""
    return -share * math.log(share) - (1 - share) * math.log(1 - share)


def test_the_encoder_learns_to_tell_replaced_characters(config):
    # A generator so small that it still draws all characters nearly alike: to tell these, a hundred
    # steps are enough.
    config = replace(
        with_generator(config),
        budget_characters=30 * 8 * 100,
        validate_every=50,
        lac_weight=0.0,
        rtd_weight=10.0,
        shape=ShapeConfig(layers=1, hidden=128, heads=2, intermediate=256, positions=48),
        generator=ShapeConfig(layers=1, hidden=4, heads=1, intermediate=8, positions=48),
        optimizer=replace(config.optimizer, learning_rate=1e-3),
    )
    result = pretrain(config, quiet=True)
    steps = [line for line in log_of(config.output) if "rtd_loss" in line]
    assert len(steps) == 100
    share = sum(step["rtd_share"] for step in steps[-10:]) / 10
    loss = sum(step["rtd_loss"] for step in steps[-10:]) / 10
    assert 0.1 < share < 0.2
    # An answer that is the same for all characters costs the entropy of their share, or more.
    assert loss < 0.92 * entropy(share)
    held_out = result.metrics["validation_rtd_share"]
    assert result.metrics["validation_rtd_loss"] < entropy(held_out)
    assert steps[-1]["mlm_loss"] < steps[0]["mlm_loss"]
    model, _ = load_encoder(config.output / "encoder")
    assert model.config.hidden_size == 128
    card = (config.output / "encoder" / "README.md").read_text(encoding="utf-8")
    assert "replaced-token detection (weight 10)" in card
    assert "1 layers of 4 (masked language modelling, weight 1), which is not part" in card
    assert "| replaced loss |" in card


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mlm_weight": 0.0}, "rtd_weight is set and mlm_weight is 0"),
        ({"generator": ShapeConfig(positions=64)}, "generator.positions is 64, shape.positions 48"),
        (
            {"shape": ShapeConfig(hidden=32, heads=3, positions=48)},
            "shape.hidden is 32, shape.heads 3; expected",
        ),
        (
            {"shape": ShapeConfig(hidden=30, heads=2, positions=48)},
            "makes heads of odd width",
        ),
        (
            {"shape": ShapeConfig(hidden=32, heads=0, positions=48)},
            "shape.hidden is 32, shape.heads 0; expected",
        ),
        (
            {"generator": ShapeConfig(hidden=30, heads=4, positions=48)},
            "generator.hidden is 30, generator.heads 4; expected",
        ),
    ],
)
def test_shapes_that_cannot_work(config, changes, message):
    with pytest.raises(TrainingError, match=message) as caught:
        replace(with_generator(config), **changes)
    assert "\n" not in str(caught.value)


def test_generator_that_is_not_used_is_not_checked(config):
    unused = ShapeConfig(hidden=30, heads=4, positions=64)
    assert replace(config, generator=unused).generator == unused


@pytest.mark.parametrize(
    ("objective", "told"),
    [(lambda config: config, ", perplexity 12.5"), (with_generator, ", generator's perplexity 12")],
)
def test_progress_says_whose_perplexity_it_is(config, objective, told):
    run = Run(replace(objective(config), lac_weight=0.0))
    run.metrics = {"validation_perplexity": 12.51}
    assert told in run.summary()


def test_the_number_of_threads_is_given_back(config, monkeypatch):
    seen = []

    def fail(_run, _progress):
        seen.append(torch.get_num_threads())
        raise TrainingError("no step")

    monkeypatch.setattr(Run, "step", fail)
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(3)
        with pytest.raises(TrainingError, match="no step"):
            pretrain(config, quiet=True)
        assert pretrain(replace(config, budget_characters=0), quiet=True).status == "finished"
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
    assert seen == [1]


def card_of(config, rates, *, warmup=100):
    """A model card of a made-up log, a line for every tenth step."""
    log = [{"corpus": {"documents": 2}}]
    for number, rate in enumerate(rates, start=1):
        where = {"step": 10 * number, "characters": 100 * number, "seconds": 60.0 * number}
        log.append({**where, "mlm_loss": 5.1, "rtd_loss": 0.21, "learning_rate": rate})
        log.append(
            {
                **where,
                "validation_mlm_loss": 5.2,
                "validation_rtd_loss": 0.22,
                "validation_perplexity": 181.3,
            }
        )
    optimizer = OptimizerConfig(learning_rate=1e-3, warmup_steps=warmup)
    settings = plain_config(replace(config, optimizer=optimizer))
    return model_card(settings=settings, log=log, n_parameters=7)


@pytest.mark.parametrize(
    ("rates", "warmup", "told"),
    [
        ([], 0, ""),
        ([1e-3, 5e-4, 1e-6], 0, ""),
        # A rise of the warm-up.
        ([3e-4, 5.5e-4, 7.5e-4, 5e-4, 1e-6], 30, ""),
        ([1e-3, 5e-4, 1e-6, 5e-4, 2e-4, 0], 0, "at step 30, so the learning rate rose again"),
        # A first budget that ended within the warm-up.
        ([3e-4, 1e-5, 8e-4, 6e-4], 30, "at step 20, so"),
        ([1e-3, 1e-6, 5e-4, 1e-6, 2e-4, 0], 0, "at steps 20 and 40, so"),
    ],
)
def test_card_tells_of_a_raised_budget(config, rates, warmup, told):
    card = card_of(config, rates, warmup=warmup)
    assert card.count("The budget was raised") == bool(told)
    assert told in card


def test_card_says_whose_losses_they_are(config):
    plain = card_of(config, [1e-3])
    assert "| validation masked loss | perplexity | validation tag loss |" in plain
    assert "| 10 | 100 | 5.100 | – | 5.200 | 181.3 | – | – |" in plain
    assert "generator" not in plain
    assert "replaced" not in plain
    detecting = card_of(with_generator(config), [1e-3])
    headings = [
        "generator's masked loss",
        "replaced loss",
        "tag loss",
        "generator's validation masked loss",
        "generator's perplexity",
        "validation replaced loss",
    ]
    assert " | ".join(headings) in detecting
    assert "| 10 | 100 | 5.100 | 0.210 | – | 5.200 | 181.3 | 0.220 | – | – |" in detecting


def test_card_of_tags_alone(config):
    card = card_of(replace(config, mlm_weight=0.0), [1e-3])
    assert "| step | characters | tag loss | validation tag loss | tag accuracy |" in card
    assert "are masked all the same" in card
    assert "masked language modelling" not in card
    shape = replace(config.shape, local_layers=0)
    assert "- a random start;" in card_of(replace(config, shape=shape), [1e-3])


def test_card_of_a_run_from_before_there_were_generators(config):
    settings = plain_config(config)
    for key in ("rtd_weight", "generator"):
        del settings[key]
    card = model_card(settings=settings, log=[], n_parameters=7)
    assert card == model_card(settings=plain_config(config), log=[], n_parameters=7)


@pytest.mark.parametrize("objective", [lambda config: config, with_generator])
def test_resumed_run_is_the_run_that_was_never_stopped(config, tmp_path, objective):
    config = objective(config)
    pretrain(config, quiet=True)
    stopped = replace(config, output=tmp_path / "stopped")
    for step in (1, 5, 6):
        result = pretrain(stopped, quiet=True, stop_at_step=step)
        assert (result.status, result.step) == ("interrupted", step)
    assert pretrain(stopped, quiet=True).status == "finished"
    whole, resumed = weights_of(config.output), weights_of(stopped.output)
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)

    def numbers(run):
        timed = {"seconds", "seconds_left", "characters_per_second"}
        return [{k: v for k, v in line.items() if k not in timed} for line in log_of(run)]

    assert numbers(config.output) == numbers(stopped.output)


def test_half_precision_learns(config):
    result = pretrain(replace(config, precision="bf16", budget_characters=30 * 8 * 20), quiet=True)
    steps = [line for line in log_of(config.output) if "mlm_loss" in line]
    assert steps[-1]["lac_loss"] < 0.9 * steps[0]["lac_loss"]
    # Weights stay in single precision; only what is computed from them is not.
    assert {tensor.dtype for tensor in weights_of(config.output).values()} == {torch.float32}
    assert result.status == "finished"


def test_a_crash_loses_only_what_is_behind_the_checkpoint(config, tmp_path):
    pretrain(config, quiet=True)
    crashed = replace(config, output=tmp_path / "crashed")
    pretrain(crashed, quiet=True, stop_at_step=3)
    kept = (crashed.output / "checkpoint.pt").read_bytes()
    pretrain(crashed, quiet=True, stop_at_step=5)
    (crashed.output / "checkpoint.pt").write_bytes(kept)
    (crashed.output / "checkpoint.partial").write_bytes(b"half")
    pretrain(crashed, quiet=True)
    whole, resumed = weights_of(config.output), weights_of(crashed.output)
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)
    steps = [line["step"] for line in log_of(crashed.output) if "mlm_loss" in line]
    assert steps == list(range(1, 13))


def test_a_signal_ends_the_run_behind_the_step_at_hand(config, monkeypatch):
    step = Run.step

    def step_and_signal(run, progress):
        step(run, progress)
        if run.position.step == 3:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(Run, "step", step_and_signal)
    before = signal.getsignal(signal.SIGTERM)
    result = pretrain(config, quiet=True)
    assert (result.status, result.step) == ("interrupted", 3)
    assert (config.output / "checkpoint.pt").exists()
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_second_signal_does_not_wait_for_the_step(config, monkeypatch):
    step = Run.step

    def signal_twice(run, progress):
        if run.position.step == 2:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)
        step(run, progress)

    monkeypatch.setattr(Run, "step", signal_twice)
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        pretrain(config, quiet=True)
    assert signal.getsignal(signal.SIGINT) == before


@pytest.mark.parametrize(("weight", "absent"), [("mlm_weight", "mlm"), ("lac_weight", "lac")])
def test_one_objective_alone(config, weight, absent):
    settings = replace(config, budget_characters=30 * 8, **{weight: 0.0})
    pretrain(settings, quiet=True)
    for line in log_of(config.output):
        assert not any(absent in key for key in line)


def test_a_run_begins_with_an_encoder(config, tmp_path):
    pretrain(replace(config, budget_characters=30 * 8), quiet=True)
    first = config.output / "encoder"
    again = replace(config, encoder=str(first), output=tmp_path / "again", budget_characters=0)
    pretrain(again, quiet=True)
    stored, taken = (load_file(f / "model.safetensors") for f in (first, again.output / "encoder"))
    assert all(torch.equal(tensor, taken[name]) for name, tensor in stored.items())
    card = (again.output / "encoder" / "README.md").read_text(encoding="utf-8")
    assert f"- a start with the weights of `{first}` (see [start.md](start.md));" in card
    before = (first / "README.md").read_bytes()
    assert (again.output / "encoder" / "start.md").read_bytes() == before
    third = replace(again, encoder=str(again.output / "encoder"), output=tmp_path / "third")
    pretrain(third, quiet=True)
    told = (third.output / "encoder" / "start.md").read_text(encoding="utf-8")
    assert told == card + "\n---\n\n" + before.decode("utf-8")
    # Another start in the same folder leaves nothing of it behind.
    (third.output / "checkpoint.pt").unlink()
    (again.output / "encoder" / "README.md").unlink()
    (again.output / "encoder" / "start.md").unlink()
    pretrain(third, quiet=True)
    assert not (third.output / "encoder" / "start.md").exists()
    assert "start.md" not in (third.output / "encoder" / "README.md").read_text(encoding="utf-8")
    # What is resumed goes on with its own weights.
    longer = replace(again, budget_characters=30 * 8)
    assert pretrain(longer, quiet=True).step == 1
    moved = weights_of(again.output)["reader.encoder.embeddings.word_embeddings.weight"]
    assert pretrain(longer, quiet=True).step == 1
    kept = weights_of(again.output)["reader.encoder.embeddings.word_embeddings.weight"]
    assert torch.equal(moved, kept)


def test_encoders_that_a_run_cannot_begin_with(config, encoder, tmp_path):
    with pytest.raises(TrainingError, match=r"has 10 characters, the collection gives \d+, or oth"):
        pretrain(replace(config, encoder=str(encoder)), quiet=True)
    pretrain(replace(config, budget_characters=0), quiet=True)
    wider = replace(
        config,
        encoder=str(config.output / "encoder"),
        output=tmp_path / "wider",
        shape=replace(config.shape, intermediate=96),
    )
    with pytest.raises(TrainingError, match=r"its weights do not fit \[shape\]"):
        pretrain(wider, quiet=True)


def test_run_folder_of_other_settings_is_refused(config):
    pretrain(config, quiet=True, stop_at_step=1)
    with pytest.raises(TrainingError, match=r"holds a run with another lac_weight, seed;"):
        pretrain(replace(config, lac_weight=0.5, seed=2), quiet=True)
    # A longer budget is no other run.
    assert pretrain(replace(config, budget_characters=30 * 8 * 2), quiet=True).step == 2


def test_settings_of_machine_and_reports_are_free(config):
    pretrain(config, quiet=True, stop_at_step=1)
    free = replace(config, validate_every=3, log_every=2, data=replace(DATA, workers=2))
    assert pretrain(free, quiet=True, stop_at_step=2).step == 2
    other = replace(free, data=replace(free.data, min_count=2))
    with pytest.raises(TrainingError, match="holds a run with another data;"):
        pretrain(other, quiet=True)


def test_another_collection_at_the_same_path_is_refused(config, tmp_path):
    path = tmp_path / "reports.jsonl"
    shutil.copyfile(config.corpus, path)
    config = replace(config, corpus=path)
    pretrain(config, quiet=True, stop_at_step=1)
    kept = [config.output / name for name in ("tokenizer.json", "checkpoint.pt", "config.json")]
    before = [file.read_bytes() for file in kept]
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("高速公路", "鑫淼隧道"), encoding="utf-8")
    with pytest.raises(TrainingError, match="holds a run on another collection") as caught:
        pretrain(replace(config, budget_characters=30 * 8), quiet=True)
    assert "\n" not in str(caught.value)
    assert [file.read_bytes() for file in kept] == before
    path.write_text(text, encoding="utf-8")
    assert pretrain(config, quiet=True).status == "finished"


def test_checkpoint_that_does_not_tell_its_collection_is_refused(config):
    pretrain(config, quiet=True, stop_at_step=1)
    path = config.output / "checkpoint.pt"
    state = torch.load(path, weights_only=True)
    del state["corpus"]
    torch.save(state, path)
    with pytest.raises(TrainingError, match="does not tell the collection") as caught:
        pretrain(config, quiet=True)
    assert "\n" not in str(caught.value)


def test_a_step_is_validated_once(config):
    first = pretrain(config, quiet=True)
    again = pretrain(config, quiet=True)
    assert (again.step, again.metrics) == (first.step, first.metrics)
    steps = [line["step"] for line in log_of(config.output) if "validation_mlm_loss" in line]
    assert steps == [4, 8, 12]
    longer = replace(config, budget_characters=30 * 8 * 14)
    assert pretrain(longer, quiet=True).metrics != first.metrics
    steps = [line["step"] for line in log_of(config.output) if "validation_mlm_loss" in line]
    assert steps == [4, 8, 12, 14]


def test_a_log_whose_last_line_was_cut_goes_on(config, tmp_path):
    pretrain(config, quiet=True, stop_at_step=5)
    log = config.output / "log.jsonl"
    whole = log.read_text(encoding="utf-8")
    log.write_text(whole + '{"step": 5, "mlm_lo', encoding="utf-8")
    export_encoder(config.output, tmp_path / "encoder")
    pretrain(config, quiet=True, stop_at_step=6)
    assert log.read_text(encoding="utf-8").startswith(whole)
    assert log_of(config.output)[-1]["step"] == 6
    lines = whole.splitlines()
    log.write_text("\n".join([lines[0], lines[1][:9], *lines[2:]]), encoding="utf-8")
    with pytest.raises(TrainingError, match=r"log\.jsonl line 2: not JSON"):
        pretrain(config, quiet=True)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"log_every": 0}, "log_every must be at least 1, came 0"),
        ({"validate_every": 0}, "validate_every must be at least 1"),
        ({"threads": 0}, "threads must be at least 1"),
        ({"seed": -1}, r"seed must be in 0\.\.\d+, came -1"),
        ({"lac_weight": -1.0}, "lac_weight must be at least 0"),
        ({"budget_minutes": -1.0}, "budget_minutes must be at least 0"),
        ({"data": DataConfig(shard_sequences=0)}, r"data\.shard_sequences must be at least 1"),
        ({"data": DataConfig(sequence_length=2)}, r"data\.sequence_length must be at least 3"),
        (
            {"data": DataConfig(max_vocabulary=70_000)},
            r"data\.max_vocabulary must be in 1\.\.65531",
        ),
        ({"optimizer": OptimizerConfig(batch_sequences=0)}, r"optimizer\.batch_sequences must be"),
        ({"optimizer": OptimizerConfig(accumulation=0)}, r"optimizer\.accumulation must be at"),
        ({"masking": MaskingConfig(share=7.0)}, r"masking\.share must be in 0\.\.1, came 7"),
        ({"masking": MaskingConfig(share=math.nan)}, r"masking\.share must be in 0\.\.1, came nan"),
        ({"shape": ShapeConfig(layers=0)}, r"shape\.layers must be at least 1"),
    ],
)
def test_numbers_out_of_their_bounds(config, changes, message):
    with pytest.raises(TrainingError, match=message) as caught:
        replace(config, **changes)
    assert "\n" not in str(caught.value)


def test_no_minutes_are_the_random_start(config):
    none = replace(config, budget_minutes=0.0, budget_characters=None)
    assert pretrain(none, quiet=True).step == 0


def test_collection_of_too_few_places(config, tmp_path):
    few = tmp_path / "few.jsonl"
    few.write_text("".join(config.corpus.open(encoding="utf-8").readlines()[:4]), encoding="utf-8")
    with pytest.raises(TrainingError, match="train places have 0 characters, less than one"):
        pretrain(replace(config, corpus=few), quiet=True)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("encoder")
    tokenizer = CharacterTokenizer.from_vocabulary(list("总投资亿元"))
    shape = ShapeConfig(layers=1, hidden=16, heads=2, intermediate=16, positions=8)
    bert_config(shape, tokenizer).save_pretrained(folder)
    save_file(
        PretrainingModel(shape, tokenizer).encoder.state_dict(),
        folder / "model.safetensors",
        metadata={"format": "pt"},
    )
    tokenizer.save(folder)
    return folder


def without_weights(folder):
    (folder / "model.safetensors").unlink()


def pickle_instead(folder):
    without_weights(folder)
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04.")


def larger_vocabulary(folder):
    CharacterTokenizer.from_vocabulary(list("总投资亿元年")).save(folder)


def without_config(folder):
    (folder / "config.json").unlink()


def without_tokenizer(folder):
    (folder / "tokenizer.json").unlink()


def no_safetensors(folder):
    (folder / "model.safetensors").write_bytes(b"not weights")


def missing_part(folder):
    without_weights(folder)
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def broken_index(folder):
    without_weights(folder)
    (folder / "model.safetensors.index.json").write_text("{")


def index_without_files(folder):
    without_weights(folder)
    (folder / "model.safetensors.index.json").write_text('{"metadata": {}}')


def with_layers(n_layers):
    def damage(folder):
        path = folder / "config.json"
        settings = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({**settings, "num_hidden_layers": n_layers}), encoding="utf-8")

    return damage


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (broken_index, r"index\.json: not JSON"),
        (index_without_files, r"index\.json: no weight_map"),
        (
            with_layers(3),
            r"do not fit its config.json: 32 are not stored, encoder\.layer\.1\.\S+ for",
        ),
        (with_layers(0), r"16 are stored and have no place, encoder\.layer\.0\.\S+ for one"),
        (without_weights, "no weights; expected model.safetensors"),
        (pickle_instead, r"weights as a pickle \(pytorch_model.bin\) are refused"),
        (larger_vocabulary, "tokenizer has 11 entries, the configuration 10, the embedding 10"),
        (without_config, "no config.json"),
        (without_tokenizer, "no tokenizer.json and no vocab.txt"),
        (no_safetensors, "no safetensors file"),
        (missing_part, "names model-00001-of-00002.safetensors, which is not there"),
    ],
)
def test_damaged_encoder_folders(damage, message, encoder, tmp_path):
    folder = tmp_path / "encoder"
    shutil.copytree(encoder, folder)
    load_encoder(folder)
    damage(folder)
    with pytest.raises(TrainingError, match=message) as caught:
        load_encoder(folder)
    assert "\n" not in str(caught.value)
    assert str(folder) in str(caught.value)


@pytest.mark.parametrize("name", ["/no/such/folder", "./none", "two words"])
def test_encoder_that_is_neither_folder_nor_name(name):
    with pytest.raises(TrainingError, match="no such folder"):
        load_encoder(name)


def test_encoder_by_its_name_on_the_hub(encoder, tmp_path, monkeypatch):
    # As the hub's own cache lays it out, and as it stays when there is no network.
    cached = tmp_path / "models--a-lab--an-encoder"
    shutil.copytree(encoder, cached / "snapshots" / "0123")
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text("0123", encoding="utf-8")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    model, tokenizer = load_encoder("a-lab/an-encoder")
    local, _ = load_encoder(encoder)
    assert torch.equal(
        model.embeddings.word_embeddings.weight, local.embeddings.word_embeddings.weight
    )
    config = NerConfig(name="x", encoder="a-lab/an-encoder", annotations=())
    classifier, _ = make_classifier(config, ("O", "B-ZONE", "I-ZONE"))
    assert classifier.config.num_labels == 3
    assert tokenizer.size == model.config.vocab_size


def test_encoder_that_the_hub_does_not_give():
    with pytest.raises(TrainingError, match=r"the model hub did not give it"):
        load_encoder("nobody/no-such-encoder")


def test_weights_in_parts_load_as_one(encoder, tmp_path):
    folder = tmp_path / "parts"
    shutil.copytree(encoder, folder)
    tensors = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    files = save_sharded(tensors, folder, max_bytes=2_000)
    assert len(files) > 2
    (folder / "any").touch()
    # Whoever may read the folder's other files may read the weights.
    assert {file.stat().st_mode for file in files} == {(folder / "any").stat().st_mode}
    whole, parts = load_encoder(encoder)[0], load_encoder(folder)[0]
    for name, tensor in whole.state_dict().items():
        # A pooler is no part of the encoder; the loader makes one up.
        if not name.startswith("pooler"):
            assert torch.equal(tensor, parts.state_dict()[name])


@pytest.mark.parametrize("prefix", ["", "bert."])
def test_heads_of_tasks_do_not_count_as_weights_that_do_not_fit(encoder, tmp_path, prefix):
    folder = tmp_path / "encoder"
    shutil.copytree(encoder, folder)
    file = folder / "model.safetensors"
    weights = {f"{prefix}{name}": tensor for name, tensor in load_file(file).items()}
    heads = {"cls.predictions.bias": torch.zeros(10), f"{prefix}pooler.x": torch.zeros(1)}
    save_file(weights | heads, file, metadata={"format": "pt"})
    load_encoder(folder)
    further = {f"{prefix}encoder.layer.1.output.dense.bias": torch.zeros(16)}
    save_file(weights | heads | further, file, metadata={"format": "pt"})
    with pytest.raises(TrainingError, match=r"1 are stored and have no place, .*layer\.1\."):
        load_encoder(folder)


def test_checkpoint_of_an_earlier_version(config, tmp_path):
    pretrain(replace(config, budget_characters=0), quiet=True)
    path = config.output / "checkpoint.pt"
    state = torch.load(path, weights_only=True)
    state["model"] = {key.removeprefix("reader."): value for key, value in state["model"].items()}
    torch.save(state, path)
    with pytest.raises(TrainingError, match=r"no key begins with reader\.encoder\.") as caught:
        export_encoder(config.output, tmp_path / "out")
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("part", ["save_sharded", "CharacterTokenizer.save", "model_card"])
def test_a_folder_with_a_configuration_is_whole(config, part, monkeypatch):
    config = replace(config, budget_characters=0, lac_weight=0.0)
    pretrain(config, quiet=True)
    folder = config.output / "encoder"
    load_encoder(folder)

    def fail(*_args, **_kwargs):
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(f"training.encoders.{part}", fail)
        with pytest.raises(OSError, match="no space left"):
            export_encoder(config.output, folder)
    with pytest.raises(TrainingError, match=r"no config\.json"):
        load_encoder(folder)
    load_encoder(export_encoder(config.output, folder))


def test_folder_without_a_run(tmp_path):
    with pytest.raises(TrainingError, match=r"no checkpoint\.pt"):
        export_encoder(tmp_path, tmp_path / "out")
