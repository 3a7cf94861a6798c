"""The result files: records as the interfaces say, tables, and nothing half-written."""

import csv
import json
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from annotations.document import Document, Mention, Relation, StatusValue
from annotations.store import document_from_record
from pipeline.amounts import Amount
from pipeline.counts import GroupCount
from pipeline.dates import DateInterval
from pipeline.records import (
    DateFact,
    Fact,
    Investment,
    Named,
    ProjectRecord,
    SizeClass,
    StatusFact,
)
from pipeline.scoring import Failure
from pipeline.serialise import document_record, dump_line, fact_record, plain, project_record
from pipeline.tables import COLUMNS, CsvSink, DuckDBSink, ParquetSink, flat_row
from pipeline.writers import ResultWriter, write_errors

YUAN = Amount(Decimal("3.90E+10"), None, "CNY", "exact")
FULL = Fact(
    document="003",
    project="54个重点项目",
    project_span=(120, 127),
    group=True,
    count=GroupCount(54, "at_least"),
    size_class=SizeClass(
        text="54个重点项目", amount=Amount(Decimal("1E8"), None, "CNY", "at_least"), span=(120, 127)
    ),
    investment=Investment(role="total", text="390亿元", amount=YUAN, span=(115, 120)),
    status=StatusFact(
        status_class="under_construction", modality="actual", text="在建", span=(140, 142)
    ),
    date=DateFact(
        text="今年", interval=DateInterval(date(2021, 1, 1), date(2021, 12, 31)), span=(0, 2)
    ),
    zone=Named(text="铜仁高新区", span=(5, 10)),
    companies=(Named(text="甲公司", span=(20, 23)), Named(text="乙公司", span=(24, 27))),
    member_of=Named(text="群", span=(30, 31)),
    evidence=((0, 10), (112, 150)),
    confidence=0.93,
)
BARE = Fact(
    document="003",
    project="甲项目",
    project_span=(0, 3),
    group=False,
    count=None,
    size_class=None,
    investment=None,
    status=None,
    date=None,
    zone=None,
    companies=(),
    member_of=None,
    evidence=(),
    confidence=1.0,
)
UNPARSED = Fact(
    document="003",
    project="甲项目",
    project_span=(0, 3),
    group=False,
    count=None,
    size_class=None,
    investment=Investment(role="other", text="若干亿元", amount=None, span=(4, 8)),
    status=None,
    date=DateFact(text="届时", interval=None, span=(9, 11)),
    zone=None,
    companies=(),
    member_of=None,
    evidence=((0, 11),),
    confidence=0.5,
)
FULL_RECORD = {
    "document": "003",
    "project": "54个重点项目",
    "project_span": [120, 127],
    "group": True,
    "count": {"value": 54, "qualifier": "at_least"},
    "size_class": {
        "text": "54个重点项目",
        "value": "100000000",
        "upper": None,
        "currency": "CNY",
        "qualifier": "at_least",
        "span": [120, 127],
    },
    "investment": {
        "role": "total",
        "text": "390亿元",
        "value": "39000000000",
        "upper": None,
        "currency": "CNY",
        "qualifier": "exact",
        "span": [115, 120],
    },
    "status": {
        "class": "under_construction",
        "modality": "actual",
        "text": "在建",
        "span": [140, 142],
    },
    "date": {"text": "今年", "start": "2021-01-01", "end": "2021-12-31", "span": [0, 2]},
    "zone": {"text": "铜仁高新区", "span": [5, 10]},
    "companies": [{"text": "甲公司", "span": [20, 23]}, {"text": "乙公司", "span": [24, 27]}],
    "member_of": {"text": "群", "span": [30, 31]},
    "evidence": [[0, 10], [112, 150]],
    "confidence": 0.93,
}


def test_a_fact_is_written_as_the_interfaces_say():
    assert fact_record(FULL) == FULL_RECORD
    assert list(fact_record(FULL)) == list(FULL_RECORD)


def test_what_is_absent_is_null():
    record = fact_record(BARE)
    assert list(record) == list(FULL_RECORD)
    empty = [name for name, value in record.items() if value is None or value == []]
    assert empty == [
        *["count", "size_class", "investment", "status", "date", "zone", "companies"],
        *["member_of", "evidence"],
    ]


def test_what_is_unparsed_keeps_its_words():
    record = fact_record(UNPARSED)
    assert record["investment"]["text"] == "若干亿元"
    assert record["investment"]["value"] is None
    assert record["date"] == {"text": "届时", "start": None, "end": None, "span": [9, 11]}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("3.90E+10", "39000000000"),
        ("12.50", "12.5"),
        ("100", "100"),
        ("0.00", "0"),
        ("1E-3", "0.001"),
    ],
)
def test_sums_are_plain_decimals(value, expected):
    assert plain(Decimal(value)) == expected
    assert plain(None) is None


def test_a_project_is_written():
    project = ProjectRecord(
        document="003",
        project="甲项目",
        mentions=(Named(text="甲项目", span=(0, 3)),),
        group=False,
        count=None,
        size_class=None,
        investments=(FULL.investment,),
        statuses=(FULL.status,),
        dates=(FULL.date,),
        zones=(FULL.zone,),
        companies=FULL.companies,
        member_of=(),
        facts=(FULL, BARE),
        confidence=0.93,
    )
    record = project_record(project)
    assert record["mentions"] == [{"text": "甲项目", "span": [0, 3]}]
    assert record["investments"] == [FULL_RECORD["investment"]]
    assert record["statuses"] == [FULL_RECORD["status"]]
    assert record["zones"] == [FULL_RECORD["zone"]]
    assert (record["n_facts"], record["confidence"]) == (2, 0.93)


DOCUMENT = Document(
    id="a",
    text="甲项目𠮷\u2028投资3亿元,开工。",
    mentions=(
        Mention(id="T1", label="PROJECT", start=0, end=3, text="甲项目", score=0.98),
        Mention(id="T2", label="STATUS", start=11, end=13, text="开工", score=0.5),
    ),
    relations=(Relation(type="HasStatus", head="T1", tail="T2", score=0.25),),
    status={"T2": StatusValue("under_construction", "actual")},
    year=2021,
    source="in/a.txt",
)


def test_a_document_is_written_as_the_interfaces_say_and_reads_back():
    record = document_record(DOCUMENT, year_reason="given", model="m", version="1")
    assert list(record) == [
        *["id", "source", "sha256", "year", "year_reason", "text", "entities", "status"],
        *["relations", "model", "version"],
    ]
    assert record["entities"][0] == {
        "id": "T1",
        "label": "PROJECT",
        "start": 0,
        "end": 3,
        "text": "甲项目",
        "score": 0.98,
    }
    assert record["status"] == {"T2": {"class": "under_construction", "modality": "actual"}}
    assert record["relations"] == [{"type": "HasStatus", "head": "T1", "tail": "T2", "score": 0.25}]
    assert document_from_record(json.loads(dump_line(record))) == DOCUMENT


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_a_line_is_one_line_to_every_reader(text):
    line = dump_line({"text": text})
    assert line.splitlines() == [line[:-1]]
    assert json.loads(line) == {"text": text}


# Tables.


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write_table(kind, path, facts):
    sink = kind(path)
    sink.write([flat_row(fact) for fact in facts])
    sink.close()


def test_csv(tmp_path):
    path = tmp_path / "facts.csv"
    write_table(CsvSink, path, [FULL, BARE, UNPARSED])
    assert path.read_bytes().startswith(b"\xef\xbb\xbfdocument,project,")
    full, bare, unparsed = rows_of(path)
    assert list(full) == list(COLUMNS)
    expected = {
        "project_span_start": "120",
        "group": "true",
        "count": "54",
        "size_class_value": "100000000",
        "investment_value": "39000000000",
        "status_class": "under_construction",
        "date_start": "2021-01-01",
        "zone": "铜仁高新区",
        "companies": "甲公司；乙公司",
        "evidence": "0-10；112-150",
        "confidence": "0.93",
    }
    assert {name: full[name] for name in expected} == expected
    assert (bare["group"], bare["investment_value"], bare["companies"]) == ("false", "", "")
    assert (unparsed["investment_text"], unparsed["investment_value"]) == ("若干亿元", "")


FORMULAS = {
    "=1+1": "'=1+1",
    "+1": "'+1",
    "-1": "'-1",
    "@SUM(A1)": "'@SUM(A1)",
    "\t=1": "'\t=1",
    "甲=1": "甲=1",
}


@pytest.mark.parametrize(("name", "expected"), FORMULAS.items())
def test_csv_cells_are_no_formulas(tmp_path, name, expected):
    row = flat_row(BARE) | {"project": name, "companies": [name, "乙"]}
    sink = CsvSink(tmp_path / "facts.csv")
    sink.write([row])
    sink.close()
    (found,) = rows_of(tmp_path / "facts.csv")
    assert (found["project"], found["companies"]) == (expected, f"{expected}；乙")


def test_parquet(tmp_path):
    path = tmp_path / "facts.parquet"
    write_table(ParquetSink, path, [FULL, BARE] * 6000)
    table = parquet.read_table(path)
    assert (table.num_rows, table.column_names) == (12_000, list(COLUMNS))
    first, second = table.slice(0, 2).to_pylist()
    assert first == flat_row(FULL)
    assert second == flat_row(BARE)
    assert first["companies"] == ["甲公司", "乙公司"]


def test_an_empty_table_has_its_columns(tmp_path):
    write_table(ParquetSink, tmp_path / "facts.parquet", [])
    assert parquet.read_table(tmp_path / "facts.parquet").column_names == list(COLUMNS)


def test_duckdb(tmp_path):
    path = tmp_path / "facts.duckdb"
    write_table(DuckDBSink, path, [FULL, BARE])
    with duckdb.connect(path, read_only=True) as database:
        total = "SELECT sum(CAST(investment_value AS DECIMAL(38, 2))) FROM facts"
        assert database.execute(total).fetchall() == [(Decimal("39000000000.00"),)]
        assert database.execute('SELECT "group", companies FROM facts').fetchall() == [
            (True, ["甲公司", "乙公司"]),
            (False, []),
        ]
    assert [path.name for path in tmp_path.iterdir()] == ["facts.duckdb"]


# The folder.


def test_nothing_is_left_of_a_run_that_was_not_committed(tmp_path):
    folder = tmp_path / "out"
    record = document_record(DOCUMENT, year_reason="", model="m", version="1")
    with ResultWriter(folder, formats=["csv", "duckdb"]) as writer:
        writer.add(record, DOCUMENT, facts=[FULL], projects=[])
    assert list(folder.iterdir()) == []


def test_files_appear_together_and_follow_the_umask(tmp_path):
    before = os.umask(0o022)
    try:
        with ResultWriter(tmp_path, formats=["csv"]) as writer:
            record = document_record(DOCUMENT, year_reason="", model="m", version="1")
            writer.add(record, DOCUMENT, facts=[], projects=[])
            assert [path.name[:9] for path in tmp_path.iterdir()] == [".writing."]
            failure = Failure(number=0, source="b", stage="read", message="b: an empty file")
            writer.commit(failures=[failure], manifest={"counts": 1})
    finally:
        os.umask(before)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *["documents.jsonl", "errors.jsonl", "facts.csv", "facts.html", "facts.jsonl"],
        *["manifest.json", "projects.jsonl"],
    ]
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o644}
    assert json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8")) == {"counts": 1}
    assert "甲项目" in (tmp_path / "documents.jsonl").read_text(encoding="utf-8")


def test_too_long_a_document_is_left_out_of_the_page_alone(tmp_path):
    text = "甲项目开工。" * 60_000
    document = Document(id="long", text=text)
    with ResultWriter(tmp_path) as writer:
        record = document_record(document, year_reason="", model="m", version="1")
        writer.add(record, document, facts=[BARE], projects=[])
        assert writer.n_left_out_of_page == 1
        writer.commit(failures=[], manifest={})
    assert "甲项目" not in (tmp_path / "facts.html").read_text(encoding="utf-8")
    assert "甲项目" in (tmp_path / "facts.jsonl").read_text(encoding="utf-8")


def test_errors_alone(tmp_path):
    failure = Failure(number=0, source="b", stage="read", message="b: an empty file")
    write_errors(tmp_path / "out", [failure])
    (path,) = (tmp_path / "out").iterdir()
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "source": "b",
        "stage": "read",
        "message": "b: an empty file",
    }


def test_a_table_of_an_earlier_run_does_not_stay_beside_other_facts(tmp_path):
    def run(*formats):
        with ResultWriter(tmp_path, formats=formats) as writer:
            writer.commit(failures=[], manifest={})

    (tmp_path / "facts.csv").write_text("mine", encoding="utf-8")
    run()
    # Whoever scores into a folder for the first time keeps what lay there.
    assert (tmp_path / "facts.csv").read_text(encoding="utf-8") == "mine"
    run("csv", "parquet")
    run("parquet")
    assert {path.name for path in tmp_path.glob("facts.*")} == {
        *["facts.html", "facts.jsonl", "facts.parquet"]
    }
