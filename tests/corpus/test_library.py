"""Collections in both forms give the same documents; what is broken is named."""

import json
import lzma
from pathlib import Path

import pytest

from annotations.errors import CorpusError
from corpus.files import write_atomic
from corpus.library import CollectionDocument, read_collection

DOCUMENTS = [
    CollectionDocument(
        path="政府工作报告/某市/2019.md",
        kind="政府工作报告",
        place="某市",
        year=2019,
        text="一\r\n二\n",
    ),
    CollectionDocument(
        path="五年规划/2006-2010.md", kind="五年规划", place="", year=2006, text="规划"
    ),
]


def line(document: CollectionDocument) -> str:
    fields = ("path", "kind", "place", "year", "text")
    return json.dumps({name: getattr(document, name) for name in fields}, ensure_ascii=False)


LINES = "".join(f"{line(document)}\n" for document in DOCUMENTS).encode()


def test_lines_plain_and_compressed(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(LINES)
    (tmp_path / "a.jsonl.xz").write_bytes(lzma.compress(LINES))
    assert list(read_collection(tmp_path / "a.jsonl")) == DOCUMENTS
    assert list(read_collection(tmp_path / "a.jsonl.xz")) == DOCUMENTS


def test_checkout_gives_the_same_documents_and_leaves_notes_alone(tmp_path: Path) -> None:
    for document in DOCUMENTS:
        write_atomic(tmp_path / document.path, document.text)
    for name in ("README.md", "2019.md", "五年规划/README.md", "a/b/c/2019.md", "a/²019.md"):
        write_atomic(tmp_path / name, "no report")
    found = list(read_collection(tmp_path))
    assert sorted(found, key=lambda d: d.path) == sorted(DOCUMENTS, key=lambda d: d.path)


BROKEN_LINES = {
    "no JSON": b"{",
    "a list": b"[]",
    "no text": b'{"path": "p", "kind": "k", "place": "", "year": 2019}',
    "text that is none": line(DOCUMENTS[0]).replace('"一\\r\\n二\\n"', "null").encode(),
    "year that is none": line(DOCUMENTS[0]).replace("2019,", '"x",').encode(),
    "other encoding": line(DOCUMENTS[0]).encode("gb18030"),
}


@pytest.mark.parametrize("broken", BROKEN_LINES.values(), ids=BROKEN_LINES.keys())
def test_broken_lines_raise_or_are_reported(broken: bytes, tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    source.write_bytes(LINES + broken + b"\n" + LINES)
    with pytest.raises(CorpusError, match="line 3: not a report"):
        list(read_collection(source))
    reported: list[tuple[int, str]] = []
    found = list(read_collection(source, on_broken=lambda n, reason: reported.append((n, reason))))
    assert found == DOCUMENTS * 2
    assert [number for number, _ in reported] == [3]


def test_broken_files_of_a_checkout_raise_or_are_reported(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a" / "2018.md", "好")
    write_atomic(tmp_path / "a" / "2019.md", "坏".encode("gb18030"))
    with pytest.raises(CorpusError, match=r"file 2: a/2019\.md is not a report"):
        list(read_collection(tmp_path))
    reported: list[int] = []
    found = list(read_collection(tmp_path, on_broken=lambda n, _: reported.append(n)))
    assert [document.text for document in found] == ["好"]
    assert reported == [2]


BROKEN_SOURCES = {
    "missing": ("a.jsonl", None, "no such file"),
    "other kind": ("a.csv", b"", "expected a .jsonl"),
    "empty": ("a.jsonl", b"", "no report in it"),
    "cut off": ("a.jsonl.xz", lzma.compress(LINES * 50)[:-20], "damaged after line"),
    "no xz": ("a.jsonl.xz", LINES, "damaged after line 0"),
    "folder without reports": ("folder/README.md", b"", "no report in it"),
}


@pytest.mark.parametrize(
    ("name", "data", "message"), BROKEN_SOURCES.values(), ids=BROKEN_SOURCES.keys()
)
def test_broken_sources(name: str, data: bytes | None, message: str, tmp_path: Path) -> None:
    source = tmp_path / name
    if data is not None:
        write_atomic(source, data)
    with pytest.raises(CorpusError) as caught:
        list(read_collection(source.parent if source.suffix == ".md" else source))
    assert message in str(caught.value)


def test_documents_come_one_by_one(tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    source.write_bytes(LINES + b"{")
    assert next(read_collection(source)) == DOCUMENTS[0]
