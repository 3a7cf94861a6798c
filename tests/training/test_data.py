"""Which annotated documents are trained on."""

from dataclasses import replace

import pytest

from annotations.brat import format_ann
from annotations.document import Document
from annotations.errors import TrainingError
from corpus.passages import load_passages
from training.data import fingerprint, load_split, split_of


@pytest.fixture
def folder(documents, tmp_path):
    for document in documents:
        (tmp_path / f"{document.id}.txt").write_bytes(document.text.encode("utf-8"))
        (tmp_path / f"{document.id}.ann").write_text(format_ann(document), encoding="utf-8")
    return tmp_path


def test_what_no_list_names_is_trained_on(folder, documents):
    assert [d.id for d in load_split([str(folder)], "train")] == [d.id for d in documents]


def test_a_listed_passage_keeps_its_split_under_another_name(monkeypatch):
    passage = next(p for p in load_passages() if p.split == "test")
    assert split_of(Document(id=passage.id, text="")) == "test"

    copy = Document(id="a-copy", text="的")
    assert split_of(copy) == "train"
    listed = replace(passage, sha256=copy.sha256)
    monkeypatch.setattr("training.data._splits_by_hash", lambda: {listed.sha256: listed.split})
    assert split_of(copy) == "test"


def test_refused(folder):
    with pytest.raises(TrainingError, match="there are train, development, test"):
        load_split([str(folder)], "dev")
    with pytest.raises(TrainingError, match="no annotated document of the split 'development'"):
        load_split([str(folder)], "development")
    with pytest.raises(TrainingError, match="no folder of annotations"):
        load_split([], "train")
    with pytest.raises(TrainingError, match="report-0: stands twice"):
        load_split([str(folder), str(folder)], "train")
    ann = folder / "report-0.ann"
    ann.write_text(ann.read_text(encoding="utf-8").replace("LocatedIn", "LiesIn"), encoding="utf-8")
    with pytest.raises(
        TrainingError, match=r"report-0: LiesIn .*unknown relation.*zonefacts check"
    ):
        load_split([str(folder)], "train")


def test_the_fingerprint_sees_every_annotation_and_no_order(documents):
    assert fingerprint(documents) == fingerprint(documents[::-1])
    changed = replace(documents[0], relations=documents[0].relations[1:])
    assert fingerprint([changed, *documents[1:]]) != fingerprint(documents)
