"""Reading CLUENER, and training on a handful of made-up sentences in its form."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.scheme import IOB2, Entities

from annotations.errors import TrainingError
from training.cluener import Sentence, _sentence, cluener_f1, read_cluener
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


@pytest.mark.parametrize("most", [0, -1])
def test_at_least_one_sentence_is_wanted(tmp_path, most):
    path = write(tmp_path / "train.json", LINE)
    with pytest.raises(TrainingError, match=f"at least 1 or not given, came {most}"):
        read_cluener(path, most=most)


def test_lines_end_at_line_feeds_alone(tmp_path):
    path = tmp_path / "train.json"
    text = "海州\u2028宏远\x85\u2029电池"
    line = json.dumps({"text": text, "label": {}}, ensure_ascii=False)
    path.write_text(f"\n{line}\n \n{line}\n\n", encoding="utf-8")
    assert [s.text for s in read_cluener(path)] == [text, text]
    assert len(read_cluener(path, most=1)) == 1


BOOK = "B-book I-book I-book I-book O"


@pytest.mark.parametrize(
    ("label", "tags"),
    [
        # As in the published train.json: names in a title.
        ({"company": {"乙丙": [[1, 2]]}, "book": {"甲乙丙丁": [[0, 3]]}}, BOOK),
        ({"book": {"甲乙丙丁": [[0, 3]]}, "company": {"乙丙": [[1, 2]]}}, BOOK),
        ({"name": {"乙丙": [[1, 2]]}, "company": {"甲乙": [[0, 1]]}}, "B-company I-company O O O"),
        ({"name": {"甲乙": [[0, 1]]}, "company": {"甲乙": [[0, 1]]}}, "B-name I-name O O O"),
        (
            {"name": {"甲乙": [[0, 1]], "乙丙": [[1, 2]], "戊": [[4, 4]]}},
            "B-name I-name O O B-name",
        ),
    ],
)
def test_of_overlapping_names_the_longest_is_kept(tmp_path, label, tags):
    (sentence,) = read_cluener(write(tmp_path / "dev.json", {"text": "甲乙丙丁戊", "label": label}))
    assert " ".join(sentence.tags) == tags


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.sampled_from("ab")), max_size=8))
def test_tags_are_valid_whatever_overlaps(ends):
    text = "甲乙丙丁戊己庚辛壬癸"
    spans = [(min(start, last), max(start, last), label) for start, last, label in ends]
    labels = {label: {} for label in "ab"}
    for start, last, label in spans:
        labels[label].setdefault(text[start : last + 1], []).append([start, last])
    tags = _sentence({"text": text, "label": labels}).tags
    kept = [e.to_tuple()[1:] for e in Entities([list(tags)], IOB2).entities[0]]
    assert sum(end - start for _, start, end in kept) == sum(tag != "O" for tag in tags)
    assert {(start, end - 1, label) for label, start, end in kept} <= set(spans)
    # Whatever was left out overlaps a name that is at least as long.
    for first, last, _ in spans:
        assert any(s <= last and first < e and e - s > last - first for _, s, e in kept)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"text": "甲乙"}, 'line 2: no sentence of CLUENER: .* object with "text" and "label"'),
        ({"label": {}}, 'line 2: no sentence of CLUENER: .* object with "text" and "label"'),
        (["甲乙"], 'line 2: no sentence of CLUENER: .* object with "text" and "label"'),
        ({"text": "甲乙", "label": {"name": []}}, "line 2: no sentence of CLUENER"),
        ({"text": "甲乙", "label": {"name": {"": [[1, 0]]}}}, r"'' is not at 1\.\.0"),
        ({"text": "甲乙", "label": {"name": {"": [[5, 4]]}}}, r"'' is not at 5\.\.4"),
        ({"text": "甲乙", "label": {"name": {"甲": [[-2, -2]]}}}, r"'甲' is not at -2\.\.-2"),
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


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "dev.json: empty; expected one JSON object a line"),
        (b"\n \n", "dev.json: empty; expected one JSON object a line"),
        ('{"text": "海州"'.encode("gb18030"), r"dev.json: not UTF-8 \(byte 10\); give CLUENER's"),
    ],
)
def test_file_without_sentences(tmp_path, content, message):
    path = tmp_path / "dev.json"
    path.write_bytes(content)
    with pytest.raises(TrainingError, match=message):
        read_cluener(path)


@pytest.mark.parametrize("longer", ["train", "development"])
def test_sentence_longer_than_the_encoder_reads(tiny_encoder, longer):
    config = NerConfig(name="x", encoder=str(tiny_encoder), annotations=())
    sentence = Sentence(text="甲乙", tags=("B-name", "I-name"))
    # The encoder has 300 positions, of which the special tokens take two.
    sets = {"train": [sentence], "development": [sentence]}
    sets[longer] = [sentence, Sentence(text="甲" * 299, tags=("O",) * 299)]
    with pytest.raises(TrainingError, match=r"299 characters is read as one window.*at most 298"):
        cluener_f1(config, **sets)


def test_the_longest_sentence_that_the_encoder_reads(tiny_encoder):
    config = NerConfig(name="x", encoder=str(tiny_encoder), annotations=(), epochs=1)
    sentence = Sentence(text="甲" * 298, tags=("B-name", "I-name", *["O"] * 296))
    assert 0 <= cluener_f1(config, [sentence], [sentence]) <= 1


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
