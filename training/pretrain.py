"""Pretraining of the encoder: masked characters and the teacher's tags, within a budget.

The learning rate falls to zero as the budget of minutes or characters runs out, so that a run
ends well wherever it ends. A checkpoint holds all that the next step depends on; masking depends
on seed and step alone. So a run that is stopped and resumed is the run that was never stopped.
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import torch
from tqdm import tqdm

from training.encoders import export_encoder
from training.pretrain_config import PretrainConfig
from training.pretrain_run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class PretrainResult:
    """How a run ended: `finished`, or `interrupted` and to be resumed by the same command.

    `n_broken` lines of the collection could not be read.
    """

    status: Literal["finished", "interrupted"]
    step: int
    characters: int
    n_broken: int
    metrics: dict[str, float]


def pretrain(
    config: PretrainConfig, *, quiet: bool = False, stop_at_step: int | None = None
) -> PretrainResult:
    """Run, or resume, pretraining; the run folder then holds log, checkpoint and `encoder/`.

    It computes with `config.threads` threads and gives back the number that was set before.

    Args:
        config: settings; `config.output` is the run folder.
        quiet: no progress bar; there is none either when the output is no terminal.
        stop_at_step: leave as if interrupted when this step is reached.

    Raises:
        TrainingError: the run folder belongs to a run of other settings or on another collection,
            or a part is missing.
        CorpusError: the collection cannot be read.
    """
    n_threads = torch.get_num_threads()
    torch.set_num_threads(config.threads)
    try:
        return _pretrain(Run(config), quiet=quiet, stop_at_step=stop_at_step)
    finally:
        torch.set_num_threads(n_threads)


def _pretrain(run: Run, *, quiet: bool, stop_at_step: int | None) -> PretrainResult:
    with (
        _stop_signals(run),
        tqdm(
            total=1.0,
            disable=quiet or not sys.stderr.isatty(),
            bar_format="{l_bar}{bar}| {elapsed}<{remaining} {postfix}",
        ) as bar,
    ):
        while (progress := run.progress()) < 1.0:
            if run.must_stop or run.position.step == stop_at_step:
                run.save()
                return _result(run, "interrupted")
            bar.n = progress
            bar.set_postfix_str(run.summary())
            run.step(progress)
        if not run.is_validated():
            run.validate()
        run.save()
    export_encoder(run.config.output, run.config.output / "encoder")
    return _result(run, "finished")


def _result(run: Run, status: Literal["finished", "interrupted"]) -> PretrainResult:
    return PretrainResult(
        status=status,
        step=run.position.step,
        characters=run.position.characters,
        n_broken=run.corpus.counts.get("broken_lines", 0),
        metrics=run.metrics,
    )


@contextmanager
def _stop_signals(run: Run) -> Iterator[None]:
    """Let SIGTERM and SIGINT end the run behind the step at hand, with a checkpoint.

    A step that makes shards first takes a minute; whoever asks twice has the signal's own way.
    """

    def stop(number: int, _frame: object) -> None:
        run.must_stop = True
        signal.signal(number, before[signal.Signals(number)])

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number in before:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
