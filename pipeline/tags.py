"""IOB2 tags for the labels of the schema, between spans and tag sequences."""

from collections.abc import Iterable
from functools import cache

from annotations.document import Mention
from annotations.schema import load_schema

OUTSIDE = 0


@cache
def tag_names() -> tuple[str, ...]:
    """`O`, then `B-` and `I-` of every label, in the order of the schema."""
    return ("O", *(f"{prefix}-{label}" for label in load_schema().labels for prefix in "BI"))


def begin_tag(label: str) -> int:
    """The number of the label's `B-` tag; its `I-` tag is the next one."""
    return 1 + 2 * list(load_schema().labels).index(label)


def label_of(tag: int) -> str:
    """The label of a `B-` or `I-` tag number."""
    return list(load_schema().labels)[(tag - 1) // 2]


def tags_of(mentions: Iterable[Mention], length: int) -> list[int]:
    """Tag numbers for each of `length` characters."""
    tags = [OUTSIDE] * length
    for mention in mentions:
        begin = begin_tag(mention.label)
        tags[mention.start] = begin
        for position in range(mention.start + 1, mention.end):
            tags[position] = begin + 1
    return tags


def spans_of(tags: Iterable[int]) -> list[tuple[str, int, int]]:
    """Labelled spans of a valid IOB2 sequence, in text order."""
    spans: list[tuple[str, int, int]] = []
    start, begin = 0, OUTSIDE
    position = -1
    for position, tag in enumerate(tags):
        if begin and tag != begin + 1:
            spans.append((label_of(begin), start, position))
            begin = OUTSIDE
        if tag and tag % 2 == 1:
            start, begin = position, tag
    if begin:
        spans.append((label_of(begin), start, position + 1))
    return spans
