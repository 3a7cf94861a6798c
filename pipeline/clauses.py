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
_BREAK = re.compile(rf"{_END}(?:{_END}|\s)*")


class Clauses:
    """The clauses of one text, looked up by half-open spans in code points."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._paragraphs = [start for start, _ in paragraphs(text)]
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in paragraphs(text):
            left = start
            for match in _BREAK.finditer(text, start, end):
                self._add(left, match.start())
                left = match.end()
            self._add(left, end)

    def distance(self, one: Span, other: Span) -> tuple[int, int]:
        """Clause ends, then characters, between two spans; (0, 0) for spans that touch."""
        left, right = sorted((one, other))
        between = self._clause(right[0]) - self._clause(left[1] - 1)
        return max(0, between), max(0, right[0] - left[1])

    def covering(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        """The clauses that hold the spans, neighbouring ones joined, without outer blanks."""
        touched = sorted(
            {
                index
                for start, end in spans
                for index in range(self._clause(start), self._clause(end - 1) + 1)
            }
        )
        runs: list[tuple[int, int]] = []
        for index in touched:
            if runs and index == runs[-1][1] + 1:
                runs[-1] = (runs[-1][0], index)
            else:
                runs.append((index, index))
        return tuple((self._starts[first], self._ends[last]) for first, last in runs)

    def paragraph(self, position: int) -> int:
        """The number of the paragraph that holds a position, from 0."""
        return max(0, bisect_right(self._paragraphs, position) - 1)

    def _clause(self, position: int) -> int:
        return max(0, bisect_right(self._starts, position) - 1)

    def _add(self, start: int, end: int) -> None:
        piece = self._text[start:end]
        stripped = piece.strip()
        if stripped:
            left = start + len(piece) - len(piece.lstrip())
            self._starts.append(left)
            self._ends.append(left + len(stripped))
