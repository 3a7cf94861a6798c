"""Ablations of the tagger: starts by tasks by seeds, on the same data, folds and seeds for each.

A start is an encoder by folder or name, or a short pretraining run of its own, given as changes to
a common configuration: other objectives, another shape. A task is what is learnt and scored: other
data from one start are several tasks. Every cell of the table (start, task, seed) is a run folder
with a score, so an interrupted table goes on where it stopped.
"""

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from statistics import mean, median, stdev
from typing import Any, Literal

import torch
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text
from transformers import PreTrainedModel

from annotations.document import Document
from annotations.errors import TrainingError
from corpus.files import write_atomic
from evaluation.terminal import DASH
from pipeline.tags import tag_names
from training.cluener import cluener_f1, read_cluener
from training.config import parse_config, plain_config, read_toml
from training.data import fingerprint, load_split
from training.encoders import load_encoder, weights_mark
from training.folds import Fold, leave_one_out
from training.learning import strict_micro_f1, tag
from training.ner import (
    NerConfig,
    check_settings,
    check_windows,
    examples_of,
    fit,
    make_classifier,
)
from training.pretrain import pretrain
from training.pretrain_config import PretrainConfig
from training.runs import finish_run, read_json, read_metrics, start_run

_TIMED_ROUNDS = 7
_TIMED_SHAPE = (16, 256)


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What fine-tuning begins with.

    Either `encoder`, a folder or a hub name, or `pretrain`, changes to the common configuration
    of pretraining, perhaps none; a budget of 0 characters is a random start.
    """

    name: str
    encoder: str = ""
    pretrain: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is learnt and scored.

    - `leave-one-out`: each train document of `annotations`, scored by a tagger that was trained on
      the others;
    - `development`: the train documents of `annotations`, scored on the development split of
      `development`;
    - `cluener`: the first `sentences` of train.json in `folder`, or all, scored on its dev.json.

    A setting that belongs to another kind plays no part.
    """

    name: str
    kind: Literal["leave-one-out", "development", "cluener"]
    epochs: int
    batch_size: int
    annotations: tuple[str, ...] = ()
    development: tuple[str, ...] = ()
    folder: Path = Path()
    sentences: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AblationConfig:
    """Settings of `zonefacts ablation`.

    Name, encoder, seed, annotations, epochs and batch size of `ner` play no part: starts, tasks
    and seeds give them. For CLUENER its window, overlap and bare_sums play none either: a sentence
    is read as one window, as it stands.
    """

    name: str
    seeds: tuple[int, ...]
    start: tuple[Start, ...]
    task: tuple[Task, ...]
    ner: NerConfig
    pretrain: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The score of one start on one task with one seed: strict micro F1."""

    start: str
    task: str
    seed: int
    f1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ablation:
    """All cells, and what each start costs.

    `speeds` are characters a second of the encoder's forward pass on one thread, timed by turns in
    one run; `parameters` count the encoder's values.
    """

    cells: tuple[Cell, ...]
    speeds: Mapping[str, float]
    parameters: Mapping[str, int]


def run_ablation(
    config: AblationConfig, folder: Path, *, on_cell: Callable[[Cell], None] = lambda _: None
) -> Ablation:
    """Pretrain what is to be pretrained, fine-tune and score every cell, then time the encoders.

    Writes the table to `ablation.json` in the folder.

    Raises:
        TrainingError: a setting makes no sense, data is missing, an encoder cannot be loaded, or
            a folder holds a run with other settings.
        AnnotationError: annotations cannot be read.
        CorpusError: the collection to pretrain on cannot be read.
    """
    _check(config)
    # What is missing is told before anything is pretrained.
    tasks = [(task, *_prepare(task)) for task in config.task]
    pretrained = [
        (start, pretrain_settings(start, config, folder))
        for start in config.start
        if not start.encoder
    ]
    encoders = {start.name: start.encoder for start in config.start if start.encoder}
    for name in encoders.values():
        load_encoder(name)
    encoders |= {start.name: _pretrained(settings) for start, settings in pretrained}
    cells = []
    for task, score, data in tasks:
        for seed in config.seeds:
            for start in config.start:
                cell = f"{_file_name(task.name)}--{_file_name(start.name)}--{seed}"
                place = folder / "cells" / cell
                encoder = encoders[start.name]
                settings = replace(
                    config.ner,
                    name=f"{config.name}: {start.name}, {task.name}",
                    encoder=encoder,
                    annotations=task.annotations,
                    epochs=task.epochs,
                    batch_size=task.batch_size,
                    seed=seed,
                )
                f1 = _cell_f1(place, settings, score, data=f"{data} {weights_mark(encoder)}")
                cells.append(Cell(start=start.name, task=task.name, seed=seed, f1=f1))
                on_cell(cells[-1])
    ordered = {start.name: encoders[start.name] for start in config.start}
    models = {name: load_encoder(encoder)[0] for name, encoder in ordered.items()}
    ablation = Ablation(
        cells=tuple(cells),
        speeds=_speeds(models),
        parameters={name: _n_parameters(model) for name, model in models.items()},
    )
    record = {"config": plain_config(config), **asdict(ablation)}
    write_atomic(
        folder / "ablation.json", json.dumps(record, ensure_ascii=False, indent=2, default=str)
    )
    return ablation


def render_ablation(ablation: Ablation) -> Table:
    """A row for each start: mean and standard deviation over the seeds for each task, and speed."""
    tasks = list(dict.fromkeys(cell.task for cell in ablation.cells))
    n_seeds = len({cell.seed for cell in ablation.cells})
    table = Table(
        title=Text(f"\nStrict micro F1, mean and standard deviation over {n_seeds} seeds"),
        title_justify="left",
        box=SIMPLE_HEAD,
        show_edge=False,
        padding=(0, 0, 0, 1),
    )
    table.add_column("start")
    for name in (*tasks, "parameters", "characters/s"):
        table.add_column(Text(name), justify="right")
    for start, speed in ablation.speeds.items():
        table.add_row(
            Text(start),
            *(_show(_scores(ablation.cells, start=start, task=task)) for task in tasks),
            f"{ablation.parameters[start]:,}",
            f"{speed:,.0f}",
        )
    return table


def _show(scores: Sequence[float]) -> str:
    deviation = f"{100 * stdev(scores):.1f}" if len(scores) > 1 else DASH
    return f"{100 * mean(scores):.1f} ± {deviation}"


def _scores(cells: Sequence[Cell], *, start: str, task: str) -> list[float]:
    return [cell.f1 for cell in cells if (cell.start, cell.task) == (start, task)]


def _check(config: AblationConfig) -> None:
    for what, names in (
        ("seeds", list(config.seeds)),
        ("starts", [start.name for start in config.start]),
        ("tasks", [task.name for task in config.task]),
    ):
        if not names or len(set(names)) < len(names):
            raise TrainingError(f"{what}: expected one or more different ones, came {names}")
    for seed in config.seeds:
        for task in config.task:
            check_settings(
                replace(config.ner, epochs=task.epochs, batch_size=task.batch_size, seed=seed)
            )
    for start in config.start:
        if bool(start.encoder) == (start.pretrain is not None):
            raise TrainingError(
                f"start {start.name!r}: give either encoder, a folder or a name, or pretrain,"
                " changes to the common configuration"
            )


def pretrain_settings(start: Start, config: AblationConfig, folder: Path) -> PretrainConfig:
    """The settings with which a start is pretrained: the common ones with its changes.

    Raises:
        TrainingError: there are no common ones, or a setting makes no sense.
    """
    if config.pretrain is None:
        raise TrainingError(
            f"start {start.name!r}: has changes to a configuration of pretraining, and none is"
            " named; set pretrain to its file"
        )
    values = _merged(read_toml(config.pretrain), start.pretrain or {})
    values |= {
        "output": str(folder / "starts" / _file_name(start.name)),
        "cache": values.get("cache", str(folder / "cache")),
    }
    return parse_config(PretrainConfig, values, where=f"start {start.name!r}")


def _file_name(name: str) -> str:
    """The name of a start or a task, fit for a folder; no two names share one."""
    readable = re.sub(r"\W+", "-", name)
    return f"{readable}-{sha256(name.encode('utf-8')).hexdigest()[:6]}"


def _pretrained(settings: PretrainConfig) -> str:
    """The folder of a start's encoder, pretrained now if it was not before.

    Raises:
        TrainingError: its folder holds an encoder of other settings, or pretraining was
            interrupted.
        CorpusError: the collection cannot be read.
    """
    output = settings.output
    encoder = output / "encoder"
    if (encoder / "config.json").exists():
        before = read_json(output / "config.json")
        now = plain_config(settings)
        changed = [
            key
            for key in sorted({*before, *now} - {"output", "cache"})
            if before.get(key) != now.get(key)
        ]
        if changed:
            raise TrainingError(
                f"{output}: holds an encoder of another {', '.join(changed)}; give another"
                " --output or remove it"
            )
    elif pretrain(settings, quiet=True).status != "finished":
        raise TrainingError(f"{output}: interrupted; the same command goes on with it")
    return str(encoder)


def _cell_f1(
    folder: Path, settings: NerConfig, score: Callable[[NerConfig], float], *, data: str
) -> float:
    """The score of a cell, taken from its run folder if it is there."""
    if start_run(folder, settings, data=data):
        began = time.monotonic()
        f1 = score(settings)
        finish_run(folder, {"f1": f1, "seconds": round(time.monotonic() - began, 1)}, data=data)
    return float(read_metrics(folder)["f1"])


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The base with changes, table by table."""
    merged = dict(base)
    for key, value in changes.items():
        inner = merged.get(key)
        is_table = isinstance(inner, Mapping) and isinstance(value, Mapping)
        merged[key] = _merged(inner, value) if is_table else value  # type: ignore[arg-type]
    return merged


def _prepare(task: Task) -> tuple[Callable[[NerConfig], float], str]:
    """How a task is learnt and scored with given settings, and the fingerprint of its data."""
    if task.kind == "cluener":
        train = read_cluener(task.folder / "train.json", most=task.sentences)
        held_out = read_cluener(task.folder / "dev.json")
        texts = repr([(s.text, s.tags) for s in (*train, *held_out)])
        return (
            lambda settings: cluener_f1(settings, train, held_out),
            f"CLUENER {len(train)} {sha256(texts.encode('utf-8')).hexdigest()}",
        )
    documents = load_split(task.annotations, "train")
    if task.kind == "leave-one-out":
        folds = list(leave_one_out(documents))
        return lambda settings: _folds_f1(settings, folds), fingerprint(documents)
    development = load_split(task.development, "development")
    return (
        lambda settings: strict_micro_f1(development, _tagged(settings, documents, development)),
        f"{fingerprint(documents)} {fingerprint(development)}",
    )


def _folds_f1(settings: NerConfig, folds: Sequence[Fold]) -> float:
    predicted = [_tagged(settings, fold.train, [fold.held_out])[0] for fold in folds]
    return strict_micro_f1([fold.held_out for fold in folds], predicted)


def _tagged(
    settings: NerConfig, train: Sequence[Document], held_out: Sequence[Document]
) -> list[Document]:
    model, tokenizer = make_classifier(settings, tag_names())
    check_windows(model, window=settings.window, overlap=settings.overlap)
    fit(model, examples_of(settings, train, tokenizer), settings, tokenizer=tokenizer)
    return [
        tag(d, model, tokenizer, window=settings.window, overlap=settings.overlap) for d in held_out
    ]


@torch.no_grad()
def _speeds(models: Mapping[str, PreTrainedModel]) -> dict[str, float]:
    """Characters a second of each encoder on one thread: median of rounds in which all take part.

    By turns, so that what else the machine does meets them all.
    """
    n_threads = torch.get_num_threads()
    configs = [model.config for model in models.values()]
    n_rows, length = _TIMED_SHAPE
    length = min(length, *(config.max_position_embeddings for config in configs))
    ids = torch.randint(min(config.vocab_size for config in configs), (n_rows, length))
    seconds: dict[str, list[float]] = {name: [] for name in models}
    try:
        torch.set_num_threads(1)
        for _ in range(_TIMED_ROUNDS):
            for name, model in models.items():
                began = time.perf_counter()
                model(input_ids=ids)
                seconds[name].append(time.perf_counter() - began)
    finally:
        torch.set_num_threads(n_threads)
    return {name: ids.numel() / median(times) for name, times in seconds.items()}


def _n_parameters(model: PreTrainedModel) -> int:
    """Values of the encoder, without the pooler, which a tagger does not have."""
    return sum(p.numel() for name, p in model.named_parameters() if not name.startswith("pooler."))
