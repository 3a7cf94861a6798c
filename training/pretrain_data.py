"""Pretraining text as sequences: one stream of characters, cut into full sequences, in shards.

The train reports form one stream; sequence n is its n-th run of `sequence_length - 2` characters
between [CLS] and [SEP], so that nothing is padded. A shard holds some thousand sequences with
their word starts and the teacher's tags. It is made when it is first read and then kept, so that
text that a run never reaches is never labelled.
"""

import json
import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np

from annotations.errors import TrainingError
from corpus.library import read_collection
from pipeline.characters import CharacterTokenizer, fold
from pipeline.words import SEGMENTER, load_segmenter, word_starts
from training.clean import clean_collection
from training.teacher import Teacher

N_SOFT = 4
"""The teacher's best tags that are kept a character: together 0.99 of its probability."""
# A chunk is what one process segments at a time.
_CHUNK = 40_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DataConfig:
    """Settings of the text and its sequences.

    `recent_year`: reports from this year on are read first, in random order, then the others.
    A run that ends before the collection does has then read the language of today.
    """

    sequence_length: int = 256
    shard_sequences: int = 2048
    validation_sequences: int = 192
    min_count: int = 3
    max_vocabulary: int = 5500
    recent_year: int = 2000
    workers: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """Sequences with what is to be learnt of them.

    Arrays are (sequences, characters) or (sequences, characters, N_SOFT), without [CLS], [SEP].
    """

    ids: np.ndarray
    starts: np.ndarray
    tags: np.ndarray
    probabilities: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """The two streams, the vocabulary, and counts of what was read and dropped."""

    train: str
    development: str
    tokenizer: CharacterTokenizer
    counts: dict[str, int]

    def mark(self) -> str:
        """What tells it from another collection, or from this one cleaned or split otherwise."""
        mark = sha256()
        vocabulary = json.dumps(self.tokenizer.vocabulary, sort_keys=True)
        for part in (self.train, self.development, vocabulary):
            mark.update(sha256(part.encode()).digest())
        return mark.hexdigest()


def load_corpus(source: Path, *, config: DataConfig, seed: int) -> Corpus:
    """Read, clean and split a collection, and build the vocabulary from its train text.

    Broken lines of the collection are counted and skipped.

    Raises:
        CorpusError: the collection cannot be read.
        TrainingError: a split has not enough text for one sequence.
    """
    counts: Counter[str] = Counter()

    def count_broken(_number: int, _reason: str) -> None:
        counts["broken_lines"] += 1

    documents = list(clean_collection(read_collection(source, on_broken=count_broken), counts))
    random.Random(seed).shuffle(documents)  # noqa: S311, no secret is drawn
    documents.sort(key=lambda document: document.year < config.recent_year)
    streams: dict[str, str] = {}
    for split in ("train", "development"):
        streams[split] = "\n".join(d.text for d in documents if d.split == split)
        if len(streams[split]) < config.sequence_length:
            raise TrainingError(
                f"{source}: the {split} places have {len(streams[split])} characters, less than"
                f" one sequence of {config.sequence_length}; give a collection of more places"
            )
    tokenizer = CharacterTokenizer.from_vocabulary(
        build_vocabulary(streams["train"], config=config)
    )
    return Corpus(**streams, tokenizer=tokenizer, counts={**counts, "vocabulary": tokenizer.size})


def build_vocabulary(text: str, *, config: DataConfig) -> list[str]:
    """Folded characters by frequency, those seen at least `min_count` times."""
    folded: Counter[str] = Counter()
    for character, n_seen in Counter(text).items():
        folded[fold(character)] += n_seen
    ordered = sorted(folded.items(), key=lambda item: (-item[1], item[0]))
    return [c for c, n_seen in ordered if n_seen >= config.min_count][: config.max_vocabulary]


class Shards:
    """Shards of both streams, made on first use and kept in a folder.

    `seconds_making` is the time that was spent on making shards, not on reading those that were
    there.

    Args:
        corpus: streams and vocabulary.
        config: sequence and shard sizes.
        folder: where shards are kept; each set of settings has a subfolder of its own.
        with_tags: whether the teacher labels them.
        segmenter: folder of the segmenter.
    """

    def __init__(
        self,
        corpus: Corpus,
        *,
        config: DataConfig,
        folder: Path,
        with_tags: bool,
        segmenter: Path = SEGMENTER,
    ) -> None:
        self._corpus, self._config, self._segmenter = corpus, config, segmenter
        # Fails now, not in a worker, where there is no segmenter.
        load_segmenter(segmenter)
        self._teacher = Teacher() if with_tags else None
        self._width = config.sequence_length - 2
        self.seconds_making = 0.0
        self.n_sequences = len(corpus.train) // self._width
        key = json.dumps(
            [
                sha256(corpus.train.encode()).hexdigest(),
                sha256((segmenter / "weights.npz").read_bytes()).hexdigest(),
                [config.sequence_length, config.shard_sequences, config.validation_sequences],
                [config.min_count, config.max_vocabulary, with_tags],
            ]
        )
        self._folder = folder / sha256(key.encode()).hexdigest()[:16]
        self._folder.mkdir(parents=True, exist_ok=True)

    def train(self, number: int) -> Shard:
        """Shard `number` of the train stream."""
        size = self._config.shard_sequences * self._width
        end = min((number + 1) * size, self.n_sequences * self._width)
        return self._load(f"train-{number:05d}", self._corpus.train[number * size : end])

    def validation(self) -> Shard:
        """The validation sequences: the first of the development stream."""
        n_sequences = min(
            self._config.validation_sequences, len(self._corpus.development) // self._width
        )
        return self._load("validation", self._corpus.development[: n_sequences * self._width])

    def _load(self, name: str, text: str) -> Shard:
        path = self._folder / f"{name}.npz"
        if not path.exists():
            began = time.monotonic()
            shard = self._make(text)
            partial = path.with_suffix(".partial")
            with partial.open("wb") as file:
                np.savez(
                    file,
                    ids=shard.ids,
                    starts=shard.starts,
                    tags=shard.tags,
                    probabilities=shard.probabilities,
                )
            partial.replace(path)
            self.seconds_making += time.monotonic() - began
        with np.load(path) as arrays:
            return Shard(**{key: arrays[key] for key in arrays.files})

    def _make(self, text: str) -> Shard:
        starts = self._word_starts(text)
        tags = np.zeros((len(text), N_SOFT), dtype=np.uint8)
        probabilities = np.zeros((len(text), N_SOFT), dtype=np.float16)
        if self._teacher is not None:
            tags, probabilities = soft_tags(text, self._teacher)
        ids = np.array(self._corpus.tokenizer.encode(text), dtype=np.uint16)
        shape = (len(text) // self._width, self._width)
        return Shard(
            ids=ids.reshape(shape),
            starts=starts.reshape(shape),
            tags=tags.reshape(*shape, N_SOFT),
            probabilities=probabilities.reshape(*shape, N_SOFT),
        )

    def _word_starts(self, text: str) -> np.ndarray:
        chunks = [text[at : at + _CHUNK] for at in range(0, len(text), _CHUNK)]
        if len(chunks) == 1 or self._config.workers == 1:
            segmenter = load_segmenter(self._segmenter)
            return np.concatenate([word_starts(chunk, segmenter) for chunk in chunks])
        # Spawned, since a fork of a process with running threads may hang.
        with ProcessPoolExecutor(
            self._config.workers, mp_context=multiprocessing.get_context("spawn")
        ) as pool:
            folders = [self._segmenter] * len(chunks)
            return np.concatenate(list(pool.map(_segment_chunk, chunks, folders)))


def soft_tags(text: str, teacher: Teacher) -> tuple[np.ndarray, np.ndarray]:
    """The teacher's `N_SOFT` best tags and their probabilities, (characters, N_SOFT) each.

    Probabilities are scaled to sum to one; a line end, which is no character of a sentence, has
    none.
    """
    scores = teacher.emissions(text)
    best = np.argpartition(-scores, N_SOFT, axis=1)[:, :N_SOFT]
    top = np.take_along_axis(scores, best, axis=1)
    weights = np.exp(top - top.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    weights[np.array([c == "\n" for c in text], dtype=bool)] = 0
    return best.astype(np.uint8), weights.astype(np.float16)


# One segmenter a process: loading takes longer than a chunk.
_load_once = cache(load_segmenter)


def _segment_chunk(text: str, folder: Path) -> np.ndarray:
    return word_starts(text, _load_once(folder))


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Full sequences with [CLS] and [SEP].

    `ids` are what the network reads and `labels` what was there, both (sequences, length);
    `masked` says where they are to be told apart; `tags` and `probabilities` are
    (sequences, length, N_SOFT), zero at [CLS], [SEP] and line ends; `positions` as `ids`.
    """

    ids: np.ndarray
    labels: np.ndarray
    masked: np.ndarray
    tags: np.ndarray
    probabilities: np.ndarray
    positions: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskingConfig:
    """Whole-word masking as of Cui et al. 2021, with BERT's 80/10/10 replacement.

    `shifted_share`: so many sequences begin at a random position, so that all positions of the
    encoder are trained though sequences are shorter.
    """

    share: float = 0.15
    shifted_share: float = 0.25


def mask_batch(
    shard: Shard,
    rows: np.ndarray,
    *,
    tokenizer: CharacterTokenizer,
    masking: MaskingConfig,
    n_positions: int,
    generator: np.random.Generator,
) -> Batch:
    """The rows of a shard, masked anew; the draw depends on the generator alone."""
    n_rows, width = len(rows), shard.ids.shape[1]
    labels = np.empty((n_rows, width + 2), dtype=np.int64)
    labels[:, 0], labels[:, -1] = tokenizer.cls_id, tokenizer.sep_id
    labels[:, 1:-1] = shard.ids[rows]
    words = shard.starts[rows].cumsum(axis=1)
    drawn = generator.random((n_rows, width + 1)) < masking.share
    masked = np.zeros(labels.shape, dtype=bool)
    masked[:, 1:-1] = np.take_along_axis(drawn, words, axis=1)
    fate = generator.random(labels.shape)
    others = generator.integers(5, tokenizer.size, labels.shape)
    ids = np.where(masked & (fate < 0.8), tokenizer.mask_id, labels)
    ids = np.where(masked & (fate >= 0.9), others, ids)
    shift = generator.integers(0, n_positions - width - 1, n_rows)
    shift *= generator.random(n_rows) < masking.shifted_share
    soft = np.zeros((2, n_rows, width + 2, N_SOFT), dtype=np.float32)
    soft[0, :, 1:-1], soft[1, :, 1:-1] = shard.tags[rows], shard.probabilities[rows]
    return Batch(
        ids=ids,
        labels=labels,
        masked=masked,
        tags=soft[0].astype(np.int64),
        probabilities=soft[1],
        positions=np.arange(width + 2) + shift[:, None],
    )


def train_rows(
    shards: Shards, *, shard_sequences: int, seed: int, start: int
) -> Iterator[tuple[Shard, int]]:
    """Endless (shard, row) pairs from the `start`-th on; each pass has an order of its own.

    Shards are read in order, so that the recent reports come first, rows shuffled within.
    """
    at = start
    while True:
        epoch, within = divmod(at, shards.n_sequences)
        number, row = divmod(within, shard_sequences)
        shard = shards.train(number)
        order = np.random.default_rng([seed, epoch, number]).permutation(len(shard.ids))
        for n in order[row:].tolist():
            yield shard, n
            at += 1
