"""Paragraphs and sentences: the seeds, tables of broken and unbroken lines, and properties."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.segment import paragraphs, sentences

SEEDS = Path(__file__).parents[2] / "seeds"
LINE_SEEDS = [
    "000_3bfee480ff51888f",
    "001_9eeac6bb57bd8a70",
    "002_6df439c02bdb466d",
    "003_68d46af039dd9844",
]

# What a page of a report is made of, so that the properties meet every rule.
WORDS = "项目|建成|(一)|二、|17.3%|12亿元|记者|摄|\ufeff|\n\n|\r\n|项\n目|3\n亿元|\n— 2 —\n"
PIECES = st.sampled_from([*WORDS.split("|"), *"。,;“”()《》—◆A𠮷\n \u3000"])
TEXTS = st.lists(PIECES, max_size=60).map("".join)


def read(name: str) -> str:
    return (SEEDS / f"{name}.txt").read_bytes().decode("utf-8")


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in paragraphs(text)]


@pytest.mark.parametrize("name", LINE_SEEDS)
def test_each_line_of_an_unbroken_seed_is_a_paragraph(name):
    text = read(name)
    assert cut(text) == [line.strip() for line in text.split("\n") if line.strip()]


def test_the_broken_sentences_of_the_newspaper_page_are_joined():
    joined = [part.split("\n\n") for part in cut(read("004_944b013132810d2a")) if "\n" in part]
    seams = [(a[-2:], b[:2]) for part in joined for a, b in pairwise(part)]
    assert seams == [
        ("资增", "速达"),
        ("衡阳", "集成"),
        # The columns of the page are shuffled here: the right beginning is not in the text.
        ("捷成", "即开"),
        ("示范", "基地"),
        ("企业", "奖励"),
        ("工程", "创卫"),
        ("渡小", "学、"),
        ("黄蓝", "榜”"),
    ]


def test_headings_of_the_newspaper_page_stand_alone():
    parts = cut(read("004_944b013132810d2a"))
    assert parts[:3] == [
        "抓产业惠民生 全力建设“最美高新”",
        "——聚焦高新区2020年工作会议",
        "■本报记者 谢小青 实习生 谢逢萍",
    ]
    assert "◆ 坚持产业立区,注重经济转型,综合实力不断增强 ◆" in parts
    assert "2020,“五大推进”提升综合竞争力" in parts
    assert parts[-2:] == ["高新区在国家级高新区排名中快速上升", "■李西 摄"]


WRAPPED = """\
今年以来高新区坚持把项目建设作为经济工作的
主抓手,总投资十二亿元的甲项目已于三月开工,
预计年底前建成投产,总投资五亿元的乙项目已经
签约,正在办理前期手续。
下一步将继续加大招商引资力度,力争全年引进亿
元以上项目二十个,为高质量发展打下更加坚实的
基础,确保完成全年任务。"""

CASES = {
    "broken within a word": (
        "一年来成效显著。技改投资增\n\n速达17.3%,启动建设14个项目。",
        ["一年来成效显著。技改投资增\n\n速达17.3%,启动建设14个项目。"],
    ),
    "broken twice": (
        "成效显著。启动建\n设14个项目;将实现衡阳\n集成电路企业的突破。",
        ["成效显著。启动建\n设14个项目;将实现衡阳\n集成电路企业的突破。"],
    ),
    "ends in a comma": ("建设稳步推进,\n年内完工", ["建设稳步推进,\n年内完工"]),
    "open quote": ("实施“红黄蓝\n榜”制", ["实施“红黄蓝\n榜”制"]),
    "open bracket": ("引进(含续建\n项目)12个", ["引进(含续建\n项目)12个"]),
    "heading before text": (
        "民生福祉\n坚持以人民为中心。成效明显。",
        ["民生福祉", "坚持以人民为中心。成效明显。"],
    ),
    "heading with a comma before text": (
        "坚持科技创新,创新发展再攀新高\n合作深化。平台推进。",
        ["坚持科技创新,创新发展再攀新高", "合作深化。平台推进。"],
    ),
    "full stop forgotten before a number": (
        "严格落实制度。把它落实好,运用好\n(六)全力推进廉政建设。",
        ["严格落实制度。把它落实好,运用好", "(六)全力推进廉政建设。"],
    ),
    "full stop forgotten before a dash": (
        "成效显著。项目建成\n——平台更具实力。",
        ["成效显著。项目建成", "——平台更具实力。"],
    ),
    "full stop forgotten before a heading": (
        "成效显著。项目建成\n民生福祉\n民生改善。",
        ["成效显著。项目建成", "民生福祉", "民生改善。"],
    ),
    "picture credits": (
        "甲孵化器。本版图片 本报记者李某 通讯员刘某 摄\n乙加速器。本版图片 张某 摄",
        ["甲孵化器。本版图片 本报记者李某 通讯员刘某 摄", "乙加速器。本版图片 张某 摄"],
    ),
    "indented line opens a paragraph": (
        "标题\n\u3000\u3000成效显著。项目建\n\u3000\u3000民生改善。人民满意。",
        ["标题", "成效显著。项目建", "民生改善。人民满意。"],
    ),
    "Markdown headings": (
        "**增长显著。结构更优。**\n**提升动能。**\n推进项目。",
        ["**增长显著。结构更优。**", "**提升动能。**", "推进项目。"],
    ),
    "carriage returns": ("甲。\r\n\r\n乙。\r丙。", ["甲。", "乙。", "丙。"]),
    "wrapped at a fixed width": (
        WRAPPED,
        ["\n".join(WRAPPED.split("\n")[:4]), "\n".join(WRAPPED.split("\n")[4:])],
    ),
    "a list of equal lines is not wrapped text": (
        "铜仁高新区智能终端产业园一期建设工程\n" * 6,
        ["铜仁高新区智能终端产业园一期建设工程"] * 6,
    ),
    "equal lines that are sentences": (
        "高新区全年引进亿元以上工业项目十二个。\n" * 5,
        ["高新区全年引进亿元以上工业项目十二个。"] * 5,
    ),
    "blank": (" \n\u3000\n", []),
    "empty": ("", []),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_paragraphs(text, expected):
    assert cut(text) == expected


# Each line is a paragraph of the text, `|` a break of the page within it.
RAGGED = """\
松岭开发区2019年项目进展通报
全区在建项|目12个,今年计划投|资8.6亿元,其中省重点3|个,都已开|工。
一、工业方面。甲公|司的轴承扩能项目(二期)|位于城北组团,总投资3|亿元,已有两条线|试运行;乙集|团停工。
基础设施
路桥进展快,北环路三季|度通车,投入5200|万元。"""


def ragged(mark: str) -> tuple[str, list[str]]:
    """The text with these breaks, and its paragraphs."""
    parts = [part.replace("|", mark) for part in RAGGED.split("\n")]
    return "\n\n".join(parts), parts


@pytest.mark.parametrize("mark", ["\n", "\n\n", "\r\n", "\n— 3 —\n", "\n\n第2页 共9页\n"])
def test_text_broken_anywhere_is_joined(mark):
    text, parts = ragged(mark)
    assert cut(text) == parts


def test_a_page_number_between_paragraphs_stands_alone():
    text, parts = ragged("\n")
    page = "- 4 -"
    assert cut(text.replace("\n\n一、", f"\n{page}\n一、")) == [*parts[:2], page, *parts[2:]]


@pytest.mark.parametrize(
    "opening",
    ["(二)城建方面。", "2.城建方面。", "——城建方面。", "◆城建方面。", "第二章 城建", "三是城建。"],
)
def test_a_mark_opens_a_paragraph_where_the_full_stop_is_lost(opening):
    text, parts = ragged("\n")
    lost = text.removesuffix("。")
    assert cut(f"{lost}\n{opening}") == [*parts[:-1], parts[-1].removesuffix("。"), opening]


def test_a_numbered_heading_stands_alone_without_a_blank_line():
    text, parts = ragged("\n")
    assert cut(f"{text}\n二、项目储备\n在谈的有丙园,年底签\n约。") == [
        *parts,
        "二、项目储备",
        "在谈的有丙园,年底签\n约。",
    ]


UNBROKEN = {
    "a project a line": [
        "松岭开发区重点项目",
        *(f"{name}厂技改,总投资{n}亿元,在建" for n, name in enumerate("甲乙丙丁戊己庚", 1)),
    ],
    "names and sums in turn": ["甲路改造", "投资3亿元", "乙厂扩建", "投资12亿元"] * 4,
    "cells with bars": [f"{name}园|{n}|亿元|在建" for n, name in enumerate("甲乙丙丁戊己", 1)],
    "cells with tabs": [f"{n}\t{name}园\t{n}00\t在建" for n, name in enumerate("甲乙丙丁戊己", 1)],
    "a name and a number a line": [
        "指标",
        *(f"{n}号园 {n}.5\n3{n}家企业 2{n}.9" for n in range(9)),
    ],
    "fields": ["项目:甲园", "业主:乙公司", "投资:3亿元", "状态:在建"] * 3,
    "too few breaks within a word": ["标题", "甲项", "目开工,乙", "丙在谈,丁", "戊已停", "己投产"],
}


@pytest.mark.parametrize("lines", UNBROKEN.values(), ids=UNBROKEN)
def test_lists_and_tables_stay_a_line_a_paragraph(lines):
    text = "\n".join(lines)
    assert cut(text) == text.split("\n")


def test_the_rows_of_a_list_after_broken_text_stand_alone():
    text, parts = ragged("\n")
    names = ["甲路改造", "乙厂扩建", "丙园二期", "丁桥加固", "戊港搬迁"]
    assert cut("\n".join([text, *names])) == [*parts, *names]


SENTENCES = {
    "plain": ("甲开工。乙投产!丙在谈?", ["甲开工。", "乙投产!", "丙在谈?"]),
    "semicolons": ("甲开工;乙投产；丙在谈", ["甲开工;", "乙投产；", "丙在谈"]),
    "closing quote stays": ("他说“好!开工。”乙投产。", ["他说“好!开工。”", "乙投产。"]),
    "brackets are kept whole": (
        "甲(一期开工;二期在谈)投资3亿元。",
        ["甲(一期开工;二期在谈)投资3亿元。"],
    ),
    "unpaired quote holds nothing": ("“甲开工。乙投产。", ["“甲开工。", "乙投产。"]),
    "broken sentence stays whole": (
        "增长。技改投\n\n资达3亿元。",
        ["增长。", "技改投\n\n资达3亿元。"],
    ),
    "line ends": ("民生福祉\n甲开工", ["民生福祉", "甲开工"]),
    "decimal point": ("达17.3%。", ["达17.3%。"]),
}


@pytest.mark.parametrize(("text", "expected"), SENTENCES.values(), ids=SENTENCES)
def test_sentences(text, expected):
    assert [text[a:b] for a, b in sentences(text, 0, len(text))] == expected


def test_fields_go_on_only_below_the_name_of_a_project():
    text = (
        "总投资：3亿元\n进展：在建\n"
        "（一）项目名称：甲项目\n  总投资：3亿元\n\n进展：在建\n小结\n进展：好"
    )
    assert [text[a:b] for a, b in paragraphs(text)] == [
        "总投资：3亿元",
        "进展：在建",
        "（一）项目名称：甲项目\n  总投资：3亿元\n\n进展：在建",
        "小结",
        "进展：好",
    ]


@pytest.mark.parametrize(
    ("text", "n_lines"),
    [
        ("项目一：甲\n总投资：3亿元\n进展：在建", 3),
        ("1、项目名称：甲\n2、建设单位：乙公司\n3、总投资：3亿元", 3),
        ("工程名称：甲\n工期：两年", 2),
        ("二、甲项目\n建设单位：乙公司\n总投资：3亿元", 3),
        ("二、甲项目\n工作安排：如下", 1),
        ("二、推进甲项目建设\n总投资：3亿元", 1),
        ("项目一：甲\n项目二：乙", 1),
        ("项目名称：甲\n总投资：3亿元\n二、下一步工作：推进", 2),
    ],
)
def test_names_that_fields_go_on_below(text, n_lines):
    start, end = paragraphs(text)[0]
    assert text[start:end].count("\n") + 1 == n_lines


def test_sentences_of_a_part_stay_within_it():
    text = "甲开工。乙投产。\n丙在谈。"
    assert [text[a:b] for a, b in sentences(text, 1, 11)] == ["开工。", "乙投产。", "丙在"]


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 1), (0, 4)])
def test_sentences_of_no_span_are_refused(start, end):
    with pytest.raises(ValueError, match="no span"):
        sentences("甲开工", start, end)


def assert_covers(text: str, spans: list[tuple[int, int]], start: int, end: int) -> None:
    inside = [index for span in spans for index in range(*span)]
    assert inside == sorted(set(inside))
    assert all(start <= left < right <= end for left, right in spans)
    assert {i for i in range(start, end) if not text[i].isspace()} <= set(inside)
    assert not any(text[a].isspace() or text[b - 1].isspace() for a, b in spans)


@given(st.one_of(TEXTS, st.text()))
def test_paragraphs_cover_every_character_once(text):
    assert_covers(text, paragraphs(text), 0, len(text))


@given(st.one_of(TEXTS, st.text()), st.data())
def test_sentences_cover_every_character_once(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert_covers(text, sentences(text, start, end), start, end)
