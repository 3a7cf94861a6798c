"""Sums whose project the words around them tell."""

import numpy as np
import pytest

from pipeline.owners import sums_of_nobody, told_owners
from pipeline.pairs import enumerate_pairs
from pipeline.relations import Thresholds, decode_relations, relation_names
from tests.pipeline.marked import marked


def owners(text):
    document = marked(text)
    ids = [m.id for m in document.mentions]
    found = told_owners(document.text, document.mentions)
    return {ids[tail]: ids[head] for tail, head in found.items()}


@pytest.mark.parametrize(
    "text",
    [
        "投资[[A1|3亿元]]建设的[[P1|甲项目]]",
        "由[[C1|乙公司]]投资[[A1|3亿元]]打造[[P1|甲项目]]",
        "[[P1|甲项目]]（[[A1|3亿元]]）",
        "[[P2|乙项目]]、[[P1|甲项目]](计划总投资额约[[A1|3亿元]])",
        "[[P1|甲项目]]（总投资：[[A1|3亿元]]）、[[P2|乙项目]]",
    ],
)
def test_words_tell(text):
    assert owners(text) == {"A1": "P1"}


@pytest.mark.parametrize(
    "text",
    [
        "投资[[A1|3亿元]]，建设[[P1|甲项目]]",
        "[[A1|3亿元]]以上[[P1|12个项目]]",
        "[[P1|甲项目]]（产值[[A1|3亿元]]）",
        "[[P1|甲项目]]总投资[[A1|3亿元]]）",
        "[[C1|乙公司]]（投资[[A1|3亿元]]）[[P1|甲项目]]",
        "投资[[A1|3亿元]]建设的[[Z1|高新区]][[P1|甲项目]]",
    ],
)
def test_words_do_not_tell(text):
    assert owners(text) == {}


def test_a_told_project_has_its_sum_in_the_likeliest_role_however_sure_another_is():
    document = marked("[[P1|甲项目]]（[[A1|3亿元]]）、[[P2|乙项目]]")
    pairs = enumerate_pairs(document.text, document.mentions, [(0, len(document.text))])
    names = relation_names()
    scores = np.zeros((len(pairs.heads), len(names)), dtype=np.float32)
    rows, index = pairs.rows(), {m.id: n for n, m in enumerate(document.mentions)}
    scores[rows[index["P1"], index["A1"]], names.index("CompletedInvestment")] = 0.2
    scores[rows[index["P2"], index["A1"]], names.index("TotalInvestment")] = 0.9
    thresholds = Thresholds(relations=dict.fromkeys(names, 0.5), status=0.3)
    found = decode_relations(document.text, document.mentions, pairs, scores, thresholds)
    assert [(r.type, r.head, r.tail, r.score) for r in found] == [
        ("CompletedInvestment", "P1", "A1", 0.2)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[P1|甲项目]]注册资本[[A1|3亿元]]，总投资[[A2|8亿元]]", {"A1"}),
        ("[[P1|甲项目]]注册资金为[[A1|3亿元]]", {"A1"}),
        ("[[P1|甲项目]]总投资[[A1|2亿美元]]（折合人民币[[A2|14亿元]]）", {"A2"}),
        ("[[P1|甲项目]]总投资[[A1|14亿元]](约[[A2|2亿美元]])", {"A2"}),
        ("[[P1|甲项目]](约[[A1|2亿美元]])、总投资[[A2|8亿元]]", set()),
        ("[[P1|甲项目]]总投资[[A1|14亿元]]（其中[[A2|2亿元]]到位）", set()),
    ],
)
def test_registered_capital_and_converted_sums_are_nobodys(text, expected):
    document = marked(text)
    found = sums_of_nobody(document.text, document.mentions)
    assert {document.mentions[n].id for n in found} == expected


def test_a_sum_of_nobody_has_no_relation_however_sure_one_is():
    document = marked("[[P1|甲项目]]注册资本[[A1|3亿元]]")
    pairs = enumerate_pairs(document.text, document.mentions, [(0, len(document.text))])
    scores = np.ones((len(pairs.heads), len(relation_names())), dtype=np.float32)
    thresholds = Thresholds(relations=dict.fromkeys(relation_names(), 0.5), status=0.5)
    assert decode_relations(document.text, document.mentions, pairs, scores, thresholds) == ()
