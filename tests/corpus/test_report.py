"""The year of a report, from every kind of evidence, and the manifest of the seeds."""

import tomllib
from hashlib import sha256
from pathlib import Path

import pytest

from corpus.report import infer_year

SEEDS = Path(__file__).parents[2] / "seeds"
MANIFEST = tomllib.loads((SEEDS / "MANIFEST.toml").read_text(encoding="utf-8"))


def seed_text(name: str) -> str:
    return (SEEDS / MANIFEST[name]["file"]).read_bytes().decode("utf-8")


def test_the_manifest_lists_exactly_the_seeds():
    assert sorted(MANIFEST) == sorted(path.stem for path in SEEDS.glob("*.txt"))
    assert len(MANIFEST) == 5


@pytest.mark.parametrize("name", MANIFEST)
def test_the_manifest_fits_its_file(name):
    entry = MANIFEST[name]
    text = seed_text(name)
    assert entry["file"] == f"{name}.txt"
    assert sha256(text.encode("utf-8")).hexdigest() == entry["sha256"]
    assert entry["zone"] in text
    assert entry["year_reason"]
    assert entry["notes"]


@pytest.mark.parametrize("name", MANIFEST)
def test_the_year_of_a_seed_is_inferred(name):
    guess = infer_year(seed_text(name), name=MANIFEST[name]["file"])
    assert guess is not None
    assert guess.year == MANIFEST[name]["year"]


CASES = {
    # text, file name, year, a word of the reason
    "dated line": ("工作报告\n(2020年1月21日)\n一、2019年工作总结", "", 2020, "dated line"),
    "dated line beats the plan": (
        "(2020年12月25日)\n2020年工作回顾\n2021年工作计划",
        "",
        2020,
        "dated line",
    ),
    "dated at the meeting": ("报告\n——2018年2月3日在高新区工作会议上", "", 2018, "dated line"),
    "date in the title": ("高新区报告(2016年1月8日 王某)\n各位代表:", "", 2016, "dated line"),
    "date in Chinese digits": ("报告\n二〇一九年一月三日\n各位代表:", "", 2019, "dated line"),
    "date at the end": ("完成投资3亿元。\n2022年3月1日", "", 2022, "dated line"),
    "plan heading": ("2021年,全区增长。\n三、2022年工作计划\n将开工。", "", 2022, "plan heading"),
    "review and plan in one title": (
        "高新区2019年工作总结和2020年工作计划",
        "",
        2020,
        "plan heading",
    ),
    "title of both parts, before the year of the plan": (
        "高新区2019年工作总结和2020年工作计划\n完成投资3亿元。\n明年,将开工3个项目。",
        "",
        2019,
        "明年",
    ),
    "review of the running year": (
        "2021年,项目建设提速。今年以来,开工3个项目。\n二、2022年工作计划",
        "",
        2021,
        "今年以来",
    ),
    "a review is no plan": (
        "一、2015年主要工作回顾\n2015年增长。\n2016年目标:2016年开工。",
        "",
        2016,
        "opening|review",
    ),
    "outlook": ("2018年成绩\n增长。\n展望2019年\n争创一流。", "", 2019, "outlook"),
    "title": ("2017年高新区管委会工作报告\n各位代表:", "", 2017, "title"),
    "file name": ("全区完成投资3亿元。", "高新区2014年总结.txt", 2014, "file's name"),
    "a hash in the file name is no year": ("全区完成投资3亿元。", "000_a2014bff.txt", None, ""),
    "review heading alone": ("2013年工作总结\n完成投资3亿元。", "", 2013, "review"),
    "opening": ("2017年,我区将开工30个项目,2022年建成。", "", 2017, "opening"),
    "the day it counts up to": ("截至2024年6月30日,开工3个项目。", "", 2024, "the day"),
    "the day news begin with": (
        "集中签约\n2024年5月20日上午,高新区签约12个项目,2021年起洽谈。",
        "",
        2024,
        "the day",
    ),
    "the day of a dispatch": (
        "2023年5月10日讯 总投资10亿元的甲项目去年11月开工。",
        "",
        2023,
        "the day",
    ),
    "the year of an aim is not told": ("项目计划2027年启动,将于2026年动工。", "", None, ""),
    "most frequent": ("2012年完成投资。2012年引进项目。2009年以来。", "", 2012, "most often"),
    "most frequent, looked back on": (
        "过去一年成效显著。2012年投资3亿元,2012年税收1亿元。2013年工作更重。",
        "",
        2013,
        "looked back",
    ),
    "a plan by name gives no year": (
        "落实《2035年远景目标》。2020年投资3亿元。",
        "",
        2020,
        "often",
    ),
    "another title": (
        "平川经开区2020年问题项目台账\n甲项目2014年开工,2017年停工,2017年退出。",
        "",
        2020,
        "title",
    ),
    "a title of what began then": (
        "甲项目2020年以来进展\n2022年开工,2022年竣工。",
        "",
        2022,
        "often",
    ),
    "a sum is no plan": ("2020年停工。2014年开工,计划总投资5亿元。", "", 2020, "often"),
    "a plan of the year in a field": (
        "建设年限:2022—2024年\n2023年计划投资:3亿元",
        "",
        2023,
        "opening",
    ),
    "a day in figures": ("甲项目投产,2024年签约。\n2025.11.09", "", 2025, "dated line"),
    "a dispatch in brackets": ("(本报2022年2月21日讯)2021年、2021年开工。", "", 2022, "dated line"),
    "aims are not named often": (
        "2024年一季度开工,预计2026年投产、2026年达产。",
        "",
        2024,
        "often",
    ),
    "a page is younger than its months": (
        "发布时间:2021-10-19\n甲项目2020年8月开工。",
        "",
        2021,
        "page",
    ),
    "a page whose date comes first": (
        "甲项目投产\n2021-10-19 来源:融媒体中心\n甲项目2020年8月签约。",
        "",
        2021,
        "page",
    ),
    "the foot of a page": (
        "甲项目开工。2026年上线。\n编辑｜小林  审核｜赵主任  2025.11.09",
        "",
        2025,
        "page",
    ),
    "the day of a newspaper": (
        "2021年引进6个项目。\n(本报2022年2月21日3版)",
        "",
        2022,
        "dated line",
    ),
    "months alone, the last of them": (
        "甲项目于2022年4月20日开工,2023年1月竣工。",
        "",
        2023,
        "months",
    ),
    "months of plans": ("甲项目于2022年4月开工,预计2025年9月投产。", "", 2022, "months"),
    "a span of months": ("建设期2022年1月—2025年12月。", "", 2022, "months"),
    "months of one plan": ("甲项目签约。计划2025年9月开工,2027年6月投产。", "", None, ""),
    "a month that is fought for": ("甲项目2022年4月开工,争取2026年5月竣工。", "", 2022, "months"),
    "a month that ends a span": ("建设期2022年4月 – 2026年5月。", "", 2022, "months"),
    "a deadline": ("甲项目2022年4月开工,2026年5月底前竣工。", "", 2022, "months"),
    "a month to come": ("甲项目将于2026年5月建成。", "", None, ""),
    "web page date is the last resort": ("更新时间:2022-10\n完成投资3亿元。", "", 2022, "page"),
    "source line of a web page": ("来源:管委会 2023-08-12\n完成投资3亿元。", "", 2023, "page"),
    "web page date yields": ("更新时间:2022-10\n2017年,我区将开工。", "", 2017, "opening"),
    "no year": ("全区完成投资3亿元。", "", None, ""),
    "empty": ("", "", None, ""),
}


@pytest.mark.parametrize(("text", "name", "year", "reason"), CASES.values(), ids=CASES)
def test_infer_year(text, name, year, reason):
    guess = infer_year(text, name=name)
    if year is None:
        assert guess is None
        return
    assert guess is not None
    assert guess.year == year
    assert any(word in guess.reason for word in reason.split("|")), guess.reason
    assert "\n" not in guess.reason
