"""Accuracy of the value parsers by pattern class."""

from pathlib import Path

import pytest

from annotations.errors import EvaluationError
from evaluation.values import pattern_class, score_values

TABLES = Path(__file__).parent.parent / "pipeline" / "data"


def write(path: Path, *rows: str) -> Path:
    path.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def test_failures_are_listed_by_class(tmp_path: Path) -> None:
    table = write(
        tmp_path / "amounts.tsv",
        "form\tvalue\tupper\tcurrency\tqualifier",
        "3亿元\t300000000\t-\tCNY\texact",
        "4亿元\t300000000\t-\tCNY\texact",
        "约5亿元\t500000000\t-\tCNY\tabout",
        "项目\t-\t-\t-\t-",
    )
    scores = {score.pattern: score for score in score_values([table])}
    integer = scores["integer"]
    assert (integer.parser, integer.cases, integer.correct, integer.accuracy) == (
        "amount",
        2,
        1,
        0.5,
    )
    assert [(f.text, f.expected, f.found) for f in integer.failures] == [
        ("4亿元", "300000000 - CNY exact", "400000000 - CNY exact")
    ]
    assert scores["approximate"].accuracy == 1
    assert scores["other"].correct == 1


def test_a_pattern_column_names_the_class(tmp_path: Path) -> None:
    table = write(
        tmp_path / "dates.tsv",
        "form\tyear\tstart\tend\tpattern",
        "今年\t2021\t2021-01-01\t2021-12-31\trelative to the report",
        "今年\t-\t-\t-\trelative to the report",
    )
    (score,) = score_values([table])
    assert (score.pattern, score.cases, score.correct) == ("relative to the report", 2, 2)


def test_tables_of_the_parsers_are_read() -> None:
    scores = score_values([TABLES])
    assert {score.parser for score in scores} == {"amount", "date", "count"}
    rows = sum(len(path.read_text("utf-8").splitlines()) - 1 for path in TABLES.glob("*.tsv"))
    assert sum(score.cases for score in scores) == rows
    assert all(score.cases - score.correct == len(score.failures) for score in scores)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["form\tcolour", "3亿元\tred"], "expected one of"),
        (["form\tcount\tqualifier"], "no cases"),
        (["form\tcount\tqualifier", "3个项目"], "fewer columns"),
    ],
)
def test_bad_tables(tmp_path: Path, rows: list[str], message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        score_values([write(tmp_path / "t.tsv", *rows)])


@pytest.mark.parametrize("year", ["x", "", "21", "2021年", "-5"])
def test_a_bad_year_is_told_with_its_line(tmp_path: Path, year: str) -> None:
    # The blank line is no row, but a line.
    rows = (
        "form\tyear\tstart\tend",
        "今年\t2021\t2021-01-01\t2021-12-31",
        "",
        f"今年\t{year}\t-\t-",
    )
    table = write(tmp_path / "dates.tsv", *rows)
    with pytest.raises(EvaluationError, match=f"dates.tsv:4: year '{year}'; expected four digits"):
        score_values([table])


def test_a_year_counts_for_dates_alone(tmp_path: Path) -> None:
    table = write(tmp_path / "t.tsv", "form\tcount\tqualifier\tyear", "3个项目\t3\texact\tx")
    assert score_values([table])[0].correct == 1


def test_a_table_in_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    table = tmp_path / "counts.tsv"
    table.write_bytes("form\tcount\tqualifier\n3\t-\t-\n3个项目\t3\texact\n".encode("gb18030"))
    with pytest.raises(EvaluationError, match=r"counts\.tsv:3: not UTF-8 \(byte 0xb8\)") as caught:
        score_values([table])
    assert "\n" not in str(caught.value)


def test_missing_table(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"expected a \.tsv"):
        score_values([tmp_path / "none.tsv"])
    with pytest.raises(EvaluationError, match=r"expected a \.tsv"):
        score_values([tmp_path])


@pytest.mark.parametrize(
    ("parser", "form", "expected"),
    [
        ("amount", "5亿元至10亿元", "range"),
        ("amount", "2162.4万美元", "foreign currency"),
        ("amount", "1676.36余万元", "vague number"),
        ("amount", "5000万元以上", "bound"),
        ("amount", "近23亿元", "approximate"),
        ("amount", "亿元", "unit alone"),
        ("amount", "五千万元", "Chinese numeral"),
        ("amount", "0.5亿元", "decimal"),
        ("date", "1-10月", "range"),
        ("date", "“十三五”期末", "plan period"),
        ("date", "今年国庆节前", "holiday"),
        ("date", "2019年底", "part of a year or month"),
        ("count", "亿元以上项目12个", "with a sum"),
        ("count", "项目33个", "behind the head"),
        ("count", "54个重点项目", "in front of the head"),
    ],
)
def test_pattern_classes(parser: str, form: str, expected: str) -> None:
    assert pattern_class(form, parser=parser) == expected
