"""Bad and odd input to the command itself: the message, the exit status, and never a traceback."""

import codecs
import errno
import json
import os
from pathlib import Path

import pytest

from annotations.errors import PipelineError
from pipeline import cli
from pipeline.journal import Journal, Maker
from tests.pipeline.fake_model import load_fake

TEXT = "2020年工作计划\r\n甲项目今年投资10亿元,已开工。"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("pipeline.model.load_model", load_fake)
    monkeypatch.setattr("pipeline.cli.entry_points", lambda group: [])
    return tmp_path


def score(capsys, *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        cli.main(["score", *arguments, "--output", "out"])
    shown = capsys.readouterr()
    assert "Traceback" not in shown.out + shown.err
    return caught.value.code or 0, shown.out, shown.err


def documents() -> list[dict]:
    lines = Path("out/documents.jsonl").read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


# name -> what to make of it, the argument, the message
REFUSED = {
    "missing path": (None, "gone.txt", "gone.txt: no such file or folder"),
    "pattern without match": (None, "gone*.txt", "gone*.txt: no file fits this pattern"),
    "empty folder": ("folder", "empty", "empty: no report in this folder; looked for"),
    "empty file": (b"", "a.txt", "a.txt: an empty file"),
    "blank file": (b"\r\n \n", "a.txt", "a.txt: no text in it"),
    "binary": (bytes(range(256)) * 9, "a.txt", "a.txt: a binary file, not a text"),
    "picture named pdf": (b"\x89PNG\r\n\x1a\n\0\0", "a.pdf", "a.pdf: not a PDF document"),
    "text named docx": (TEXT.encode(), "a.docx", "a.docx: not a Word document"),
    "old Word": (bytes.fromhex("D0CF11E0A1B11AE1") + bytes(9), "a.doc", "save it as .docx"),
    "latin-1": ("été à la gare".encode("latin-1"), "a.txt", "a.txt: not UTF-8 (byte 0xE9 at 0)"),
    "cut UTF-16": (TEXT.encode("utf-16")[:-1], "a.txt", "a.txt: marked as UTF-16-LE, but it is"),
    "the model breaks": ("甲项目炸".encode(), "a.txt", "a.txt: RuntimeError: the model broke"),
}


@pytest.mark.parametrize(("made", "given", "message"), REFUSED.values(), ids=REFUSED)
def test_an_input_that_cannot_be_scored(folder, capsys, made, given, message):
    if made == "folder":
        Path(given).mkdir()
    elif made is not None:
        Path(given).write_bytes(made)
    status, out, err = score(capsys, given)
    assert (status, out) == (2, "")
    (line,) = err.splitlines()
    assert line.startswith("zonefacts: error: ")
    assert message in line
    (error,) = Path("out/errors.jsonl").read_text(encoding="utf-8").splitlines()
    assert f"zonefacts: error: {json.loads(error)['message']}" == line
    assert not Path("out/documents.jsonl").exists()

    # Beside a good input it is one failure of two.
    Path("good.txt").write_text(TEXT, encoding="utf-8")
    status, out, err = score(capsys, given, "good.txt")
    assert status == 1
    assert message in err
    assert [document["id"] for document in documents()] == ["good"]


READ = {
    "UTF-8": TEXT.encode("utf-8"),
    "byte order mark": codecs.BOM_UTF8 + TEXT.encode("utf-8"),
    "GB18030": TEXT.encode("gb18030"),
    "UTF-16": TEXT.encode("utf-16"),
    "UTF-16 without mark": TEXT.encode("utf-16-le"),
}


@pytest.mark.parametrize("data", READ.values(), ids=READ)
def test_an_encoding_that_is_read(folder, capsys, data):
    Path("a.txt").write_bytes(data)
    status, out, err = score(capsys, "a.txt")
    assert (status, err) == (0, "")
    (document,) = documents()
    assert document["text"] == TEXT
    for entity in document["entities"]:
        assert TEXT[entity["start"] : entity["end"]] == entity["text"]
    assert "facts      1" in out


def test_a_file_without_any_fact(folder, capsys):
    Path("a.txt").write_text("全区增长8%。", encoding="utf-8")
    status, out, err = score(capsys, "a.txt")
    assert (status, err) == (0, "")
    assert "documents  1 (1 without any fact, 1 without a year, see --year)" in out
    assert Path("out/facts.jsonl").read_bytes() == b""
    assert documents()[0]["entities"] == []


def test_a_file_of_twenty_megabytes(folder, capsys):
    unit = "甲项目投资10亿元,已开工。\n" + "各项工作稳步推进成效更加明显。" * 1500 + "\n"
    n_units = 20_000_000 // len(unit.encode("utf-8")) + 1
    Path("a.txt").write_text(unit * n_units, encoding="utf-8")
    status, out, err = score(capsys, "a.txt")
    assert (status, err) == (0, "")
    assert f"facts       {n_units}" in out
    assert "facts.html  1 documents left out: too much for one page" in out


def test_twenty_megabytes_in_one_line(folder, capsys):
    Path("a.txt").write_text("项目推进" * 1_700_000, encoding="utf-8")
    status, out, err = score(capsys, "a.txt")
    assert (status, err) == (0, "")
    assert "1 without any fact" in out


def test_a_name_that_is_no_utf_8_is_scored(folder, capsys):
    name = os.fsdecode("报告".encode("gbk")) + ".txt"
    Path(name).write_text(TEXT, encoding="utf-8")
    status, _, err = score(capsys, name)
    assert (status, err) == (0, "")
    assert documents()[0]["source"] == "����.txt"
    manifest = json.loads(Path("out/manifest.json").read_text(encoding="utf-8"))
    assert manifest["settings"]["inputs"] == ["����.txt"]


def test_a_run_of_another_model_is_not_thrown_away(tmp_path):
    journal = Journal(tmp_path, maker=Maker("one", "a", "1"), resume=False)
    journal.append(0, json.dumps({"sha256": "x", "year": None}) + "\n")
    journal.close()
    for resume in (True, False):
        with pytest.raises(PipelineError, match="1 documents of an interrupted run with another"):
            Journal(tmp_path, maker=Maker("two", "b", "1"), resume=resume)
    with pytest.raises(PipelineError, match="add --resume to go on with it"):
        Journal(tmp_path, maker=Maker("one", "a", "1"), resume=False)
    taken = Journal(tmp_path, maker=Maker("one", "a", "1"), resume=True)
    assert taken.known == {("x", None)}
    taken.close()


def test_a_closed_standard_input_is_told(folder, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", None)
    status, _, err = score(capsys, "-")
    assert status == 2
    assert err == "zonefacts: error: -: standard input is closed; give a file or pipe the text in\n"


def test_a_full_disk_is_told_in_one_line(folder, capsys, monkeypatch):
    Path("a.txt").write_text(TEXT, encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pipeline.journal.os.fsync", full)
    status, _, err = score(capsys, "a.txt")
    assert (status, err) == (2, "zonefacts: error: No space left on device\n")
