"""How scores hold up where reports are short, or written or converted carelessly.

Run:  python benchmarks/robustness.py [--model DIR]
It needs the extras train and evaluate, and the texts that `zonefacts corpus link` fetches.

The development passages are scored as they are, and again with every text changed in one way and
the annotations moved along: what remains the same text to a reader should score the same. A
sentence alone may tell less than it does in its report, and what links two sentences is left out.
"""

import argparse
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from annotations.document import Document
from corpus.segment import paragraphs, sentences
from evaluation.evaluate import evaluate, figure_at
from evaluation.predictions import predict
from pipeline.model import load_model
from training.data import load_split
from training.examples import needless_currency

GOLD = Path(__file__).parents[1] / "annotations" / "gold" / "reports"
_HALF_WIDTH = str.maketrans("，；：（）！？", ",;:()!?")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LINE_WIDTH = 23

# What stands for each character of a text: itself, nothing, or more.
Pieces = Callable[[Document], list[str]]
Change = Callable[[Document], list[Document]]


def half_width(document: Document) -> list[str]:
    """Punctuation as in texts that were typed on a Latin keyboard."""
    return list(document.text.translate(_HALF_WIDTH))


def set_apart(document: Document) -> list[str]:
    """A blank behind every Chinese character, as OCR and PDF may leave it."""
    return [f"{c} " if _HAN.match(c) else c for c in document.text]


def wrapped(document: Document) -> list[str]:
    """Lines of 23 characters, broken within words, too."""
    pieces, column = [], 0
    for character in document.text:
        column = 0 if character == "\n" else column + 1
        if column > _LINE_WIDTH:
            pieces[-1] += "\n"
            column = 1
        pieces.append(character)
    return pieces


def bare_sums(document: Document) -> list[str]:
    """Sums without 元, as the press writes them: 投资8亿."""
    pieces = list(document.text)
    for at in needless_currency(document.mentions):
        pieces[at] = ""
    return pieces


def changed(document: Document, pieces: Sequence[str]) -> Document:
    """The document on the changed text; a mention keeps what its characters became.

    Blanks and breaks behind its last character are not part of it.
    """
    starts = [0]
    for piece in pieces:
        starts.append(starts[-1] + len(piece))
    text = "".join(pieces)
    mentions = []
    for mention in document.mentions:
        start = starts[mention.start]
        end = start + len(text[start : starts[mention.end]].rstrip())
        mentions.append(replace(mention, start=start, end=end, text=text[start:end]))
    return replace(document, text=text, mentions=tuple(mentions))


def alone(document: Document) -> list[Document]:
    """Every sentence as a document of its own, as in short news."""
    text = document.text
    spans = [span for block in paragraphs(text) for span in sentences(text, *block)]
    return [part(document, *span) for span in spans]


def part(document: Document, start: int, end: int) -> Document:
    """The document on `[start, end)` of its text, with what lies in there."""
    mentions = tuple(
        replace(m, start=m.start - start, end=m.end - start)
        for m in document.mentions
        if start <= m.start and m.end <= end
    )
    ids = {m.id for m in mentions}
    return replace(
        document,
        id=f"{document.id}-{start}",
        text=document.text[start:end],
        mentions=mentions,
        relations=tuple(r for r in document.relations if {r.head, r.tail} <= ids),
        status={key: value for key, value in document.status.items() if key in ids},
    )


def pieced(pieces: Pieces) -> Change:
    """The change that these pieces make."""
    return lambda document: [changed(document, pieces(document))]


CHANGES: dict[str, Change] = {
    "as they are": lambda document: [document],
    "half-width punctuation": pieced(half_width),
    "characters set apart": pieced(set_apart),
    "lines of 23 characters": pieced(wrapped),
    "sums without 元": pieced(bare_sums),
    "each sentence alone": alone,
}


def f1(gold: Sequence[Document], predicted: Sequence[Document]) -> list[str]:
    """Strict micro F1 of mentions and of relations, and F1 of whole facts, in percent."""
    evaluation = evaluate(gold, predicted, name="robustness", resamples=0)
    paths = ("mentions.micro.f1", "relations.micro.f1", "facts.whole.f1")
    return [f"{100 * (figure_at(evaluation, path) or 0):.1f}" for path in paths]


def main() -> None:
    """Score and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, help="model folder; without it the shipped model")
    arguments = parser.parse_args()
    model = load_model(arguments.model)
    documents = load_split((str(GOLD),), "development")
    table = Table(title=f"Development split, {len(documents)} documents, F1 in percent")
    table.add_column("texts")
    for name in ("mentions", "relations", "whole facts"):
        table.add_column(name, justify="right")
    for name, change in CHANGES.items():
        gold = [made for document in documents for made in change(document)]
        table.add_row(name, *f1(gold, predict(model, gold)))
    Console().print(table)


if __name__ == "__main__":
    main()
