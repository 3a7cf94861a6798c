"""Learning curves of the tagger: how well it does on fewer documents, and what more would bring.

For every seed the documents of the train split are shuffled once; a run of size n is trained on
the first n of them, so the smaller sets lie within the larger ones. What is scored is the
development split, never the test split: strict micro F1 of the mentions. It is the tagger's alone:
from the weights in full precision, decoded without the transitions and words that an exported model
adds, and before STATUS mentions that no project claims are dropped.

Seeds draw both the documents and the weights to start from, so their spread covers the choice of
documents. It covers less of it the nearer a size comes to the whole split: there the sets of two
seeds are mostly, and at the whole split entirely, the same.
"""

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text
from transformers import PreTrainedModel

from annotations.document import Document
from annotations.errors import TrainingError
from annotations.schema import load_schema
from evaluation.checks import pair_documents
from evaluation.files import write_learning
from evaluation.learning import learning_curves
from evaluation.match import match_mentions
from evaluation.mentions import mention_schemes
from evaluation.model import Figure, LearningCurve, LearningPoint
from evaluation.scores import F1, count, figures
from evaluation.terminal import DASH, show
from pipeline.characters import CharacterTokenizer
from pipeline.decode import decode_mentions, log_softmax
from pipeline.lines import join_lines
from pipeline.windows import FloatArray, make_windows, read_windows
from training.config import MAX_SEED, check_number
from training.data import fingerprint, load_split
from training.encoders import weights_mark
from training.ner import NerConfig, Progress, load_ner, train_ner
from training.runs import finish_run, read_metrics, start_run


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningConfig:
    """Settings of `zonefacts learning-curve`.

    `sizes` are numbers of documents, drawn from the train split of `ner.annotations`; the
    development split of `development` is scored. The name and seed of `ner` play no part. Ten
    documents make few batches an epoch, so a run that would take fewer than `least_steps` steps
    gets more epochs: otherwise the curve would show too little training as too little data.
    """

    name: str
    sizes: tuple[int, ...]
    seeds: tuple[int, ...]
    development: tuple[str, ...]
    ner: NerConfig
    least_steps: int = 0


@dataclass(frozen=True, slots=True)
class LearningProgress:
    """One scored point of a learning curve, the `n_done`-th of `n_points`."""

    point: LearningPoint
    n_done: int
    n_points: int


def run_learning(
    config: LearningConfig,
    folder: Path,
    *,
    on_point: Callable[[LearningProgress], None] = lambda _: None,
    on_epoch: Callable[[Progress], None] = lambda _: None,
) -> tuple[LearningCurve, LearningCurve]:
    """The learning curve on the annotations that the settings name; see `learn`.

    Raises:
        TrainingError: a split has no documents, or as `learn`.
    """
    documents = load_split(config.ner.annotations, "train")
    development = load_split(config.development, "development")
    return learn(
        config,
        documents,
        folder,
        development=development,
        on_point=on_point,
        on_epoch=on_epoch,
    )


def learn(
    config: LearningConfig,
    documents: Sequence[Document],
    folder: Path,
    *,
    development: Sequence[Document],
    on_point: Callable[[LearningProgress], None] = lambda _: None,
    on_epoch: Callable[[Progress], None] = lambda _: None,
) -> tuple[LearningCurve, LearningCurve]:
    """Train and score every size with every seed and write `learning.json` into the run folder.

    Every point is a run of its own below `learning/`, so that an interrupted curve goes on where
    it stopped, and further sizes or seeds add to it. `zonefacts report` shows the curve where the
    folder is also that of an evaluation.

    Args:
        config: the settings.
        documents: what subsets are drawn from.
        folder: the run folder.
        development: what is scored.
        on_point: called after each point, also after one that was finished before.
        on_epoch: called after each epoch of each run.

    Returns:
        The curves by documents and by characters.

    Raises:
        TrainingError: a setting makes no sense, there are too few documents, or a point's folder
            holds a run with other settings or on other annotations.
    """
    _check(config, n_documents=len(documents))
    if not any(document.mentions for document in development):
        raise TrainingError("the development documents have no mentions to find; annotate them")
    points: list[LearningPoint] = []
    n_points = len(config.seeds) * len(config.sizes)
    for seed in config.seeds:
        drawn = draw_order(documents, seed=seed)
        for size in sorted(config.sizes):
            point = _run_point(
                replace(config.ner, name=f"{config.name}-{size}-{seed}", seed=seed),
                drawn[:size],
                folder / "learning" / f"documents-{size}-seed-{seed}",
                development=development,
                least_steps=config.least_steps,
                on_epoch=on_epoch,
            )
            points.append(point)
            on_point(LearningProgress(point, len(points), n_points))
    write_learning(points, folder)
    return learning_curves(points)


def draw_order(documents: Sequence[Document], *, seed: int) -> list[Document]:
    """The documents in the order in which a seed's runs take them in, whatever order they came."""
    ordered = sorted(documents, key=lambda d: d.id)
    return [ordered[n] for n in np.random.default_rng(seed).permutation(len(ordered))]


@torch.no_grad()
def tag(
    document: Document,
    model: PreTrainedModel,
    tokenizer: CharacterTokenizer,
    *,
    window: int,
    overlap: int,
) -> Document:
    """The document with the mentions that a tagger finds, and with neither relations nor status.

    Args:
        document: its text is read, its annotations are not.
        model: a fine-tuned classifier, in evaluation mode.
        tokenizer: the classifier's.
        window: most code points that are read at once.
        overlap: code points that neighbouring windows share.
    """
    if not document.text.strip():
        return replace(document, mentions=(), relations=(), status={})
    lines = join_lines(document.text)
    ids = torch.tensor(tokenizer.encode(lines.text))
    first, last = torch.tensor([tokenizer.cls_id]), torch.tensor([tokenizer.sep_id])

    def compute(start: int, end: int) -> tuple[FloatArray, ...]:
        row = torch.cat([first, ids[start:end], last])[None]
        return (model(input_ids=row).logits[0, 1:-1].numpy(),)

    (scores,) = read_windows(make_windows(len(ids), size=window, overlap=overlap), compute)
    mentions = decode_mentions(lines.text, log_softmax(scores), lines.paragraphs)
    found = replace(document, text=lines.text, mentions=mentions, relations=(), status={})
    return lines.write(found)


def strict_micro_f1(gold: Sequence[Document], predicted: Sequence[Document]) -> float:
    """Strict micro F1 of the mentions, as `zonefacts evaluate` gives it, to six digits.

    Raises:
        EvaluationError: the two sides are not of the same documents.
    """
    schema = load_schema()
    decisions = [
        match_mentions(one.mentions, other.mentions)
        for one, other in pair_documents(gold, predicted, schema=schema)
    ]
    strict = mention_schemes(schema)[0]
    return round(float(figures(count(decisions, strict).sum(axis=(0, 1)))[F1]), 6)


def render_learning(curves: tuple[LearningCurve, LearningCurve]) -> Group:
    """F1 at every size with its interval, and what the next documents would bring."""
    by_documents, by_characters = curves
    table = Table(
        title=Text("\nStrict micro F1 of mentions on the development split"),
        title_justify="left",
        box=SIMPLE_HEAD,
        show_edge=False,
        padding=(0, 0, 0, 1),
    )
    for name in ("documents", "characters", "runs", "F1 (95 % interval)", "fitted"):
        table.add_column(name, justify="right", no_wrap=True)
    for band in by_documents.bands:
        table.add_row(
            str(band.n_documents),
            f"{band.n_characters:,}",
            str(band.n_seeds),
            show(Figure(band.mean, band.low, band.high)),
            show(Figure(band.fitted)),
        )
    return Group(table, Text(_describe_gain(by_documents, by_characters)))


def _describe_gain(by_documents: LearningCurve, by_characters: LearningCurve) -> str:
    gain = by_documents.next_gain
    if gain.value is None:
        return "Fewer than three sizes: no fit, and no word on what more documents would bring."
    last = by_documents.bands[-1]
    more = round(by_documents.next_size) - last.n_documents
    characters = round(by_characters.next_size) - last.n_characters
    bounds = (
        "no interval from one seed"
        if gain.low is None or gain.high is None
        else f"95 % interval over seeds {100 * gain.low:+.2f} to {100 * gain.high:+.2f}"
    )
    ceiling = DASH if by_documents.ceiling is None else f"{100 * by_documents.ceiling:.1f}"
    return (
        f"The next {more} documents (about {characters:,} characters):"
        f" {100 * gain.value:+.2f} points of F1 ({bounds}); the fitted curve levels off"
        f" at {ceiling}."
    )


def _check(config: LearningConfig, *, n_documents: int) -> None:
    for name, values in (("sizes", config.sizes), ("seeds", config.seeds)):
        if not values or len(set(values)) < len(values):
            raise TrainingError(f"{name}: expected one or more different numbers, came {values}")
    for seed in config.seeds:
        check_number("seeds", seed, most=MAX_SEED)
    if min(config.sizes) < 1 or max(config.sizes) > n_documents:
        raise TrainingError(
            f"sizes: expected numbers in 1..{n_documents}, as many as there are documents, came"
            f" {config.sizes}"
        )


def _run_point(
    config: NerConfig,
    documents: Sequence[Document],
    folder: Path,
    *,
    development: Sequence[Document],
    least_steps: int,
    on_epoch: Callable[[Progress], None],
) -> LearningPoint:
    config = replace(config, epochs=_epochs(config, documents, least_steps=least_steps))
    data = f"{fingerprint(documents)} {fingerprint(development)} {weights_mark(config.encoder)}"
    tagger = folder / "tagger"
    if start_run(folder, config, data=data):
        began = time.monotonic()
        train_ner(config, documents, tagger, on_epoch=on_epoch)
        model, tokenizer = load_ner(tagger)
        predicted = [
            tag(d, model, tokenizer, window=config.window, overlap=config.overlap)
            for d in development
        ]
        scored = {
            "f1": strict_micro_f1(development, predicted),
            "n_documents": len(documents),
            "n_characters": sum(len(d.text) for d in documents),
            "documents": [d.id for d in documents],
            "seconds": round(time.monotonic() - began, 1),
        }
        finish_run(folder, scored, data=data)
    # A point is its score. Dozens of sets of weights that nobody asked for would fill the disk.
    shutil.rmtree(tagger, ignore_errors=True)
    metrics = read_metrics(folder)
    return LearningPoint(
        n_documents=metrics["n_documents"],
        n_characters=metrics["n_characters"],
        seed=config.seed,
        f1=metrics["f1"],
    )


def _epochs(config: NerConfig, documents: Sequence[Document], *, least_steps: int) -> int:
    """The epochs of the settings, or as many more as make the least number of steps.

    Raises:
        TrainingError: the batch size or the windows make no sense.
    """
    if config.batch_size < 1:
        raise TrainingError(f"ner.batch_size must be at least 1, came {config.batch_size}")
    try:
        n_windows = sum(
            len(
                make_windows(
                    len(join_lines(d.text).text), size=config.window, overlap=config.overlap
                )
            )
            for d in documents
        )
    except ValueError as error:
        raise TrainingError(f"ner: {error}") from error
    steps_an_epoch = max(1, -(-n_windows // config.batch_size))
    return max(config.epochs, -(-least_steps // steps_an_epoch))
