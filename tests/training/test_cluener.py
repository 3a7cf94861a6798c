"""Reading CLUENER, and training on a handful of made-up sentences in its form."""

import json

import pytest

from annotations.errors import TrainingError
from training.cluener import Sentence, cluener_f1, read_cluener
from training.ner import NerConfig

LINE = {
    "text": "宏远电池的李明在海州",
    "label": {"company": {"宏远电池": [[0, 3]]}, "name": {"李明": [[5, 6]]}},
}


def write(path, *lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_spans_have_both_ends_included(tmp_path):
    (sentence,) = read_cluener(write(tmp_path / "dev.json", LINE))
    assert sentence == Sentence(
        text=LINE["text"],
        tags=(
            "B-company",
            "I-company",
            "I-company",
            "I-company",
            "O",
            "B-name",
            "I-name",
            "O",
            "O",
            "O",
        ),
    )


def test_only_so_many_sentences(tmp_path):
    path = write(tmp_path / "train.json", LINE, LINE, LINE)
    assert len(read_cluener(path, most=2)) == 2
    assert len(read_cluener(path)) == 3


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"text": "甲乙"}, "line 2: no sentence of CLUENER: 'label'"),
        ({"text": "", "label": {}}, "line 2: no sentence of CLUENER: no text"),
        (
            {"text": "甲乙丙", "label": {"name": {"乙丙": [[0, 1]]}}},
            r"line 2: no sentence of CLUENER: '乙丙' is not at 0\.\.1",
        ),
    ],
)
def test_broken_line(tmp_path, line, message):
    with pytest.raises(TrainingError, match=message):
        read_cluener(write(tmp_path / "dev.json", LINE, line))


def test_missing_file(tmp_path):
    with pytest.raises(TrainingError, match=r"give the folder with CLUENER's train\.json"):
        read_cluener(tmp_path / "train.json")


def test_names_that_are_always_the_same_are_learnt(tmp_path, tiny_encoder):
    sentences = read_cluener(write(tmp_path / "train.json", *[LINE] * 8))
    config = NerConfig(
        name="x",
        encoder=str(tiny_encoder),
        annotations=(),
        epochs=30,
        batch_size=4,
        learning_rate=1e-2,
        head_learning_rate=1e-2,
    )
    assert cluener_f1(config, sentences, sentences[:2]) == 1.0
