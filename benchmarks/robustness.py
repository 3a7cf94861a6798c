"""How scores hold up where reports are written or converted carelessly.

Run:  python benchmarks/robustness.py [--model DIR]

The development passages are scored as they are, and again with every text changed in one way and
the annotations moved along: what remains the same text to a reader should score the same.
"""

import argparse
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from annotations.document import Document
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


CHANGES: dict[str, Pieces] = {
    "as they are": lambda document: list(document.text),
    "half-width punctuation": half_width,
    "characters set apart": set_apart,
    "lines of 23 characters": wrapped,
    "sums without 元": bare_sums,
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
    for name, pieces in CHANGES.items():
        gold = [changed(document, pieces(document)) for document in documents]
        table.add_row(name, *f1(gold, predict(model, gold)))
    Console().print(table)


if __name__ == "__main__":
    main()
