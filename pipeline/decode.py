"""From per-character tag scores to flat mentions under the schema's constraints."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotations.document import Mention
from pipeline.patterns import find_amounts, find_dates
from pipeline.rules.borders import set_borders
from pipeline.tags import begin_tag, spans_of
from pipeline.windows import FloatArray

# What a regular expression finds is nearly always right, but it has no probability of its own.
PATTERN_SCORE = 0.95
_IMPOSSIBLE = np.float32(-1e4)


@dataclass(frozen=True, slots=True)
class Span:
    """A labelled span `[start, end)` with a score in 0..1, before it becomes a mention."""

    label: str
    start: int
    end: int
    score: float


def log_softmax(scores: FloatArray) -> FloatArray:
    """Log-probabilities along the last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    result: FloatArray = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


@dataclass(frozen=True, slots=True)
class Steps:
    """Scores of a tag (column) after another (row), shape (tags, tags), added in decoding.

    `within_word` holds where no word begins: a mention that begins or ends there is unlikely.
    """

    at_word: FloatArray
    within_word: FloatArray


def make_steps(transitions: FloatArray, *, word_cost: float) -> Steps:
    """Steps with learned scores, and a cost for each border of a mention within a word.

    Args:
        transitions: shape (tags, tags); zero makes all valid steps equal.
        word_cost: in nats, for each border.
    """
    n_tags = len(transitions)
    borders = np.zeros((n_tags, n_tags), dtype=np.float32)
    for begin in range(1, n_tags, 2):
        inside = begin + 1
        borders[:, begin] += 1
        borders[[begin, inside], :inside] += 1
        borders[[begin, inside], inside + 1 :] += 1
    at_word: FloatArray = _valid_steps(n_tags) + transitions
    return Steps(at_word, at_word - np.float32(word_cost) * borders)


def best_tags(
    log_probabilities: FloatArray,
    steps: Steps | None = None,
    starts: NDArray[np.bool_] | None = None,
) -> list[int]:
    """The best valid IOB2 sequence (Viterbi), in which every mention has at least two characters.

    The tagger scores each character by itself, and a border that two neighbours see differently
    would leave a mention of one character, which reports hardly ever have.

    Args:
        log_probabilities: shape (characters, tags).
        steps: what one tag after another adds; without them all valid steps are equal.
        starts: where words begin, shape (characters,); without it, everywhere.
    """
    length, n_tags = log_probabilities.shape
    if not length:
        return []
    if steps is None:
        steps = make_steps(np.zeros((n_tags, n_tags), dtype=np.float32), word_cost=0.0)
    scores = log_probabilities[0].copy()
    scores[2::2] = _IMPOSSIBLE
    back = np.empty((length, n_tags), dtype=np.int16)
    for position in range(1, length):
        is_start = starts is None or starts[position]
        options = scores[:, None] + (steps.at_word if is_start else steps.within_word)
        back[position] = options.argmax(axis=0)
        scores = options.max(axis=0) + log_probabilities[position]
    scores[1::2] = _IMPOSSIBLE
    tags = [int(scores.argmax())]
    for position in range(length - 1, 0, -1):
        tags.append(int(back[position, tags[-1]]))
    return tags[::-1]


def _valid_steps(n_tags: int) -> FloatArray:
    """Zero for each step that IOB2 allows, shape (tags, tags); a `B-` is followed by its `I-`."""
    steps = np.zeros((n_tags, n_tags), dtype=np.float32)
    for inside in range(2, n_tags, 2):
        steps[:, inside] = _IMPOSSIBLE
        steps[inside - 1, :] = _IMPOSSIBLE
    for inside in range(2, n_tags, 2):
        steps[[inside - 1, inside], inside] = 0.0
    return steps


def decode_mentions(
    text: str,
    log_probabilities: FloatArray,
    paragraphs: Sequence[tuple[int, int]],
    steps: Steps | None = None,
    starts: NDArray[np.bool_] | None = None,
) -> tuple[Mention, ...]:
    """Flat mentions of a text: learned spans, with sums and dates set right by patterns.

    Args:
        text: the whole text.
        log_probabilities: shape (characters, tags).
        paragraphs: spans that no mention may leave.
        steps: as in `best_tags`.
        starts: as in `best_tags`.
    """
    spans: list[Span] = []
    for start, end in paragraphs:
        words = None if starts is None else starts[start:end]
        for label, first, last in spans_of(best_tags(log_probabilities[start:end], steps, words)):
            for part in _parts(text, label, start + first, start + last):
                left, right = set_borders(text, label, *part)
                if left < right:
                    rows = log_probabilities[left:right]
                    spans.append(Span(label, left, right, _span_score(rows, label)))
    # Without a currency word or a large unit at its end a number is no sum, unless a pattern
    # knows it.
    spans = [s for s in spans if s.label != "AMOUNT" or _CURRENCY.search(text[s.start : s.end])]
    spans = join_patterns(spans, label="AMOUNT", found=find_amounts(text))
    spans = join_patterns(spans, label="DATE", found=find_dates(text))
    spans = [s for s in spans if not _is_no_value(text, s)]
    ordered = _join_latin(text, _apart(sorted(spans, key=lambda s: (s.start, s.end))))
    return tuple(
        Mention(
            id=f"T{n}",
            label=s.label,
            start=s.start,
            end=s.end,
            text=text[s.start : s.end],
            score=round(s.score, 4),
        )
        for n, s in enumerate(ordered, 1)
    )


def _parts(text: str, label: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The span itself; of 3月和5月, which is no DATE of any annotated document, its two months."""
    if label == "DATE":
        for between in _MONTHS.finditer(text, start, end):
            yield start, between.start()
            start = between.end()
    yield start, end


def _apart(spans: Sequence[Span]) -> list[Span]:
    """The spans, in text order, without those that begin in one before them.

    Borders that were set right may run into the next mention: 取得施工 becomes 取得施工许可证.
    """
    found: list[Span] = []
    for span in spans:
        if not found or span.start >= found[-1].end:
            found.append(span)
    return found


def _is_no_value(text: str, span: Span) -> bool:
    """Whether a sum or a date is none: the unit of a table, a number, 年 in 投产后年产值."""
    words, before = text[span.start : span.end], text[max(0, span.start - 4) : span.start]
    if span.label == "AMOUNT":
        return bool(_UNIT.fullmatch(words) and _HEADER.search(before))
    # The cells of a table are full of numbers; a year is a date.
    return span.label == "DATE" and bool(
        _NUMBER.fullmatch(words) or (words == "后年" and _ONCE_RUNNING.search(before))
    )


def _join_latin(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans, with names joined that a blank between two Latin words divides: Mini LED."""
    found: list[Span] = []
    for span in spans:
        last = found[-1] if found else None
        if (
            last is not None
            and last.label == span.label
            and span.start - last.end == 1
            and _LATIN_BLANK.fullmatch(text, last.end - 1, span.start + 1)
        ):
            found[-1] = Span(last.label, last.start, span.end, min(last.score, span.score))
        else:
            found.append(span)
    return found


_MONTHS = re.compile(r"(?<=月)[和与及、](?=\d{1,2}月)")
_NUMBER = re.compile(r"(?!(?:19|20)\d\d$)[\d.,\s]+")
_UNIT = re.compile(r"[十百千]?[万亿]?美?元")
_HEADER = re.compile(r"(?:[（(]|单位\s*[:：])\s*$")
_ONCE_RUNNING = re.compile(r"[产成用运营效]$")
_LATIN_BLANK = re.compile(r"[A-Za-z0-9] [A-Za-z0-9]")
_CURRENCY = re.compile(r"元|币|镑|美金|[$¥￥€]|\d[余多]?亿[余多]?(?:以上|左右|以下)?$")


def _span_score(rows: FloatArray, label: str) -> float:
    """Geometric mean of the tag probabilities along the span."""
    begin = begin_tag(label)
    total = float(rows[0, begin]) + float(rows[1:, begin + 1].sum())
    return float(np.exp(total / len(rows)))


def join_patterns(spans: list[Span], *, label: str, found: Sequence[tuple[int, int]]) -> list[Span]:
    """Spans in which pattern matches replace what the tagger gave `label` to, and fill its gaps.

    A match inside or across a mention of another label gives way to it: sums within a project's
    name are not marked. Neither the spans nor the matches overlap among themselves.
    """
    ordered = sorted(spans, key=lambda s: s.start)
    starts, ends = [s.start for s in ordered], [s.end for s in ordered]
    replaced: set[int] = set()
    added: list[Span] = []
    for start, end in found:
        near = set(range(bisect_right(ends, start), bisect_left(starts, end))) - replaced
        touching = [ordered[n] for n in near]
        if any(s.label != label for s in touching):
            continue
        # The tagger may have read further than the pattern knows how to.
        if any(s.start <= start and end <= s.end for s in touching):
            continue
        replaced |= near
        score = max((s.score for s in touching), default=0.0)
        added.append(Span(label, start, end, max(score, PATTERN_SCORE)))
    return [s for n, s in enumerate(ordered) if n not in replaced] + added
