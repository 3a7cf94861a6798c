"""Where jobs run: in this process, in worker processes, or on Ray. The results are the same.

Results come in the order in which they are done; whoever needs the order of the inputs has the
number of the job.
"""

import multiprocessing
import signal
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from annotations.errors import PipelineError
from pipeline.pieces import Annotator, Loader
from pipeline.scoring import Failure, Job, Key, Scored, score_job

# Inputs handed to a worker before it asks: enough to keep it busy, few enough to stop soon.
_AHEAD = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a worker needs before its first job; everything in it can be pickled."""

    load: Loader
    folder: Path | None
    year: int | None
    known: AbstractSet[Key]


class Scorer:
    """A model and the settings that every job shares."""

    def __init__(self, setup: Setup, model: Annotator | None = None) -> None:
        self._setup = setup
        self._model = model or setup.load(setup.folder)

    def score(self, job: Job) -> Scored | Failure:
        """Score one input."""
        return score_job(job, model=self._model, year=self._setup.year, known=self._setup.known)


def run_here(jobs: Iterable[Job], *, setup: Setup, model: Annotator) -> Iterator[Scored | Failure]:
    """Score one input after another in this process."""
    scorer = Scorer(setup, model)
    for job in jobs:
        yield scorer.score(job)


def run_processes(jobs: Iterable[Job], *, setup: Setup, workers: int) -> Iterator[Scored | Failure]:
    """Score inputs in worker processes, each with a model of its own.

    Raises:
        PipelineError: a worker process died, as it does when memory runs out.
    """
    executor = ProcessPoolExecutor(
        workers,
        # A forked process would share the threads and locks of what is already loaded.
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start_worker,
        initargs=(setup,),
    )
    waiting: set[Future[Scored | Failure]] = set()
    queue = iter(jobs)
    try:
        while True:
            while len(waiting) < workers * _AHEAD and (job := next(queue, None)):
                waiting.add(executor.submit(_score, job))
            if not waiting:
                return
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    except BrokenProcessPool as error:
        raise PipelineError(
            "a worker process died, as it does when memory runs out; what is done is kept: go on"
            " with --resume and fewer --workers"
        ) from error
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


_worker: list[Scorer] = []


def _start_worker(setup: Setup) -> None:
    # Ctrl-C reaches the whole process group; only the parent may answer it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker[:] = [Scorer(setup)]


def _score(job: Job) -> Scored | Failure:
    return _worker[0].score(job)


def run_ray(jobs: Iterable[Job], *, setup: Setup, workers: int) -> Iterator[Scored | Failure]:
    """Score inputs on Ray: the cluster that `RAY_ADDRESS` names, else one on this machine.

    On a cluster the inputs and the model must lie at the same paths on every node.

    Raises:
        PipelineError: Ray is not installed.
    """
    require_ray()
    import ray  # noqa: PLC0415 - comes with an extra
    from ray.util import ActorPool  # noqa: PLC0415

    started = not ray.is_initialized()
    if started:
        ray.init(include_dashboard=False, log_to_driver=False)
    try:
        remote: Any = ray.remote(num_cpus=1)(Scorer)
        pool = ActorPool([remote.remote(setup) for _ in range(workers)])
        yield from pool.map_unordered(lambda actor, job: actor.score.remote(job), list(jobs))
    finally:
        if started:
            ray.shutdown()


def require_ray() -> None:
    """Make sure that Ray is installed.

    Raises:
        PipelineError: it is not.
    """
    if find_spec("ray") is None:
        raise PipelineError("--engine ray needs ray; run: pip install 'zonefacts[ray]'")
