"""The commands: exit status, what is printed, what is written."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from annotations.cli import register
from annotations.errors import AnnotationError
from corpus.files import write_atomic

TEXT = "甲项目已开工。\n"
ANN = (
    "T1\tPROJECT 0 3\t甲项目\nT2\tSTATUS 4 6\t开工\nR1\tHasStatus Arg1:T1 Arg2:T2\n"
    "A1\tStatusClass T2 under_construction\nA2\tModality T2 actual\n"
)
app = typer.Typer()
register(app)
run = CliRunner()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_atomic(tmp_path / "gold" / "a.ann", ANN)
    write_atomic(tmp_path / "gold" / "a.txt", TEXT)
    return tmp_path / "gold"


def test_check_of_clean_files(folder: Path) -> None:
    result = run.invoke(app, ["check", str(folder)])
    assert result.exit_code == 0
    assert "1 files checked, 0 problems" in result.stdout


def test_check_of_files_with_problems(folder: Path) -> None:
    write_atomic(folder / "a.ann", ANN.replace("4 6", "3 5"))
    result = run.invoke(app, ["check", str(folder)])
    assert result.exit_code == 1
    assert f"{folder}/a.ann:2: T2 STATUS 3 5 says '开工'" in result.stdout
    assert "1 files checked, 1 problem\n" in result.stdout


def test_check_of_nothing(tmp_path: Path) -> None:
    # The application turns the error into one line and exit status 2.
    result = run.invoke(app, ["check", str(tmp_path)])
    assert isinstance(result.exception, AnnotationError)


def test_quiet_check_shows_problems_only(folder: Path) -> None:
    clean = run.invoke(app, ["check", str(folder), "--quiet"])
    assert (clean.exit_code, clean.output) == (0, "")
    write_atomic(folder / "a.ann", ANN.replace("4 6", "3 5"))
    result = run.invoke(app, ["check", str(folder), "--quiet"])
    assert result.exit_code == 1
    (line,) = result.output.splitlines()
    assert line.startswith(f"{folder}/a.ann:2: T2 STATUS 3 5 says")


def test_agreement_prints_and_writes(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "agreement.json"
    result = run.invoke(app, ["agreement", str(folder), str(folder), "--output", str(output)])
    assert result.exit_code == 0
    assert "Agreement on 1 documents" in result.stdout
    assert json.loads(output.read_text(encoding="utf-8"))["relations"]["HasStatus"]["both"] == 1


def test_convert_names_what_it_drops(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.conll"
    arguments = ["convert", str(folder), str(target), "--from", "brat", "--to", "conll"]
    result = run.invoke(app, arguments)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"1 documents written to {target}",
        "dropped, for conll cannot hold them: 1 relations",
        "dropped, for conll cannot hold them: 1 status values",
    ]
    assert target.exists()


def test_quiet_commands_write_and_show_nothing(folder: Path, tmp_path: Path) -> None:
    figures, target = tmp_path / "figures.json", tmp_path / "a.conll"
    for arguments, written in (
        (["agreement", str(folder), str(folder), "--output", str(figures)], figures),
        (["convert", str(folder), str(target), "--from", "brat", "--to", "conll"], target),
    ):
        result = run.invoke(app, [*arguments, "--quiet"])
        assert (result.exit_code, result.output) == (0, "")
        assert written.exists()
