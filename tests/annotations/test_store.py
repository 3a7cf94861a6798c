"""Annotations and texts are found where they may lie, and wrong texts are refused."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from annotations.document import Document, Mention, Relation, StatusValue
from annotations.errors import AnnotationError
from annotations.store import document_from_record, load_annotations, load_documents

TEXT = "高新区\r\n项目33个已开工\n"
ANN = "T1\tZONE 0 3\t高新区\n"


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def reference(**changes: Any) -> str:
    data = {
        "repository": "https://example.org/reports",
        "commit": "0" * 40,
        "path": "报告/某市/2019.md",
        "start": 5,
        "end": 5 + len(TEXT),
        "sha256": digest(TEXT),
        "year": 2019,
        "split": "test",
    }
    return json.dumps(data | changes, ensure_ascii=False)


def write(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())


def test_text_beside_keeps_its_line_breaks(tmp_path: Path) -> None:
    write(tmp_path / "deep" / "er", {"a.ann": ANN, "a.txt": TEXT})
    (document,) = load_annotations(tmp_path)
    assert (document.id, document.text, document.year) == ("a", TEXT, None)
    assert document.source == "er/a.txt"
    assert document.mentions[0].text == "高新区"


def test_text_in_the_folder_that_texts_toml_names(tmp_path: Path) -> None:
    write(tmp_path / "gold" / "seeds", {"a.ann": ANN, "texts.toml": 'texts = "../../seeds"'})
    manifest = f'[a]\nsha256 = "{digest(TEXT)}"\nzone = "某高新区"\nyear = 2021\n'
    write(tmp_path / "seeds", {"a.txt": TEXT, "MANIFEST.toml": manifest})
    (document,) = load_annotations(tmp_path / "gold")
    assert (document.text, document.year, document.source) == (TEXT, 2021, "seeds/a.txt")


def test_text_in_a_given_folder(tmp_path: Path) -> None:
    write(tmp_path / "predicted", {"a.ann": ANN})
    write(tmp_path / "texts", {"a.txt": TEXT})
    (document,) = load_annotations(tmp_path / "predicted", texts=[tmp_path, tmp_path / "texts"])
    assert document.text == TEXT


def test_reference_gives_year_and_source(tmp_path: Path) -> None:
    write(tmp_path, {"a.ann": ANN, "a.txt": TEXT, "a.json": reference()})
    (document,) = load_annotations(tmp_path)
    assert (document.year, document.source) == (2019, "报告/某市/2019.md")


def test_reference_may_lie_with_the_text_of_another_folder(tmp_path: Path) -> None:
    write(tmp_path / "first", {"a.ann": ANN, "texts.toml": 'texts = "../gold"'})
    write(tmp_path / "gold", {"a.json": reference()})
    with pytest.raises(
        AnnotationError, match=r"corpus link SOURCE --annotations .*/first/\.\./gold"
    ):
        load_annotations(tmp_path / "first")
    write(tmp_path / "gold", {"a.txt": TEXT})
    (document,) = load_annotations(tmp_path / "first")
    assert (document.year, document.source) == (2019, "报告/某市/2019.md")


BROKEN_FOLDERS = {
    "nothing": ({}, "no .ann file"),
    "no text": ({"a.ann": ANN}, "no a.txt in"),
    "text not linked": ({"a.ann": ANN, "a.json": reference()}, "zonefacts corpus link"),
    "other text": (
        {"a.ann": ANN, "a.txt": TEXT.replace("\r", ""), "a.json": reference()},
        "hash mismatch",
    ),
    "other text in the manifest": (
        {"a.ann": ANN, "a.txt": TEXT, "MANIFEST.toml": f'[a]\nsha256 = "{digest("x")}"\n'},
        "hash mismatch",
    ),
    "reference without a key": (
        {"a.ann": ANN, "a.json": '{"path": "x"}'},
        "no reference to a text",
    ),
    "reference that is a list": ({"a.ann": ANN, "a.json": "[]"}, "no reference to a text"),
    "texts.toml without texts": ({"a.ann": ANN, "texts.toml": "folder = 1"}, 'texts = "../texts"'),
    "texts.toml not TOML": ({"a.ann": ANN, "texts.toml": "="}, "expected one line like"),
    "manifest not TOML": ({"a.ann": ANN, "a.txt": TEXT, "MANIFEST.toml": "="}, "not TOML"),
    "manifest entry that is no table": (
        {"a.ann": ANN, "a.txt": TEXT, "MANIFEST.toml": "a = 1"},
        "MANIFEST.toml: expected a table [a]",
    ),
    "manifest hash that is no text": (
        {"a.ann": ANN, "a.txt": TEXT, "MANIFEST.toml": "[a]\nsha256 = 1"},
        "not {'sha256': 1}",
    ),
    "manifest year that is no number": (
        {"a.ann": ANN, "a.txt": TEXT, "MANIFEST.toml": "[a]\nyear = 'x'"},
        "not {'year': 'x'}",
    ),
    "bad line": ({"a.ann": "T1\tZONE 0 2\t高新区\n", "a.txt": TEXT}, "a.ann:1: T1 ZONE 0 2"),
}


@pytest.mark.parametrize(("files", "message"), BROKEN_FOLDERS.values(), ids=BROKEN_FOLDERS.keys())
def test_broken_folders_are_refused(tmp_path: Path, files: dict[str, str], message: str) -> None:
    write(tmp_path, files)
    with pytest.raises(AnnotationError) as caught:
        load_annotations(tmp_path)
    assert message in str(caught.value)


def test_a_text_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"a.ann": ANN})
    (tmp_path / "a.txt").write_bytes(TEXT.encode("gb18030"))
    with pytest.raises(AnnotationError, match="not UTF-8"):
        load_annotations(tmp_path)


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "first", {"a.ann": ANN, "a.txt": TEXT})
    write(tmp_path / "second", {"a.ann": ANN, "a.txt": TEXT})
    with pytest.raises(AnnotationError, match="the same name"):
        load_annotations(tmp_path)


RECORD = {
    "id": "a",
    "source": "in/a.txt",
    "sha256": digest(TEXT),
    "year": 2021,
    "text": TEXT,
    "entities": [
        {"id": "T1", "label": "PROJECT", "start": 5, "end": 10, "text": "项目33个", "score": 0.9},
        {"id": "T2", "label": "STATUS", "start": 11, "end": 13, "text": "开工", "score": 0.8},
    ],
    "status": {"T2": {"class": "under_construction", "modality": "actual"}},
    "relations": [{"type": "HasStatus", "head": "T1", "tail": "T2", "score": 0.7}],
    "model": "m",
    "version": "0",
}


def test_records_of_score_are_read(tmp_path: Path) -> None:
    write(tmp_path, {"documents.jsonl": json.dumps(RECORD) + "\n\n"})
    expected = Document(
        id="a",
        text=TEXT,
        mentions=(
            Mention(id="T1", label="PROJECT", start=5, end=10, text="项目33个", score=0.9),
            Mention(id="T2", label="STATUS", start=11, end=13, text="开工", score=0.8),
        ),
        relations=(Relation(type="HasStatus", head="T1", tail="T2", score=0.7),),
        status={"T2": StatusValue("under_construction", "actual")},
        year=2021,
        source="in/a.txt",
    )
    assert load_documents(tmp_path) == [expected]
    assert load_documents(tmp_path / "documents.jsonl") == [expected]
    assert document_from_record(RECORD) == expected


def test_a_folder_without_records_is_read_as_brat(tmp_path: Path) -> None:
    write(tmp_path, {"a.ann": ANN, "a.txt": TEXT})
    assert load_documents(tmp_path) == load_annotations(tmp_path)


BROKEN_RECORDS = {
    "empty": ("\n", "no document in it"),
    "not JSON": ("{", ":1: no document record"),
    "not an object": ("[]", ":1: no document record"),
    "a key missing": ('{"id": "a"}', "KeyError 'text'"),
    "other hash": (json.dumps(RECORD | {"sha256": "0"}), "does not have the sha256"),
    "other text": (json.dumps(RECORD | {"text": "x", "sha256": digest("x")}), "T1 PROJECT 5 10"),
    "twice": (f"{json.dumps(RECORD)}\n{json.dumps(RECORD)}", ":2: the document a stands twice"),
}


@pytest.mark.parametrize(("lines", "message"), BROKEN_RECORDS.values(), ids=BROKEN_RECORDS.keys())
def test_broken_records_are_refused(tmp_path: Path, lines: str, message: str) -> None:
    write(tmp_path, {"documents.jsonl": lines})
    with pytest.raises(AnnotationError) as caught:
        load_documents(tmp_path)
    assert message in str(caught.value)


def test_missing_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match="no such folder"):
        load_annotations(tmp_path / "none")
    with pytest.raises(AnnotationError, match="cannot be read"):
        load_documents(tmp_path / "none.jsonl")
