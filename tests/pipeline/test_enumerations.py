"""Lists of projects, of sums that run in step, and counts that close them."""

import time

import pytest

from pipeline.enumerations import enumeration_places, owners_in_step, split_closing_counts
from pipeline.pairs import MAX_GAP
from tests.pipeline.marked import marked

P, A = "[[P1|甲项目]]、[[P2|乙项目]]", "[[A1|3亿元]]、[[A2|2亿元]]"


def owners(text):
    document = marked(text)
    ids = [m.id for m in document.mentions]
    return [
        {ids[tail]: ids[head] for tail, head in found.items()}
        for found in owners_in_step(document.text, document.mentions, reach=MAX_GAP)
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"{P}总投资分别为{A}。",
        f"{P}开工建设，分别计划完成固定资产投资{A}。",
        "[[P1|甲项目]]和[[P2|乙项目]]投资依次为[[A1|3亿元]]，[[A2|2亿元]]。",
        f"总投资分别为{A}的{P}签约。",
        f"[[P3|丙项目]]投产。总投资分别为{A}的{P}签约。",
        f"{P}由[[C1|乙集团]]建设，总投资分别为{A}。",
        f"{P}[[P3|两个项目]]签约，总投资分别为{A}。",
        f"{P}等[[P3|2个项目]]投资分别为{A}。",
        f"[[P3|丙项目]]、[[P4|丁项目]]开工，总投资分别为{A}的{P}签约。",
        f"[[P3|丙项目]]投产，总投资分别为{A}的{P}签约。",
    ],
)
def test_each_project_has_its_own(text):
    assert owners(text) == [{"A1": "P1", "A2": "P2"}]


@pytest.mark.parametrize(
    "text",
    [
        f"{P}总投资{A}。",
        f"{P}。总投资分别为{A}。",
        f"{P}、[[P3|丙项目]]总投资分别为{A}。",
        f"{P}、[[P3|丙项目]]开工，[[P4|丁项目]]投资分别为{A}。",
        f"{P}总投资分别为[[A1|3亿元]]。",
        f"分别为{A}，{P}签约。",
        f"{P}等[[P3|45个项目]]签约，投资分别为{A}。",
        f"两市生产总值分别为{A}。",
        f"{P}分别投产。总投资{A}的项目签约。",
        f"{P}{'甲' * MAX_GAP}总投资分别为{A}。",
        f"{P}分别由两家公司牵头并在年内正式启动建设工作，投资{A}。",
    ],
)
def test_where_nothing_says_so(text):
    assert owners(text) == []


def test_dates_in_step():
    text = f"{P}分别于[[D1|5月]]和[[D2|8月]]开工"
    assert owners(text) == [{"D1": "P1", "D2": "P2"}]
    assert owners(text.replace("分别", "")) == []


def test_several_lists():
    text = f"{P}总投资分别为{A}，完成投资分别为[[A3|1亿元]]、[[A4|4亿元]]。"
    assert owners(text) == [{"A1": "P1", "A2": "P2"}, {"A3": "P1", "A4": "P2"}]


def test_places_in_enumerations():
    document = marked(f"{P}总投资{A}，[[A3|1亿元]]及[[P3|丙项目]]。")
    places = enumeration_places(document.text, document.mentions)
    assert places == [(0, 2), (1, 2), (0, 3), (1, 3), (2, 3), (0, 1)]


def test_many_lists_in_one_sentence():
    marks = "".join(f"投资分别为[[A{n}|3亿元]]、[[A{n + 1}|2亿元]]比" for n in range(1, 1200, 2))
    began = time.process_time()
    assert owners(marks) == []
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[P1|智云中心]]、[[P2|绿源固废]]、[[P3|博睿医疗三个项目]]", ["博睿医疗", "三个项目"]),
        ("[[P1|东大街]]和[[P2|西大街2条主干道]]", ["西大街", "2条主干道"]),
        ("[[P1|甲园]]、[[P2|乙园等两个园区项目]]", ["乙园", "两个园区项目"]),
    ],
)  # fmt: skip
def test_a_count_that_closes_its_list(text, expected):
    document = marked(text)
    found = split_closing_counts(document.text, document.mentions)
    assert [m.text for m in found][len(document.mentions) - 1 :] == expected
    assert all(document.text[m.start : m.end] == m.text for m in found)
    assert len({m.id for m in found}) == len(found)


@pytest.mark.parametrize(
    "text",
    [
        "[[P1|甲园]]、[[P2|乙园三个项目]]",
        "[[P1|甲园]]、[[P2|第二个园区]]",
        "[[P1|甲园]]、[[P2|12个园区项目]]",
        "[[P1|2个项目]]、[[P2|亿元以上项目2个]]",
        "[[P1|甲园2个项目]]",
        "[[C1|甲公司]]、[[C2|乙公司两个项目部]]",
    ],
)
def test_counts_that_close_nothing(text):
    document = marked(text)
    assert split_closing_counts(document.text, document.mentions) == document.mentions
