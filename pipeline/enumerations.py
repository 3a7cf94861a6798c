"""What enumerations say: what is whose in lists in step, and where a list is closed.

甲项目、乙项目总投资分别为3亿元、2亿元 gives each project its own sum, and so it is with dates and
statuses. 甲、乙、丙三个项目 has three members and a group.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from annotations.document import Mention
from pipeline.clauses import SENTENCE_END
from pipeline.counts import GroupCount, parse_count

# What stands between two members of an enumeration.
_ENUMERATED = re.compile(r"[、，,]|[、，,]?(?:和|与|及|以及)")
# 总投资分别达到, 分别计划完成固定资产投资: further before the first item the word is about others.
_CUE_REACH = 16
_IN_STEP = re.compile(r"(?:分别|依次)[^。！？!?；;\n]*$")
# Not within a larger number (第十三个) or an ordinal, and with what it counts behind it.
_COUNT = re.compile(
    r"(?<![\d一二两三四五六七八九十百第.])(?:\d{1,2}|[二两三四五六七八九十])(?=[个大项条座家所].)"
)


def enumeration_places(text: str, mentions: Sequence[Mention]) -> list[tuple[int, int]]:
    """For each mention its place in an enumeration of its label, and how many that has.

    Args:
        text: the whole text.
        mentions: of one paragraph, in text order.
    """
    places: list[tuple[int, int]] = []
    first = 0
    for index in range(1, len(mentions) + 1):
        if index < len(mentions) and _goes_on(text, mentions[index - 1], mentions[index]):
            continue
        size = index - first
        places += [(place, size) for place in range(size)]
        first = index
    return places


def owners_in_step(text: str, mentions: Sequence[Mention], *, reach: int) -> list[dict[int, int]]:
    """Which PROJECT (value) each item (key) of a list belongs to, by index; one mapping a list.

    Sums, dates and statuses that are said to be 分别 go to the projects of an enumeration of equal
    size in the same sentence: those that they stand in front of with 的, else the nearest before
    them.

    Args:
        text: the whole text.
        mentions: of the whole text; the indices mean them.
        reach: most code points between an item and a project before it.
    """
    # Annotators' files may hold mentions in any order.
    order = sorted(range(len(mentions)), key=lambda n: mentions[n].span)
    ordered = [mentions[n] for n in order]
    places = enumeration_places(text, ordered)
    found = []
    for index, (place, size) in enumerate(places):
        if place or size < 2 or ordered[index].label not in ("AMOUNT", "DATE", "STATUS"):
            continue
        start = ordered[index].start
        if not _IN_STEP.search(text[max(0, start - _CUE_REACH) : start]):
            continue
        first = _projects_behind(text, ordered, places, at=index + size)
        if first is None:
            first = _projects_before(text, ordered, places, at=index, reach=reach)
        if first is not None and places[first][1] == size:
            found.append({order[index + n]: order[first + n] for n in range(size)})
    return found


def split_closing_counts(text: str, mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """The mentions with each count that closes a list of as many projects as a group of its own.

    The tagger likes to read 丙三个项目 as one name. In the annotated train documents 39 of 61 such
    groups would be split off again if they were read so, and two mentions that are whole.

    Args:
        text: the whole text.
        mentions: in text order.
    """
    found: list[Mention] = []
    for mention, (place, size) in zip(mentions, enumeration_places(text, mentions), strict=True):
        is_last = mention.label == "PROJECT" and place + 1 == size > 1
        cut = _closing_count(mention.text, size) if is_last else None
        if cut is None:
            found.append(mention)
            continue
        at = mention.start + cut
        name = text[mention.start : at].removesuffix("等")
        found.append(replace(mention, end=mention.start + len(name), text=name))
        found.append(replace(mention, id=f"{mention.id}+", start=at, text=text[at : mention.end]))
    return tuple(found)


def closing_group(
    text: str, mentions: Sequence[Mention], order: Sequence[int], place: int
) -> int | None:
    """The group, by index, that closes the enumeration of projects from one on: 甲、乙等2个项目.

    Args:
        text: the whole text.
        mentions: of the whole text.
        order: their indices in text order.
        place: where in `order` the project is.
    """
    last = place
    while last + 1 < len(order) and _goes_on(
        text, mentions[order[last]], mentions[order[last + 1]]
    ):
        last += 1
    if last + 1 == len(order):
        return None
    members = [mentions[n] for n in order[place : last + 1]]
    count = _count_behind(text, members[-1], mentions[order[last + 1]])
    is_group = count is not None and count.value >= len(members)
    counted = any(parse_count(member.text) for member in members)
    return order[last + 1] if is_group and not counted else None


def _closing_count(name: str, size: int) -> int | None:
    """Where the count of a list of `size` members begins in the name of its last member."""
    for match in _COUNT.finditer(name, 2):
        count = parse_count(name[match.start() :])
        if count is not None and count.value == size:
            return match.start()
    return None


def _goes_on(text: str, before: Mention, mention: Mention) -> bool:
    """Whether a mention carries on the enumeration that the mention before it is in."""
    between = text[before.end : mention.start]
    return mention.label == before.label and _ENUMERATED.fullmatch(between) is not None


def _projects_before(
    text: str,
    mentions: Sequence[Mention],
    places: Sequence[tuple[int, int]],
    *,
    at: int,
    reach: int,
) -> int | None:
    """The first of the projects that stand last before a mention in its sentence."""
    for index in range(at - 1, -1, -1):
        end = mentions[index].end
        if mentions[at].start - end > reach:
            return None
        if SENTENCE_END.search(text, end, mentions[index + 1].start):
            return None
        if mentions[index].label == "PROJECT":
            last = index - 1 if _closes(text, mentions, places, at=index) else index
            return last - places[last][0]
    return None


def _closes(
    text: str, mentions: Sequence[Mention], places: Sequence[tuple[int, int]], *, at: int
) -> bool:
    """Whether a mention is the group that closes a list of so many (甲、乙两个项目)."""
    count = _count_behind(text, mentions[at - 1], mentions[at]) if at else None
    return count is not None and count.value == places[at - 1][1]


def _count_behind(text: str, member: Mention, group: Mention) -> GroupCount | None:
    """How many a group right behind the last member of its list counts, or behind 等."""
    is_closing = member.label == group.label == "PROJECT" and text[member.end : group.start] in (
        "",
        "等",
    )
    return parse_count(group.text) if is_closing else None


def _projects_behind(
    text: str, mentions: Sequence[Mention], places: Sequence[tuple[int, int]], *, at: int
) -> int | None:
    """The first of the projects that the items before them belong to (3亿元、2亿元的甲、乙)."""
    if at >= len(mentions) or mentions[at].label != "PROJECT" or places[at][0]:
        return None
    return at if text[mentions[at - 1].end : mentions[at].start] == "的" else None
