"""Streets that say where a project stands, and are no projects themselves: 位于科技大道以南.

The tagger takes them for projects, as streets often are in reports, and then the sums behind them
for theirs. None of the 1,755 streets that are a PROJECT in the annotated train documents is part of
an address by these words.
"""

import re

_STREET = re.compile(r"(?:路|道|街|巷)(?:[一二三四五六七八九十\d]+段)?$")
_PLACE = re.compile(r"(?:路|道|街|巷)\d+号|交[汇叉会界](?:处|口)?$|以[东南西北]$")
_AT = re.compile(
    r"(?:(?:位于|坐落|地处|毗邻|紧邻|临近|邻近|(?:建设)?地[点址])[:：为在于]?|选址(?:于|在|位于))"
    r"[^，。；、,;（(的\n]{0,24}$"
)
_BEHIND = re.compile(r"以[东南西北]|[东南西北]{1,2}侧|\d+号|[与和、][^，。；、]{1,12}交[汇叉会界]")
# The longest word of `_AT` and what may follow it.
_REACH = 30


def is_address(text: str, start: int, end: int) -> bool:
    """Whether the name `[start, end)` is a street that only tells where something is."""
    is_at = _AT.search(text[max(0, start - _REACH) : start]) is not None
    if _STREET.search(text, start, end):
        return is_at or _BEHIND.match(text, end) is not None
    return is_at and _PLACE.search(text, start, end) is not None
