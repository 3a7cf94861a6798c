"""facts.html: every fact beside the sentence it was read from, in one file that asks for nothing.

The page is a template with its style and its script inside; the content security policy names both
by their hash and forbids every request. What comes from a report goes in as JSON in a data block
in which no character can end the block, and the script puts it on the page as text only.
"""

import json
import re
from base64 import b64encode
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from hashlib import sha256
from html import escape
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from annotations.document import Document
from annotations.schema import load_schema
from corpus.segment import sentences
from pipeline.clauses import Span
from pipeline.facts import Fact, count_unparsed
from pipeline.serialise import fact_record

TITLE = "zonefacts: projects, investments, statuses"

# The Chinese terms beside the English names of the schema.
TERMS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "label": {
            "ZONE": "园区",
            "PROJECT": "项目",
            "COMPANY": "企业",
            "AMOUNT": "金额",
            "DATE": "时间",
            "STATUS": "进度",
        },
        "status": {
            "planned": "谋划",
            "negotiating": "在谈",
            "signed": "签约",
            "under_construction": "在建",
            "completed": "建成",
            "operating": "投产",
            "stopped": "停止",
        },
        "modality": {"actual": "已然", "future": "未然"},
        "role": {
            "total": "总投资",
            "contracted": "签约资金",
            "completed": "完成投资",
            "annual": "年度投资",
            "other": "其他资金",
        },
    }
)

_NOTHING: tuple[object, ...] = (None, [], "")
_PLACE = re.compile(r"\{\{(\w+)\}\}")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Inside a data block `<` could end it, and the line separators end a line of a script.
_ESCAPES = {ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&\u2028\u2029"}


def render_facts(
    documents: Sequence[Document], facts_by_document: Mapping[str, Sequence[Fact]]
) -> str:
    """The browser page of some documents and their facts.

    Args:
        documents: In the order in which the page lists them.
        facts_by_document: The facts of each, by document id; a document may have none.
    """
    style = _tones() + _template("facts.css")
    script = _template("facts.js")
    parts = {
        "title": escape(TITLE),
        "style": style,
        "script": script,
        "style_hash": _hash(style),
        "script_hash": _hash(script),
        "data": _embeddable(_page_data(documents, facts_by_document)),
    }
    return _PLACE.sub(lambda match: parts[match[1]], _template("facts.html"))


def _template(name: str) -> str:
    return files("pipeline").joinpath("templates", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """The source expression that lets a content security policy accept exactly this text."""
    return f"sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode('ascii')}"


def _tones() -> str:
    """The colours of the labels, drawn towards black or white as the page asks for."""
    labels = load_schema().labels.values()
    tones = "".join(
        f"--tone-{label.name}:color-mix(in oklab,{label.color} var(--keep),var(--toward));"
        for label in labels
    )
    classes = "".join(f".{label.name}{{--tone:var(--tone-{label.name})}}" for label in labels)
    return f":root{{{tones}}}{classes}\n"


def _embeddable(data: Mapping[str, Any]) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate has no UTF-8 form; one replacement character keeps the offsets.
    return _LONE_SURROGATE.sub("\ufffd", text).translate(_ESCAPES)


def _page_data(
    documents: Sequence[Document], facts_by_document: Mapping[str, Sequence[Fact]]
) -> dict[str, Any]:
    schema = load_schema()
    labels = list(schema.labels)
    numbers = {name: number for number, name in enumerate(labels)}
    sources: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    for index, document in enumerate(documents):
        passages = _Passages(document, numbers)
        for fact in facts_by_document.get(document.id, ()):
            # The passages stand for the evidence.
            row = fact_record(fact) | {"evidence": None, "passages": passages.of(fact)}
            rows.append(_present(row) | {"document": index})
        sources.append(
            {
                "id": document.id,
                "source": document.source,
                "year": document.year,
                "passages": passages.found,
            }
        )
    unparsed = [count_unparsed(facts_by_document.get(d.id, ())) for d in documents]
    return {
        "labels": [{"name": name} for name in labels],
        "terms": {kind: dict(terms) for kind, terms in TERMS.items()},
        "documents": sources,
        "facts": rows,
        "unparsed": {
            "amounts": sum(found.amounts for found in unparsed),
            "dates": sum(found.dates for found in unparsed),
        },
    }


class _Passages:
    """The runs of sentences that the facts of one document stand in, each of them kept once."""

    def __init__(self, document: Document, labels: Mapping[str, int]) -> None:
        self._text = document.text
        self._labels = labels
        self._mentions = sorted(document.mentions, key=lambda m: (m.start, -m.end, m.id))
        self._mention_starts = [mention.start for mention in self._mentions]
        self._sentences = sentences(document.text, 0, len(document.text))
        self._starts = [start for start, _ in self._sentences]
        self._numbers: dict[Span, int] = {}
        self.found: list[dict[str, Any]] = []

    def of(self, fact: Fact) -> list[int]:
        """The numbers of the passages that hold the evidence of a fact."""
        runs: list[Span] = []
        for first, last in (self._indices(span) for span in fact.evidence):
            if runs and first <= runs[-1][1] + 1:
                runs[-1] = (runs[-1][0], max(runs[-1][1], last))
            else:
                runs.append((first, last))
        return [self._number(run) for run in runs]

    def _indices(self, span: Span) -> Span:
        first = max(0, bisect_right(self._starts, span[0]) - 1)
        return first, max(first, bisect_left(self._starts, span[1]) - 1)

    def _number(self, run: Span) -> int:
        start, end = self._sentences[run[0]][0], self._sentences[run[1]][1]
        if (start, end) not in self._numbers:
            self._numbers[start, end] = len(self.found)
            first, last = (bisect_left(self._mention_starts, edge) for edge in (start, end))
            marks = [
                [mention.start, mention.end, self._labels[mention.label]]
                for mention in self._mentions[first:last]
                if mention.end <= end and mention.label in self._labels
            ]
            self.found.append({"start": start, "text": self._text[start:end], "marks": marks})
        return self._numbers[start, end]


def _present(value: Any) -> Any:
    """JSON without the keys that hold nothing: they would be half of the page."""
    if isinstance(value, dict):
        kept = {name: _present(part) for name, part in value.items()}
        return {name: part for name, part in kept.items() if part not in _NOTHING}
    return [_present(part) for part in value] if isinstance(value, list) else value
