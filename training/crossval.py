"""Leave-one-report-out through the real path: train, export, score without torch."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotations.brat import format_ann
from annotations.document import Document
from corpus.files import write_atomic
from evaluation.evaluate import evaluate
from evaluation.files import write_run
from evaluation.model import Evaluation
from pipeline.model import load_model
from training.data import load_split
from training.export import export_model
from training.folds import leave_one_out
from training.ner import NerConfig, train_ner
from training.relations import RelationConfig, train_relations
from training.runs import run_mark


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossvalConfig:
    """Settings of `zonefacts crossval`.

    `held_out` are folders whose reports are scored, each by a model trained on the others and on
    the documents of `always`. The settings of both stages are taken from `ner` and `relations`,
    whose own names, runs and folders play no part.
    """

    name: str
    held_out: tuple[str, ...]
    ner: NerConfig
    relations: RelationConfig
    always: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoldResult:
    """Gold and prediction of one held-out report, end to end and from gold mentions."""

    gold: Document
    predicted: Document
    from_gold_mentions: Document


def cross_validate(
    config: CrossvalConfig,
    documents: Sequence[Document],
    folder: Path,
    *,
    always: Sequence[Document] = (),
    on_fold: Callable[[str], None] = lambda _: None,
) -> list[FoldResult]:
    """Train, export and score for each of `documents`; finished folds are not trained again.

    Writes `fold-<id>/` with both runs, the model and the mark of the run that it was exported
    from, and `predictions/<id>.ann`.
    """
    results = []
    for fold in leave_one_out(documents, always=always):
        on_fold(fold.held_out.id)
        place = folder / f"fold-{fold.held_out.id}"
        name = f"{config.name}-{fold.held_out.id}"
        train_ner(dataclasses.replace(config.ner, name=name), fold.train, place / "ner-run")
        relations = dataclasses.replace(config.relations, name=name, ner=str(place / "ner-run"))
        train_relations(relations, fold.train, place / "relations-run")
        model = load_model(_exported(place, fold.train))
        gold = fold.held_out
        predicted = model.annotate(gold.text, id=gold.id, source=gold.source, year=gold.year)
        write_atomic(folder / "predictions" / f"{gold.id}.ann", format_ann(predicted))
        results.append(FoldResult(gold, predicted, model.relate(gold)))
    return results


def _exported(place: Path, documents: Sequence[Document]) -> Path:
    """The model folder of a fold, exported anew if the relations run is another than before."""
    output, exported = place / "model", place / "exported.txt"
    mark = run_mark(place / "relations-run")
    is_made = (output / "model.json").exists() and exported.exists()
    if not is_made or exported.read_text(encoding="utf-8") != mark:
        export_model(place / "relations-run", output, documents=documents)
        write_atomic(exported, mark)
    return output


def run_crossval(
    config: CrossvalConfig, folder: Path, *, on_fold: Callable[[str], None] = lambda _: None
) -> tuple[Evaluation, Evaluation]:
    """Cross-validate the reports that the configuration names and score the predictions.

    Writes `end-to-end/` and `gold-mentions/` below `folder`, runs that `zonefacts report` reads.

    Returns:
        The scores end to end, and of the relations from gold mentions.

    Raises:
        TrainingError: there is too little to train on, or the folder holds another run.
    """
    documents = load_split(config.held_out, "train")
    always = load_split(config.always, "train") if config.always else []
    results = cross_validate(config, documents, folder, always=always, on_fold=on_fold)
    gold = [result.gold for result in results]
    name = f"{config.name} (leave one report out)"
    end_to_end = evaluate(gold, [result.predicted for result in results], name=name)
    relations = evaluate(
        gold,
        [result.from_gold_mentions for result in results],
        name=name,
        setting="gold_mentions",
    )
    write_run(end_to_end, folder / "end-to-end")
    write_run(relations, folder / "gold-mentions")
    return end_to_end, relations
