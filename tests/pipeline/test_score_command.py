"""`zonefacts` and `zonefacts score`: options, what is shown, plug-in commands, the real program."""

import json
import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
import typer

from pipeline import cli
from pipeline.batch import ScoreSettings
from tests.pipeline.fake_model import load_fake

ROOT = Path(__file__).parents[2]


@pytest.fixture
def reports(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("pipeline.model.load_model", load_fake)
    monkeypatch.setattr("pipeline.cli.entry_points", lambda group: [])
    Path("in").mkdir()
    text = "2020年工作计划\n甲项目今年投资10亿元,已开工。乙项目在谈。"
    Path("in/a.txt").write_text(text, encoding="utf-8")
    Path("in/b.txt").write_text("全区增长8%。", encoding="utf-8")
    return tmp_path


def zonefacts(*arguments: str) -> int:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    return caught.value.code or 0


def test_a_run_ends_with_a_table(reports, capsys):
    assert zonefacts("score", "in", "--output", "out") == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    table = dict(line.split(maxsplit=1) for line in shown.out.splitlines())
    assert table.pop("speed").endswith(" characters/s")
    assert table == {
        "documents": "2 (1 without any fact, 1 without a year, see --year)",
        "mentions": "6",
        "facts": "2",
        "projects": "2",
        "errors": "0",
        "results": "out (documents.jsonl, facts.jsonl, projects.jsonl, facts.html)",
    }


def test_every_option_reaches_the_settings(reports, monkeypatch):
    seen = []
    monkeypatch.setattr(cli, "_score_showing_progress", lambda s, quiet: seen.append((s, quiet)))
    monkeypatch.setattr(cli, "describe", lambda *_: "")
    options = "--format jsonl --quiet --year 2019 --workers 2 --engine local --resume"
    options += " --model m --threshold 0.5"
    with pytest.raises(AttributeError):
        cli.main(["score", "in", "b.txt", "-o", "out", "--format", "csv", *options.split()])
    expected = ScoreSettings(
        inputs=("in", "b.txt"),
        output=Path("out"),
        model=Path("m"),
        formats=("csv", "jsonl"),
        year=2019,
        workers=2,
        resume=True,
        threshold=0.5,
    )
    assert seen == [(expected, True)]


def test_tables_are_named(reports, capsys):
    assert zonefacts("score", "in", "-o", "out", "--format", "csv", "--format", "parquet") == 0
    assert "facts.csv, facts.parquet)" in capsys.readouterr().out
    assert Path("out/facts.csv").exists()
    assert Path("out/facts.parquet").exists()


def test_what_was_left_out_is_shown(reports, capsys):
    Path("in/c.txt").write_text("丙项目投资若干亿元。", encoding="utf-8")
    Path("in/x.png").write_bytes(b"x")
    assert zonefacts("score", "in", "-o", "out", "--threshold", "0.68") == 0
    shown = capsys.readouterr().out
    assert "2 (1 more below the threshold, 1 sums unparsed)" in shown
    assert "0 (1 files passed over)" in shown


def test_quiet_shows_errors_alone(reports, capsys):
    Path("in/c.txt").write_bytes(b"")
    assert zonefacts("score", "in", "-o", "out", "--quiet") == 1
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "zonefacts: error: in/c.txt: an empty file\n")


def test_many_errors_are_counted(reports, capsys):
    for number in range(30):
        Path(f"in/c{number}.txt").write_bytes(b"")
    assert zonefacts("score", "in", "-o", "out") == 1
    shown = capsys.readouterr()
    assert len(shown.err.splitlines()) == 21
    assert shown.err.endswith("zonefacts: error: 10 more inputs failed\n")
    assert "30" in shown.out


def test_an_interruption_says_how_to_go_on(reports, capsys, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.batch.score_inputs", stop)
    assert zonefacts("score", "in", "-o", "out") == 2
    shown = capsys.readouterr().err
    assert shown == (
        "zonefacts: error: interrupted; what is done is kept in out, go on with --resume\n"
    )


def test_version(reports, capsys):
    assert zonefacts("--version") == 0
    name, version = capsys.readouterr().out.split()
    assert name == "zonefacts"
    assert version[0].isdigit()


@pytest.mark.parametrize("arguments", [("--help",), ("score", "--help")])
def test_help(reports, capsys, arguments):
    assert zonefacts(*arguments) == 0
    assert "score" in capsys.readouterr().out


WRONG_USE = {
    "no command": ((), "Usage"),
    "unknown command": (("scroe",), "scroe"),
    "no output": (("score", "in"), "--output"),
    "no input": (("score", "--output", "out"), "INPUT"),
    "a word for a number": (("score", "in", "-o", "out", "--workers", "many"), "'--workers'"),
    "a number out of range": (("score", "in", "-o", "out", "--threshold", "2"), "expected 0 to 1"),
    "unknown format": (("score", "in", "-o", "out", "--format", "xlsx"), "came xlsx"),
    "unknown engine": (("score", "in", "-o", "out", "--engine", "spark"), "came spark"),
    "output is a file": (("score", "in", "-o", "in/a.txt"), "in/a.txt is a file"),
    "no model": (("score", "in", "-o", "out", "--model", "nowhere"), "nowhere"),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG_USE.values(), ids=WRONG_USE)
def test_wrong_use(reports, capsys, monkeypatch, arguments, message):
    monkeypatch.undo()
    monkeypatch.chdir(reports)
    assert zonefacts(*arguments) == 2
    shown = capsys.readouterr()
    assert message in shown.out + shown.err
    assert "Traceback" not in shown.err
    assert not Path("out/documents.jsonl").exists()


def test_a_folder_that_cannot_be_written(reports, capsys):
    assert zonefacts("score", "in", "-o", "in/a.txt/out") == 2
    error = capsys.readouterr().err
    assert error.startswith("zonefacts: error: --output: in/a.txt/out: ")
    assert len(error.splitlines()) == 1


def register_extra(app: typer.Typer) -> None:
    @app.command("extra")
    def extra() -> None:
        typer.echo("an extra command")


def entry(value: str) -> EntryPoint:
    return EntryPoint(name="x", value=value, group=cli.GROUP)


def test_other_packages_add_commands(reports, capsys, monkeypatch):
    here = entry("tests.pipeline.test_score_command:register_extra")
    monkeypatch.setattr("pipeline.cli.entry_points", lambda group: [here])
    assert zonefacts("extra") == 0
    assert capsys.readouterr().out == "an extra command\n"


def test_a_package_that_cannot_be_imported_takes_nothing_else_away(reports, capsys, monkeypatch):
    gone = entry("no_such_package.cli:register")
    monkeypatch.setattr("pipeline.cli.entry_points", lambda group: [gone])
    assert zonefacts("score", "in", "-o", "out") == 0
    assert "no_such_package.cli:register are missing" in capsys.readouterr().err


PROGRAM = """
import sys
import pipeline.model
from pipeline.cli import main
from tests.pipeline.fake_model import load_fake

pipeline.model.load_model = load_fake
if __name__ == "__main__":
    main(sys.argv[1:])
"""


def run_program(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


def test_the_program_reads_standard_input(reports):
    done = run_program("score", "-", "-o", "out", stdin="甲项目开工。".encode("gb18030"))
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"documents" in done.stdout
    (line,) = Path("out/documents.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["text"] == "甲项目开工。"


def test_the_program_leaves_torch_alone(reports):
    code = (
        "import sys, pipeline.batch, pipeline.cli; print({'torch', 'training'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert done.stdout.strip() == b"set()"
