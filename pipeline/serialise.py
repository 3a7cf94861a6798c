"""Documents, facts and projects as the JSON records that `zonefacts score` writes.

`annotations.store.document_from_record` reads a document back. Sums are plain decimal strings, so
that no reader turns them into floats; spans are `[start, end]` in code points of the text.
"""

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from annotations.document import Document
from annotations.store import annotation_record
from pipeline.amounts import format_value
from pipeline.counts import GroupCount
from pipeline.records import (
    DateFact,
    Fact,
    Investment,
    Named,
    ProjectRecord,
    SizeClass,
    StatusFact,
)

Record = dict[str, Any]

# Line separators that JSON allows within a string, but that many readers of lines split at.
_SEPARATORS = re.compile("[\x85\u2028\u2029]")


def dump_line(record: Mapping[str, Any]) -> str:
    """One line of JSON with its line break."""
    line = json.dumps(record, ensure_ascii=False, allow_nan=False)
    return _SEPARATORS.sub(lambda match: f"\\u{ord(match[0]):04x}", line) + "\n"


def document_record(document: Document, *, year_reason: str, model: str, version: str) -> Record:
    """A line of `documents.jsonl`.

    Args:
        document: the document.
        year_reason: what says its year.
        model: name of the model that annotated it.
        version: version of zonefacts that did.
    """
    return {
        "id": document.id,
        "source": document.source,
        "sha256": document.sha256,
        "year": document.year,
        "year_reason": year_reason,
        "text": document.text,
        **annotation_record(document),
        "model": model,
        "version": version,
    }


def fact_record(fact: Fact) -> Record:
    """A line of `facts.jsonl`."""
    return {
        "document": fact.document,
        "project": fact.project,
        "project_span": list(fact.project_span),
        "group": fact.group,
        "count": _count(fact.count),
        "size_class": _size_class(fact.size_class),
        "investment": _investment(fact.investment),
        "status": _status(fact.status),
        "date": _date(fact.date),
        "zone": _named(fact.zone),
        "companies": _all_named(fact.companies),
        "member_of": _named(fact.member_of),
        "evidence": [list(span) for span in fact.evidence],
        "confidence": fact.confidence,
    }


def project_record(record: ProjectRecord) -> Record:
    """A line of `projects.jsonl`; `n_facts` is how many lines of `facts.jsonl` stand behind it."""
    return {
        "document": record.document,
        "project": record.project,
        "mentions": _all_named(record.mentions),
        "group": record.group,
        "count": _count(record.count),
        "size_class": _size_class(record.size_class),
        "investments": [_investment(investment) for investment in record.investments],
        "statuses": [_status(status) for status in record.statuses],
        "dates": [_date(date) for date in record.dates],
        "zones": _all_named(record.zones),
        "companies": _all_named(record.companies),
        "member_of": _all_named(record.member_of),
        "n_facts": len(record.facts),
        "confidence": record.confidence,
    }


def plain(value: Decimal | None) -> str | None:
    """A sum as a plain decimal string, None if there is none."""
    return None if value is None else format_value(value)


def _count(count: GroupCount | None) -> Record | None:
    return None if count is None else {"value": count.value, "qualifier": count.qualifier}


def _investment(investment: Investment | None) -> Record | None:
    if investment is None:
        return None
    amount = investment.amount
    return {
        "role": investment.role,
        "text": investment.text,
        "value": plain(amount.value) if amount else None,
        "upper": plain(amount.upper) if amount else None,
        "currency": amount.currency if amount else None,
        "qualifier": amount.qualifier if amount else None,
        "span": list(investment.span),
    }


def _size_class(size: SizeClass | None) -> Record | None:
    if size is None:
        return None
    return {
        "text": size.text,
        "value": plain(size.amount.value),
        "upper": plain(size.amount.upper),
        "currency": size.amount.currency,
        "qualifier": size.amount.qualifier,
        "span": list(size.span),
    }


def _status(status: StatusFact | None) -> Record | None:
    if status is None:
        return None
    return {
        "class": status.status_class,
        "modality": status.modality,
        "text": status.text,
        "span": list(status.span),
    }


def _date(date: DateFact | None) -> Record | None:
    if date is None:
        return None
    return {
        "text": date.text,
        "start": date.interval.start.isoformat() if date.interval else None,
        "end": date.interval.end.isoformat() if date.interval else None,
        "span": list(date.span),
    }


def _named(named: Named | None) -> Record | None:
    return None if named is None else {"text": named.text, "span": list(named.span)}


def _all_named(names: Iterable[Named]) -> list[Record]:
    return [{"text": named.text, "span": list(named.span)} for named in names]
