"""What the commands `evaluate` and `baseline` do, as plain functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from annotations.document import Document
from annotations.errors import EvaluationError
from annotations.progress import tracked
from annotations.store import load_annotations, load_documents
from corpus.passages import SPLITS, passage_splits
from evaluation.baselines import map_labels, run_baseline
from evaluation.evaluate import evaluate, figure_at, find_figure
from evaluation.files import write_run
from evaluation.model import Evaluation, Setting
from evaluation.predictions import load_predictions, predict


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateSettings:
    """Settings of `zonefacts evaluate`.

    `predictions` is a folder of brat files or of `score` output. Without it `model` is asked, or
    the shipped model if that is None too. `gold_mentions` gives a model the gold mentions and
    scores its relations. `training` are the annotations that the system learned from, `values`
    tables of cases for the value parsers; both only add to the report.
    """

    gold: Path
    output: Path
    predictions: Path | None = None
    model: Path | None = None
    texts: tuple[Path, ...] = ()
    name: str | None = None
    split: str = ""
    gold_mentions: bool = False
    training: Path | None = None
    values: tuple[Path, ...] = ()
    seed: int = 13
    resamples: int = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineSettings:
    """Settings of `zonefacts baseline`.

    `name` is patterns, lac, majority or brat. For brat, `predictions` is a folder of `.ann` files
    and `labels` maps their labels to ours.
    """

    name: str
    gold: Path
    output: Path
    texts: tuple[Path, ...] = ()
    predictions: Path | None = None
    labels: tuple[tuple[str, str], ...] = ()
    split: str = ""
    seed: int = 13
    resamples: int = 1000


@dataclass(frozen=True, slots=True)
class Gate:
    """A lower bound on one figure, such as mentions.micro.f1 at 0.8."""

    path: str
    bound: float


def run_evaluate(settings: EvaluateSettings, *, progress: bool = False) -> Evaluation:
    """Score predictions, or a model, and write the run folder.

    Args:
        settings: what to score and where to write.
        progress: show a bar while a model predicts, if the output is a terminal.

    Raises:
        EvaluationError: settings contradict each other, or the two sides do not fit.
        AnnotationError: annotations cannot be read.
        PipelineError: the model cannot be loaded.
    """
    if settings.predictions and (settings.model or settings.gold_mentions):
        raise EvaluationError(
            "--model and --gold-mentions ask a model, --predictions takes what there is: give one"
        )
    gold = load_gold(settings.gold, texts=settings.texts, split=settings.split)
    name = settings.name
    if settings.predictions:
        predicted = load_predictions(settings.predictions, gold=gold, texts=settings.texts)
        name = name or settings.predictions.resolve().name
    else:
        from pipeline.model import load_model  # noqa: PLC0415 - onnxruntime is not always wanted

        model = load_model(settings.model)
        texts = tracked(gold, "predicting", quiet=not progress)
        predicted = predict(model, texts, gold_mentions=settings.gold_mentions)
        name = name or model.name
    training = load_documents(settings.training, texts=settings.texts) if settings.training else []
    setting: Setting = "gold_mentions" if settings.gold_mentions else "end_to_end"
    evaluation = evaluate(
        gold,
        predicted,
        name=name,
        split=settings.split,
        setting=setting,
        seed=settings.seed,
        resamples=settings.resamples,
        training=training,
        value_tables=settings.values,
    )
    write_run(evaluation, settings.output)
    return evaluation


def load_gold(folder: Path, *, texts: Sequence[Path], split: str) -> list[Document]:
    """The annotated documents below a folder, all of them or those of one split.

    Raises:
        EvaluationError: there is no such split, or no document of it below the folder.
        AnnotationError: annotations cannot be read.
    """
    if split and split not in SPLITS:
        raise EvaluationError(f"no split {split!r}; there are {', '.join(SPLITS)}")
    documents = load_annotations(folder, texts=texts)
    chosen = [d for d in documents if not split or passage_splits().get(d.id) == split]
    if not chosen:
        raise EvaluationError(f"{folder}: none of its documents belongs to the split {split!r}")
    return chosen


def run_baseline_command(settings: BaselineSettings, *, progress: bool = False) -> Evaluation:
    """Score a baseline and write the run folder, which `report` takes like any other.

    Args:
        settings: which baseline, what to score it on, where to write.
        progress: show a bar while it predicts, if the output is a terminal.

    Raises:
        EvaluationError: there is no such baseline, or what it wants is missing.
        AnnotationError: annotations cannot be read.
    """
    gold = load_gold(settings.gold, texts=settings.texts, split=settings.split)
    evaluation = evaluate(
        gold,
        _baseline_predictions(settings, gold, progress=progress),
        name=settings.name if settings.predictions is None else settings.predictions.resolve().name,
        split=settings.split,
        setting="gold_mentions" if settings.name == "majority" else "end_to_end",
        seed=settings.seed,
        resamples=settings.resamples,
    )
    write_run(evaluation, settings.output)
    return evaluation


def parse_gate(text: str) -> Gate:
    """The gate that `mentions.micro.f1=0.80` stands for.

    Raises:
        EvaluationError: the text has another form, the bound is not in [0, 1], or no evaluation
            has the figure.
    """
    path, _, bound = text.partition("=")
    try:
        value = float(bound)
    except ValueError:
        value = -1.0
    if not path or not 0 <= value <= 1:
        raise EvaluationError(
            f"{text!r} is no gate; expected a figure and a bound, such as mentions.micro.f1=0.80"
        )
    # A name that is wrong must not wait until everything is trained and scored.
    find_figure(path)
    return Gate(path, value)


def parse_mapping(text: str) -> tuple[str, str]:
    """Another tool's label and ours, from `ORGANIZATION=COMPANY`.

    Raises:
        EvaluationError: the text has another form.
    """
    theirs, _, ours = text.partition("=")
    if not theirs or not ours:
        raise EvaluationError(f"{text!r} maps no label; expected such as ORGANIZATION=COMPANY")
    return theirs, ours


def failed_gates(evaluation: Evaluation, gates: Sequence[Gate]) -> list[str]:
    """One line for every gate whose figure is below its bound, or undefined.

    Raises:
        EvaluationError: a gate names no figure.
    """
    lines = []
    for gate in gates:
        value = figure_at(evaluation, gate.path)
        if value is None or value < gate.bound:
            shown = "undefined" if value is None else f"{value:.4f}"
            lines.append(f"{gate.path} is {shown}, wanted at least {gate.bound:g}")
    return lines


def _baseline_predictions(
    settings: BaselineSettings, gold: Sequence[Document], *, progress: bool
) -> list[Document]:
    if settings.name != "brat":
        if settings.predictions or settings.labels:
            raise EvaluationError(
                "--predictions and --map belong to the baseline brat, not to"
                f" {settings.name}; leave them out"
            )
        return run_baseline(settings.name, tracked(gold, settings.name, quiet=not progress))
    if settings.predictions is None or not settings.labels:
        raise EvaluationError(
            "the baseline brat wants --predictions DIR and at least one --map, such as"
            " --map ORGANIZATION=COMPANY"
        )
    predicted = load_predictions(settings.predictions, gold=gold, texts=settings.texts)
    return map_labels(predicted, labels=dict(settings.labels))
