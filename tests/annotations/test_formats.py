"""Every format gives back what it can hold, and only that is lost which its module says."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from annotations.convert import FORMATS, convert, find_format, losses
from annotations.document import Document, Mention, Relation, StatusValue, renumber
from annotations.errors import AnnotationError
from annotations.formats import label_studio
from annotations.formats.utf16 import code_points, code_units
from corpus.files import write_atomic
from tests.annotations.strategies import documents

# No deadline: the first example loads spaCy, and files are written while others use the machine.
PROPERTY = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
DATA = Path(__file__).parent / "data"
TEXT = "😀𠮷祥高新区通报\n总投资12亿元的𠮷光电池\n项目、桥梁 项目已开工。\\n#\tO\r\n"


def mention(number: int, label: str, text: str) -> Mention:
    start = TEXT.index(text)
    return Mention(id=f"T{number}", label=label, start=start, end=start + len(text), text=text)


DOCUMENT = Document(
    id="rare characters",
    text=TEXT,
    mentions=(
        mention(1, "ZONE", "𠮷祥高新区"),
        mention(2, "AMOUNT", "12亿元"),
        mention(3, "PROJECT", "𠮷光电池\n项目"),
        mention(4, "PROJECT", "桥梁 项目"),
        mention(5, "STATUS", "开工"),
    ),
    relations=(
        Relation(type="LocatedIn", head="T3", tail="T1"),
        Relation(type="TotalInvestment", head="T3", tail="T2"),
        Relation(type="HasStatus", head="T3", tail="T5"),
        Relation(type="HasStatus", head="T4", tail="T5"),
    ),
    status={"T5": StatusValue("under_construction", "actual")},
    year=2021,
    source="texts/rare.txt",
)
EMPTY = Document(id="empty", text="没有项目。\n", year=2020, source="texts/empty.txt")
LABELS_ONLY = {"relations": 4, "status values": 1}
LOST = {
    "brat": {"years": 2, "sources": 2},
    "label-studio": {},
    "doccano": {},
    "conll": LABELS_ONLY,
    "docbin": {},
}


def save(path: Path, name: str, *content: Document) -> None:
    for file, data in find_format(name).render(content, path).items():
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(data)


def test_every_format_has_its_row() -> None:
    assert tuple(LOST) == FORMATS


@pytest.mark.parametrize("name", FORMATS)
def test_round_trip(name: str, tmp_path: Path) -> None:
    save(tmp_path / "out", name, DOCUMENT, EMPTY)
    restored = {document.id: document for document in find_format(name).read(tmp_path / "out")}
    lost = losses(DOCUMENT, restored[DOCUMENT.id]) + losses(EMPTY, restored[EMPTY.id])
    assert lost == LOST[name]
    assert [restored[d.id].text for d in (DOCUMENT, EMPTY)] == [TEXT, EMPTY.text]
    assert restored[DOCUMENT.id].mentions == DOCUMENT.mentions
    if name not in ("brat", "conll"):
        assert restored == {d.id: d for d in (DOCUMENT, EMPTY)}


@pytest.mark.parametrize("name", ["label-studio", "doccano", "docbin"])
@PROPERTY
@given(document=documents(flat=True))
def test_any_flat_document_survives(name: str, tmp_path: Path, document: Document) -> None:
    document = renumber(document)
    save(tmp_path / "out", name, document)
    assert find_format(name).read(tmp_path / "out") == [document]


@PROPERTY
@given(document=documents(flat=True))
def test_conll_keeps_any_text_and_flat_mentions(tmp_path: Path, document: Document) -> None:
    document = renumber(document)
    save(tmp_path / "out", "conll", document)
    assert find_format("conll").read(tmp_path / "out") == [
        replace(document, relations=(), status={})
    ]


def test_scores_are_held_by_docbin_alone(tmp_path: Path) -> None:
    scored = replace(
        DOCUMENT,
        mentions=(replace(DOCUMENT.mentions[0], score=0.5), *DOCUMENT.mentions[1:]),
        relations=(replace(DOCUMENT.relations[0], score=0.25), *DOCUMENT.relations[1:]),
    )
    lost = {}
    for name in FORMATS:
        save(tmp_path / name, name, scored)
        lost[name] = losses(scored, find_format(name).read(tmp_path / name)[0])["scores"]
    assert lost == {"brat": 2, "label-studio": 2, "doccano": 2, "conll": 2, "docbin": 0}


@pytest.mark.parametrize("name", ["conll", "docbin"])
def test_overlapping_mentions_are_counted_where_they_are_lost(name: str, tmp_path: Path) -> None:
    inner = replace(
        DOCUMENT,
        mentions=(*DOCUMENT.mentions, Mention(id="T9", label="DATE", start=3, end=5, text="高新")),
        relations=(Relation(type="When", head="T3", tail="T9"),),
        status={},
    )
    save(tmp_path / "out", name, inner)
    assert losses(inner, find_format(name).read(tmp_path / "out")[0]) == {
        "mentions": 1,
        "relations": 1,
    }


def test_convert_writes_files_and_counts_losses(tmp_path: Path) -> None:
    save(tmp_path / "in.jsonl", "doccano", DOCUMENT, EMPTY)
    done = convert(
        tmp_path / "in.jsonl",
        tmp_path / "out.conll",
        from_format="doccano",
        to_format="conll",
        write=write_atomic,
    )
    assert (done.n_documents, done.files) == (2, (tmp_path / "out.conll",))
    assert done.dropped == LABELS_ONLY


def test_label_studio_gets_its_configuration_beside(tmp_path: Path) -> None:
    save(tmp_path / "tasks.json", "label-studio", DOCUMENT)
    assert (tmp_path / "tasks.xml").read_text(encoding="utf-8") == label_studio.labelling_config()


def test_shipped_configuration_is_the_generated_one() -> None:
    shipped = Path(label_studio.__file__).with_suffix(".xml").read_text(encoding="utf-8")
    assert shipped == label_studio.labelling_config()


def test_brat_rewrites_a_folder_in_place_without_copying_texts(tmp_path: Path) -> None:
    folder = tmp_path / "gold"
    write_atomic(tmp_path / "texts" / "a.txt", "高新区甲项目")
    write_atomic(folder / "texts.toml", 'texts = "../texts"\n')
    write_atomic(folder / "a.ann", "T2\tPROJECT 3 6\t甲项目\nT1\tZONE 0 3\t高新区\n")
    done = convert(folder, folder, from_format="brat", to_format="brat", write=write_atomic)
    assert done.files == (folder / "a.ann",)
    assert (folder / "a.ann").read_text(encoding="utf-8") == (
        "T1\tZONE 0 3\t高新区\nT2\tPROJECT 3 6\t甲项目\n"
    )


def files_below(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*.*")
    }


def test_brat_rewrites_a_nested_folder_in_place(tmp_path: Path) -> None:
    before = {
        "s1/d1.ann": "T2\tPROJECT 3 6\t甲项目\nT1\tZONE 0 3\t高新区\n",
        "s1/d1.txt": "高新区甲项目",
        "s2/deep/d2.ann": "T7\tZONE 0 3\t高新区\n",
        "s2/deep/texts.toml": 'texts = "../texts"\n',
        "s2/texts/d2.txt": "高新区\n",
    }
    for name, content in before.items():
        write_atomic(tmp_path / name, content)
    done = convert(tmp_path, tmp_path, from_format="brat", to_format="brat", write=write_atomic)
    assert (done.n_documents, done.dropped) == (2, {})
    assert files_below(tmp_path) == before | {
        "s1/d1.ann": "T1\tZONE 0 3\t高新区\nT2\tPROJECT 3 6\t甲项目\n",
        "s2/deep/d2.ann": "T1\tZONE 0 3\t高新区\n",
    }


def test_brat_adds_new_documents_beside_the_subfolders(tmp_path: Path) -> None:
    save(tmp_path / "in.jsonl", "doccano", DOCUMENT, EMPTY)
    write_atomic(tmp_path / "gold" / "deep" / "empty.ann", "")
    write_atomic(tmp_path / "gold" / "deep" / "empty.txt", EMPTY.text)
    convert(
        tmp_path / "in.jsonl",
        tmp_path / "gold",
        from_format="doccano",
        to_format="brat",
        write=write_atomic,
    )
    assert sorted(files_below(tmp_path / "gold")) == [
        "deep/empty.ann",
        "deep/empty.txt",
        "rare characters.ann",
        "rare characters.txt",
    ]


def test_brat_writes_nothing_where_two_files_below_have_one_name(tmp_path: Path) -> None:
    save(tmp_path / "in.jsonl", "doccano", EMPTY)
    for name in ("s1/d.ann", "s2/d.ann"):
        write_atomic(tmp_path / "gold" / name, "")
    with pytest.raises(AnnotationError, match=r"s2/d\.ann: .*s1/d\.ann has the same name"):
        convert(
            tmp_path / "in.jsonl",
            tmp_path / "gold",
            from_format="doccano",
            to_format="brat",
            write=write_atomic,
        )
    assert files_below(tmp_path / "gold") == {"s1/d.ann": "", "s2/d.ann": ""}


@pytest.mark.parametrize("manifest", ["", '[empty]\nsha256 = "0"\n', "empty = 1\n"])
def test_brat_overwrites_no_other_text(manifest: str, tmp_path: Path) -> None:
    write_atomic(tmp_path / "empty.txt", "别的")
    write_atomic(tmp_path / "MANIFEST.toml", manifest)
    with pytest.raises(AnnotationError, match="has another text of that name"):
        find_format("brat").render([EMPTY], tmp_path)


@pytest.mark.parametrize("name", ["../a", "a/b"])
def test_brat_takes_no_path_for_a_name(name: str, tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match="cannot be a file name"):
        find_format("brat").render([replace(EMPTY, id=name)], tmp_path)


def test_units_of_a_text_with_rare_characters() -> None:
    assert code_units("a😀𠮷b") == [0, 1, 3, 5, 6]
    assert code_points("a😀𠮷b") == {0: 0, 1: 1, 3: 2, 5: 3, 6: 4}


def test_doccano_lines_count_code_units(tmp_path: Path) -> None:
    save(tmp_path / "out.jsonl", "doccano", DOCUMENT)
    record = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    units = TEXT.encode("utf-16-le")
    for entity, expected in zip(record["entities"], DOCUMENT.mentions, strict=True):
        cut = units[2 * entity["start_offset"] : 2 * entity["end_offset"]].decode("utf-16-le")
        assert cut == expected.text
    assert record["entities"][0]["start_offset"] == DOCUMENT.mentions[0].start + 1


# An export of Label Studio 1.23.2. Its tasks were written by `render`; then 晨光公司 was marked
# with the mouse and the choices of 开工建设 were ticked in the interface: these are its own.
def test_export_of_label_studio_is_read() -> None:
    rare, group, windows = label_studio.read(DATA / "label_studio_export.json")
    assert (rare.id, rare.year, rare.source) == (
        "rare-characters",
        2021,
        "authored/rare-characters.txt",
    )
    assert [(m.label, m.start, m.end, m.text) for m in rare.mentions] == [
        ("ZONE", 1, 6, "𠮷祥高新区"),
        ("AMOUNT", 12, 18, "12.5亿元"),
        ("PROJECT", 19, 28, "𠮷光电池材料\n项目"),
        ("STATUS", 29, 33, "开工建设"),
        ("COMPANY", 35, 39, "晨光公司"),
    ]
    assert [(r.type, r.head, r.tail) for r in rare.relations] == [
        ("LocatedIn", "T3", "T1"),
        ("TotalInvestment", "T3", "T2"),
        ("HasStatus", "T3", "T4"),
    ]
    assert rare.status == {"T4": StatusValue("under_construction", "actual")}
    assert len(group.mentions) == len(group.relations) == 8
    assert set(group.status.values()) == {
        StatusValue("signed", "future"),
        StatusValue("operating", "future"),
    }
    assert [(m.label, m.start, m.text) for m in windows.mentions] == [
        ("ZONE", 0, "甲园区"),
        ("ZONE", 6, "乙园区"),
        ("COMPANY", 12, "晨光公司"),
    ]


def task(result: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"id": 7, "data": {"text": TEXT}, "annotations": [{"result": result}]} | more


def region(key: str, start: int, end: int, *, text: str | None, **more: Any) -> dict[str, Any]:
    value = {"start": start, "end": end, "labels": ["ZONE"]}
    return {"id": key, "type": "labels", "value": value | ({"text": text} if text else {})} | more


def test_old_label_studio_exports_in_code_units_are_recognised(tmp_path: Path) -> None:
    regions = [
        region("a", 2, 8, text="𠮷祥高新区"),
        region("b", 19, 26, text="𠮷光电池\\n项目"),
    ]
    start = TEXT.index("𠮷光")
    units = code_units(TEXT)
    regions[1]["value"] |= {"start": units[start], "end": units[start + 7]}
    write_atomic(tmp_path / "old.json", json.dumps([task(regions)]))
    (document,) = label_studio.read(tmp_path / "old.json")
    assert document.id == "task-7"
    assert [m.text for m in document.mentions] == ["𠮷祥高新区", "𠮷光电池\n项目"]


def test_skipped_annotations_and_leftward_relations(tmp_path: Path) -> None:
    result = [
        region("a", 1, 6, text="𠮷祥高新区"),
        region("b", 7, 9, text=None),
        {"type": "relation", "from_id": "a", "to_id": "b", "direction": "left", "labels": ["When"]},
    ]
    annotations = [{"result": [], "was_cancelled": True}, {"result": result}]
    write_atomic(tmp_path / "e.json", json.dumps([task([], annotations=annotations)]))
    (document,) = label_studio.read(tmp_path / "e.json")
    assert document.relations == (Relation(type="When", head="T2", tail="T1"),)


CHOICE = {"id": "a", "type": "choices", "from_name": "modality", "value": {"choices": ["actual"]}}
LINK = {"type": "relation", "from_id": "a", "to_id": "a"}
A_REGION = region("a", 1, 6, text="𠮷祥高新区")
BROKEN_TASKS: Mapping[str, tuple[Any, str]] = {
    "no list": ({"a": 1}, "no Label Studio export"),
    "no text": ([{"data": {}}], "KeyError: 'text'"),
    "no annotation": ([task([], annotations=[])], "has 0 annotations"),
    "two annotations": ([task([], annotations=[{"result": []}] * 2)], "has 2 annotations"),
    "other text": ([task([region("a", 1, 6, text="高新区")])], "says '高新区'"),
    "past the end": ([task([region("a", 1, 600, text=None)])], "neither in code points"),
    "two labels": (
        [task([A_REGION | {"value": A_REGION["value"] | {"labels": ["ZONE", "DATE"]}}])],
        "has ['ZONE', 'DATE']",
    ),
    "half a status": ([task([A_REGION, CHOICE])], "a STATUS needs both"),
    "a status of nothing": ([task([CHOICE])], "a STATUS needs both"),
    "relation without label": ([task([A_REGION, LINK])], "needs one direction and a label"),
    "relation both ways": (
        [task([A_REGION, LINK | {"direction": "bi", "labels": ["When"]}])],
        "needs one direction and a label",
    ),
    "relation to nothing": (
        [task([A_REGION, LINK | {"to_id": "z", "labels": ["When"]}])],
        "which no mention has as id",
    ),
}


@pytest.mark.parametrize(("tasks", "message"), BROKEN_TASKS.values(), ids=BROKEN_TASKS.keys())
def test_broken_label_studio_exports(tasks: Any, message: str, tmp_path: Path) -> None:
    write_atomic(tmp_path / "e.json", json.dumps(tasks))
    with pytest.raises(AnnotationError) as caught:
        label_studio.read(tmp_path / "e.json")
    assert message in str(caught.value)


def entity(start: int, end: int, **more: Any) -> dict[str, Any]:
    return {"id": 4, "label": "STATUS", "start_offset": start, "end_offset": end} | more


STATUS = {"class": "signed", "modality": "actual"}
BROKEN_LINES: Mapping[str, tuple[str, Any, str]] = {
    "doccano not JSON": ("doccano", "{", "no doccano record"),
    "doccano without relations": ("doccano", '{"text": "a", "entities": []}', "'relations'"),
    "doccano half a character": (
        "doccano",
        json.dumps({"text": "😀开工", "entities": [entity(1, 4)], "relations": []}),
        "splits a character",
    ),
    "doccano status that was moved": (
        "doccano",
        json.dumps(
            {
                "text": "已开工",
                "entities": [entity(1, 3)],
                "relations": [],
                "zonefacts": {"status": [entity(0, 3) | STATUS]},
            }
        ),
        "where no STATUS is any more",
    ),
    "conll empty": ("conll", "", "no document in it"),
    "conll without id": ("conll", "区\tO\n", "expected a line `# id = NAME`"),
    "conll year alone": ("conll", "# year = 2020\n", ":1: expected a line `# id = NAME`"),
    "conll year before id": ("conll", "\n# year = 2020\n# id = a\n", ":2: expected a line `# id"),
    "conll words": ("conll", "# id = a\n高新区\tB-ZONE\n", "expected one character"),
    "conll without tag": ("conll", "# id = a\n区\n", "expected one character"),
    "conll wrong tag": ("conll", "# id = a\n区\tS-ZONE\n", "expected one character"),
    "conll I after O": ("conll", "# id = a\n区\tO\n区\tI-ZONE\n", ":3: I-ZONE continues no ZONE"),
    "conll I after B of another": (
        "conll",
        "# id = a\n区\tB-DATE\n区\tI-ZONE\n",
        "continues no ZONE",
    ),
    "conll year": ("conll", "# id = a\n# year = x\n区\tO\n", "no year"),
    "docbin": ("docbin", "no DocBin", "not a spaCy DocBin"),
}


@pytest.mark.parametrize(
    ("name", "content", "message"), BROKEN_LINES.values(), ids=BROKEN_LINES.keys()
)
def test_broken_files(name: str, content: str, message: str, tmp_path: Path) -> None:
    write_atomic(tmp_path / "broken", content)
    with pytest.raises(AnnotationError) as caught:
        find_format(name).read(tmp_path / "broken")
    assert message in str(caught.value)


def test_doccano_fields_of_its_own_are_left_alone(tmp_path: Path) -> None:
    line = {
        "id": 12,
        "text": "😀已开工",
        "entities": [entity(3, 5)],
        "relations": [],
        "Comments": ["?"],
        "zonefacts": None,
    }
    write_atomic(tmp_path / "admin.jsonl", json.dumps(line) + "\n\n")
    (document,) = find_format("doccano").read(tmp_path / "admin.jsonl")
    assert (document.id, document.mentions[0].text) == ("admin-1", "开工")


def test_docbin_of_somebody_else_is_refused(tmp_path: Path) -> None:
    from spacy.tokens import Doc, DocBin  # noqa: PLC0415
    from spacy.vocab import Vocab  # noqa: PLC0415

    DocBin(docs=[Doc(Vocab(), words=["a"])]).to_disk(tmp_path / "other.spacy")
    with pytest.raises(AnnotationError, match="not written by this converter"):
        find_format("docbin").read(tmp_path / "other.spacy")


def test_docbin_has_one_token_a_character(tmp_path: Path) -> None:
    from spacy.tokens import DocBin  # noqa: PLC0415
    from spacy.vocab import Vocab  # noqa: PLC0415

    save(tmp_path / "out.spacy", "docbin", DOCUMENT)
    (doc,) = DocBin().from_disk(tmp_path / "out.spacy").get_docs(Vocab())
    assert [token.text for token in doc] == list(TEXT)
    assert [(e.label_, e.start_char, e.text) for e in doc.ents] == [
        (m.label, m.start, m.text) for m in DOCUMENT.mentions
    ]


def test_wrong_use_of_convert_is_named(tmp_path: Path) -> None:
    write_atomic(tmp_path / "empty.jsonl", "")
    save(tmp_path / "twice.jsonl", "doccano", EMPTY, EMPTY)
    for source, name, message in (
        ("empty.jsonl", "doccano", "no document in it"),
        ("twice.jsonl", "doccano", "the document empty stands twice"),
        ("none.jsonl", "doccano", "cannot be read"),
        ("none.spacy", "docbin", "cannot be read"),
        ("empty.jsonl", "word", "unknown format 'word'; expected one of brat, label-studio"),
    ):
        with pytest.raises(AnnotationError) as caught:
            convert(
                tmp_path / source,
                tmp_path / "out",
                from_format=name,
                to_format="conll",
                write=write_atomic,
            )
        assert message in str(caught.value)
