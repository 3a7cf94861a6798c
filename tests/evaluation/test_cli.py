"""The commands: what they write, print and refuse, and the gate."""

import io
import json
from pathlib import Path

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from annotations.brat import format_ann
from annotations.document import Document
from annotations.errors import AnnotationError, EvaluationError, ZonefactsError
from evaluation.cli import register
from evaluation.commands import (
    EvaluateSettings,
    Gate,
    failed_gates,
    parse_gate,
    parse_mapping,
    run_evaluate,
)
from evaluation.evaluate import evaluate, figure_at
from evaluation.files import read_run
from evaluation.model import Figure
from evaluation.predictions import load_predictions, predict
from evaluation.scores import FIGURES
from evaluation.terminal import render, show
from tests.pipeline.marked import marked

GOLD = marked(
    "[[P1|甲项目]]总投资[[A1|3亿元]],[[S1|开工]]。",
    "P1 TotalInvestment A1; P1 HasStatus S1; S1 under_construction actual",
    name="a",
)
WORSE = marked(
    "[[P1|甲]]项目总投资[[A1|3亿元]],[[S1|开工]]。",
    "P1 TotalInvestment A1; P1 HasStatus S1; S1 under_construction actual",
    name="a",
)
OTHER = marked("[[P1|乙项目]]投资[[A1|5亿元]]", "P1 TotalInvestment A1", name="b")


def write(folder: Path, *documents: Document, texts: bool = True) -> Path:
    folder.mkdir(parents=True)
    for document in documents:
        (folder / f"{document.id}.ann").write_text(format_ann(document), "utf-8")
        if texts:
            (folder / f"{document.id}.txt").write_text(document.text, "utf-8")
    return folder


@pytest.fixture
def app() -> typer.Typer:
    application = typer.Typer(pretty_exceptions_enable=False)
    register(application)
    return application


def invoke(app: typer.Typer, *arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_evaluate_writes_a_run_and_prints_tables(app: typer.Typer, tmp_path: Path) -> None:
    gold, found = write(tmp_path / "gold", GOLD), write(tmp_path / "mine", WORSE, texts=False)
    code, output = invoke(
        app, "evaluate", "--gold", gold, "--predictions", found, "--output", tmp_path / "run"
    )
    assert code == 0
    assert "mine: 1 documents" in output
    assert "only 1 documents" in output
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text("utf-8"))
    assert metrics["scores"]["mentions"]["strict"]["micro"]["f1"]["value"] == pytest.approx(
        2 / 3, abs=1e-5
    )
    assert read_run(tmp_path / "run").name == "mine"


def test_gate(app: typer.Typer, tmp_path: Path) -> None:
    gold, found = write(tmp_path / "gold", GOLD), write(tmp_path / "mine", WORSE)
    common = ("evaluate", "-q", "--gold", gold, "--predictions", found, "--output", tmp_path / "r")
    passes = (
        "--fail-under",
        "mentions.micro.f1=0.6",
        "--fail-under",
        "relations.relaxed.micro.f1=1",
    )
    assert invoke(app, *common, *passes) == (0, "")
    code, output = invoke(app, *common, "--fail-under", "mentions.micro.f1=0.8")
    assert code == 1
    assert "mentions.micro.f1 is 0.6667, wanted at least 0.8" in output


def test_an_undefined_figure_passes_no_gate() -> None:
    result = evaluate([GOLD], [GOLD], name="x", resamples=0)
    assert failed_gates(result, [Gate("mentions.DATE.f1", 0.0)]) == [
        "mentions.DATE.f1 is undefined, wanted at least 0"
    ]


@pytest.mark.parametrize("text", ["mentions.micro.f1", "=0.5", "mentions.micro.f1=high", "x=2"])
def test_bad_gates(text: str) -> None:
    with pytest.raises(EvaluationError, match="is no gate"):
        parse_gate(text)


def test_bad_gate_is_refused_before_anything_is_read(app: typer.Typer, tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="is no gate"):
        invoke(app, "evaluate", "--gold", "none", "--output", tmp_path, "--fail-under", "x")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("mentions.micro.f2", "names no figure"),
        ("mentions.f1", "names no figure"),
        ("words.micro.f1", r"no table words; there are mentions\.strict"),
        ("mentions.relaxed.micro.f1", r"no table mentions\.relaxed; there are"),
        ("mentions.whole.f1", "mentions.strict has no row 'whole'; it has micro, macro, ZONE"),
        ("facts.PROJECT.f1", "facts.triple has no row 'PROJECT'; it has whole, micro"),
    ],
)
def test_a_gate_on_no_figure_is_refused_before_anything_is_read(
    app: typer.Typer, tmp_path: Path, path: str, message: str
) -> None:
    with pytest.raises(EvaluationError, match=message) as caught:
        invoke(app, "evaluate", "--gold", "none", "--output", tmp_path, "--fail-under", f"{path}=0")
    assert path in str(caught.value)


def test_every_figure_of_an_evaluation_may_be_gated() -> None:
    result = evaluate([GOLD], [GOLD], name="x", resamples=0)
    paths = [
        f"{table.table}.{table.scheme}.{row.label}.{figure}"
        for table in result.tables
        for row in table.rows
        for figure in FIGURES
    ]
    gates = [parse_gate(f"{path}=0") for path in paths]
    assert [gate.path for gate in gates] == paths
    defined = {path for path in paths if figure_at(result, path) is not None}
    assert len(failed_gates(result, gates)) == len(paths) - len(defined)
    assert "relations.with_status.HasStatus.recall" in defined


@pytest.mark.parametrize("command", [("evaluate",), ("baseline", "patterns")])
def test_a_seed_below_zero_is_wrong_use(
    app: typer.Typer, tmp_path: Path, command: tuple[str, ...]
) -> None:
    code, output = invoke(app, *command, "--gold", "none", "--output", tmp_path, "--seed", -1)
    assert code == 2
    assert "--seed" in output


@pytest.mark.parametrize("text", ["ORGANIZATION", "=COMPANY", "ORGANIZATION="])
def test_bad_mappings(text: str) -> None:
    with pytest.raises(EvaluationError, match="maps no label"):
        parse_mapping(text)


@pytest.mark.parametrize("name", ["patterns", "majority"])
def test_baseline(app: typer.Typer, tmp_path: Path, name: str) -> None:
    gold = write(tmp_path / "gold", GOLD)
    code, output = invoke(app, "baseline", name, "--gold", gold, "--output", tmp_path / "run")
    assert code == 0
    run = read_run(tmp_path / "run")
    assert run.name == name
    assert run.setting == ("gold_mentions" if name == "majority" else "end_to_end")
    assert ("mentions strict" in output) == (name == "patterns")


def test_baseline_of_another_tool(app: typer.Typer, tmp_path: Path) -> None:
    gold = write(tmp_path / "gold", GOLD)
    other = tmp_path / "corenlp"
    other.mkdir()
    (other / "a.ann").write_text("T1\tMONEY 6 9\t3亿元\nT2\tCITY 0 1\t甲\n", "utf-8")
    arguments = ("baseline", "brat", "--gold", gold, "--output", tmp_path / "run")
    invoke(app, *arguments, "--predictions", other, "--map", "MONEY=AMOUNT")
    run = read_run(tmp_path / "run")
    assert run.name == "corenlp"
    assert run.table("mentions").row("AMOUNT").f1.value == 1
    with pytest.raises(EvaluationError, match="at least one --map"):
        invoke(app, *arguments, "--predictions", other)
    with pytest.raises(EvaluationError, match="leave them out"):
        invoke(app, "baseline", "patterns", *arguments[2:], "--map", "MONEY=AMOUNT")


def test_predictions_for_another_text(tmp_path: Path) -> None:
    gold = write(tmp_path / "gold", GOLD)
    other = marked("[[P1|丙项目]]总投资[[A1|4亿元]]。", name="a")
    with pytest.raises(EvaluationError, match="about another text"):
        run_evaluate(
            EvaluateSettings(
                gold=gold, predictions=write(tmp_path / "x", other), output=tmp_path / "run"
            )
        )
    # Without a text of their own they do not fit the gold text.
    with pytest.raises(EvaluationError, match="does not fit"):
        run_evaluate(
            EvaluateSettings(
                gold=gold,
                predictions=write(tmp_path / "y", other, texts=False),
                output=tmp_path / "run",
            )
        )
    assert not (tmp_path / "run").exists()


def test_settings_that_contradict_each_other(tmp_path: Path) -> None:
    for extra in ({"model": tmp_path}, {"gold_mentions": True}):
        with pytest.raises(EvaluationError, match="give one"):
            run_evaluate(
                EvaluateSettings(gold=tmp_path, predictions=tmp_path, output=tmp_path, **extra)
            )


def test_predictions_as_score_writes_them(tmp_path: Path) -> None:
    folder = tmp_path / "scored"
    folder.mkdir()
    record = {
        "id": "a",
        "source": "a.txt",
        "sha256": GOLD.sha256,
        "year": None,
        "text": GOLD.text,
        "entities": [
            {"id": "T1", "label": "PROJECT", "start": 0, "end": 3, "text": "甲项目", "score": 0.7}
        ],
        "status": {},
        "relations": [],
    }
    (folder / "documents.jsonl").write_text(json.dumps(record) + "\n", "utf-8")
    (document,) = load_predictions(folder, gold=[GOLD])
    assert document.mentions[0].score == 0.7


def test_predictions_without_text_and_without_gold(tmp_path: Path) -> None:
    folder = write(tmp_path / "x", GOLD, texts=False)
    with pytest.raises(AnnotationError, match=r"no a\.txt"):
        load_predictions(folder, gold=[marked("[[P1|甲项目]]", name="b")])


class FakeModel:
    """Finds nothing by itself, and joins nothing."""

    def annotate(
        self,
        text: str,
        *,
        id: str,
        source: str = "",
        year: int | None = None,
    ) -> Document:
        return Document(id=id, text=text, source=source, year=year)

    def relate(self, document: Document) -> Document:
        assert not document.relations
        assert not document.status
        return document


def test_a_model_sees_only_what_it_may() -> None:
    (found,) = predict(FakeModel(), [GOLD])
    assert found.mentions == ()
    assert (found.id, found.text, found.year) == (GOLD.id, GOLD.text, GOLD.year)
    (given,) = predict(FakeModel(), [GOLD], gold_mentions=True)
    assert given.mentions == GOLD.mentions


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        (Figure(None), "–"),
        (Figure(0.0), "0.0"),
        (Figure(0.8123), "81.2"),
        (Figure(0.5, 0.4, 0.6), "50.0 (40.0–60.0)"),
    ],
)
def test_figures_in_the_terminal(figure: Figure, expected: str) -> None:
    assert show(figure) == expected


def test_tables_fit_into_eighty_columns() -> None:
    result = evaluate([GOLD, OTHER], [WORSE, OTHER], name="system", resamples=20)
    console = Console(width=80, file=io.StringIO())
    console.print(render(result))
    text = console.file.getvalue()
    assert "relations with_status" in text
    assert "…" not in text


def test_every_error_is_one_that_commands_print() -> None:
    assert issubclass(EvaluationError, ZonefactsError)
