"""Texts as a tagger knows them: each paragraph on one line, cells and fields with commas between.

PDF and OCR break lines anywhere, within words and sums, too, and sometimes set every character
apart. A tagger that has read reports of one line a paragraph does not know 完成投 at the end of
a line and 资 on the next. So all stages read the joined text, and what they find is told in offsets
of the text as it came.
"""

import re
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from annotations.document import Document
from annotations.errors import PipelineError
from corpus.segment import (
    FIELD,
    ITEM_NUMBER,
    KNOWN_FIELD,
    LINE_BREAKS,
    Span,
    is_page_number,
    paragraphs,
)

_LINE = re.compile(rf"[^\s{LINE_BREAKS}](?:[^{LINE_BREAKS}]*\S)?")
_LATIN = re.compile(r"[A-Za-z]")
# Two Chinese characters in a row, with blanks between them and without.
_HAN = r"[\u4e00-\u9fff]"
_BLANKS = re.compile(rf"[^\S{LINE_BREAKS}]+")
_APART = re.compile(rf"{_HAN}{_BLANKS.pattern}(?={_HAN})")
_TOGETHER = re.compile(rf"{_HAN}(?={_HAN})")
_LEAST_APART = 8
# 项目名称：甲项目；总投资：3亿元；进展：在建 is one sentence about one project.
_LEAST_FIELDS = 2
# 1.甲项目。总投资3亿元: the name of a project that opens its item of a list is no sentence. What is
# done is one: （二）大力建设甲产业园。总投资40亿元、全长44公里的大道通车.
_ITEM = re.compile(
    r"(?![^，,。；;：:\s]*(?:推进|实施|加快|加强|完善|改善|着力|大力|聚焦|提升|优化|提速|持续|不断|建设。))"
    rf"(?:{ITEM_NUMBER})?[^，,。；;：:\s]{{1,30}}"
    r"(?:项目|工程|基地|产业园|期|厂房|车间|中心|园区?|生产线|总部|公寓|医院|学校|污水处理厂)(?P<stop>。)"
    r"(?=(?:[该本]?项目)?(?:(?:计划|预计)?总?投资(?:额|概算)?[约为]?\d|总?(?:占地|用地|建筑)(?:面积)?约?\d"
    r"|由[^，。]{2,30}(?:投资|建设|承建|实施)|位于|坐落|选址|地处)[^，。；、]*[，。；、])"
    r"(?!(?:[该本]?项目)?[^，。；]{0,40}的)"
)
_SEMICOLON = re.compile(r"[；;]")
_MARKS = "，；。,;"
# A number that is alone on its line is a page's, unless what follows makes it a quantity.
_NUMBER = re.compile(r"\d{1,3}")
_QUANTITY = re.compile(r"[.．,，%％万亿元个家户项年月日亩人余多]")


@dataclass(frozen=True, slots=True)
class JoinedText:
    """A text without the line breaks, page numbers and spacing within its paragraphs.

    `paragraphs` are spans of `text`; `places` holds the offset of each of its characters in
    `source`, the text as it came, shape (characters,).
    """

    source: str
    text: str
    paragraphs: tuple[Span, ...]
    places: NDArray[np.int64]

    def read(self, document: Document) -> Document:
        """A document on the text as it came, on the joined text.

        Raises:
            PipelineError: a mention covers nothing but what was left out.
        """
        spans = np.array([m.span for m in document.mentions], dtype=np.int64).reshape(-1, 2)
        found: list[Span] = [
            (start, end) for start, end in np.searchsorted(self.places, spans).tolist()
        ]
        for mention, (start, end) in zip(document.mentions, found, strict=True):
            if start == end:
                raise PipelineError(
                    f"{document.id}: {mention.id} {mention.label} {mention.start} {mention.end}"
                    " covers nothing but a line break, a blank or a page number; delete it"
                )
        return _moved(document, found, self.text)

    def write(self, document: Document) -> Document:
        """A document on the joined text, on the text as it came."""
        spans = [
            (int(self.places[m.start]), int(self.places[m.end - 1]) + 1) for m in document.mentions
        ]
        return _moved(document, spans, self.source)


def join_lines(text: str) -> JoinedText:
    """The text with each paragraph on one line; between two Latin letters a break is a blank.

    A tab, the border of a table's cell, is read as a comma, and so is what stands between fields (a
    semicolon, or a break with the mark before it), or behind the name of a project that opens an
    item of a list.
    """
    characters = np.array(list(text.replace("\t", "，")), dtype=object)
    is_kept = np.ones(len(text), dtype=bool)
    blocks = paragraphs(text)
    for block in blocks:
        if item := _ITEM.match(text, *block):
            characters[item.start("stop")] = "，"
        has_fields = len(KNOWN_FIELD.findall(text, *block)) >= _LEAST_FIELDS
        if has_fields:
            for mark in _SEMICOLON.finditer(text, *block):
                characters[mark.start()] = "，"
        for start, end in (*_left_out(text, *block), *_spaces(text, *block)):
            is_kept[start:end] = False
            if has_fields and FIELD.match(text, end):
                comma = start - 1 if text[start - 1] in _MARKS else start
                is_kept[comma] = True
                characters[comma] = "，"
            elif _LATIN.match(text[start - 1]) and _LATIN.match(text[end]):
                is_kept[start] = True
                characters[start] = " "
    # How many characters are kept before each offset.
    before = np.append(0, np.cumsum(is_kept))
    return JoinedText(
        source=text,
        text="".join(characters[is_kept]),
        paragraphs=tuple((int(before[start]), int(before[end])) for start, end in blocks),
        places=np.flatnonzero(is_kept),
    )


def _left_out(text: str, start: int, end: int) -> list[Span]:
    """The breaks of a paragraph, each with its blanks and with page numbers that stand in it."""
    lines = [match.span() for match in _LINE.finditer(text, start, end)]
    gaps = []
    last = 0
    for number in range(1, len(lines)):
        words = text[slice(*lines[number])]
        following = text[lines[number + 1][0]] if number + 1 < len(lines) else ""
        if following and (
            is_page_number(words) or (_NUMBER.fullmatch(words) and not _QUANTITY.match(following))
        ):
            continue
        gaps.append((lines[last][1], lines[number][0]))
        last = number
    return gaps


def _spaces(text: str, start: int, end: int) -> list[Span]:
    """The blanks of a paragraph whose characters stand apart, as OCR and PDF may leave them."""
    apart = len(_APART.findall(text, start, end))
    if apart < _LEAST_APART or apart <= len(_TOGETHER.findall(text, start, end)):
        return []
    return [match.span() for match in _BLANKS.finditer(text, start, end)]


def _moved(document: Document, spans: list[Span], text: str) -> Document:
    mentions = tuple(
        replace(mention, start=start, end=end, text=text[start:end])
        for mention, (start, end) in zip(document.mentions, spans, strict=True)
    )
    return replace(document, text=text, mentions=mentions)
