"""Where a project stands and when, where words tell: 甲项目位于高新区, 2023年3月，甲项目开工.

In the annotated train documents all 114 zones right before a project, or right behind one and
位于, are where it stands (those behind it in authored reports alone), and all 16 dates that open a
sentence, with a project right behind them, are its own.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from annotations.document import Mention
from pipeline.clauses import SENTENCE_END
from pipeline.counts import parse_count

# From a project on, up to the zone, and from a zone on, up to the project.
_STANDS_IN = re.compile(
    r"[，,]?(?:该?项目)?(?:位于|坐落[于在]?|选址[于在]?|落[户地子][于在]?(?!后)|(?:布局|建设|建|设)在)"
    r"(?!.{0,12}(?:距|邻|从|由|助|带动))[^，。；、,;（(的\n]{0,8}"
)
# Behind the zone: 位于高新区以东3公里.
_BESIDE = re.compile(r"以[东南西北]|[东南西北]{1,2}侧|附近|周边|旁")
_WITHIN = re.compile(r"(?:[内里]?的|[内里])?")
# Between a park and the projects behind it.
_TAKES_IN = re.compile(r"(?:共|累计|已)*(?:新增?)?(?:引进|签约|落户|入驻|承接|落地)")
# Between a date and the project behind it.
_THEN = re.compile(r"[，,]?")


def told_sites(text: str, mentions: Sequence[Mention]) -> set[tuple[int, int]]:
    """The pairs of a PROJECT and the ZONE it stands in, by index, where the words tell it.

    Args:
        text: the whole text.
        mentions: of the whole text; the indices mean them.
    """
    order = sorted(range(len(mentions)), key=lambda n: mentions[n].span)
    found: set[tuple[int, int]] = set()
    for first, second in pairwise(order):
        labels = (mentions[first].label, mentions[second].label)
        gap = (mentions[first].end, mentions[second].start)
        if labels == ("PROJECT", "ZONE") and _STANDS_IN.fullmatch(text, *gap):
            # 甲项目，位于高新区的乙项目: of the one behind.
            is_of_another = text[gap[0]] in "，," and text.startswith("的", mentions[second].end)
            if not (is_of_another or _BESIDE.match(text, mentions[second].end)):
                found.add((first, second))
        elif labels == ("ZONE", "PROJECT") and _WITHIN.fullmatch(text, *gap):
            found.add((second, first))
    return found


def name_parks(text: str, mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """The mentions with each park that takes in counted projects as a ZONE, not a PROJECT.

    产业园引进项目12个: in the annotated train documents 7 zones stand there, and no project.

    Args:
        text: the whole text.
        mentions: in text order.
    """
    found = list(mentions)
    for index, (park, behind) in enumerate(pairwise(mentions)):
        third = mentions[index + 2] if index + 2 < len(mentions) else None
        guest = third if behind.label == "STATUS" else behind
        if (
            park.label == "PROJECT"
            and park.text.endswith("园")
            and guest is not None
            and parse_count(guest.text) is not None
            and _TAKES_IN.fullmatch(text, park.end, guest.start)
        ):
            found[index] = replace(park, label="ZONE")
    return tuple(found)


def told_days(text: str, mentions: Sequence[Mention]) -> set[tuple[int, int]]:
    """The pairs of a PROJECT and the DATE that opens its sentence, by index.

    Args:
        text: the whole text.
        mentions: of the whole text; the indices mean them.
    """
    order = sorted(range(len(mentions)), key=lambda n: mentions[n].span)
    found: set[tuple[int, int]] = set()
    for first, second in pairwise(order):
        date, project = mentions[first], mentions[second]
        if (
            (date.label, project.label) == ("DATE", "PROJECT")
            and (date.start == 0 or SENTENCE_END.match(text, date.start - 1))
            and _THEN.fullmatch(text, date.end, project.start)
        ):
            found.add((second, first))
    return found
