"""Holidays, with those of the lunar year from a table."""

from datetime import date, timedelta

# Year: Lunar New Year's Day, 清明, 端午, 中秋, each as month * 100 + day.
_MOVING_HOLIDAYS = {
    2000: (205, 404, 606, 912),
    2001: (124, 405, 625, 1001),
    2002: (212, 405, 615, 921),
    2003: (201, 405, 604, 911),
    2004: (122, 404, 622, 928),
    2005: (209, 405, 611, 918),
    2006: (129, 405, 531, 1006),
    2007: (218, 405, 619, 925),
    2008: (207, 404, 608, 914),
    2009: (126, 404, 528, 1003),
    2010: (214, 405, 616, 922),
    2011: (203, 405, 606, 912),
    2012: (123, 404, 623, 930),
    2013: (210, 404, 612, 919),
    2014: (131, 405, 602, 908),
    2015: (219, 405, 620, 927),
    2016: (208, 404, 609, 915),
    2017: (128, 404, 530, 1004),
    2018: (216, 405, 618, 924),
    2019: (205, 405, 607, 913),
    2020: (125, 404, 625, 1001),
    2021: (212, 404, 614, 921),
    2022: (201, 405, 603, 910),
    2023: (122, 405, 622, 929),
    2024: (210, 404, 610, 917),
    2025: (129, 404, 531, 1006),
    2026: (217, 405, 619, 925),
    2027: (206, 405, 609, 915),
    2028: (126, 404, 528, 1003),
    2029: (213, 404, 616, 922),
    2030: (203, 405, 605, 912),
}
# Name: column of the table, days from the day in it, days of the holiday.
_MOVING = {
    "除夕": (0, -1, 1),
    "春节": (0, 0, 7),
    "元宵": (0, 14, 1),
    "清明": (1, 0, 1),
    "端午": (2, 0, 1),
    "中秋": (3, 0, 1),
}
# Name: first day as month * 100 + day, days of the holiday.
_FIXED = {
    "元旦": (101, 1),
    "三八": (308, 1),
    "五一": (501, 1),
    "劳动节": (501, 1),
    "五四": (504, 1),
    "六一": (601, 1),
    "儿童节": (601, 1),
    "七一": (701, 1),
    "建党节": (701, 1),
    "八一": (801, 1),
    "建军节": (801, 1),
    "教师节": (910, 1),
    "国庆": (1001, 7),
    "十一": (1001, 7),
}
HOLIDAY_NAMES = (*_MOVING, *_FIXED)


def find_holiday(name: str, year: int) -> tuple[date, date] | None:
    """Give the first and last day of a holiday, None where the table does not reach."""
    shift = 0
    if name in _FIXED:
        day, n_days = _FIXED[name]
    elif name in _MOVING and year in _MOVING_HOLIDAYS:
        column, shift, n_days = _MOVING[name]
        day = _MOVING_HOLIDAYS[year][column]
    else:
        return None
    start = date(year, *divmod(day, 100)) + timedelta(days=shift)
    return start, start + timedelta(days=n_days - 1)
