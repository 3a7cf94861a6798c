"""Facts as flat rows: CSV, Parquet and DuckDB.

One row a fact, the same columns in all three. Sums stay plain decimal strings, which any of them
casts without loss (`CAST(investment_value AS DECIMAL(38, 2))`). Files grow row by row under a
temporary name, so a table may be larger than memory.
"""

import csv
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from annotations.errors import PipelineError
from pipeline.records import DateFact, Fact, Investment, Named, StatusFact
from pipeline.serialise import plain

if TYPE_CHECKING:
    import pyarrow as pa

Cell = str | int | float | bool | list[str] | None
Row = dict[str, Cell]

# Column names in order, each with its kind: s(tring), i(nteger), f(loat), b(oolean), l(ist).
COLUMNS = {
    "document": "s",
    "project": "s",
    "project_span_start": "i",
    "project_span_end": "i",
    "group": "b",
    "count": "i",
    "count_qualifier": "s",
    "size_class_value": "s",
    "size_class_upper": "s",
    "size_class_currency": "s",
    "size_class_qualifier": "s",
    "investment_role": "s",
    "investment_text": "s",
    "investment_value": "s",
    "investment_upper": "s",
    "investment_currency": "s",
    "investment_qualifier": "s",
    "investment_span_start": "i",
    "investment_span_end": "i",
    "status_class": "s",
    "status_modality": "s",
    "status_text": "s",
    "status_span_start": "i",
    "status_span_end": "i",
    "date_text": "s",
    "date_start": "s",
    "date_end": "s",
    "date_span_start": "i",
    "date_span_end": "i",
    "zone": "s",
    "companies": "l",
    "member_of": "s",
    "evidence": "l",
    "confidence": "f",
}
# Excel, LibreOffice and Google Sheets run a cell that begins with one of these as a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_LIST_SEPARATOR = "；"
_BATCH = 10_000
_NEEDS: dict[str, tuple[str, ...]] = {
    "csv": (),
    "parquet": ("pyarrow",),
    "duckdb": ("pyarrow", "duckdb"),
}


def flat_row(fact: Fact) -> Row:
    """The row of a fact, with the columns of `COLUMNS`."""
    size = fact.size_class.amount if fact.size_class else None
    row: Row = {
        "document": fact.document,
        "project": fact.project,
        **_span("project", fact.project_span),
        "group": fact.group,
        "count": fact.count.value if fact.count else None,
        "count_qualifier": fact.count.qualifier if fact.count else None,
        "size_class_value": plain(size.value) if size else None,
        "size_class_upper": plain(size.upper) if size else None,
        "size_class_currency": size.currency if size else None,
        "size_class_qualifier": size.qualifier if size else None,
        **_investment_cells(fact.investment),
        **_status_cells(fact.status),
        **_date_cells(fact.date),
        "zone": _text(fact.zone),
        "companies": [company.text for company in fact.companies],
        "member_of": _text(fact.member_of),
        "evidence": [f"{start}-{end}" for start, end in fact.evidence],
        "confidence": fact.confidence,
    }
    return {column: row[column] for column in COLUMNS}


def _investment_cells(investment: Investment | None) -> Row:
    amount = investment.amount if investment else None
    return {
        "investment_role": investment.role if investment else None,
        "investment_text": investment.text if investment else None,
        "investment_value": plain(amount.value) if amount else None,
        "investment_upper": plain(amount.upper) if amount else None,
        "investment_currency": amount.currency if amount else None,
        "investment_qualifier": amount.qualifier if amount else None,
        **_span("investment", investment.span if investment else None),
    }


def _status_cells(status: StatusFact | None) -> Row:
    return {
        "status_class": status.status_class if status else None,
        "status_modality": status.modality if status else None,
        "status_text": status.text if status else None,
        **_span("status", status.span if status else None),
    }


def _date_cells(date: DateFact | None) -> Row:
    interval = date.interval if date else None
    return {
        "date_text": date.text if date else None,
        "date_start": interval.start.isoformat() if interval else None,
        "date_end": interval.end.isoformat() if interval else None,
        **_span("date", date.span if date else None),
    }


def _text(named: Named | None) -> str | None:
    return named.text if named else None


def _span(name: str, span: tuple[int, int] | None) -> Row:
    start, end = span or (None, None)
    return {f"{name}_span_start": start, f"{name}_span_end": end}


class TableSink(Protocol):
    """A table that grows row by row and is complete once closed."""

    def write(self, rows: Sequence[Row]) -> None:
        """Add rows."""

    def close(self) -> None:
        """Write what is still held and close the file."""


class CsvSink:
    """A CSV file for people: UTF-8 with a byte order mark, so that Excel reads it as such.

    Text that a spreadsheet would run as a formula (it begins with = + - @, a tab or a carriage
    return) gets an apostrophe in front. Lists are joined with ；. An absent value is empty.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(COLUMNS)

    def write(self, rows: Sequence[Row]) -> None:
        """Add rows."""
        self._writer.writerows([_csv_cell(cell) for cell in row.values()] for row in rows)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _csv_cell(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return cell
    text = cell if isinstance(cell, str) else _LIST_SEPARATOR.join(cell)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


class ParquetSink:
    """A Parquet file; lists are lists.

    Raises:
        PipelineError: pyarrow is not installed.
    """

    def __init__(self, path: Path) -> None:
        require_tables("parquet")
        from pyarrow import parquet  # noqa: PLC0415 - comes with an extra

        self._schema = _arrow_schema()
        self._writer = parquet.ParquetWriter(path, self._schema, compression="zstd")
        self._held: list[Row] = []

    def write(self, rows: Sequence[Row]) -> None:
        """Add rows; they reach the file in batches."""
        self._held += rows
        if len(self._held) >= _BATCH:
            self._flush()

    def close(self) -> None:
        """Write what is still held and close the file."""
        try:
            self._flush()
        finally:
            self._writer.close()

    def _flush(self) -> None:
        import pyarrow as pa  # noqa: PLC0415 - comes with an extra

        if self._held:
            self._writer.write_table(pa.Table.from_pylist(self._held, schema=self._schema))
            self._held = []


class DuckDBSink:
    """A DuckDB database with the table `facts`.

    Raises:
        PipelineError: duckdb or pyarrow is not installed.
    """

    def __init__(self, path: Path) -> None:
        require_tables("duckdb")
        self._path = path
        self._rows_path = path.with_name(f"{path.name}.rows")
        self._rows = ParquetSink(self._rows_path)

    def write(self, rows: Sequence[Row]) -> None:
        """Add rows."""
        self._rows.write(rows)

    def close(self) -> None:
        """Make the database of the rows."""
        import duckdb  # noqa: PLC0415 - comes with an extra

        try:
            self._rows.close()
            with duckdb.connect(self._path) as database:
                database.execute(
                    "CREATE TABLE facts AS SELECT * FROM read_parquet($rows)",
                    {"rows": str(self._rows_path)},
                )
        finally:
            self._rows_path.unlink(missing_ok=True)


def require_tables(kind: str) -> None:
    """Make sure that what a table format needs is installed.

    Raises:
        PipelineError: it is not.
    """
    missing = [name for name in _NEEDS[kind] if find_spec(name) is None]
    if missing:
        raise PipelineError(
            f"--format {kind} needs {' and '.join(missing)}; run: pip install 'zonefacts[tables]'"
        )


def _arrow_schema() -> "pa.Schema":
    import pyarrow as pa  # noqa: PLC0415 - comes with an extra

    kinds = {
        "s": pa.string(),
        "i": pa.int64(),
        "f": pa.float64(),
        "b": pa.bool_(),
        "l": pa.list_(pa.string()),
    }
    return pa.schema([(column, kinds[kind]) for column, kind in COLUMNS.items()])


SINKS: dict[str, type[CsvSink | ParquetSink | DuckDBSink]] = {
    "csv": CsvSink,
    "parquet": ParquetSink,
    "duckdb": DuckDBSink,
}
