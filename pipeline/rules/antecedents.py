"""The project that a sentence without one is about: 甲项目开工。该项目总投资3亿元.

Only what leaves no doubt is looked up: the words open with 该项目 or the like, and the last
sentence of the paragraph that names a project names one alone, or a list and its count.
"""

import re
from collections.abc import Sequence

from annotations.document import Mention
from pipeline.clauses import SENTENCE_END
from pipeline.counts import parse_count
from pipeline.pairs import MAX_GAP

_LEAD = r"(?:(?:据悉|据了解|据介绍|目前|其中)[，,]?)?"
_THIS = re.compile(rf"{_LEAD}(?:[该此本]|上述|这[一个])(?P<what>项目|工程|基地|产业园|园区?)")
# 项目总投资3亿元, but 项目建设提速 is about all of them.
_BARE = re.compile(rf"{_LEAD}项目(?=占地|位于|由|选址|总|计划|预计|规划|分|用地|主要|概算)")


def sentence_start(text: str, at: int) -> int:
    """Where the sentence with `at` begins, at most `MAX_GAP` code points before it."""
    first = max(0, at - MAX_GAP)
    return max((end.end() for end in SENTENCE_END.finditer(text, first, at)), default=first)


def within_reach(order: Sequence[int], place: int) -> Sequence[int]:
    """The indices before `place` in text order that may be of mentions within `MAX_GAP`.

    No more mentions stand there than characters.
    """
    return order[max(0, place - MAX_GAP) : place]


def projects_since(mentions: Sequence[Mention], before: Sequence[int], start: int) -> list[int]:
    """The PROJECT mentions among those before one, by index, that begin at `start` or behind it."""
    return [n for n in before if mentions[n].label == "PROJECT" and mentions[n].start >= start]


def this_project(
    text: str, mentions: Sequence[Mention], before: Sequence[int], start: int
) -> int | None:
    """The project, by index, that 该项目 at the head of a sentence means.

    The arguments are those of `project_meant`.
    """
    this = _THIS.match(text, start)
    found = project_meant(text, mentions, before, start) if this else None
    if this is None or found is None:
        return None
    # 该园区 may be a zone that was named since.
    is_park = "园" in this["what"]
    return None if is_park and "园" not in mentions[found].text else found


def project_opened_with(
    text: str, mentions: Sequence[Mention], before: Sequence[int], start: int
) -> int | None:
    """The project, by index, that 该项目 or 项目 at the head of a sentence means.

    The arguments are those of `project_meant`.
    """
    if _BARE.match(text, start):
        return project_meant(text, mentions, before, start)
    return this_project(text, mentions, before, start)


def project_meant(
    text: str, mentions: Sequence[Mention], before: Sequence[int], start: int
) -> int | None:
    """The project, by index, that a sentence from `start` on is about if it names none.

    Args:
        text: the whole text.
        mentions: of the whole text.
        before: indices of the mentions before it, in text order.
        start: where the sentence begins.
    """
    first = max(0, start - MAX_GAP)
    first = max(first, text.rfind("\n", first, start) + 1)
    found: list[int] = []
    for index in reversed(before):
        mention = mentions[index]
        if mention.start < first:
            break
        if mention.label != "PROJECT":
            continue
        if found and SENTENCE_END.search(text, mention.end, mentions[found[-1]].start):
            break
        found.append(index)
    if len(found) == 1:
        return found[0]
    # 甲、乙等12个项目开工: of all of them.
    count = parse_count(mentions[found[0]].text) if found else None
    return found[0] if count is not None and count.value >= len(found) - 1 else None
