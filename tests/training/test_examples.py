"""Windows as batches."""

import numpy as np
import torch
from transformers import BertModel

from pipeline.characters import CharacterTokenizer
from pipeline.tags import spans_of
from tests.pipeline.marked import marked
from training.examples import IGNORE, batches, make_examples
from training.pretrain_model import ShapeConfig, bert_config
from training.relations import RelationConfig, prepare


def read(documents, *, masked):
    tokenizer = CharacterTokenizer.from_vocabulary(sorted({c for d in documents for c in d.text}))
    examples = make_examples(documents, tokenizer, window=30, overlap=5)
    generator = np.random.default_rng(1)
    given = list(
        batches(examples, batch_size=3, tokenizer=tokenizer, masked=masked, generator=generator)
    )
    return tokenizer, given


def test_nothing_is_masked_unless_asked_for(documents):
    tokenizer, given = read(documents, masked=0.0)
    assert not any((ids == tokenizer.mask_id).any() for ids, _, _ in given)
    assert all(((ids == tokenizer.pad_id) == (mask == 0)).all() for ids, mask, _ in given)


def test_a_share_of_the_characters_is_masked_and_nothing_else(documents):
    tokenizer, plain = read(documents * 20, masked=0.0)
    _, hidden = read(documents * 20, masked=0.5)
    # The first batch has the same rows in both.
    ids, mask, labels = hidden[0]
    assert torch.equal(labels, plain[0][2])
    assert torch.equal(mask, plain[0][1])
    is_hidden = ids != plain[0][0]
    assert (ids[is_hidden] == tokenizer.mask_id).all()
    assert (labels[is_hidden] != IGNORE).all()
    n_hidden = sum(int((ids == tokenizer.mask_id).sum()) for ids, _, _ in hidden)
    n_characters = sum(int((labels != IGNORE).sum()) for _, _, labels in hidden)
    assert 0.45 < n_hidden / n_characters < 0.55


def test_a_share_of_the_documents_lose_the_currency_word_of_their_sums():
    document = marked(
        "[[P1|甲项目]]投资[[A1|8亿元]]，完成[[A2|3亿多元]]、[[A3|2万美元]]，产值[[A4|百亿元以上]]。",
        "P1 TotalInvestment A1",
    )
    tokenizer = CharacterTokenizer.from_vocabulary(sorted(set(document.text)))

    def rows(share):
        return make_examples([document] * 200, tokenizer, window=60, overlap=5, bare_sums=share)

    bare = document.text.replace("8亿元", "8亿").replace("3亿多元", "3亿多")
    lengths = [len(ids) - 2 for ids in rows(0.3)["input_ids"]]
    assert set(lengths) == {len(document.text), len(bare)}
    assert 0.2 < lengths.count(len(bare)) / len(lengths) < 0.4
    assert {len(ids) - 2 for ids in rows(0.0)["input_ids"]} == {len(document.text)}
    row = rows(1.0)[0]
    assert row["input_ids"][1:-1] == tokenizer.encode(bare)
    spans = [bare[start:end] for _, start, end in spans_of(row["labels"][1:-1])]
    assert spans == ["甲项目", "8亿", "3亿多", "2万美元", "百亿元以上"]


def test_a_broken_text_is_learnt_like_the_whole_one():
    pieces = (
        "[[D1|2023年]]，高新区加快推进重点项",
        "目建设，全年完成固定资产投",
        "资[[A1|58亿元]]。[[P1|澜溪新能源电池项目]]总投资[[A2|12.5亿元]]，目前已[[S1|完成投",
        "资]][[A3|3亿",
        "元]]，预计年底前[[S2|建成投",
        "产]]。[[C1|云杉科技有限公司]]投",
        "资的[[P2|智能装备产业园项",
        "目]][[S3|开工建设]]。",
    )
    said = "P1 TotalInvestment A2; P1 CompletedInvestment A3; P1 HasStatus S1; P1 HasStatus S2;"
    said += " P2 HasStatus S3; P2 OwnedBy C1; S1 under_construction actual; S2 operating future;"
    said += " S3 under_construction actual"
    whole, broken = (marked("工作报告\n" + join.join(pieces), said) for join in ("", "\n"))
    assert broken.text.count("\n") == len(pieces)
    tokenizer = CharacterTokenizer.from_vocabulary(sorted(set(whole.text)))
    rows = [make_examples([d], tokenizer, window=40, overlap=10)[:] for d in (whole, broken)]
    assert rows[0] == rows[1]
    settings = RelationConfig(name="a", ner="", annotations=())
    shape = ShapeConfig(layers=1, hidden=16, heads=2, intermediate=16, positions=512)
    model = BertModel(bert_config(shape, tokenizer), add_pooling_layer=False).eval()
    one, other = (
        prepare(d, model, tokenizer, settings, is_alone_too=True) for d in (whole, broken)
    )
    assert one.targets.sum() == 6
    for name in ("vectors", "between", "targets", "allowed"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
    assert np.array_equal(one.pairs.features, other.pairs.features)
    assert all(map(np.array_equal, one.status, other.status))
    # Three statuses, each in its document and in its sentence alone.
    assert [m.text for m in one.status_mentions] == ["完成投资", "建成投产", "开工建设"] * 2
    assert not np.array_equal(one.status[0][:3], one.status[0][3:])
    words = (m.start for m in one.status_mentions[3:])
    sentences = whole.text.split("。")
    assert [sentences[n][start:][:2] for n, start in zip((1, 1, 2), words, strict=True)] == [
        "完成",
        "建成",
        "开工",
    ]
