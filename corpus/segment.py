"""Paragraphs and sentences of a report, as half-open code-point spans of the raw text.

A line is a paragraph, but for the fields of a project in a list, one a line, which are one. Three
kinds of damage break that rule, too, and are repaired here, without touching the text: a sentence
cut by line breaks and blank lines (columns of a newspaper page), text wrapped at a fixed width
(PDF), and text broken anywhere, page numbers among it (OCR). The rules are conservative: a heading
that is glued to its text does more harm than a sentence that stays broken.
"""

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

Span = tuple[int, int]

# What `str.splitlines` breaks at, to stand in a set of a regular expression.
LINE_BREAKS = r"\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
_LINE_BREAK = re.compile(rf"\r\n|[{LINE_BREAKS}]")
_FINAL = "。！？；!?;"
_CLOSERS = "”’」』》〉】）)]〕"
_AFTER_END = frozenset(_FINAL + _CLOSERS)
# The last two close bold text and table rows in Markdown.
_FINISHED = frozenset(_FINAL + _CLOSERS + "：:….．*|")
_PAIRS = {"“": "”", "‘": "’", "「": "」", "『": "』", "《": "》", "（": "）", "(": ")", "【": "】"}
_BRACKETS = frozenset("《（(【")

# What can only open a new paragraph: numbering, bullets, dashes, and the furniture of web pages.
_NEW_MARK = re.compile(
    r"第[一二三四五六七八九十百\d]{1,4}[章节条部分篇]"
    r"|[一二三四五六七八九十百]{1,4}[、.．]"
    r"|[(（][一二三四五六七八九十\d]{1,3}[)）]"
    r"|\d{1,3}(?:[、)）]|[.．](?!\d))"
    r"|[①-⓿❶-➓◆◇●○◎■□★☆▲△▶►※•·➤*#|>]"
    r"|——|--|—\s|[-–]\s"
    r"|[一二三四五六七八九]是|第[一二三四五六七八九十][,，、]"
    r"|同志们|各位|附件|来源|责任编辑|编辑[:：]|更新时间|发布时间|发布日期|版权声明|上一篇|下一篇"
)
# The number of an item.
ITEM_NUMBER = r"[（(]?[一二三四五六七八九十\d]{1,3}[、.．）)]\s*"
_NUMBERED = re.compile(ITEM_NUMBER)
# 项目名称：甲项目, and below it 总投资：3亿元, 进展：在建.
_RECORD = re.compile(
    rf"(?:{ITEM_NUMBER})?(?:(?:项目|工程)?名称|项目[一二三四五六七八九十\d]{{1,3}})[:：]"
)
FIELD = re.compile(
    rf"(?:{ITEM_NUMBER})?(?:(?:19|20)\d\d年)?[\u4e00-\u9fff]{{2,10}}(?:[（(][^）)\n]{{1,6}}[）)])?[:：]"
)
# Fields that tell of a project, whatever the line above it is.
KNOWN_FIELD = re.compile(
    r"(?:项目名称|(?:建设|投资|业主|责任|实施)(?:单位|方|主体|企业)|总投资额?|投资(?:额|总额|规模)"
    r"|(?:计划|完成)投资|建设(?:内容|地点|规模|性质|期限|进度)|(?:形象)?进度|进展(?:情况)?)[:：]"
)
# 一、甲项目 alone on its line, and fields below it.
_NAMED = re.compile(
    rf"(?:{ITEM_NUMBER})?[^，,。；;：:\s]{{2,40}}(?:项目|工程|基地|产业园|中心|生产线|期)\s*\n"
)
# Bylines and picture credits end a paragraph although they carry no final punctuation.
_BYLINE_END = re.compile(
    r"(?:记者|通讯员|实习生|编辑|作者)[^，。,；;]{0,40}$|(?:摄|摄影|供图|摄影报道|报道)$"
)
_BODY = re.compile(f"[{_FINAL}](?=.)")
_COMMA = re.compile(r"[，,](?!\d)")

# A wrapped line is at least 15 and at most 60 ideographs wide; its width is measured in columns.
_MIN_WRAP, _MAX_WRAP = 30, 120
_WRAP_SLACK = 4
_MIN_WRAPPED_LINES = 4

# Text broken anywhere: short lines that mostly stop within a sentence, some within a word or a sum.
_MAX_RAGGED = 90
_MIN_RAGGED_LINES = 6
_MIN_SPLITS = 3
# So many lines in a row without punctuation are the rows of a list.
_LIST_ROWS = 4
_PUNCTUATION = re.compile("[，,。、；;：:！!？?（）()]")
_ROW = re.compile(r"\t|\||\s{2,}|\s[\d.,]+[%％]?$")
_PAGE = re.compile(
    r"[-—–·~]{1,2}\s*\d{1,4}\s*[-—–·~]{1,2}"
    r"|第\s*[A-Z]?[一二三四五六七八九十\d]{1,4}\s*[页版](?:[\s/,，]*共\s*\d{1,4}\s*[页版])?"
    r"(?:[\s:：]+\w{1,6})?"
)
_WORDS = (
    "项目 投资 总投 资金 公司 企业 集团 有限 建设 建成 开工 投产 签约 启动 完成 工业 工程 产业 科技"
    " 园区 开发 计划 协议 合同 目前 年度 情况 亿元 万元 美元"
)
_WORDS_APART = frozenset(_WORDS.split())
_DIGIT_END = re.compile(r"\d[.．]?$")
_UNIT_START = re.compile(r"\d|[元个家户项年月日亩人%％]|[万亿](?:$|[元吨千平]|美元|港元)")
_MAX_HEADING, _MAX_OPEN_HEADING = 20, 12
# Further than this an opening quote or bracket is taken as unpaired, not as holding a sentence.
_MAX_QUOTED = 60


@dataclass(frozen=True, slots=True)
class _Line:
    """A non-blank line, trimmed; `gap` tells whether a blank line stands before it."""

    start: int
    end: int
    text: str
    indent: int
    gap: bool


def paragraphs(text: str) -> list[Span]:
    """The paragraphs of `text`, in order, trimmed of blanks at both ends.

    Every character that is not blank (`str.isspace`) lies in exactly one span.
    """
    return list(_paragraphs(text))


def is_page_number(line: str) -> bool:
    """Whether a line, trimmed, is nothing but the number of a page, with its marks."""
    return _PAGE.fullmatch(line) is not None


def sentences(text: str, start: int, end: int) -> list[Span]:
    """The sentences of `text[start:end]`, trimmed of blanks, in order.

    A sentence ends after 。！？； (full or half width) with the quotes and brackets that close
    behind it, and where its paragraph ends. A mark within quotes or brackets that close within 60
    characters ends nothing. Every character that is not blank lies in exactly one span.

    Raises:
        ValueError: `start` and `end` are no span of the text.
    """
    if not 0 <= start <= end <= len(text):
        raise ValueError(f"[{start}, {end}) is no span of a text of {len(text)} code points")
    spans = _paragraphs(text)
    first = max(0, bisect_right(spans, (start, len(text))) - 1)
    found: list[Span] = []
    for index in range(first, len(spans)):
        left, right = max(start, spans[index][0]), min(end, spans[index][1])
        if spans[index][0] >= end:
            break
        if left < right:
            found += _split(text, left, right)
    return found


# The cache serves `sentences`, which is called once for each paragraph of a text.
@lru_cache(maxsize=2)
def _paragraphs(text: str) -> tuple[Span, ...]:
    lines = list(_lines(text))
    if not lines:
        return ()
    width = _wrap_width(lines)
    margin = min(line.indent for line in lines)
    ragged = {} if width is not None else _ragged(lines)
    spans = []
    start, has_body = lines[0].start, _has_body(lines[0].text)
    for index, (line, following) in enumerate(pairwise(lines)):
        goes_on = _is_field_of(following.text, text, start) or (
            following.indent <= margin
            and (
                _continues(line, following, has_body=has_body)
                or (width is not None and _wraps(line, following, width=width))
            )
        )
        if not goes_on and index in ragged:
            target = lines[ragged[index]]
            gap = following.gap or target.gap
            opens = start == line.start
            goes_on = target.indent <= margin and (
                not opens and not _NEW_MARK.match(target.text)
                if is_page_number(line.text)
                else _breaks_off(line, target, opens=opens, gap=gap)
            )
        if goes_on:
            has_body = has_body or _has_body(following.text)
            continue
        spans.append((start, line.end))
        start, has_body = following.start, _has_body(following.text)
    spans.append((start, lines[-1].end))
    return tuple(spans)


def _is_field_of(line: str, text: str, start: int) -> bool:
    """Whether a line is a further field of the project that the paragraph at `start` names."""
    if FIELD.match(line) is None or _RECORD.match(line) is not None:
        return False
    # 二、下一步工作：… goes on below a numbered name alone.
    if _NUMBERED.match(line) and not _NUMBERED.match(text, start):
        return False
    if _NAMED.match(text, start):
        return KNOWN_FIELD.match(line) is not None
    return _RECORD.match(text, start) is not None


def _lines(text: str) -> Iterator[_Line]:
    start, gap = 0, False
    while start <= len(text):
        match = _LINE_BREAK.search(text, start)
        end = match.start() if match else len(text)
        raw = text[start:end]
        stripped = raw.strip()
        if stripped:
            indent = len(raw) - len(raw.lstrip())
            left = start + indent
            yield _Line(left, left + len(stripped), stripped, indent, gap)
        gap = not stripped
        start = match.end() if match else len(text) + 1


def _has_body(line: str) -> bool:
    """Whether a line holds running text, so that it is no heading."""
    return bool(_BODY.search(line)) or (
        len(line) >= 40 and not _NEW_MARK.match(line) and len(_COMMA.findall(line)) >= 2
    )


def _continues(line: _Line, following: _Line, *, has_body: bool) -> bool:
    """Whether `line` ends within a sentence that `following` goes on with."""
    if line.text[-1] in _FINISHED or _NEW_MARK.match(following.text):
        return False
    if _BYLINE_END.search(line.text[-60:]):
        return False
    if line.text[-1] in "，,、" or _quote_goes_on(line.text, following.text):
        return True
    # A piece of running text without its end, and a line that does reach an end of sentence.
    return has_body and any(mark in following.text for mark in _FINAL)


def _quote_goes_on(line: str, following: str) -> bool:
    """Whether a quote or bracket opened near the end of `line` is closed in `following`."""
    for opener, closer in _PAIRS.items():
        opened = line.rfind(opener)
        if opened <= line.rfind(closer) or len(line) - opened > 30:
            continue
        closed, reopened = following.find(closer), following.find(opener)
        if 0 <= closed <= 30 and (reopened < 0 or closed < reopened):
            return True
    return False


def _wraps(line: _Line, following: _Line, *, width: int) -> bool:
    """Whether a fixed width, not the end of a paragraph, broke the line after `line`."""
    if _columns(line.text) < width or _NEW_MARK.match(following.text):
        return False
    return not (following.gap and line.text[-1] in _FINAL)


def _wrap_width(lines: list[_Line]) -> int | None:
    """The columns from which a line counts as full, or None when the text is not wrapped.

    A text is wrapped when at least half of its lines have the same width, up to two ideographs,
    when most of these end without final punctuation, and when they are sentences rather than the
    rows of a list.
    """
    widths = [_columns(line.text) for line in lines]
    counts = Counter(width for width in widths if _MIN_WRAP <= width <= _MAX_WRAP)
    if not counts:
        return None
    near = {low: sum(counts[low + step] for step in range(_WRAP_SLACK + 1)) for low in counts}
    low = max(near, key=lambda width: (near[width], width))
    full = [
        line.text
        for line, width in zip(lines, widths, strict=True)
        if low <= width <= low + _WRAP_SLACK
    ]
    if len(full) < _MIN_WRAPPED_LINES or len(full) * 2 < len(lines):
        return None
    unfinished = sum(line[-1] not in _FINISHED for line in full)
    sentence_like = sum(any(mark in line for mark in "，,。、；") for line in full)
    if unfinished * 5 < len(full) * 3 or sentence_like * 2 < len(full):
        return None
    return low


def _ragged(lines: list[_Line]) -> dict[int, int]:
    """For each line of text broken anywhere, by index, the next line that is no page number.

    The title, which is the first line, and the last line of such a run have none.
    """
    following: dict[int, int] = {}
    for run in _short_runs(lines):
        body = [index for index in run if not is_page_number(lines[index].text)]
        if not _is_ragged([lines[index] for index in body]):
            continue
        for left, right in pairwise(body):
            following.update(dict.fromkeys(range(left, right), right))
    following.pop(0, None)
    return following


def _short_runs(lines: list[_Line]) -> Iterator[range]:
    """The longest runs of short lines that are no rows of a table or list."""
    rows = {index for index, line in enumerate(lines) if _is_row(line.text)}
    bare = 0
    for index, line in enumerate(lines):
        bare = 0 if _PUNCTUATION.search(line.text) else bare + 1
        if bare == _LIST_ROWS:
            rows.update(range(index - bare + 1, index))
        if bare >= _LIST_ROWS:
            rows.add(index)
    start = 0
    for index in [*sorted(rows), len(lines)]:
        if index > start:
            yield range(start, index)
        start = index + 1


def _is_row(line: str) -> bool:
    if is_page_number(line):
        return False
    return _columns(line) > _MAX_RAGGED or _ROW.search(line) is not None


def _is_ragged(lines: list[_Line]) -> bool:
    """Whether most lines stop within a sentence, and enough of them within a word or a sum."""
    if len(lines) < _MIN_RAGGED_LINES:
        return False
    unfinished = sum(line.text[-1] not in _FINISHED for line in lines)
    splits = sum(_splits(line.text, following.text) for line, following in pairwise(lines))
    return unfinished * 5 >= len(lines) * 3 and splits >= max(_MIN_SPLITS, len(lines) / 10)


def _splits(line: str, following: str) -> bool:
    """Whether the break between two lines lies where no writer would break."""
    return (
        following[0] in "，。、；：！？,;:!?）)”》%"
        or (_DIGIT_END.search(line) is not None and _UNIT_START.match(following) is not None)
        or (line[-1] in "万亿" and following[0] in "元美港")
        or line[-1] + following[0] in _WORDS_APART
        or _quote_goes_on(line, following)
    )


def _breaks_off(line: _Line, following: _Line, *, opens: bool, gap: bool) -> bool:
    """Whether a line of text broken anywhere stops within a sentence.

    `opens` tells whether the line opens its paragraph, so that it may be a heading, and `gap`
    whether a blank line stands between the two.
    """
    if _NEW_MARK.match(following.text) or _BYLINE_END.search(line.text[-60:]):
        return False
    if _splits(line.text, following.text):
        return True
    # A bracket or quote that closes ends no sentence here.
    stem = line.text.rstrip(_CLOSERS) or line.text
    return stem[-1] not in _FINISHED and not (opens and _may_head(line, gap=gap))


def _may_head(line: _Line, *, gap: bool) -> bool:
    """Whether a line that opens a paragraph looks like a heading."""
    mark = _NEW_MARK.match(line.text)
    words = line.text[mark.end() :] if mark else line.text
    if _PUNCTUATION.search(words):
        return False
    return (gap and len(words) <= _MAX_HEADING) or (
        (line.gap or mark is not None) and len(words) <= _MAX_OPEN_HEADING
    )


def _columns(line: str) -> int:
    """The display width of a line in columns; too long a line is only told to be too long."""
    if len(line) > _MAX_WRAP:
        return _MAX_WRAP + 1
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in line)


def _split(text: str, start: int, end: int) -> Iterator[Span]:
    left, position = start, start
    while position < end:
        char = text[position]
        position += 1
        ends = char in _FINAL
        if char in _PAIRS:
            closed = text.find(_PAIRS[char], position, min(end, position + _MAX_QUOTED))
            if closed >= 0:
                # A full stop within quotes ends the sentence that quotes: 他说:“……。”
                ends = char not in _BRACKETS and text[closed - 1] == "。"
                position = closed + 1
        if ends:
            while position < end and text[position] in _AFTER_END:
                position += 1
            yield from _trimmed(text, left, position)
            left = position
    yield from _trimmed(text, left, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield (start, end)
