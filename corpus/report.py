"""A report as text, and the year its speaker calls 今年.

Relative dates (今年, 年底, 1-10月) can only be resolved against the year of the report, and few
reports state it in one place. `infer_year` asks what says it, from the surest evidence to the
weakest, and keeps the reason.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from corpus.segment import paragraphs


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report as it was read; offsets everywhere count code points of `text`.

    `sha256` is the hash of `text` in UTF-8, not of the file. `year_reason` says in one line where
    the year comes from.
    """

    id: str
    source: str
    sha256: str
    text: str
    year: int | None = None
    year_reason: str = ""


@dataclass(frozen=True, slots=True)
class YearGuess:
    """A year, and in one line what says so."""

    year: int
    reason: str


# A year of a report, with the Chinese digits of an official date (二〇二〇年) allowed.
_YEAR = r"((?:19|20)\d{2}|[一二][〇○零一二三四五六七八九Ο]{3})"
_DIGITS = str.maketrans("〇○零Ο一二三四五六七八九", "0000123456789")
_DAY = _YEAR + r"\s*年\s*[\d一二三四五六七八九十]{1,3}\s*月\s*[\d一二三四五六七八九十]{1,3}\s*日"

_DATE_LINE = re.compile(
    r"[—─\-（(\s]*"
    + _DAY
    + r"(?:[）)\s]*$|\s*[在于，,])|.{0,40}[（(](?:本报|本网|本刊)?"
    + _DAY
    + r"[^，。]{0,20}[）)]"
    + r"|((?:19|20)\d{2})[-./]\d{1,2}[-./]\d{1,2}(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?\s*$"
)
# 主要工作 heads reviews as often as plans, so it says nothing.
_PLAN = re.compile(
    _YEAR + r"[^\d。]{0,16}(?:工作(?:计划|安排|思路|打算|部署|重点|要点|建议|目标|任务|会议)"
    r"|重点工作|(?:主要|目标|总体|预期|重点)(?:任务|目标|要求|思路))(?!.{0,6}(?:回顾|情况|成就))"
)
_OUTLOOK = re.compile(r"(?:展望|开局|迈进|喜迎)\s*" + _YEAR)
_REVIEW = re.compile(_YEAR + r"\s*年?(?:度|全年|的|以来)?(?:主要|重点)?工作(?:总结|回顾|完成情况)")
_TITLE = re.compile(_YEAR + r"\s*年(?:度)?[^。，,]{0,12}工作报告")
# Before a year in which something is meant to be done: the report is not of that year.
_NO_AIM = r"(?<!计划)(?<!预计)(?<!力争)(?<![到至于在])"
_OPENING = re.compile(
    _NO_AIM
    + _YEAR
    + r"\s*年[,，]?(?:是[^。]{0,80}之年|[^。；;\n]{0,30}(?:将|要|力争|确保|预期)"
    # 2014年开工，计划总投资5亿元 is no plan of that year.
    + r"|[^，,。；;\n]{0,30}计划(?!总投资))"
)
_THIS_YEAR_SO_FAR = re.compile(
    r"今年(?:以来|\d{1,2}\s*[-—至到]\s*\d{1,2}\s*月|前[一二三四五六七八九十]+个?月)"
)
# What a report says that was written before the year of its plan.
_NEXT_YEAR = re.compile(r"明年|来年|下一年")
_LOOKING_BACK = re.compile(r"过去(?:的)?一年|一年来|去年|新的?一年")
_NAME = re.compile(r"(?<![0-9A-Za-z])((?:19|20)\d{2})(?![0-9A-Za-z])")
# Without 年 it may be a number: 2000家.
_ANY = re.compile(_NO_AIM + r"(?<!\d)((?:19|20)\d{2})\s*年(?!\d)")
# 截至2024年6月底 is said in that year, and news begin with their day.
_AS_OF = re.compile(r"截[至止]" + _YEAR + r"\s*年\s*\d{1,2}\s*月")
_DATELINE = re.compile(
    r"[（(【\[]?(?:本报|本网|本刊)?"
    + _YEAR
    + r"\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日(?:[,，上下]|讯|电|消息)"
)
# A title that names its year: 平川经开区2020年问题项目台账.
_TITLED = re.compile(
    r"\A[^，,。；;！!？?：:\d]{0,24}" + _YEAR + r"\s*年(?!\s*\d|[底初末内起以至到来]|开工|投产)"
    r"[^，,。；;！!？?：:\d年]{2,24}\Z"
)
# 2022年4月开工，2023年1月竣工: a text that names no other year is not older than its months, but
# for those in which something is meant to be done, or a span of time ends.
_MONTH = re.compile(r"(?<!\d)" + _YEAR + r"\s*年\s*\d{1,2}\s*月(?!底?前)")
# Words of aims, and the marks behind which they are over.
_AIM = re.compile(r"(?P<over>[。；;！!？?\n])|计划|预计|预期|力争|争取|确保|有望|明确|将|拟")
_UNTIL = "到至—–－～~-"
_PAGE_DATE = re.compile(
    r"(?:^|\n)[^\S\n]*(?P<head>(?:19|20)\d{2})[-年/.]\d{1,2}[-月/.]\d{1,2}日?\s+(?:来源|作者|浏览|发布)"
    r"|(?:(?:更新|发布|发表)?(?:时间|日期)\s*[:：]|(?:来源|编辑|审核|责编)\s*[:：｜|][^\n]{0,30}?)"
    r"\s*(?P<foot>(?:19|20)\d{2})[-年/.]"
)
# What a web page says about itself: its dates are those of the page, not of the report.
_FURNITURE = re.compile(r"更新时间|发布时间|发布日期|发表时间|来源\s*[:：]|网友|版权|浏览|下载")
# Decisions of congresses and plans of several years name years that are not the report's.
_NOT_THE_REPORT = re.compile(r"[“《][^”》]{0,40}[”》]")
# Headings are short; a longer paragraph that names a plan speaks about it.
_HEADING = 60


def infer_year(text: str, *, name: str = "") -> YearGuess | None:
    """The year that the speaker of a report calls 今年, or None when nothing names a year.

    The evidence, surest first: a dated line near the beginning or the end; the heading of the plan
    for the year (unless the part before it says 今年以来, or, when it heads all of the text, this
    says so or 明年: then the review is of the running year); an outlook; the title of a work
    report; a year in the file's name; the heading of the review; another title that names one;
    sentences that open the year or its plan; the day that the text counts up to or that news begin
    with; the year named most often (the next one when the text looks back on it and names the next
    one too), but for aims, if it is named twice; the date of the web page; a year named once; the
    last of its months.

    Args:
        text: the report.
        name: the file's name or title, without folder.
    """
    blocks = [text[start:end] for start, end in paragraphs(text)]
    blocks = [
        block for block in blocks if not (len(block) <= _HEADING and _FURNITURE.search(block))
    ]
    steps: tuple[Callable[[], YearGuess | None], ...] = (
        lambda: _from_date_line(blocks),
        lambda: _from_plan_heading(blocks),
        lambda: _from_headings(blocks, _OUTLOOK, "the outlook"),
        lambda: _from_headings(blocks[:5], _TITLE, "the title"),
        lambda: _from_name(name),
        lambda: _from_review_heading(blocks),
        lambda: _from_headings(blocks[:2], _TITLED, "the title"),
        lambda: _from_openings(blocks),
        lambda: _from_day(blocks),
        lambda: _from_frequency(blocks, least=2),
        lambda: _from_page_date(text),
        lambda: _from_frequency(blocks, least=1),
        lambda: _from_months(blocks),
    )
    for step in steps:
        guess = step()
        if guess is not None:
            return guess
    return None


def _number(year: str) -> int | None:
    number = int(year.translate(_DIGITS))
    return number if 1949 <= number <= 2099 else None


def _quote(block: str) -> str:
    line = " ".join(block.split())
    return line if len(line) <= 40 else f"{line[:39]}…"


def _from_date_line(blocks: Sequence[str]) -> YearGuess | None:
    for block in [*blocks[:8], *blocks[8:][-3:]]:
        match = _DATE_LINE.match(block)
        year = (
            _number(match[1] or match[2] or match[3]) if match and len(block) <= _HEADING else None
        )
        if year is not None:
            return YearGuess(year, f"dated line {_quote(block)!r}")
    return None


def _from_plan_heading(blocks: Sequence[str]) -> YearGuess | None:
    for index, block in enumerate(blocks):
        found = list(_PLAN.finditer(block)) if len(block) <= _HEADING else []
        year = _number(found[-1][1]) if found else None
        if year is None:
            continue
        review = _REVIEW.search(block)
        if review and _number(review[1]) == year - 1:
            # A title that names both parts: either year may be the speaker's.
            below = "\n".join(blocks[index + 1 :])
            if told := _THIS_YEAR_SO_FAR.search(below) or _NEXT_YEAR.search(below):
                return YearGuess(year - 1, f"title {_quote(block)!r}, and the text says {told[0]}")
        before = "\n".join(blocks[:index])
        running = _THIS_YEAR_SO_FAR.search(before)
        if running and f"{year - 1}年" in before:
            return YearGuess(
                year - 1,
                f"plan heading {_quote(block)!r}, but the review says {running[0]} of {year - 1}",
            )
        return YearGuess(year, f"plan heading {_quote(block)!r}")
    return None


def _from_review_heading(blocks: Sequence[str]) -> YearGuess | None:
    guess = _from_headings(blocks, _REVIEW, "the heading of the review")
    if guess is None or any(_THIS_YEAR_SO_FAR.search(block) for block in blocks):
        return guess
    following = guess.year + 1
    if Counter(_years(blocks))[following] < 2:
        return guess
    return YearGuess(following, f"{guess.reason}, and {following} is named as the year after")


def _from_headings(blocks: Sequence[str], pattern: re.Pattern[str], what: str) -> YearGuess | None:
    for block in blocks:
        match = pattern.search(block) if len(block) <= _HEADING else None
        if match and (year := _number(match[1])):
            return YearGuess(year, f"{what} {_quote(block)!r}")
    return None


def _from_name(name: str) -> YearGuess | None:
    match = _NAME.search(name)
    return YearGuess(int(match[1]), f"the file's name {name!r}") if match else None


def _from_openings(blocks: Sequence[str]) -> YearGuess | None:
    years: Counter[int] = Counter()
    first: dict[int, str] = {}
    for block in blocks:
        for match in _OPENING.finditer(_NOT_THE_REPORT.sub("", block)):
            year = _number(match[1])
            if year is not None:
                years[year] += 1
                first.setdefault(year, match[0])
    # A plan that looks further ahead (到2025年，将…) or back is named less often than the year's.
    if not years:
        return None
    year = max(years, key=lambda candidate: (years[candidate], candidate))
    return YearGuess(year, f"opening of the year or its plan {_quote(first[year])!r}")


def _from_day(blocks: Sequence[str]) -> YearGuess | None:
    told = [match for block in blocks if (match := _AS_OF.search(block))]
    told += [match for block in blocks[:3] if (match := _DATELINE.match(block))]
    year = _number(told[0][1]) if told else None
    return YearGuess(year, f"the day {_quote(told[0][0])!r}") if year is not None else None


def _from_frequency(blocks: Sequence[str], *, least: int) -> YearGuess | None:
    years = Counter(_years(blocks))
    if not years:
        return None
    # Of equals the first: a counter keeps the order in which they were named.
    year = max(years, key=years.__getitem__)
    if years[year] < least:
        return None
    if years[year + 1] and any(_LOOKING_BACK.search(block) for block in blocks):
        return YearGuess(
            year + 1, f"{year} is named most often ({years[year]}×) and looked back on"
        )
    return YearGuess(year, f"the year named most often ({years[year]}×)")


def _years(blocks: Sequence[str]) -> Iterator[int]:
    for block in blocks:
        yield from (int(match[1]) for match in _told(_ANY, _NOT_THE_REPORT.sub("", block)))


def _told(pattern: re.Pattern[str], block: str) -> Iterator[re.Match[str]]:
    """The matches in a block that no word of aims stands before in their sentence.

    Nor do they end a span of time. One pass: a block may be a text without any full stop.
    """
    turns = _AIM.finditer(block)
    turn, is_aim = next(turns, None), False
    for match in pattern.finditer(block):
        while turn is not None and turn.end() <= match.start():
            is_aim = turn["over"] is None
            turn = next(turns, None)
        before = match.start()
        while before and block[before - 1].isspace():
            before -= 1
        if not (is_aim or (before and block[before - 1] in _UNTIL)):
            yield match


def _from_months(blocks: Sequence[str]) -> YearGuess | None:
    told = [
        (year, match[0])
        for block in blocks
        for match in _told(_MONTH, _NOT_THE_REPORT.sub("", block))
        if (year := _number(match[1])) is not None
    ]
    if not told:
        return None
    year, words = max(told, key=itemgetter(0))
    return YearGuess(year, f"the last of its months {_quote(words)!r}")


def _from_page_date(text: str) -> YearGuess | None:
    match = _PAGE_DATE.search(text)
    if match is None:
        return None
    return YearGuess(
        int(match["head"] or match["foot"]), f"the date of the page {_quote(match[0])!r}"
    )
