"""What a sentence without a project is about."""

import pytest

from pipeline.pairs import MAX_GAP
from pipeline.rules.antecedents import (
    project_meant,
    project_opened_with,
    sentence_start,
    this_project,
)
from pipeline.rules.topics import find_topics, told_topics, without_parts
from tests.pipeline.marked import marked


def told(text):
    document = marked(text)
    ids = [m.id for m in document.mentions]
    return {ids[t]: ids[h] for t, h in told_topics(document.text, document.mentions).items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "1.[[P1|甲项目]]。占地30亩。总投资[[A1|3亿元]]，已[[S1|开工]]。",
            {"A1": "P1", "S1": "P1"},
        ),
        ("★[[P1|甲项目]]：在县城。[[D1|6月]][[S1|投产]]", {"D1": "P1", "S1": "P1"}),
        ("【[[P1|甲项目]]】，占地30亩；建设单位：[[C1|乙公司]]", {"C1": "P1"}),
        ("[[P1|甲项目]]；建设地点：[[Z1|高新区]]；年产值[[A1|3亿元]]", {"Z1": "P1"}),
        ("[[P1|甲项目]]。[[P2|乙项目]][[S1|开工]]。总投资[[A1|3亿元]]", {}),
        ("[[P1|甲项目]]。[[P9|甲项目]]开工。总投资[[A1|3亿元]]", {}),
        ("[[P1|3个项目]]：都好。总投资[[A1|3亿元]]", {}),
        ("[[P1|甲项目]]开工。总投资[[A1|3亿元]]", {}),
        ("推进[[P1|甲项目]]。总投资[[A1|3亿元]]", {}),
        ("[[P1|甲项目]]。\n总投资[[A1|3亿元]]", {}),
        ("[[P1|甲项目]]，总投资[[A1|3亿元]]", {}),
        ("[[P1|甲项目]]。[[C1|乙公司]]与[[Z1|高新区]]合作", {}),
        (
            "推进[[P1|甲项目]]。该项目投资[[A1|3亿元]]，[[D1|6月]][[S1|开工]]",
            {"A1": "P1", "D1": "P1", "S1": "P1"},
        ),
        ("推进[[P1|甲项目]]。据悉，该基地位于[[Z1|高新区]]", {"Z1": "P1"}),
        ("推进[[P1|甲项目]]、[[P2|乙项目]]。该项目[[S1|开工]]", {}),
        ("推进[[P1|甲项目]]。全区[[S1|开工]]", {}),
        ("推进[[P1|甲项目]]。\n该项目[[S1|开工]]", {}),
        ("该项目[[S1|开工]]", {}),
        ("（一）[[P1|甲项目]]，已开工。[[D1|2022年]]，全市完成工业投资[[A1|9亿元]]", {}),
        ("[[P1|甲项目]]：好。乙集团[[D1|2018年]]上市", {}),
        ("推进[[P1|甲项目]]。该项目很好，[[D1|2018年]]通过审议", {}),
        ("推进[[P1|甲项目]]。该项目一期投资[[A1|9亿元]]", {}),
        ("[[P1|甲项目]]落户[[Z1|科技园]]。该园区[[S1|投用]]", {}),
        ("推进[[P1|甲产业园]]。该园区[[S1|投用]]", {"S1": "P1"}),
        ("", {}),
    ],
)
def test_what_a_sentence_is_about(text, expected):
    assert told(text) == expected


def test_mentions_in_any_order():
    document = marked("1.[[P1|甲项目]]。占地30亩。总投资[[A1|3亿元]]，已[[S1|开工]]。")
    shuffled = document.mentions[::-1]
    assert told_topics(document.text, shuffled) == {1: 2, 0: 2}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("1.[[P1|甲项目]]。建设[[P2|纺丝车间]]、[[P3|生产线2条]]，[[P4|1#厂房]]封顶", ["P1"]),
        ("[[P1|轨道工程]]，[[P2|1号线]]通车，[[P3|2号线二期工程]]开工", ["P1", "P2", "P3"]),
        ("[[P1|甲项目]]，[[P2|乙生产线]]、[[P3|丙车间]]投产", ["P1", "P2", "P3"]),
        ("[[P1|甲项目]]，配套的[[P2|人才公寓楼]]竣工", ["P1", "P2"]),
        ("[[P1|甲项目]]：新建[[P2|乙生产线项目]]", ["P1", "P2"]),
        ("推进[[P1|甲项目]]，建设[[P2|纺丝车间]]", ["P1", "P2"]),
        ("[[P1|甲项目]]。\n建成[[P2|门诊楼]]", ["P1", "P2"]),
        ("[[P1|甲车间]]、[[P2|乙车间]]", ["P1", "P2"]),
        ("[[P1|甲车间]]，在建", ["P1"]),
    ],
)
def test_parts_of_an_item_are_no_projects(text, left):
    document = marked(text)
    assert [m.id for m in without_parts(document.text, document.mentions)] == left


def test_an_item_is_its_line():
    document = marked("前言\n  （一）[[P1|甲项目]]：在建\n[[P2|乙项目]]，在建")
    found = [
        (document.text[t.start : t.end], document.mentions[t.project].id)
        for t in find_topics(document.text, document.mentions)
    ]
    assert found == [("  （一）甲项目：在建", "P1"), ("乙项目，在建", "P2")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[P1|甲项目]]开工。", "P1"),
        ("[[P2|乙项目]]竣工。[[P1|甲项目]]开工。全区叫好。", "P1"),
        ("[[P2|乙项目]]、[[P1|甲项目]]开工。", None),
        ("[[P2|乙项目]]、[[P3|丙项目]]等[[P1|12个项目]]开工。", "P1"),
        ("[[P2|乙项目]]、[[P3|丙项目]]、[[P4|丁项目]]和[[P1|2个项目]]开工。", None),
        ("[[P1|12个项目]]开工，[[P2|乙项目]]最大。", None),
        ("[[P1|甲项目]]开工。\n", None),
        ("[[C1|乙公司]]签约。", None),
    ],
)
def test_the_project_that_is_meant(text, expected):
    document = marked(text)
    before = list(range(len(document.mentions)))
    found = project_meant(document.text, document.mentions, before, len(document.text))
    assert (None if found is None else document.mentions[found].id) == expected


def test_a_project_too_far_back_is_not_meant():
    document = marked(f"[[P1|甲项目]]开工。{'好' * MAX_GAP}。")
    assert project_meant(document.text, document.mentions, [0], len(document.text)) is None


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("该项目总投资", ("P1", "P1")),
        ("据悉，这个项目总投资", ("P1", "P1")),
        ("其中，此工程", ("P1", "P1")),
        ("本基地", ("P1", "P1")),
        ("上述项目", ("P1", "P1")),
        ("该产业园位于", (None, None)),
        ("项目位于", (None, "P1")),
        ("据了解，项目占地", (None, "P1")),
        ("项目开工率达到", (None, None)),
        ("项目建设提速", (None, None)),
        ("全区项目", (None, None)),
    ],
)
def test_words_that_mean_a_project_named_before(sentence, expected):
    document = marked(f"推进[[P1|甲项目]]。{sentence}")
    start = len(document.text) - len(sentence)
    found = [
        find(document.text, document.mentions, [0], start)
        for find in (this_project, project_opened_with)
    ]
    assert found == [None if name is None else 0 for name in expected]


@pytest.mark.parametrize(
    ("text", "start"), [("甲。乙丙", 2), ("甲；乙丙", 2), ("甲，乙丙", 0), ("", 0)]
)
def test_where_a_sentence_starts(text, start):
    assert sentence_start(text, len(text)) == start


def test_all_sentences_of_a_long_item_are_about_its_project():
    sums = "".join(f"总投资[[A{n}|3亿元]]。" for n in range(1_000))
    assert told(f"1.[[P1|甲项目]]。{sums}") == {f"A{n}": "P1" for n in range(1_000)}
