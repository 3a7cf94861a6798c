"""The runs of a report: read, given distinct names, and checked to be on the same gold."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from annotations.errors import EvaluationError
from evaluation.compare import check_same_gold, compare
from evaluation.files import read_learning, read_run
from evaluation.learning import learning_curves
from evaluation.model import Comparison, Evaluation, LearningCurve


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """An evaluation with the learning curves of its folder: by documents and by characters."""

    evaluation: Evaluation
    learning: tuple[LearningCurve, ...]

    @property
    def name(self) -> str:
        """What the system is called in tables."""
        return self.evaluation.name


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportInput:
    """Everything that a report is about; `comparison` where there are exactly two runs."""

    runs: tuple[Run, ...]
    comparison: Comparison | None


def load_runs(folders: Sequence[Path]) -> ReportInput:
    """Read run folders and compare them if they are two.

    Args:
        folders: output folders of `zonefacts evaluate`, `baseline` or `crossval`.

    Raises:
        EvaluationError: there is none, one cannot be read, or they are not on the same gold.
    """
    if not folders:
        raise EvaluationError("expected at least one run folder to report on, got none")
    evaluations = distinct_names([read_run(folder) for folder in folders], folders)
    for other in evaluations[1:]:
        check_same_gold(evaluations[0], other)
    comparison = None
    if len(evaluations) == 2:
        a, b = evaluations
        comparison = compare(a, b, seed=a.seed, resamples=a.resamples)
    runs = tuple(
        Run(evaluation=evaluation, learning=_learning(folder))
        for evaluation, folder in zip(evaluations, folders, strict=True)
    )
    return ReportInput(runs=runs, comparison=comparison)


def distinct_names(
    evaluations: Sequence[Evaluation], folders: Sequence[Path]
) -> tuple[Evaluation, ...]:
    """The evaluations, those with the same name told apart by folder, else by number."""
    names = [evaluation.name for evaluation in evaluations]
    if len(set(names)) < len(names):
        times = Counter(names)
        names = [
            f"{name} ({folder.resolve().name})" if times[name] > 1 else name
            for name, folder in zip(names, folders, strict=True)
        ]
    if len(set(names)) < len(names):
        names = [f"{name} [{n}]" for n, name in enumerate(names, 1)]
    return tuple(
        replace(evaluation, name=name) for evaluation, name in zip(evaluations, names, strict=True)
    )


def _learning(folder: Path) -> tuple[LearningCurve, ...]:
    points = read_learning(folder)
    return learning_curves(points) if points else ()
