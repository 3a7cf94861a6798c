"""Texts are linked only where they are the annotated ones."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from annotations.errors import CorpusError
from annotations.store import load_annotations
from corpus.cli import register
from corpus.files import write_atomic
from corpus.library import CollectionDocument
from corpus.link import link_texts

PASSAGE = "甲项目😀开工。\r\n乙项目"
TEXT = f"# 报告\n\n{PASSAGE}建成。\n"
PATH = "政府工作报告/某市/2019.md"
app = typer.Typer()
register(app)
run = CliRunner()


def reference(**changes: Any) -> str:
    start = TEXT.index(PASSAGE)
    data = {
        "repository": "https://example.org/reports",
        "commit": "0" * 40,
        "path": PATH,
        "start": start,
        "end": start + len(PASSAGE),
        "sha256": sha256(PASSAGE.encode()).hexdigest(),
        "year": 2019,
    }
    return json.dumps(data | changes)


def document(path: str, text: str) -> CollectionDocument:
    return CollectionDocument(path=path, kind="k", place="p", year=2019, text=text)


def collection() -> Iterator[CollectionDocument]:
    yield document("other.md", "x")
    yield document(PATH, TEXT)


def test_passages_are_cut_exactly_and_can_be_loaded(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a.json", reference())
    write_atomic(tmp_path / "a.ann", "T1\tPROJECT 0 3\t甲项目\n")
    write_atomic(tmp_path / "deep" / "b.json", reference())
    links = link_texts(collection(), annotations=tmp_path)
    assert links.linked == (tmp_path / "a.txt", tmp_path / "deep" / "b.txt")
    assert links.failures == ()
    assert (tmp_path / "a.txt").read_bytes() == PASSAGE.encode()
    assert load_annotations(tmp_path)[0].text == PASSAGE


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"start": 0}, "hash mismatch"),
        ({"end": 10_000}, "hash mismatch"),
        ({"sha256": "0" * 64}, "hash mismatch"),
        ({"path": "政府工作报告/某市/2020.md"}, "has no 政府工作报告/某市/2020.md"),
        ({"start": "x"}, "no reference to a text"),
    ],
)
def test_what_cannot_be_linked_is_named_and_not_written(
    changes: dict[str, Any], message: str, tmp_path: Path
) -> None:
    write_atomic(tmp_path / "bad.json", reference(**changes))
    write_atomic(tmp_path / "good.json", reference())
    links = link_texts(collection(), annotations=tmp_path)
    assert links.linked == (tmp_path / "good.txt",)
    (failure,) = links.failures
    assert message in failure
    assert "bad" in failure
    assert not (tmp_path / "bad.txt").exists()


def test_the_collection_is_read_once_and_no_further_than_needed(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a.json", reference())
    write_atomic(tmp_path / "b.json", reference(path="other.md"))
    read = []

    def documents() -> Iterator[CollectionDocument]:
        for item in (*collection(), document("last.md", "y")):
            read.append(item.path)
            yield item

    link_texts(documents(), annotations=tmp_path)
    assert read == ["other.md", PATH]


def test_a_folder_without_references_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no reference"):
        link_texts(collection(), annotations=tmp_path)


@pytest.mark.parametrize(("n_broken", "more"), [(1, ""), (3, ""), (5, "; and 2 more")])
def test_references_none_of_which_can_be_read_say_why(
    n_broken: int, more: str, tmp_path: Path
) -> None:
    for n in range(n_broken):
        write_atomic(tmp_path / f"{n}.json", reference(start="x"))
    with pytest.raises(CorpusError) as caught:
        link_texts(collection(), annotations=tmp_path)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path}: no reference in it can be read: {tmp_path / '0.json'}")
    assert message.count("no reference to a text (ValueError") == min(n_broken, 3)
    assert message.endswith(f"sha256{more}")
    assert "\n" not in message


def write_source(folder: Path) -> Path:
    record = {"path": PATH, "kind": "k", "place": "p", "year": 2019, "text": TEXT}
    write_atomic(folder / "reports.jsonl", f"broken\n{json.dumps(record)}\n")
    return folder / "reports.jsonl"


def test_command(tmp_path: Path) -> None:
    source = write_source(tmp_path)
    gold = tmp_path / "gold"
    write_atomic(gold / "a.json", reference())
    arguments = ["corpus", "link", str(source), "--annotations", str(gold)]
    result = run.invoke(app, arguments)
    assert (result.exit_code, result.stdout) == (0, "1 texts linked, 0 not\n")
    assert f"{source} 1: not a report" in result.stderr
    write_atomic(gold / "b.json", reference(path="none.md"))
    result = run.invoke(app, arguments)
    assert (result.exit_code, result.stdout) == (1, "1 texts linked, 1 not\n")
    assert f"{gold / 'b.txt'}: the collection has no none.md" in result.stderr
    assert run.invoke(app, [*arguments, "--quiet"]).stdout == ""
