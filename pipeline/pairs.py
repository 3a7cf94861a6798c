"""Candidate pairs of a PROJECT and another mention, and what the relation stage knows of them.

A pair is described by encoder states (of both mentions, their neighbours and what lies between)
and by structural features that a reader would use: which project is nearest, whether a comma or a
full stop lies between, whether the mention is one of an enumeration, which cue word stands before
a sum. Training and scoring both read pairs through this module alone.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotations.document import Mention
from annotations.schema import load_schema
from pipeline.counts import parse_count
from pipeline.enumerations import enumeration_places
from pipeline.states import SpanStates
from pipeline.windows import FloatArray

# Beyond this many code points no annotated relation was seen.
MAX_GAP = 400
_GAP_BOUNDS = (0, 2, 5, 10, 20, 40, 80, 160)
_SEPARATORS = "，,、；;。"
# Words before a sum or between the two mentions that tell roles apart.
_CUES = tuple(
    re.compile(pattern)
    for pattern in (
        r"总投资|投资|投资额|总额|概算",
        r"签约|协议|合同|意向|引资",
        r"完成|到位|累计|已投|实际|投入",
        r"年度|当年|今年|年内|年计划",
        r"补助|专项|资金|贷款|融资|债券|争取|筹措|拨",
        r"产值|税|收入|销售|营收|效益|产能|利润",
        r"位于|落户|入驻|落地|坐落|在|于",
        r"由|与|和|引进|承建|建设|实施",
    )
)
_LEFT_CONTEXT = 10
# A mark between two digits is part of a number or a time.
_HALF_WIDTH = re.compile(r"(?<!\d)[,;:()]|[,;:()](?!\d)")
_FULL_WIDTH = str.maketrans(",;:()", "，；：（）")


@dataclass(frozen=True, slots=True)
class Pairs:
    """Candidate pairs of one text; rows of all arrays belong together.

    `heads` and `tails` are mention indices, shape (pairs,); `features` has shape (pairs, features).
    """

    heads: NDArray[np.int64]
    tails: NDArray[np.int64]
    features: FloatArray

    def rows(self) -> dict[tuple[int, int], int]:
        """The row of each pair of head and tail."""
        ends = zip(self.heads.tolist(), self.tails.tolist(), strict=True)
        return {pair: row for row, pair in enumerate(ends)}


def _tail_labels() -> tuple[str, ...]:
    return tuple(dict.fromkeys(r.tail for r in load_schema().relations.values()))


def enumerate_pairs(
    text: str, mentions: Sequence[Mention], paragraphs: Sequence[tuple[int, int]]
) -> Pairs:
    """All pairs of one paragraph that the schema allows, with their structural features."""
    heads: list[int] = []
    tails: list[int] = []
    rows: list[list[float]] = []
    tail_labels = set(_tail_labels())
    # Web pages write half-width marks, most reports do not; the features must not tell them apart.
    text = _HALF_WIDTH.sub(lambda match: match[0].translate(_FULL_WIDTH), text)
    starts = [start for start, _ in paragraphs]
    members: dict[int, list[int]] = {}
    # Annotators' files may hold mentions in any order; the features are about text order.
    for index in sorted(range(len(mentions)), key=lambda n: mentions[n].span):
        members.setdefault(bisect_right(starts, mentions[index].start) - 1, []).append(index)
    for indices in members.values():
        block = _Block(text, [mentions[i] for i in indices])
        for head in range(len(indices)):
            if block.mentions[head].label != "PROJECT":
                continue
            for tail in block.within_reach(head):
                if tail == head or block.mentions[tail].label not in tail_labels:
                    continue
                heads.append(indices[head])
                tails.append(indices[tail])
                rows.append(block.features(head, tail))
    features = np.array(rows, dtype=np.float32).reshape(len(rows), n_features())
    return Pairs(np.array(heads, dtype=np.int64), np.array(tails, dtype=np.int64), features)


class _Block:
    """The mentions of one paragraph in text order, with what their pairs share worked out once."""

    def __init__(self, text: str, mentions: list[Mention]) -> None:
        self.text = text
        self.mentions = mentions
        self.labels = list(load_schema().labels)
        self.is_group = [m.label == "PROJECT" and parse_count(m.text) is not None for m in mentions]
        # seen[k][label]: how many mentions of the label come before the k-th mention.
        self.seen = [dict.fromkeys(self.labels, 0)]
        for mention in mentions:
            counts = dict(self.seen[-1])
            counts[mention.label] += 1
            self.seen.append(counts)
        self.starts = [m.start for m in mentions]
        self.ends = [m.end for m in mentions]
        self.indices: dict[str, list[int]] = {label: [] for label in self.labels}
        for index, mention in enumerate(mentions):
            self.indices[mention.label].append(index)
        self.places = enumeration_places(text, mentions)

    def within_reach(self, head: int) -> range:
        """The mentions at most `MAX_GAP` from the head; they are neighbours, since none overlap."""
        first = bisect_left(self.ends, self.mentions[head].start - MAX_GAP)
        return range(first, bisect_right(self.starts, self.mentions[head].end + MAX_GAP))

    def gap(self, one: int, other: int) -> int:
        """Code points between two mentions."""
        left, right = sorted((one, other))
        return self.mentions[right].start - self.mentions[left].end

    def features(self, head: int, tail: int) -> list[float]:
        """The structural features of a pair, in a fixed order; see `n_features`."""
        left, right = sorted((head, tail))
        h, t = self.mentions[head], self.mentions[tail]
        between = self.text[self.mentions[left].end : self.mentions[right].start]
        counts = {name: self.seen[right][name] - self.seen[left + 1][name] for name in self.labels}
        before_tail = self.text[max(0, t.start - _LEFT_CONTEXT) : t.start]
        row = [float(t.label == name) for name in _tail_labels()]
        row += [float(tail > head), float(np.log1p(len(between)))]
        row += [float(len(between) <= bound) for bound in _GAP_BOUNDS]
        row += [float(np.log1p(between.count(mark))) for mark in _SEPARATORS]
        row += [float(mark not in between) for mark in "。；，、"]
        row += [float(np.log1p(counts[name])) for name in self.labels]
        row += [float(counts[name] == 0) for name in self.labels]
        row += [float(cue.search(between) is not None) for cue in _CUES]
        row += [float(cue.search(before_tail) is not None) for cue in _CUES]
        row += [float(self.is_group[head]), float(self.is_group[tail])]
        row += self._enumeration(h) + self._enumeration(t)
        row += self._ranks(head, tail)
        row += self._parallel(head, tail)
        row += [float(np.log1p(len(h.text))), float(np.log1p(len(t.text)))]
        return row

    def _enumeration(self, mention: Mention) -> list[float]:
        before = self.text[max(0, mention.start - 1) : mention.start]
        after = self.text[mention.end : mention.end + 1]
        return [
            float(before == "、"),
            float(after == "、"),
            float(bool(after) and after in "和及与"),
            float(after == "等"),
            float(after == "的"),
            float(bool(before) and before in "，。；：\n"),
            float(bool(after) and after in "，。；："),
        ]

    def _ranks(self, head: int, tail: int) -> list[float]:
        """How many projects lie nearer to the tail, and tails nearer to the head, by side."""
        gap = self.gap(head, tail)
        before, after = self._nearer("PROJECT", tail, gap)
        same_side, other_side = (after, before) if head > tail else (before, after)
        rivals = sum(self._nearer(self.mentions[tail].label, head, gap))
        return [
            float(np.log1p(same_side)),
            float(np.log1p(other_side)),
            float(np.log1p(rivals)),
            float(same_side == 0),
            float(other_side == 0),
            float(rivals == 0),
        ]

    def _parallel(self, head: int, tail: int) -> list[float]:
        """Whether both are in enumerations of equal size: at the same place, or at another."""
        (place, size), (other, other_size) = self.places[head], self.places[tail]
        of_a_kind = self.mentions[head].label == self.mentions[tail].label
        is_parallel = size == other_size > 1 and not of_a_kind
        return [float(is_parallel and place == other), float(is_parallel and place != other)]

    def _nearer(self, label: str, anchor: int, gap: int) -> tuple[int, int]:
        """How many mentions of the label lie nearer to the anchor than `gap`, before and after it.

        In text order their gaps grow with the distance, so that two searches count them.
        """
        indices, mention = self.indices[label], self.mentions[anchor]
        split, after = bisect_left(indices, anchor), bisect_right(indices, anchor)
        first = bisect_right(indices, mention.start - gap, 0, split, key=self.ends.__getitem__)
        last = bisect_left(indices, mention.end + gap, after, key=self.starts.__getitem__)
        return split - first, last - after


def n_features() -> int:
    """Number of structural features of a pair."""
    n_labels = len(load_schema().labels)
    return (
        len(_tail_labels())
        + 2
        + len(_GAP_BOUNDS)
        + len(_SEPARATORS)
        + 4
        + 2 * n_labels
        + 2 * len(_CUES)
        + 2
        + 14
        + 6
        + 2
        + 2
    )


def pair_states(
    states: SpanStates, mentions: Sequence[Mention], pairs: Pairs
) -> tuple[FloatArray, FloatArray]:
    """Encoder states of mentions and of what lies between the mentions of each pair.

    Args:
        states: encoder states of the text.
        mentions: the mentions that the pairs' indices mean.
        pairs: the candidate pairs.

    Returns:
        For each mention the mean over it, the character before and the character after it, shape
        (mentions, 3 * width); for each pair the mean of what lies between, shape (pairs, width).
    """
    spans = np.array([m.span for m in mentions], dtype=np.int64).reshape(-1, 2)
    vectors = states.mention(spans)
    first = np.minimum(spans[pairs.heads, 1], spans[pairs.tails, 1])
    last = np.maximum(spans[pairs.heads, 0], spans[pairs.tails, 0])
    return vectors, states.mean(first, np.maximum(first, last))
