"""The training commands; each parses its arguments and calls one plain function."""

# ruff: noqa: PLC0415, so that --help needs no torch

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from training.ablation import Cell
    from training.learning import LearningProgress
    from training.ner import Progress


_CONFIG = typer.Option("--config", help="TOML file with the settings.")
_QUIET = typer.Option("--quiet", help="No progress, no summary.")


def register(app: typer.Typer) -> None:
    """Add the training commands to the `zonefacts` command."""
    train = typer.Typer(no_args_is_help=True, help="Fine-tune one stage; writes a run folder.")
    train.command("ner")(_train_ner)
    train.command("relations")(_train_relations)
    app.add_typer(train, name="train")
    app.command("export")(_export)
    app.command("crossval")(_crossval)
    app.command("learning-curve")(_learning_curve)
    app.command("ablation")(_ablation)
    app.command("suggest")(_suggest)
    app.command("pretrain")(_pretrain)


def _train_ner(
    config: Annotated[Path, _CONFIG],
    output: Annotated[Path, typer.Option("--output", help="Run folder.")],
    quiet: Annotated[bool, _QUIET] = False,
) -> None:
    """Fine-tune the tagger on the annotated documents of the train split."""
    from training.config import load_config
    from training.data import load_split
    from training.ner import NerConfig, train_ner

    _calm_libraries()
    settings = load_config(NerConfig, config)
    documents = load_split(settings.annotations, "train")
    train_ner(settings, documents, output, on_epoch=_echo_epoch(quiet))
    if not quiet:
        typer.echo(f"{len(documents)} documents: {output}")


def _train_relations(
    config: Annotated[Path, _CONFIG],
    output: Annotated[Path, typer.Option("--output", help="Run folder.")],
    quiet: Annotated[bool, _QUIET] = False,
) -> None:
    """Train the relation and status heads on a finished tagger run."""
    from training.config import load_config
    from training.data import load_split
    from training.relations import RelationConfig, train_relations

    _calm_libraries()
    settings = load_config(RelationConfig, config)
    documents = load_split(settings.annotations, "train")
    development = load_split(settings.development, "development") if settings.development else []
    train_relations(
        settings, documents, output, development=development, on_epoch=_echo_epoch(quiet)
    )
    if not quiet:
        typer.echo(f"{len(documents)} documents, {len(development)} to tune on: {output}")


def _export(
    run: Annotated[Path, typer.Argument(help="Run folder of `train relations`.")],
    output: Annotated[Path, typer.Option("--output", help="Model folder to write.")],
    quantize: Annotated[bool, typer.Option(help="int8 weights in the encoder.")] = True,
    quiet: Annotated[bool, _QUIET] = False,
) -> None:
    """Export a run to a model folder that scores without torch, and check it."""
    from training.export import export_run

    _calm_libraries()
    check = export_run(run, output, quantize=quantize)
    if not quiet:
        typer.echo(
            f"{check.n_bytes / 2**20:.1f} MiB; same tag for {check.tag_agreement:.2%} of"
            f" {check.n_characters:,} characters, state error {check.state_error:.2%}: {output}"
        )


def _crossval(
    config: Annotated[Path, _CONFIG],
    output: Annotated[Path, typer.Option("--output", help="Run folder.")],
    fail_under: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-under",
            metavar="FIGURE=BOUND",
            help="Exit with 1 if an end-to-end figure is lower.",
        ),
    ] = None,
    quiet: Annotated[bool, _QUIET] = False,
) -> None:
    """Leave one report out: train on the others, score it, for each annotated report."""
    from rich.console import Console

    from evaluation.commands import failed_gates, parse_gate
    from evaluation.terminal import render
    from training.config import load_config
    from training.crossval import CrossvalConfig, run_crossval

    _calm_libraries()
    gates = [parse_gate(text) for text in fail_under or ()]

    def echo(name: str) -> None:
        if not quiet:
            typer.echo(f"held out: {name}", err=True)

    end_to_end, from_gold = run_crossval(load_config(CrossvalConfig, config), output, on_fold=echo)
    if not quiet:
        Console().print(render(end_to_end))
        Console().print(render(from_gold))
    failures = failed_gates(end_to_end, gates)
    for line in failures:
        typer.echo(f"below the bound: {line}", err=True)
    if failures:
        raise typer.Exit(1)


def _learning_curve(
    config: Annotated[Path, _CONFIG],
    output: Annotated[Path, typer.Option("--output", help="Run folder; goes on with its curve.")],
    quiet: Annotated[bool, _QUIET] = False,
) -> None:
    """Train the tagger on ever more documents, and say what the next ten would bring."""
    from rich.console import Console

    from training.config import load_config
    from training.learning import LearningConfig, render_learning, run_learning

    def echo(progress: "LearningProgress") -> None:
        if not quiet:
            point = progress.point
            typer.echo(
                f"{progress.n_done}/{progress.n_points}  {point.n_documents} documents, seed"
                f" {point.seed}: F1 {100 * point.f1:.1f}",
                err=True,
            )

    _calm_libraries()
    settings = load_config(LearningConfig, config)
    curves = run_learning(settings, output, on_point=echo, on_epoch=_echo_epoch(quiet))
    if not quiet:
        Console().print(render_learning(curves))
        typer.echo(f"{output}: learning.json")


def _ablation(
    config: Annotated[Path, _CONFIG],
    output: Annotated[Path, typer.Option("--output", help="Run folder; goes on with its table.")],
    quiet: Annotated[bool, _QUIET] = False,
) -> None:
    """Train the tagger from several starts, or on several sets of data, and compare the scores."""
    from rich.console import Console

    from training.ablation import AblationConfig, render_ablation, run_ablation
    from training.config import load_config

    def echo(cell: "Cell") -> None:
        if not quiet:
            typer.echo(
                f"{cell.task}, {cell.start}, seed {cell.seed}: F1 {100 * cell.f1:.1f}", err=True
            )

    _calm_libraries()
    table = run_ablation(load_config(AblationConfig, config), output, on_cell=echo)
    if not quiet:
        Console().print(render_ablation(table))
        typer.echo(f"{output}: ablation.json")


def _pretrain(
    config: Annotated[Path, _CONFIG],
    output: Annotated[
        Path | None, typer.Option("--output", help="Run folder, instead of the file's.")
    ] = None,
    quiet: Annotated[bool, _QUIET] = False,
) -> None:
    """Pretrain the encoder, or go on with the run that the run folder holds."""
    from training.config import load_config
    from training.pretrain import pretrain
    from training.pretrain_config import PretrainConfig

    _calm_libraries()
    settings = load_config(PretrainConfig, config)
    if output is not None:
        settings = replace(settings, output=output)
    result = pretrain(settings, quiet=quiet)
    if result.n_broken:
        typer.echo(f"{result.n_broken} broken lines of {settings.corpus} skipped", err=True)
    if not quiet:
        typer.echo(
            f"{result.status} at step {result.step}, {result.characters:,} characters:"
            f" {settings.output} (log.jsonl has the losses)"
        )
    if result.status == "interrupted":
        # As a shell counts it, so that what waits for the encoder does not begin.
        raise typer.Exit(130)


def _suggest(  # noqa: PLR0917 - one parameter for each option
    inputs: Annotated[list[str], typer.Argument(help="Files, folders or globs of reports.")],
    output: Annotated[Path, typer.Option("--output", help="Folder for the suggestions.")],
    model: Annotated[
        Path | None, typer.Option("--model", help="Model folder; without it the shipped model.")
    ] = None,
    count: Annotated[int, typer.Option("--count", min=1, help="How many passages.")] = 10,
    known: Annotated[
        Path | None,
        typer.Option("--known", help="Annotations that new passages should differ from."),
    ] = None,
    format_name: Annotated[
        str, typer.Option("--format", help="Pre-annotations for brat or label-studio.")
    ] = "brat",
    quiet: Annotated[bool, _QUIET] = False,
) -> None:
    """Rank passages by what annotating them would teach, with pre-annotations."""
    from annotations.progress import progress_bar
    from annotations.store import load_annotations
    from pipeline.model import load_model
    from training.suggest import check_target, suggest, write_suggestions

    check_target(output, format_name=format_name)
    failed: list[str] = []
    held_out: list[str] = []
    try:
        with progress_bar(quiet=quiet) as show:
            suggestions = suggest(
                inputs,
                model=load_model(model),
                count=count,
                known=load_annotations(known) if known else (),
                on_error=failed.append,
                on_held_out=held_out.append,
                on_progress=partial(show, "reading passages"),
            )
    finally:
        # They say why there is nothing to suggest, too.
        for message in held_out:
            typer.echo(f"left out: {message}", err=True)
        for message in failed:
            typer.echo(f"not read: {message}", err=True)
    write_suggestions(suggestions, output, format_name=format_name)
    if not quiet:
        for s in suggestions:
            typer.echo(
                f"{s.score:.2f}  uncertainty {s.uncertainty:.3f}  facts {s.n_facts:2d}"
                f"  novelty {s.novelty:.3f}  {s.document.id}"
            )
        left_out = f", reports left out: {len(held_out)}" if held_out else ""
        typer.echo(f"{len(suggestions)} passages{left_out}: {output}")
    if failed:
        raise typer.Exit(1)


def _calm_libraries() -> None:
    """Leave the terminal to our own lines: load reports and export notes call for no action."""
    import logging
    import warnings

    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    for name in (None, "torch.onnx"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module=r"torch\.onnx|copyreg")


def _echo_epoch(quiet: bool) -> Callable[["Progress"], None]:
    def echo(progress: "Progress") -> None:
        if not quiet:
            left = progress.seconds / progress.epoch * (progress.n_epochs - progress.epoch)
            typer.echo(
                f"epoch {progress.epoch}/{progress.n_epochs}  loss {progress.loss:.4f}"
                f"  {left / 60:.0f} min left",
                err=True,
            )

    return echo
