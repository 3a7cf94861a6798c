"""Clauses of a text: how far apart two mentions stand, and the words that hold a set of them.

A clause ends at a comma, a semicolon, the end of a sentence or of a paragraph. The enumeration
comma (、) and the colon do not end one, nor does a comma within a number (1,200), nor a line break
that cuts a sentence.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable

from corpus.segment import paragraphs

Span = tuple[int, int]

_END = r"(?:[，；。！？;!?]|,(?!\d)|(?<!\d),)"
SENTENCE_END = re.compile(r"[。！？!?；;\n]")
_BREAK = re.compile(rf"{_END}(?:{_END}|\s)*")


class Clauses:
    """The clauses of one text, looked up by half-open spans in code points."""

    def __init__(self, text: str) -> None:
        self._text = text
        blocks = paragraphs(text)
        self._paragraphs = [start for start, _ in blocks]
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in blocks:
            left = start
            for match in _BREAK.finditer(text, start, end):
                self._add(left, match.start())
                left = match.end()
            self._add(left, end)
        if not self._starts:
            self._starts, self._ends = [0], [len(text)]

    def distance(self, one: Span, other: Span) -> tuple[int, int]:
        """Clause ends, then characters, between two spans; (0, 0) for spans that touch."""
        left, right = sorted((one, other))
        between = self._clause(right[0]) - self._clause(left[1] - 1)
        return max(0, between), max(0, right[0] - left[1])

    def covering(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        """The clauses that hold the spans, neighbouring ones joined, without outer blanks."""
        runs: list[tuple[int, int, int]] = []
        for first, last, start, end in sorted(self._held(span) for span in spans):
            if runs and first <= runs[-1][0] + 1:
                before_last, before_start, before_end = runs.pop()
                runs.append((max(before_last, last), before_start, max(before_end, end)))
            else:
                runs.append((last, start, end))
        return tuple((start, end) for _, start, end in runs)

    def paragraph(self, position: int) -> int:
        """The number of the paragraph that holds a position, from 0."""
        return max(0, bisect_right(self._paragraphs, position) - 1)

    def _held(self, span: Span) -> tuple[int, int, int, int]:
        """First and last clause of a span, and the words from one to the other."""
        first, last = self._clause(span[0]), self._clause(span[1] - 1)
        return first, last, min(self._starts[first], span[0]), max(self._ends[last], span[1])

    def _clause(self, position: int) -> int:
        return max(0, bisect_right(self._starts, position) - 1)

    def _add(self, start: int, end: int) -> None:
        piece = self._text[start:end]
        stripped = piece.strip()
        if stripped:
            left = start + len(piece) - len(piece.lstrip())
            self._starts.append(left)
            self._ends.append(left + len(stripped))
