"""Texts whose paragraphs are broken over lines, as if each paragraph stood on one.

PDF and OCR break lines anywhere, within words and sums, too. A tagger that has read reports of one
line a paragraph does not know 完成投 at the end of a line and 资 on the next. So all stages read
the joined text, and what they find is told in offsets of the text as it came.
"""

import re
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from annotations.document import Document, Mention
from corpus.segment import Span, paragraphs

# What `str.splitlines` breaks at, with the blanks around it.
_BREAK = re.compile(r"\s*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*")
_LATIN = re.compile(r"[A-Za-z]")


@dataclass(frozen=True, slots=True)
class JoinedText:
    """A text without the line breaks within its paragraphs.

    `paragraphs` are spans of `text`; `places` holds the offset of each of its characters in the
    text as it came, shape (characters,).
    """

    text: str
    paragraphs: tuple[Span, ...]
    places: NDArray[np.int64]

    def read(self, document: Document) -> Document:
        """A document on the text as it came, on the joined text."""
        spans = np.array([m.span for m in document.mentions], dtype=np.int64).reshape(-1, 2)
        return self._moved(document, np.searchsorted(self.places, spans).tolist(), self.text)

    def write(self, document: Document, text: str) -> Document:
        """A document on the joined text, on `text` as it came."""
        spans = [
            (int(self.places[m.start]), int(self.places[m.end - 1]) + 1) for m in document.mentions
        ]
        return self._moved(document, spans, text)

    @staticmethod
    def _moved(document: Document, spans: list[Span], text: str) -> Document:
        mentions = tuple(
            Mention(
                id=m.id, label=m.label, start=start, end=end, text=text[start:end], score=m.score
            )
            for m, (start, end) in zip(document.mentions, spans, strict=True)
        )
        return replace(document, text=text, mentions=mentions)


def join_lines(text: str) -> JoinedText:
    """The text with each paragraph on one line; between two Latin letters a break is a blank."""
    characters = np.array(list(text), dtype=object)
    is_kept = np.ones(len(text), dtype=bool)
    blocks = paragraphs(text)
    for start, end in blocks:
        for match in _BREAK.finditer(text, start, end):
            is_kept[slice(*match.span())] = False
            if _LATIN.match(text[match.start() - 1]) and _LATIN.match(text[match.end()]):
                is_kept[match.start()] = True
                characters[match.start()] = " "
    # How many characters are kept before each offset.
    before = np.append(0, np.cumsum(is_kept))
    return JoinedText(
        text="".join(characters[is_kept]),
        paragraphs=tuple((int(before[start]), int(before[end])) for start, end in blocks),
        places=np.flatnonzero(is_kept),
    )
