"""facts.html: every fact beside the sentence it was read from, in one file."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from annotations.document import Document
from annotations.schema import load_schema
from corpus.segment import sentences
from pipeline.clauses import Span
from pipeline.facts import Fact, count_unparsed
from pipeline.page import TERMS, render_page, template, without_nothing
from pipeline.serialise import fact_record

TITLE = "zonefacts: projects, investments, statuses"


def render_facts(
    documents: Sequence[Document], facts_by_document: Mapping[str, Sequence[Fact]]
) -> str:
    """The browser page of some documents and their facts.

    Args:
        documents: In the order in which the page lists them.
        facts_by_document: The facts of each, by document id; a document may have none.
    """
    return render_page(
        template("pipeline", "facts.html"),
        title=TITLE,
        style=template("pipeline", "facts.css"),
        script=template("pipeline", "facts.js"),
        blocks={"data": _page_data(documents, facts_by_document)},
    )


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
            rows.append(without_nothing(row) | {"document": index})
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
