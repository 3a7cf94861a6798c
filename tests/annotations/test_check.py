"""The checker names every problem, with file and line, and lets no problem hide another."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from annotations.check import CheckReport, check_ann, check_folder, summary
from annotations.errors import AnnotationError
from corpus.files import write_atomic

TEXT = "甲项目总投资3亿元，已开工。\n乙项目在高新区。\n"
GOOD = (
    "T1\tPROJECT 0 3\t甲项目\n"
    "T2\tAMOUNT 6 9\t3亿元\n"
    "T3\tSTATUS 11 13\t开工\n"
    "T4\tPROJECT 15 18\t乙项目\n"
    "T5\tZONE 19 22\t高新区\n"
    "R1\tTotalInvestment Arg1:T1 Arg2:T2\n"
    "R2\tHasStatus Arg1:T1 Arg2:T3\n"
    "R3\tLocatedIn Arg1:T4 Arg2:T5\n"
    "A1\tStatusClass T3 under_construction\n"
    "A2\tModality T3 actual\n"
)


def lines(text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    start = 0
    for line in text.split("\n"):
        spans.append((start, start + len(line)))
        start += len(line) + 1
    return spans


def problems(ann: str) -> Iterator[tuple[int, str]]:
    found, _ = check_ann(ann, text=TEXT, id="a", paragraphs=lines)
    return ((problem.line, problem.message) for problem in found)


def test_nothing_is_wrong_with_good_annotations() -> None:
    assert list(problems(GOOD)) == []


# Each row: what is replaced in the good file, by what, the line and the words of the one finding.
PROBLEMS = {
    "text": ("3亿元", "3亿", 2, "T2 AMOUNT 6 9 says '3亿'"),
    "beyond the text": (
        "T2\tAMOUNT 6 9\t3亿元",
        "T2\tAMOUNT 6 999\t3亿元",
        2,
        "the text (24 characters) has no such span; the nearest such text starts at 6;",
    ),
    "overlap": ("T5\tZONE 19 22\t高新区", "T5\tZONE 17 22\t目在高新区", 4, "overlap"),
    "label": ("ZONE", "PLACE", 5, "T5: unknown label PLACE"),
    "relation": ("LocatedIn", "Located", 8, "unknown relation"),
    "signature": ("LocatedIn", "OwnedBy", 8, "joins PROJECT to ZONE, wants PROJECT to COMPANY"),
    "self": ("LocatedIn Arg1:T4 Arg2:T5", "MemberOf Arg1:T4 Arg2:T4", 8, "a mention to itself"),
    "duplicate": (
        "R3\tLocatedIn Arg1:T4 Arg2:T5\n",
        "R3\tLocatedIn Arg1:T4 Arg2:T5\nR4\tLocatedIn Arg1:T4 Arg2:T5\n",
        9,
        "stands twice",
    ),
    "paragraphs": ("Arg1:T4", "Arg1:T1", 8, "joins two paragraphs: '甲项目' at 0"),
    "class": ("under_construction", "building", 3, "unknown status building actual"),
    "modality": ("actual", "hoped", 3, "unknown status under_construction hoped"),
    "status of a zone": (
        "T3 under_construction\nA2\tModality T3",
        "T5 planned\nA2\tModality T5",
        5,
        "a ZONE carries a status class",
    ),
    "status without relation": ("R2\tHasStatus Arg1:T1 Arg2:T3\n", "", 3, "without a HasStatus"),
    "malformed": ("R3\t", "R3 ", 8, "malformed line"),
    "id twice": ("R3", "R2", 8, "the id R2 is used twice"),
    "ids count down": ("R1", "R9", 7, "unsorted: the id R2 follows R9"),
    "unsorted": (
        "T4\tPROJECT 15 18\t乙项目\nT5\tZONE 19 22\t高新区\n",
        "T5\tZONE 19 22\t高新区\nT4\tPROJECT 15 18\t乙项目\n",
        5,
        "unsorted",
    ),
}


@pytest.mark.parametrize(("old", "new", "line", "message"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_problem(old: str, new: str, line: int, message: str) -> None:
    assert GOOD.count(old) == 1
    found = list(problems(GOOD.replace(old, new)))
    assert (line, True) in [(n, message in text) for n, text in found]


@pytest.mark.parametrize(
    ("removed", "expected"),
    [
        ("A2\tModality T3 actual\n", ["T3 has a StatusClass but no Modality"]),
        ("A1\tStatusClass T3 under_construction\n", ["T3 has a Modality but no StatusClass"]),
        (GOOD[GOOD.index("A1") :], ["STATUS without class and modality"]),
    ],
)
def test_status_without_value(removed: str, expected: list[str]) -> None:
    found = [message for _, message in problems(GOOD.replace(removed, ""))]
    assert all(any(part in message for message in found) for part in expected)


def test_all_problems_are_reported_in_line_order() -> None:
    ann = (
        "T1\tPROJECT 0 3\t甲\nT2\tPLACE 2 5\t目总投\nnonsense\n"
        "R1\tWhen Arg1:T1 Arg2:T9\nR2\tWhen Arg1:T1 Arg2:T2\n"
    )
    assert [line for line, _ in problems(ann)] == [1, 1, 2, 3, 4, 5]


def write_folder(folder: Path) -> None:
    write_atomic(folder / "good.ann", GOOD)
    write_atomic(folder / "good.txt", TEXT)
    write_atomic(folder / "deep" / "bad.ann", GOOD.replace("高新区", "高薪区"))
    write_atomic(folder / "deep" / "bad.txt", TEXT)


def test_folder_is_searched_with_its_subfolders(tmp_path: Path) -> None:
    write_folder(tmp_path)
    report = check_folder(tmp_path, paragraphs=lines)
    (finding,) = report.findings
    assert str(finding).startswith(f"{tmp_path}/deep/bad.ann:5: T5 ZONE 19 22 says '高薪区'")
    assert (report.n_files, len(report.documents)) == (2, 2)


def test_texts_that_are_missing_or_others_are_findings(tmp_path: Path) -> None:
    write_atomic(tmp_path / "alone.ann", "T1 x\n")
    write_atomic(tmp_path / "other.ann", GOOD)
    write_atomic(tmp_path / "other.txt", TEXT)
    write_atomic(
        tmp_path / "other.json",
        '{"repository": "r", "commit": "c", "path": "p.md", "start": 0, "end": 9, "sha256": "0"}',
    )
    (tmp_path / "latin.ann").write_bytes("T1\tZONE 0 1\té".encode("latin-1"))
    report = check_folder(tmp_path, paragraphs=lines)
    found = [(finding.path.name, finding.message) for finding in report.findings]
    assert [name for name, _ in found] == ["alone.ann", "alone.ann", "latin.ann", "other.ann"]
    for part, (_, message) in zip(
        ("no alone.txt", "malformed", "not UTF-8", "hash mismatch"), found, strict=True
    ):
        assert part in message
    assert report.documents == ()


def test_nothing_to_check_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match=r"no \.ann file"):
        check_folder(tmp_path, paragraphs=lines)


def rendered(report: CheckReport) -> dict[str, str]:
    console = Console(width=80)
    with console.capture() as capture:
        console.print(summary(report))
    cells = [row.strip("│ ").split("│") for row in capture.get().splitlines() if "│" in row]
    return {cell[0].strip(): cell[1].strip() for cell in cells}


def test_summary_counts(tmp_path: Path) -> None:
    write_folder(tmp_path)
    rows = rendered(check_folder(tmp_path, paragraphs=lines))
    expected = {
        "documents": "2",
        "characters": str(2 * len(TEXT)),
        "mentions": "10",
        "PROJECT": "4",
        "COMPANY": "0",
        "relations": "6",
        "HasStatus": "2",
        "under_construction": "2",
        "actual": "2",
        "future": "0",
    }
    assert {name: rows[name] for name in expected} == expected


def write_unlinked(folder: Path, **annotations: str) -> None:
    reference = (
        '{"repository": "a/b", "commit": "0", "path": "x.md", "start": 0, "end": 9,'
        ' "sha256": "0", "year": 2019}'
    )
    for name, ann in annotations.items():
        write_atomic(folder / f"{name}.ann", ann)
        write_atomic(folder / f"{name}.json", reference)


@pytest.mark.parametrize(
    ("names", "message"),
    [("a", "1 text of a/b is not here"), ("ab", "2 texts of a/b are not here")],
)
def test_a_collection_that_was_not_linked_is_one_finding(
    tmp_path: Path, names: str, message: str
) -> None:
    write_unlinked(tmp_path, **dict.fromkeys(names, GOOD))
    (finding,) = check_folder(tmp_path, paragraphs=lines).findings
    assert str(finding) == (
        f"{tmp_path}: {message}: run `zonefacts corpus link SOURCE --annotations {tmp_path}` with a"
        " copy of that collection"
    )


def test_malformed_lines_are_found_without_the_text(tmp_path: Path) -> None:
    write_unlinked(tmp_path, a=GOOD, b=GOOD.replace("R3\t", "R3 "))
    report = check_folder(tmp_path, paragraphs=lines)
    malformed, unlinked = report.findings
    assert (malformed.path, malformed.line) == (tmp_path / "b.ann", 8)
    assert "malformed line 'R3 LocatedIn" in malformed.message
    assert unlinked.message.startswith("2 texts of a/b are not here")
    assert report.documents == ()
