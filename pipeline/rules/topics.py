"""What a sentence without a project is about: the project that opens its item, or 该项目.

甲项目。占地300亩，主要建设厂房。总投资3亿元，已开工 names its project once, and then what it
consists of. All 51 mentions of such sentences in the annotated train documents that are linked at
all are linked to that project; nearly all of them are of the authored reports.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from annotations.document import Mention
from corpus.segment import ITEM_NUMBER
from pipeline.clauses import SENTENCE_END
from pipeline.counts import parse_count
from pipeline.rules.antecedents import this_project, within_reach

_LINE = re.compile(r"[^\n]+")
_LEAD = re.compile(rf"[\s★●•◆■▲·*◎○【“\"-]*(?:{ITEM_NUMBER})?[【“\"]?")
_BEHIND_NAME = re.compile(r"[”\"】]?[。：:，,；;（(！!]")
_PAID = re.compile(
    r"(?<!期)(?<!期计划)(?<!期预计)(?<!固定资产)(?<!工业)(?<!研发)"
    r"(?:投资|投入|到位资金|概算|总投|资金)(?:额|总额|规模)?(?:约|达|近|超过?|为|合计|共计?|[:：])*$"
)
_BUILDER = re.compile(r"(?:建设|业主|实施|投资|项目)(?:单位|方|主体|业主|公司)(?:为|是|[:：])?$")
_PLACE = re.compile(r"(?:(?:建设|项目)?地[点址][:：]|位于|选址(?:于|在)?|坐落于)$")
# What tells that one of these is of the project; of the others nothing has to.
_CUES = {"AMOUNT": _PAID, "COMPANY": _BUILDER, "ZONE": _PLACE}
# Behind it a sentence is about something else: 2022年，全市完成投资120亿元.
_ELSE = re.compile(
    r"[全我][市区县省州镇]|上市|成立于|(?:集团|公司)(?!.{0,4}(?:投资|承建|建设|兴建|实施))"
)
# What a project consists of: 1#厂房, and 纺丝车间 behind 建设.
_NUMBERED_PART = re.compile(
    r"[\dA-Z一二三四五六七八九十]+[#号](?:车间|厂房|楼|仓库?|生产线|产线|装置|机组)"
)
_PART = re.compile(
    r".*(?:车间|厂房|楼|宿舍|仓库?|冷库|生产线|产线|装置|设施|配套|管网|标段?|窑炉|\d+[条栋座台套间幢])"
)
_CONSISTS = re.compile(r"(?:建设|新建|改造|购置|包括|包含|配套|建有|拟建)(?!的)[^，,。；;]*$")
# No pattern that ends before a mention reads more.
_REACH = 16
_CLAUSE_REACH = 40


@dataclass(frozen=True, slots=True)
class Topic:
    """An item `[start, end)` of a text and the PROJECT that opens it, by index."""

    start: int
    end: int
    project: int


def find_topics(text: str, mentions: Sequence[Mention]) -> Iterator[Topic]:
    """The items that open with the name of one project.

    Args:
        text: the whole text, a paragraph a line.
        mentions: of the whole text; the indices mean them.
    """
    starts = {m.start: n for n, m in enumerate(mentions) if m.label == "PROJECT"}
    for line in _LINE.finditer(text):
        lead = _LEAD.match(text, *line.span())
        project = starts.get(lead.end()) if lead else None
        if (
            project is not None
            and _BEHIND_NAME.match(text, mentions[project].end)
            and parse_count(mentions[project].text) is None
        ):
            yield Topic(*line.span(), project)


def told_topics(text: str, mentions: Sequence[Mention]) -> dict[int, int]:
    """Which PROJECT (value) a mention (key) of a sentence that names none belongs to, by index.

    The sentence is about the project that opens its item, as long as the item names no other, or
    about the one that 该项目 means. Told are its sums of investment, statuses, dates, and companies
    and zones that a field or 位于 leads to.

    Args:
        text: the whole text, a paragraph a line.
        mentions: of the whole text; the indices mean them.
    """
    order = sorted(range(len(mentions)), key=lambda n: mentions[n].span)
    items = {topic.start: topic.project for topic in find_topics(text, mentions)}
    told: dict[int, int] = {}
    at = 0
    for line in _LINE.finditer(text):
        topic = items.get(line.start())
        for start, end in _sentences(text, *line.span()):
            first = at
            while at < len(order) and mentions[order[at]].start < end:
                at += 1
            within = order[first:at]
            named = [n for n in within if mentions[n].label == "PROJECT"]
            if named:
                topic = topic if named == [topic] else None
                continue
            project = topic
            if project is None and within:
                project = this_project(text, mentions, within_reach(order, first), start)
            if project is not None:
                told |= dict.fromkeys(_about(text, mentions, within, (start, end)), project)
    return told


def _about(
    text: str, mentions: Sequence[Mention], within: Sequence[int], sentence: tuple[int, int]
) -> list[int]:
    """The mentions of a sentence, by index, that are about its project."""
    other = _ELSE.search(text, *sentence)
    end = other.start() if other else sentence[1]
    found = [n for n in within if mentions[n].start < end and _is_told(text, mentions[n])]
    # A date alone is of an event that is none of the project's.
    if any(mentions[n].label in ("STATUS", "AMOUNT") for n in found):
        return found
    return [n for n in found if mentions[n].label != "DATE"]


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for mark in SENTENCE_END.finditer(text, start, end):
        yield start, mark.end()
        start = mark.end()
    yield start, end


def _is_told(text: str, mention: Mention) -> bool:
    """Whether a mention of an item is about its project."""
    cue = _CUES.get(mention.label)
    first = max(0, mention.start - _REACH)
    return cue is None or cue.search(text, first, mention.start) is not None


def without_parts(text: str, mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """The mentions without each PROJECT that is a mere part of the one that opens its item.

    Args:
        text: the whole text, a paragraph a line.
        mentions: in text order.
    """
    dropped: set[int] = set()
    for topic in find_topics(text, mentions):
        for index in range(topic.project + 1, len(mentions)):
            mention = mentions[index]
            if mention.start >= topic.end:
                break
            before = text[max(topic.start, mention.start - _CLAUSE_REACH) : mention.start]
            is_part = _NUMBERED_PART.fullmatch(mention.text) or (
                _PART.fullmatch(mention.text) and _CONSISTS.search(before)
            )
            if mention.label == "PROJECT" and is_part:
                dropped.add(index)
    return tuple(m for n, m in enumerate(mentions) if n not in dropped)
