"""Training of the word segmenter that `pipeline.words` loads: spacy-pkuseg on what LAC segments."""

import io
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import srsly

from annotations.errors import TrainingError
from corpus.library import read_collection
from pipeline.words import SEGMENTER, SEGMENTER_FILES, Segmenter, load_segmenter, word_starts
from training.clean import CleanDocument, clean_collection
from training.teacher import Teacher, words_from_starts

_FEATURES, _WEIGHTS = SEGMENTER_FILES
# Recent reports only: the language to segment is that of today.
_FIRST_YEAR = 2005


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmenterConfig:
    """Settings of the segmenter's training."""

    corpus: Path
    output: Path
    seed: int = 20260
    train_characters: int = 400_000
    validation_characters: int = 100_000
    passes: int = 5
    min_feature_count: int = 2
    max_bytes: int = 8_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Words in common with the teacher on text of held-out places."""

    n_expected: int
    n_found: int
    n_common: int

    @property
    def f1(self) -> float:
        """Harmonic mean of word precision and recall."""
        return 2 * self.n_common / max(1, self.n_expected + self.n_found)


def train_segmenter(config: SegmenterConfig, *, report: Callable[[str], None] = print) -> Agreement:
    """Train, prune, save and compare with the teacher on development places.

    Raises:
        TrainingError: a package is missing, or the model cannot be pruned to `max_bytes`.
    """
    import spacy_pkuseg  # noqa: PLC0415
    from spacy_pkuseg.config import config as pkuseg_config  # noqa: PLC0415

    counts: Counter[str] = Counter()
    documents = list(clean_collection(read_collection(config.corpus), counts))
    teacher = Teacher()
    train = _sample(documents, "train", config.train_characters, config.seed)
    held_out = _sample(documents, "development", config.validation_characters, config.seed)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in (("train", train), ("held_out", held_out[:50])):
            text = "\n".join(_segmented(lines, teacher)) + "\n"
            (Path(folder) / name).write_text(text, encoding="utf-8")
        pkuseg_config.featureTrim = config.min_feature_count - 1
        random.seed(config.seed)
        # The package prints its own progress, far more than is wanted.
        with redirect_stdout(io.StringIO()):
            spacy_pkuseg.train(
                str(Path(folder) / "train"),
                str(Path(folder) / "held_out"),
                folder,
                train_iter=config.passes,
            )
        n_bytes, n_features = prune_segmenter(
            Path(folder), config.output, max_bytes=config.max_bytes
        )
    agreement = compare_with_teacher(load_segmenter(config.output), teacher, held_out)
    report(
        f"segmenter: {sum(map(len, train)):,} characters, {config.passes} passes,"
        f" {time.monotonic() - started:.0f} s; {n_features:,} features, {n_bytes / 1e6:.1f} MB;"
        f" word F1 with LAC {agreement.f1:.4f} on {agreement.n_expected:,} words of held-out"
        " places"
    )
    return agreement


def prune_segmenter(source: Path, target: Path, *, max_bytes: int) -> tuple[int, int]:
    """Keep the features with the greatest weights, as many as fit into `max_bytes`.

    Word lists are cut to the words and word pairs that a kept feature uses.

    Returns:
        Size of the written folder in bytes and the number of features kept.

    Raises:
        TrainingError: not even one feature in a hundred fits.
    """
    data = srsly.read_msgpack(source / _FEATURES)
    with np.load(source / _WEIGHTS) as npz:
        n_tags, n_features = (int(size) for size in npz["sizes"])
        weights = npz["w"]
    nodes = weights[: n_tags * n_features].reshape(n_features, n_tags)
    edges = weights[n_tags * n_features :]
    names = sorted(data["feature_to_idx"], key=data["feature_to_idx"].__getitem__)
    # Only differences between tags matter, so the spread is what a feature can decide.
    order = np.argsort(-np.ptp(nodes, axis=1), kind="stable")
    target.mkdir(parents=True, exist_ok=True)
    n_kept = n_features
    while n_kept > n_features // 100:
        # Feature 0 is the bias that stands for features it does not know.
        kept = [0, *sorted(n for n in order[:n_kept].tolist() if n)]
        feature_to_index = {names[n]: index for index, n in enumerate(kept)}
        words = {
            word
            for name in feature_to_index
            if name.startswith(("w1.", "w-1.", "ww."))
            for word in re.sub(r"^(w1|w-1|ww\.[lr])\.", "", name).split("*")
            if word
        }
        srsly.write_msgpack(
            target / _FEATURES,
            {
                "unigram": sorted(words & set(data["unigram"])),
                "bigram": [],
                "feature_to_idx": feature_to_index,
                "tag_to_idx": data["tag_to_idx"],
            },
        )
        # Three digits decide no less than sixteen, and compress.
        rounded = np.concatenate([nodes[kept].ravel(), edges]).astype(np.float16)
        np.savez_compressed(
            target / _WEIGHTS,
            sizes=np.array([n_tags, len(kept)]),
            w=rounded.astype(np.float64),
        )
        n_bytes = sum((target / name).stat().st_size for name in (_FEATURES, _WEIGHTS))
        if n_bytes <= max_bytes:
            return n_bytes, len(kept)
        n_kept = int(n_kept * min(0.95, max_bytes / n_bytes))
    raise TrainingError(f"the segmenter cannot be pruned to {max_bytes:,} bytes; allow more")


def compare_with_teacher(segmenter: Segmenter, teacher: Teacher, lines: Sequence[str]) -> Agreement:
    """Count the words both find at the same place in each line."""
    n_expected = n_found = n_common = 0
    for line in lines:
        expected = _spans(teacher.word_starts(line))
        found = _spans(word_starts(line, segmenter))
        n_expected += len(expected)
        n_found += len(found)
        n_common += len(expected & found)
    return Agreement(n_expected=n_expected, n_found=n_found, n_common=n_common)


def _spans(starts: np.ndarray) -> set[tuple[int, int]]:
    bounds = [*np.flatnonzero(starts).tolist(), len(starts)]
    return set(pairwise(bounds))


def _segmented(lines: Sequence[str], teacher: Teacher) -> list[str]:
    segmented = []
    text = "\n".join(lines)
    starts = teacher.word_starts(text)
    at = 0
    for line in lines:
        words = words_from_starts(line, starts[at : at + len(line)])
        segmented.append(" ".join(word for word in words if not word.isspace()))
        at += len(line) + 1
    return segmented


def _sample(
    documents: Sequence[CleanDocument], split: str, n_characters: int, seed: int
) -> list[str]:
    """Sentences drawn from all recent documents of a split, about `n_characters` of them."""
    sentences = [
        sentence
        for document in documents
        if document.split == split and document.year >= _FIRST_YEAR
        for sentence in re.findall(r"[^。；！？\n]{4,120}[。；！？]?", document.text)
    ]
    random.Random(f"{seed}:{split}").shuffle(sentences)  # noqa: S311, no secret is drawn
    drawn = []
    for sentence in sentences:
        if n_characters <= 0:
            break
        drawn.append(sentence)
        n_characters -= len(sentence)
    return drawn


def main() -> None:
    """Train the shipped segmenter: `python -m training.segmenter COLLECTION [FOLDER]`."""
    arguments = sys.argv[1:]
    if not 1 <= len(arguments) <= 2:
        raise SystemExit("usage: python -m training.segmenter COLLECTION [FOLDER]")
    output = Path(arguments[1]) if len(arguments) == 2 else SEGMENTER
    try:
        train_segmenter(SegmenterConfig(corpus=Path(arguments[0]), output=output))
    except TrainingError as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
