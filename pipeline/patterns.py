"""Where sums of money and calendar expressions stand, as the scheme draws their borders.

What is regular is not learned: these patterns find spans only; their values are read by
`pipeline.amounts` and `pipeline.dates`.
"""

import re
from bisect import bisect_left

_DIGITS = r"[0-9０-９]"
# Bounded, or a page of nothing but digits takes quadratic time.
_NUMBER = (
    rf"(?:{_DIGITS}{{1,20}}(?:[,，]{_DIGITS}{{3}}){{0,6}}(?:[.．·]{_DIGITS}{{1,20}})?"
    r"|[一二三四五六七八九十百千两几数]{1,20})"
)
_FEW = r"[多余来几]?"
_SCALE = r"(?:万亿|百亿|千亿|十亿|百万|千万|十万|亿|万|千|百)?"
_CURRENCY = r"(?:元人民币|元|美元|美金|欧元|港元|港币|日元|英镑|加元|澳元|韩元|卢布|人民币)"
_SUM = rf"{_NUMBER}{_FEW}{_SCALE}{_FEW}"
_BEFORE = (
    r"(?:不低于|不超过|不少于|不足|超过|至少|接近|近|约|超|逾|过|上|达到(?=[^，。；]{1,14}以上))"
)
_AFTER = r"(?:以上|以下|左右|上下|以内)"
_AMOUNT = re.compile(
    rf"{_BEFORE}?{_SUM}(?:{_CURRENCY})?(?:[至到\-—~～－-]+{_SUM})?{_CURRENCY}{_AFTER}?"
    rf"|{_BEFORE}?(?:万亿|百亿|千亿|十亿|百万|千万|亿|万){_CURRENCY}{_AFTER}?"
)
# The press drops 元 where the word before it says that money is meant: 总投资8亿的项目.
_BARE = re.compile(
    r"(?:投资额?|总额|资金|产值|税收|营收|收入|利润|贷款|融资)(?:总额|规模)?(?:达到?|共计?|合计)?"
    rf"(?P<sum>{_BEFORE}?{_DIGITS}{{1,20}}(?:[.．]{_DIGITS}{{1,20}})?{_FEW}[百千]?[亿万]{_FEW}{_AFTER}?)"
    r"(?=[，。；、：！？）,;:!?)的建兴打]|\s(?!元)|$)"
)
_YEAR = rf"(?:(?:19|20|１９|２０){_DIGITS}{{2}}|[一二][〇零○0九][〇零○0一二三四五六七八九]{{2}})"
_MONTH = rf"(?:1[0-2]|[1-9]|{_DIGITS}{{1,2}}|十[一二]?|[一二三四五六七八九])"
_RANGE = r"(?:[-—~～－至到]{1,2})"
_PART = (
    r"(?:[春夏秋冬]季|上半年|下半年|年底|年末|年初|年中|[一二三四]季度|首季|前[二三两]季度"
    r"|[上中下]旬|全年|底|末|初)"
)
_DAY = rf"(?:{_MONTH}月(?:份)?(?:{_DIGITS}{{1,2}}[日号])?(?:底|末|初|[上中下]旬)?)"
_MONTHS = rf"(?:{_MONTH}{_RANGE}{_MONTH}月(?:份)?)"
_HOLIDAY = r"(?:春节|国庆节?|五一|元旦|中秋节?|端午节?|清明节?)"
_RELATIVE = r"(?:今年|去年|前年|明年|后年|上年|当年|本年|次年|同年)"
_DATE = re.compile(
    "|".join(
        (
            rf"{_YEAR}年?{_RANGE}{_YEAR}年",
            rf"{_YEAR}年(?:{_MONTHS}|{_DAY}{_RANGE}{_DAY}|{_DAY}|{_PART})?",
            rf"{_RELATIVE}(?:{_MONTHS}|{_DAY}|{_PART}|{_HOLIDAY}前?|年内(?!蒙))?",
            rf"(?<![0-9０-９.个第]){_MONTHS}",
            rf"(?<![0-9０-９.个第至-]){_MONTH}月(?:份)?{_DIGITS}{{1,2}}[日号]",
            rf"(?<![0-9０-９.个第一二三四五六七八九十]){_MONTH}月(?:份|底|末|初|[上中下]旬)?",
            r"[“\"]?十[一二三四]?五[”\"]?(?:期末|期间|时期|末|初)",
            r"(?:年内(?!蒙)|年底前?|年末|年初|全年|上半年|下半年|[一二三四]季度|前三季度)",
        )
    )
)
_TITLE = re.compile(r"《[^》\n]*》")
_EVERY = re.compile(r"[每逐往历近常多]$")


def find_amounts(text: str) -> list[tuple[int, int]]:
    """Spans of sums of money with the qualifiers that touch them, in text order."""
    found = [m.span() for m in _AMOUNT.finditer(text)]
    # None of these has a currency word, so that none of them overlaps one of those.
    found += [m.span("sum") for m in _BARE.finditer(text)]
    return _outside_titles(text, sorted(found))


def find_dates(text: str) -> list[tuple[int, int]]:
    """Spans of calendar expressions, absolute or relative, in text order."""
    spans = []
    for match in _DATE.finditer(text):
        start, end = match.span()
        before, after = text[max(0, start - 1) : start], text[end : end + 1]
        # 每年底, 2019年度, “十三五”规划 and the like are types or names, not dates.
        if _EVERY.search(before) or after in ("度", "来"):
            continue
        spans.append((start, end))
    return _outside_titles(text, spans)


def _outside_titles(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    titles = [match.span() for match in _TITLE.finditer(text)]
    ends = [right for _, right in titles]
    found = []
    for start, end in spans:
        # Titles do not overlap: the first that ends behind the span is the only one it may be in.
        at = bisect_left(ends, end)
        if at == len(titles) or titles[at][0] > start:
            found.append((start, end))
    return found
