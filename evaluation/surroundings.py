"""What stands around a mention: its paragraph, how much happens in it, what kind of section it is.

Projects and sums are counted in the gold annotation, so the buckets are the same for every system.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from annotations.document import Document
from corpus.segment import paragraphs
from evaluation.model import Span

_HEADING_LENGTH = 40
_PLAN_HEADING = re.compile(
    r"计划|目标|任务|部署|安排|打算|展望|思路|下一步|下步|今后|未来|明年|今年(?:工作|的)|重点工作|总体要求"
)
_REVIEW_HEADING = re.compile(r"回顾|总结|完成情况|工作情况|成绩|成效|过去|去年|以来|取得")
_PLAN_CUE = re.compile(r"力争|确保|将|要|计划|预计|年内|加快推进|争取|全力推进|抓好|着力")
_REVIEW_CUE = re.compile(r"已|了|完成|实现|建成|增长|达到|累计|新增|成功")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """One paragraph of a gold document.

    `section` is heading, plan (goals and tasks), review (what was done) or other.
    """

    span: Span
    n_projects: int
    n_amounts: int
    section: str

    @property
    def hard(self) -> bool:
        """Whether sums and projects can be mixed up: at least two of each."""
        return self.n_projects >= 2 and self.n_amounts >= 2


class Surroundings:
    """The paragraphs of one gold document, looked up by position."""

    def __init__(self, gold: Document) -> None:
        spans = paragraphs(gold.text)
        self._starts = [start for start, _ in spans]
        counts = [{"PROJECT": 0, "AMOUNT": 0} for _ in spans]
        for mention in gold.mentions:
            index = self._index(mention.start)
            if index is not None and mention.label in counts[index]:
                counts[index][mention.label] += 1
        sections = _sections([gold.text[start:end] for start, end in spans])
        self._paragraphs = [
            Paragraph(
                span=span, n_projects=count["PROJECT"], n_amounts=count["AMOUNT"], section=section
            )
            for span, count, section in zip(spans, counts, sections, strict=True)
        ]

    @property
    def count(self) -> int:
        """How many paragraphs there are."""
        return len(self._paragraphs)

    def at(self, position: int) -> Paragraph | None:
        """The paragraph that holds a code point; None in a text that is blank."""
        index = self._index(position)
        return None if index is None else self._paragraphs[index]

    def _index(self, position: int) -> int | None:
        return max(0, bisect_right(self._starts, position) - 1) if self._starts else None


def _sections(texts: Sequence[str]) -> list[str]:
    """The kind of every paragraph: by the last heading that tells, else by its own words."""
    kinds = []
    current = None
    for text in texts:
        if _is_heading(text):
            kinds.append("heading")
            # A heading that says neither (一、产业) goes on with what was announced before it.
            current = _by_cues(text, _PLAN_HEADING, _REVIEW_HEADING) or current
            continue
        kinds.append(current or _by_cues(text, _PLAN_CUE, _REVIEW_CUE) or "other")
    return kinds


def _is_heading(text: str) -> bool:
    line = text.strip()
    return len(line) <= _HEADING_LENGTH and not re.search(r"[。；！？，,;]", line)


def _by_cues(text: str, plan: re.Pattern[str], review: re.Pattern[str]) -> str | None:
    n_plan, n_review = len(plan.findall(text)), len(review.findall(text))
    if n_plan == n_review:
        return None
    return "plan" if n_plan > n_review else "review"
