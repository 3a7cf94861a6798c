"""Whose a sum is where the words leave no doubt: 甲项目（总投资3亿元）, 投资3亿元建设的甲项目.

In the annotated train documents 31 of the 32 sums in such a bracket behind a project, or with such
a verb and a project behind them, are that project's.
"""

import re
from collections.abc import Sequence

from annotations.document import Mention

# From the sum on, up to the project.
_BUILDING = re.compile(r"(?:用于)?(?:建设|打造|兴建|新建|扩建|改扩建|实施|开发|投建)的?")
# From the project on, up to the sum.
_BRACKET = re.compile(r"[（(](?:计划|项目)?(?:总?投资额?|概算|投资概算)?(?:[:：为约])?")
_CLOSING = ("）", ")")
# The longest of these: （计划总投资额约.
_REACH = 12
# 注册资本1000万元 is a company's; none of 9 in those documents has a relation.
_CAPITAL = re.compile(r"注册(?:资本|资金)金?(?:约|为|达|约为|[:：])?$")
# 2亿美元（折合人民币14亿元）says one sum twice.
_CONVERTED = re.compile(r"[（(](?:折合|相当于|约合|折|合|约)(?:人民币)?约?$")


def told_owners(text: str, mentions: Sequence[Mention]) -> dict[int, int]:
    """Which PROJECT (value) an AMOUNT (key) belongs to, by index, where the words tell it.

    Args:
        text: the whole text.
        mentions: of the whole text; the indices mean them.
    """
    starts = {m.start: n for n, m in enumerate(mentions) if m.label == "PROJECT"}
    ends = {m.end: n for n, m in enumerate(mentions) if m.label == "PROJECT"}
    owners: dict[int, int] = {}
    for index, mention in enumerate(mentions):
        if mention.label != "AMOUNT":
            continue
        if built := _BUILDING.match(text, mention.end):
            if built.end() in starts:
                owners[index] = starts[built.end()]
        elif text[mention.end : mention.end + 1] in _CLOSING:
            before = text[max(0, mention.start - _REACH) : mention.start]
            opened = max(before.rfind("（"), before.rfind("("))
            end = mention.start - len(before) + opened
            if opened >= 0 and end in ends and _BRACKET.fullmatch(text, end, mention.start):
                owners[index] = ends[end]
    return owners


def sums_of_nobody(text: str, mentions: Sequence[Mention]) -> set[int]:
    """The AMOUNT mentions, by index, that are no project's: registered capital, conversions.

    Args:
        text: the whole text.
        mentions: of the whole text; the indices mean them.
    """
    ends = {m.end for m in mentions if m.label == "AMOUNT"}
    found: set[int] = set()
    for index, mention in enumerate(mentions):
        if mention.label != "AMOUNT":
            continue
        start = max(0, mention.start - _REACH)
        before = text[start : mention.start]
        converted = _CONVERTED.search(before)
        if _CAPITAL.search(before) or (converted and start + converted.start() in ends):
            found.add(index)
    return found
