"""CLUENER as an outside check of an encoder: sentences of news with names of ten kinds.

The set is Xu et al. (2020), "CLUENER2020: Fine-grained Named Entity Recognition Dataset and
Benchmark for Chinese". It is read from where the user has it, in the form in which it was
published: one JSON object a line, spans with both ends included.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from datasets import Dataset
from seqeval.metrics import f1_score
from seqeval.scheme import IOB2
from transformers import PreTrainedModel

from annotations.errors import TrainingError
from pipeline.characters import CharacterTokenizer
from pipeline.decode import best_tags, log_softmax
from training.examples import FEATURES, IGNORE
from training.ner import NerConfig, check_windows, fit, make_classifier

_BATCH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence and its IOB2 tags, one for each character."""

    text: str
    tags: tuple[str, ...]


def read_cluener(path: Path, *, most: int | None = None) -> list[Sentence]:
    """The first `most` sentences of a file, or all.

    Tags have no room for names that overlap: of such the longest is kept, of equally long ones the
    earlier. One sentence of the published train.json has them, two companies inside a book's
    title; dev.json has none.

    Raises:
        TrainingError: the file cannot be read or is empty, a line is no sentence of CLUENER, or
            `most` is below 1.
    """
    if most is not None and most < 1:
        raise TrainingError(f"the number of sentences must be at least 1 or not given, came {most}")
    try:
        # Not splitlines(): a JSON string may hold U+2028 as it is.
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise TrainingError(
            f"{path}: cannot be read ({error.strerror}); give the folder with CLUENER's train.json"
            " and dev.json"
        ) from error
    except UnicodeDecodeError as error:
        raise TrainingError(
            f"{path}: not UTF-8 (byte {error.start}); give CLUENER's files as they were published"
        ) from error
    sentences = []
    filled = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    for number, line in filled[:most]:
        try:
            sentences.append(_sentence(json.loads(line)))
        except (ValueError, TypeError, AttributeError) as error:
            raise TrainingError(f"{path} line {number}: no sentence of CLUENER: {error}") from error
    if not sentences:
        raise TrainingError(f"{path}: empty; expected one JSON object a line")
    return sentences


def cluener_f1(
    config: NerConfig, train: Sequence[Sentence], development: Sequence[Sentence]
) -> float:
    """Strict micro F1 (seqeval, IOB2) on `development` after training on `train`.

    The tags are decoded with `best_tags`, as those of reports are, and it finds no names of one
    character. Where `development` has such names, the figure is a bit below what other decoders
    give; of the published names they are 22 of 23,972 in train.json and none in dev.json.

    Raises:
        TrainingError: the encoder cannot be loaded, or a sentence is longer than it can read.
    """
    labels = sorted({tag[2:] for sentence in train for tag in sentence.tags if tag != "O"})
    names = ["O", *(f"{prefix}-{label}" for label in labels for prefix in "BI")]
    numbers = {name: n for n, name in enumerate(names)}
    model, tokenizer = make_classifier(config, names)
    longest = max(len(sentence.text) for sentence in (*train, *development))
    try:
        check_windows(model, window=longest, overlap=0)
    except TrainingError as error:
        raise TrainingError(
            f"a sentence of {longest} characters is read as one window, but {error}"
        ) from error
    rows = [
        {
            "input_ids": [
                tokenizer.cls_id,
                *tokenizer.encode(sentence.text),
                tokenizer.sep_id,
            ],
            "labels": [IGNORE, *(numbers[tag] for tag in sentence.tags), IGNORE],
        }
        for sentence in train
    ]
    fit(model, Dataset.from_list(rows, features=FEATURES), config, tokenizer=tokenizer)
    predicted = [
        [names[tag] for tag in best_tags(log_softmax(scores))]
        for scores in _scores(model, tokenizer, development)
    ]
    gold = [list(sentence.tags) for sentence in development]
    return float(f1_score(gold, predicted, mode="strict", scheme=IOB2))


@torch.no_grad()
def _scores(
    model: PreTrainedModel, tokenizer: CharacterTokenizer, sentences: Sequence[Sentence]
) -> list[np.ndarray]:
    """Tag scores, shape (characters, tags) for each sentence."""
    scores = []
    for first in range(0, len(sentences), _BATCH):
        part = [
            [tokenizer.cls_id, *tokenizer.encode(s.text), tokenizer.sep_id]
            for s in sentences[first : first + _BATCH]
        ]
        longest = max(map(len, part))
        padded = [ids + [tokenizer.pad_id] * (longest - len(ids)) for ids in part]
        mask = [[1] * len(ids) + [0] * (longest - len(ids)) for ids in part]
        logits = model(
            input_ids=torch.tensor(padded), attention_mask=torch.tensor(mask)
        ).logits.numpy()
        scores += [row[1 : len(ids) - 1] for row, ids in zip(logits, part, strict=True)]
    return scores


def _sentence(line: object) -> Sentence:
    """A sentence from a line.

    Raises:
        ValueError: the line lacks something, or a span does not hold its text.
    """
    if not isinstance(line, dict) or not {"text", "label"} <= line.keys():
        raise ValueError('expected an object with "text" and "label"')
    text = line["text"]
    if not isinstance(text, str) or not text:
        raise ValueError("no text")
    found: list[tuple[int, int, str]] = []
    for label, names in line["label"].items():
        for name, spans in names.items():
            for start, last in spans:
                if not 0 <= start <= last < len(text) or text[start : last + 1] != name:
                    raise ValueError(f"{name!r} is not at {start}..{last}")
                found.append((start, last + 1, label))
    tags = ["O"] * len(text)
    for start, end, label in sorted(found, key=lambda span: (span[0] - span[1], span[0])):
        if all(tag == "O" for tag in tags[start:end]):
            tags[start:end] = [f"B-{label}", *[f"I-{label}"] * (end - start - 1)]
    return Sentence(text=text, tags=tuple(tags))
