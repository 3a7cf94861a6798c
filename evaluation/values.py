r"""How often the value parsers read a form as a table of cases says, by pattern class.

A table is a tab-separated file with a header; the columns tell which parser it is for:

    form value upper currency qualifier        parse_amount
    form year start end                        parse_date
    form count qualifier …                     parse_count

`-` stands for nothing (a form that names no value, a year that is not known), `\n` for a line
break. A column `pattern` names the class of a case; without one the class is read from the form.
"""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotations.errors import EvaluationError
from evaluation.model import ValueFailure, ValueScore
from pipeline.amounts import format_value, parse_amount
from pipeline.counts import parse_count
from pipeline.dates import parse_date

_NOTHING = "-"
_YEAR = re.compile(rf"\d{{4}}|{_NOTHING}")
# The first pattern that a form matches is its class.
_PATTERNS: Mapping[str, Sequence[tuple[str, str]]] = {
    "amount": (
        (
            "range",
            r"\d[^至到~～\-—－]*[至到~～\-—－]+[^元]*\d|[一二三四五六七八九十百千][至到]|以上.+以下",
        ),
        (
            "foreign currency",
            r"美|欧|港|澳|日元|日币|英镑|韩|台币|卢布|法郎|加元|新元|盾|泰铢|卢比|坚戈|[$€£]|[A-Z]{3}",
        ),
        ("vague number", r"[数几多余来]"),
        ("bound", r"超|逾|过|不低于|不少于|不超|不足|至少|以上|以下|以内|上下|突破|达到"),
        ("approximate", r"约|近|左右|接近"),
        ("unit alone", r"^[百千十]?[万亿]+元"),
        ("Chinese numeral", r"[一二两三四五六七八九十零〇壹贰叁]"),
        ("decimal", r"\d[.．]\d"),
        ("integer", r"[\d０-９]"),
    ),
    "date": (
        ("range", r"[-—~～－至到]"),
        ("plan period", r"五[”\"]?(?:期|时|末|初|规划|$)"),
        ("quarter or half", r"季|上半|下半"),
        ("holiday", r"春节|国庆|五一|元旦|中秋|端午|清明"),
        ("relative", r"今|去|明|前|后|上年|本|当|次年|同年|年内"),
        ("part of a year or month", r"底|末|初|旬|中|全年"),
        ("day", r"[日号]"),
        ("month", r"月"),
        ("year", r"年|\d{4}"),
    ),
    "count": (
        ("with a sum", r"[万亿]元|美元"),
        ("vague number", r"[数几多余来]"),
        ("bound", r"超|逾|近|约|以上|不少于|至少|左右"),
        ("ordinal or phase", r"第|期|号"),
        ("behind the head", r"(?:项目|工程|基地|中心)[^项]*\d"),
        ("Chinese numeral", r"[一二两三四五六七八九十百千]"),
        ("in front of the head", r"\d"),
    ),
}


@dataclass(frozen=True, slots=True)
class _Parser:
    """A parser by the columns of its table: what is expected and found, in the same writing."""

    name: str
    columns: tuple[str, ...]
    expected: Callable[[Mapping[str, str]], str]
    found: Callable[[Mapping[str, str]], str]


def score_values(tables: Sequence[Path]) -> tuple[ValueScore, ...]:
    """Accuracy by parser and pattern class over all cases of some tables, with the failures.

    Args:
        tables: files, or folders of which every `.tsv` is taken.

    Raises:
        EvaluationError: a table is missing, is empty, or is for none of the parsers.
    """
    results: dict[tuple[str, str], list[ValueFailure | None]] = {}
    for path in _files(tables):
        parser, rows = _read(path)
        for row in rows:
            expected, found = parser.expected(row), parser.found(row)
            failure = ValueFailure(text=row["form"], expected=expected, found=found)
            pattern = row.get("pattern") or pattern_class(row["form"], parser=parser.name)
            results.setdefault((parser.name, pattern), []).append(
                None if expected == found else failure
            )
    scores = []
    for (name, pattern), outcomes in sorted(results.items()):
        failures = tuple(outcome for outcome in outcomes if outcome)
        correct = len(outcomes) - len(failures)
        scores.append(
            ValueScore(
                parser=name,
                pattern=pattern,
                cases=len(outcomes),
                correct=correct,
                accuracy=correct / len(outcomes),
                failures=failures,
            )
        )
    return tuple(scores)


def pattern_class(form: str, *, parser: str) -> str:
    """The pattern class of a form, for the parser `amount`, `date` or `count`."""
    for name, pattern in _PATTERNS[parser]:
        if re.search(pattern, form):
            return name
    return "other"


def _files(tables: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in tables:
        inside = sorted(path.glob("*.tsv")) if path.is_dir() else [path]
        if not inside or not all(file.is_file() for file in inside):
            raise EvaluationError(f"{path}: expected a .tsv table of cases or a folder of them")
        found += inside
    return found


def _read(path: Path) -> tuple[_Parser, list[dict[str, str]]]:
    lines = io.StringIO(_text(path), newline="")
    reader = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE, strict=True)
    header = tuple(reader.fieldnames or ())
    # With its line, which is not its number among the rows: the reader passes over blank lines.
    rows = [
        (reader.line_num, row | {"form": (row.get("form") or "").replace("\\n", "\n")})
        for row in reader
    ]
    for parser in _PARSERS:
        if {"form", *parser.columns} <= set(header):
            break
    else:
        known = "; ".join(" ".join(("form", *parser.columns)) for parser in _PARSERS)
        raise EvaluationError(f"{path}: columns {' '.join(header)}; expected one of: {known}")
    if not rows:
        raise EvaluationError(f"{path}: no cases in it")
    for number, row in rows:
        if any(row.get(column) is None for column in parser.columns):
            raise EvaluationError(f"{path}:{number}: fewer columns than the header has")
        if "year" in parser.columns and not _YEAR.fullmatch(row["year"]):
            raise EvaluationError(
                f"{path}:{number}: year {row['year']!r}; expected four digits, or {_NOTHING} for a"
                " year that is not known"
            )
    return parser, [row for _, row in rows]


def _text(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        raise EvaluationError(
            f"{path}:{number}: not UTF-8 (byte 0x{data[error.start]:02x}); save the table as UTF-8"
        ) from error


def _amount(row: Mapping[str, str]) -> str:
    amount = parse_amount(row["form"])
    if amount is None:
        return _NOTHING
    value = _NOTHING if amount.value is None else format_value(amount.value)
    upper = _NOTHING if amount.upper is None else format_value(amount.upper)
    return f"{value} {upper} {amount.currency} {amount.qualifier}"


def _expected_amount(row: Mapping[str, str]) -> str:
    if row["value"] == _NOTHING:
        return _NOTHING
    return f"{row['value']} {row['upper']} {row['currency']} {row['qualifier']}"


def _date(row: Mapping[str, str]) -> str:
    year = None if row["year"] == _NOTHING else int(row["year"])
    interval = parse_date(row["form"], year=year)
    return _NOTHING if interval is None else f"{interval.start} {interval.end}"


def _expected_date(row: Mapping[str, str]) -> str:
    return _NOTHING if row["start"] == _NOTHING else f"{row['start']} {row['end']}"


def _count(row: Mapping[str, str]) -> str:
    count = parse_count(row["form"])
    return _NOTHING if count is None else f"{count.value} {count.qualifier}"


def _expected_count(row: Mapping[str, str]) -> str:
    return _NOTHING if row["count"] == _NOTHING else f"{row['count']} {row['qualifier']}"


_PARSERS = (
    _Parser("amount", ("value", "upper", "currency", "qualifier"), _expected_amount, _amount),
    _Parser("date", ("year", "start", "end"), _expected_date, _date),
    _Parser("count", ("count", "qualifier"), _expected_count, _count),
)
