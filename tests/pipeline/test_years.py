"""The year of dates that do not say it."""

import pytest

from pipeline.dates import parse_date
from pipeline.years import ToldYears
from tests.pipeline.marked import marked


@pytest.mark.parametrize(
    ("text", "year"),
    [
        # Nothing but the report's own year, which is 2024.
        ("工作总结\n[[D9|全年]]完成投资3亿元。", 2024),
        # A heading that reviews or plans a year holds until the next one.
        ("[[D1|2023年]]工作总结\n一、招商\n[[D9|全年]]签约项目3个。", 2023),
        ("[[D1|2023年]]工作总结\n签约。\n[[D2|2025年]]工作计划\n[[D9|年底]]前开工。", 2025),
        ("一、[[D1|去年]]工作回顾\n[[D9|全年]]签约项目3个。", 2023),
        ("[[D1|2023年]]政府工作报告\n[[D9|全年]]签约项目3个。", 2024),
        # A year that opens a sentence holds for the rest of its paragraph.
        ("[[D1|2025年]]，力争开工。确保[[D9|6月底]]前投产。", 2025),
        ("抓招商。[[D1|去年]]，签约项目3个，[[D9|年底]]开工。", 2023),
        ("[[D1|2025年]]，力争开工。\n确保[[D9|6月底]]前投产。", 2024),
        ("[[D1|2020年]]开工的甲项目[[D9|年底]]投产。", 2020),
        ("自[[D1|2020年]]投产的甲项目[[D9|年底]]达产。", 2024),
        ("到[[D1|2030年]]再翻一番。确保[[D9|6月底]]前投产。", 2024),
        ("[[D1|2023年]]，签约。[[D2|今年]]，确保[[D9|6月底]]前投产。", 2024),
        # The speaker's words are counted from the report's year.
        ("[[D1|2023年]]工作总结\n[[D9|今年]]签约项目3个。", 2024),
        ("[[D1|2023年]]工作总结\n[[D9|去年底]]签约项目3个。", 2023),
    ],
)
def test_year_of_a_date(text, year):
    document = marked(text, year=2024)
    mention = next(m for m in document.mentions if m.id == "D9")
    interval = parse_date(mention.text, year=ToldYears(document).of(mention))
    assert interval is not None
    assert interval.start.year == interval.end.year == year


def test_a_report_without_a_year():
    document = marked("[[D1|2023年]]，签约。\n[[D9|年底]]开工。", year=None)
    told = ToldYears(document)
    assert [told.of(m) for m in document.mentions] == [2023, None]
    assert ToldYears(marked("甲", year=None)).of(document.mentions[0]) is None
