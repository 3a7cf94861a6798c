"""From report files to plain running text: what is dropped is counted.

The reports are Markdown with front matter. Nothing of the wording is changed; marks, links and
tables go, and so do reports and paragraphs that were read before, since a network learns a
sentence by heart that it sees again and again.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from corpus.library import CollectionDocument
from corpus.passages import load_passages
from corpus.selection import FIRST_YEAR, LAST_YEAR, REPORT_KINDS, SplitSizes, place_split

SPLIT_SEED = 20260
# Shorter paragraphs (forms of address, headings) recur in every report and may do so.
MIN_DUPLICATE = 24

Split = Literal["train", "development", "test"]

_FRONT_MATTER = re.compile(r"\A\ufeff?---\n.*?\n---\n", re.DOTALL)
_TABLE_ROW = re.compile(r"^\s*\|.*\|\s*$|^\s*\|?(?:\s*:?-{3,}:?\s*\|)+\s*:?-*:?\s*$")
_HTML = re.compile(r"<[^<>\n]{1,200}>")
_IMAGE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)")
_LINK = re.compile(r"\[([^\]\n]*)\]\([^)\n]*\)")
_FOOTNOTE = re.compile(r"\[\^[^\]\n]*\]:?")
_URL = re.compile(r"https?://[\x21-\x7e]+")
_LINE_MARK = re.compile(r"^\s*(?:#{1,6}\s+|>\s*|[-*+]\s+|(?:[-*_]\s*){3,}$)+")
_EMPHASIS = re.compile(r"(?<!\\)(?:\*{1,3}|_{2,3}|~~|`+)")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>|~])")
_SPACES = re.compile(r"[ \t\u00a0\u3000]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanDocument:
    """Running text of one report, paragraphs joined by line ends."""

    path: str
    place: str
    year: int
    split: Split
    text: str


def clean_paragraphs(text: str, counts: Counter[str]) -> list[str]:
    """The paragraphs of a Markdown file without marks, links and tables.

    Args:
        text: the file.
        counts: grows by what was dropped: `front_matter`, `table_rows`, `links`, `marks`.
    """
    text = text.replace("\r\n", "\n")
    text, n_fronts = _FRONT_MATTER.subn("", text)
    counts["front_matter"] += n_fronts
    paragraphs = []
    for raw in text.split("\n"):
        if _TABLE_ROW.match(raw):
            counts["table_rows"] += 1
            continue
        line = raw
        for pattern, replacement, name in (
            (_IMAGE, "", "links"),
            (_LINK, r"\1", "links"),
            (_URL, "", "links"),
            (_FOOTNOTE, "", "links"),
            (_HTML, "", "marks"),
            (_LINE_MARK, "", "marks"),
            (_EMPHASIS, "", "marks"),
            (_ESCAPE, r"\1", "marks"),
        ):
            line, n_found = pattern.subn(replacement, line)
            counts[name] += n_found
        if line := _SPACES.sub(" ", line).strip():
            paragraphs.append(line)
    return paragraphs


def split_of_places(documents: Iterable[CollectionDocument]) -> dict[str, str]:
    """The split of every place that has a report to draw passages from, or a listed passage.

    A place of a listed passage belongs to that passage's split. For the others the draw is made
    again, and it is another one where the collection has other places.
    """
    documents = list(documents)
    drawn = place_split(
        {
            document.place
            for document in documents
            if document.kind in REPORT_KINDS and FIRST_YEAR <= document.year <= LAST_YEAR
        },
        seed=SPLIT_SEED,
        sizes=SplitSizes(),
    )
    listed = {passage.place: passage.split for passage in load_passages()}
    places = {document.place for document in documents}
    return drawn | {place: split for place, split in listed.items() if place in places}


def clean_collection(
    documents: Iterable[CollectionDocument], counts: Counter[str]
) -> Iterator[CleanDocument]:
    """Clean documents of the train and development places; test places are left out.

    A report is a duplicate if the same text came before as a report, a paragraph if it came before
    in any report. Development places go first, so that a paragraph in both is kept out of training.

    Args:
        documents: the collection.
        counts: grows by documents, characters and everything that was dropped.
    """
    documents = list(documents)
    splits = split_of_places(documents)
    seen_documents: set[bytes] = set()
    seen_paragraphs: set[bytes] = set()
    order: dict[str, int] = {"development": 0, "train": 1}
    ordered = sorted(documents, key=lambda d: (order.get(splits.get(d.place, ""), 1), d.path))
    for document in ordered:
        counts["documents_read"] += 1
        counts["characters_read"] += len(document.text)
        split = splits.get(document.place, "train")
        if split == "test":
            counts["documents_of_test_places"] += 1
            continue
        paragraphs = clean_paragraphs(document.text, counts)
        if _is_seen("\n".join(paragraphs), seen_documents):
            counts["duplicate_documents"] += 1
            continue
        kept = []
        for paragraph in paragraphs:
            if len(paragraph) >= MIN_DUPLICATE and _is_seen(paragraph, seen_paragraphs):
                counts["duplicate_paragraphs"] += 1
                counts["duplicate_characters"] += len(paragraph)
            else:
                kept.append(paragraph)
        if kept:
            text = "\n".join(kept)
            counts[f"{split}_documents"] += 1
            counts[f"{split}_characters"] += len(text)
            yield CleanDocument(
                path=document.path,
                place=document.place,
                year=document.year,
                split="development" if split == "development" else "train",
                text=text,
            )


def _is_seen(text: str, seen: set[bytes]) -> bool:
    digest = blake2b(text.encode(), digest_size=12).digest()
    if digest in seen:
        return True
    seen.add(digest)
    return False
