"""Which year a date without one is of: 全年 below 2023年工作总结, 6月底 behind 2024年，力争.

A report has one 今年, but not all of it speaks of that year. A heading that reviews or plans a year
holds for what stands below it, and a year that opens a sentence for the rest of its paragraph.
今年, 去年 and the like are always counted from the report's year.
"""

import re
from bisect import bisect_right

from annotations.document import Document, Mention
from corpus.segment import Span, paragraphs
from pipeline.dates import RELATIVE_YEAR, parse_date

# A longer paragraph that names a review or a plan speaks about it.
_HEADING = 40
_REVIEW_OR_PLAN = re.compile(r"总结|回顾|完成情况|工作情况|计划|安排|打算|思路|要点|重点工作|任务")
_OPENS = frozenset("。；！？!?;：:\n")
_FULL_YEAR = re.compile(r"\d{4}年(?:度|全年)?")


class ToldYears:
    """The years that a document tells for the dates in it."""

    def __init__(self, document: Document) -> None:
        self._year = document.year
        self._text = document.text
        self._starts: list[int] = []
        # The year that holds from each start on.
        self._years: list[int | None] = []
        dates = sorted((m for m in document.mentions if m.label == "DATE"), key=lambda m: m.span)
        if not dates:
            return
        below: int | None = None
        first = 0
        for block in paragraphs(document.text):
            self._tell(block[0], below)
            while first < len(dates) and dates[first].start < block[1]:
                year = self._told_by(dates[first], block)
                if year is not None:
                    self._tell(dates[first].start, year)
                    below = year if self._heads(block) else below
                first += 1

    def of(self, mention: Mention) -> int | None:
        """The year that a DATE mention without a year of its own is of."""
        if RELATIVE_YEAR.search(mention.text):
            return self._year
        at = bisect_right(self._starts, mention.start) - 1
        told = self._years[at] if at >= 0 else None
        return self._year if told is None else told

    def _tell(self, start: int, year: int | None) -> None:
        self._starts.append(start)
        self._years.append(year)

    def _told_by(self, mention: Mention, block: Span) -> int | None:
        """The year that a mention tells: one that opens a sentence or stands in a heading."""
        text = "".join(mention.text.split())
        if not (_FULL_YEAR.fullmatch(text) or RELATIVE_YEAR.match(text)):
            return None
        if not self._opens(mention.start, block) and not self._heads(block):
            return None
        interval = parse_date(mention.text, year=self._year)
        return interval.start.year if interval else None

    def _opens(self, start: int, block: Span) -> bool:
        """Whether nothing of its sentence stands before `start`."""
        while start > block[0] and self._text[start - 1].isspace():
            start -= 1
        return start == block[0] or self._text[start - 1] in _OPENS

    def _heads(self, block: Span) -> bool:
        is_short = block[1] - block[0] <= _HEADING
        return is_short and _REVIEW_OR_PLAN.search(self._text, *block) is not None
