"""Sums, companies and zones of which the words around them tell whose they are."""

import numpy as np
import pytest

from pipeline.pairs import enumerate_pairs
from pipeline.relations import Thresholds, decode_relations, relation_names
from pipeline.rules.builders import name_investors, told_builders
from pipeline.rules.owners import completed_sums, sums_of_nobody, told_owners
from pipeline.rules.sites import name_parks, told_days, told_sites
from tests.pipeline.marked import marked


def owners(text):
    document = marked(text)
    ids = [m.id for m in document.mentions]
    nobodys = sums_of_nobody(document.text, document.mentions)
    found = told_owners(document.text, document.mentions, nobodys=nobodys)
    return {ids[tail]: ids[head] for tail, head in found.items()}


@pytest.mark.parametrize(
    "text",
    [
        "投资[[A1|3亿元]]建设的[[P1|甲项目]]",
        "由[[C1|乙公司]]投资[[A1|3亿元]]打造[[P1|甲项目]]",
        "[[P1|甲项目]]（[[A1|3亿元]]）",
        "[[P2|乙项目]]、[[P1|甲项目]](计划总投资额约[[A1|3亿元]])",
        "[[P1|甲项目]]（总投资：[[A1|3亿元]]）、[[P2|乙项目]]",
        "投资[[A1|3亿元]]、占地300亩的[[P1|甲项目]]",
        "总投资[[A1|3亿元]]以上的[[P1|甲项目]]、[[P2|乙项目]]",
        "总投资[[A1|3亿元]]、年产值[[A2|5亿元]]、年税收[[A3|1亿元]]的[[P1|甲项目]]",
        "总投资[[A1|3亿元]]的[[P2|乙项目]]、[[P3|丙项目]]等[[P1|2个项目]]",
        "总投资[[A1|3亿元]]的[[P2|乙项目]]等[[P1|2个项目]]",
        "[[P1|甲项目]]总投资[[A1|3亿元]]、[[P2|乙项目]]开工",
        "[[P1|甲项目]]总投资[[A1|3亿元]]，占地300亩的[[P2|乙项目]]开工",
        "[[P1|甲项目]]，注册资本[[A2|1亿元]]，总投资[[A1|3亿元]]",
        "[[P1|甲项目]]开工。该项目计划总投资约[[A1|3亿元]]",
        "[[P1|甲项目]]开工。据悉，项目占地30亩，总投资[[A1|3亿元]]",
        "[[P1|甲项目]]开工。总投资[[A1|3亿元]]，占地30亩",
        "[[P2|乙项目]]竣工。[[P1|甲项目]]开工。该项目由乙公司承建。项目总投资[[A1|3亿元]]",
        "[[P2|乙项目]]、[[P3|丙项目]]等[[P1|12个项目]]开工。项目总投资[[A1|3亿元]]",
        "[[P2|乙项目]]、投资[[A1|3亿元]]，总建筑面积约1.2万平方米的[[P1|甲项目]]",
    ],
)
def test_words_tell(text):
    assert owners(text) == {"A1": "P1"}


def test_each_of_a_list_with_sums_has_its_own():
    text = "总投资[[A1|3亿元]]的[[P1|甲项目]]、总投资[[A2|2亿元]]的[[P2|乙项目]]等[[P3|2个项目]]"
    assert owners(text) == {"A1": "P1", "A2": "P2"}
    text = "总投资[[A1|3亿元]]的[[P1|甲项目]]、[[A2|2亿元]]的[[P2|乙项目]]"
    assert owners(text) == {"A1": "P1", "A2": "P2"}
    for between in ("和", "，", "以及"):
        text = (
            f"总投资[[A1|3亿元]]的[[P1|甲项目]]{between}总投资[[A2|2亿元]]的[[P2|乙项目]]等"
            "[[P3|12个项目]]"
        )
        assert owners(text) == {"A1": "P1", "A2": "P2"}
    text = "总投资[[A1|3亿元]]的[[P1|101个项目]]和[[P2|163个项目]]"
    assert owners(text) == {"A1": "P1"}
    text = "其中[[P1|甲项目]]总投资[[A1|3亿元]]、[[P2|乙项目]]总投资[[A2|2亿元]]"
    assert owners(text) == {"A1": "P1", "A2": "P2"}


@pytest.mark.parametrize(
    "text",
    [
        "投资[[A1|3亿元]]，建设[[P1|甲项目]]",
        "[[P2|丁项目]]竣工，总投资[[A1|3亿元]]，建设[[P1|甲项目]]",
        "[[P2|丁项目]]竣工，总投资[[A1|3亿元]]的甲项目开工",
        "[[P2|丁项目]]、[[P1|甲项目]]开工，总投资[[A1|3亿元]]",
        "[[P1|甲项目]]开工，投资[[A1|3亿元]]",
        "[[P1|甲项目]]开工，其中总投资[[A1|3亿元]]",
        "[[P1|甲项目]]开工，在建项目总投资[[A1|3亿元]]",
        "[[P1|甲项目]]开工，总投资[[A1|3亿元]][[P2|丁项目]]",
        "[[P2|丁项目]]、[[P1|甲项目]]开工。该项目总投资[[A1|3亿元]]",
        "[[P1|甲项目]]开工。\n该项目总投资[[A1|3亿元]]",
        "[[P1|甲项目]]开工。全区总投资[[A1|3亿元]]",
        "[[P1|甲项目]]开工。总投资[[A1|3亿元]]，实施道路改造",
        "[[P1|2个项目]]、[[P2|丁项目]]、[[P3|丙项目]]、[[P4|戊项目]]。该项目总投资[[A1|3亿元]]",
        "单体投资[[A1|3亿元]]的[[P1|甲项目]]",
        "[[P1|甲项目]]引进企业30家，总投资[[A1|3亿元]]",
        "[[P1|甲项目]]落户[[Z1|科技园]]。该园区总投资[[A1|3亿元]]",
        "[[P1|甲项目]]开工，二期计划总投资[[A1|3亿元]]",
        "[[P1|甲项目]]开工。总投资[[A1|3亿元]]，36个重点项目开工",
        "[[P1|甲项目]]开工。总投资[[A1|3亿元]]，启动道路修建",
        "[[P1|甲项目]]开工。总投资[[A1|3亿元]]，[[P2|乙项目]]签约",
        "年纳税[[A1|3亿元]]的[[P1|甲项目]]",
        "产值[[A1|3亿元]]、占地300亩的[[P1|甲项目]]",
        "[[A1|3亿元]]以上[[P1|12个项目]]",
        "[[P1|甲项目]]（产值[[A1|3亿元]]）",
        "[[C1|乙公司]]（投资[[A1|3亿元]]）[[P1|甲项目]]",
        "投资[[A1|3亿元]]建设的[[Z1|高新区]][[P1|甲项目]]",
        "投资[[A1|3亿元]]、占地300亩的[[Z1|高新区]][[P1|甲项目]]",
    ],
)
def test_words_do_not_tell(text):
    assert owners(text) == {}


def decoded(document, scores):
    """The relations of a document with these probabilities; those that are not told are 0."""
    pairs = enumerate_pairs(document.text, document.mentions, [(0, len(document.text))])
    names = relation_names()
    table = np.zeros((len(pairs.heads), len(names)), dtype=np.float32)
    rows, index = pairs.rows(), {m.id: n for n, m in enumerate(document.mentions)}
    for (name, head, tail), score in scores.items():
        table[rows[index[head], index[tail]], names.index(name)] = score
    thresholds = Thresholds(relations=dict.fromkeys(names, 0.5), status=0.3)
    found = decode_relations(document.text, document.mentions, pairs, table, thresholds)
    return {(r.type, r.head, r.tail): r.score for r in found}


def test_a_told_project_has_its_sum_in_the_likeliest_role_however_sure_another_is():
    document = marked("投资[[A1|3亿元]]建设的[[P1|甲项目]]、[[P2|乙项目]]")
    found = decoded(
        document,
        {("CompletedInvestment", "P1", "A1"): 0.2, ("TotalInvestment", "P2", "A1"): 0.9},
    )
    assert found == {("CompletedInvestment", "P1", "A1"): 0.5}


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("[[P1|甲项目]]计划总投资约[[A1|3亿元]]", "TotalInvestment"),
        ("[[P1|甲项目]]协议总投资[[A1|3亿元]]", "ContractedInvestment"),
        ("[[P1|甲项目]]完成总投资[[A1|3亿元]]", "OtherFunding"),
        ("[[P1|甲项目]]投资[[A1|3亿元]]", "OtherFunding"),
        ("[[P1|甲项目]]（[[A1|3亿元]]）", "ContractedInvestment"),
        ("[[P1|甲项目]]（贷款[[A1|3亿元]]）", "OtherFunding"),
    ],
)
def test_words_leave_one_role(text, role):
    scores = {("OtherFunding", "P1", "A1"): 0.9, ("ContractedInvestment", "P1", "A1"): 0.6}
    assert list(decoded(marked(text), scores)) == [(role, "P1", "A1")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[C1|乙公司]]承建的[[P1|甲项目]]", {"C1": "P1"}),
        ("[[C1|乙公司]]联合投资建设[[P1|甲项目]]", {"C1": "P1"}),
        ("[[C1|乙公司]][[S1|新建]][[P1|甲项目]]", {"C1": "P1"}),
        ("[[C1|乙公司]]总投资[[A1|3亿元]]的[[P1|甲项目]]", {"C1": "P1"}),
        ("[[C1|乙公司]]投资[[A1|3亿元]]在园区建设的[[P1|甲项目]]、[[P2|丙项目]]", {"C1": "P1"}),
        ("[[C1|乙公司]]、[[C2|丁公司]]投资的[[P1|甲项目]]", {"C2": "P1"}),
        ("[[C1|乙公司]]和[[P1|甲项目]]", {}),
        ("[[C1|乙公司]]产值[[A1|3亿元]]，[[P1|甲项目]]", {}),
        ("[[C1|乙公司]]，[[S1|新建]][[P1|甲项目]]", {}),
        ("[[P1|甲项目]]由[[C1|乙公司]]投资[[A1|3亿元]]", {"C1": "P1"}),
        ("[[P2|丙项目]]、[[P1|甲项目]]由[[C1|乙公司]]投资建设", {"C1": "P1"}),
        ("[[P1|甲项目]][[S1|开工]]，该项目由[[C1|乙公司]]独资兴建", {"C1": "P1"}),
        ("[[P1|甲项目]]和[[P2|丙项目]][[S1|开工]]，后者由[[C1|乙公司]]兴建", {}),
        ("[[P1|甲项目]][[S1|开工]]。由[[C1|乙公司]]投资建设", {}),
        ("[[P1|甲项目]]由[[C1|乙公司]]承建的方案", {}),
        ("[[P1|甲项目]]由[[C1|乙公司]]投资建设的方案", {}),
        ("[[P1|甲项目]]（由[[C1|乙公司]]投资建设）", {"C1": "P1"}),
        ("[[P1|甲项目]]位于[[Z1|高新区]]，占地30亩，由[[C1|乙公司]]投资建设", {"C1": "P1"}),
        ("[[P1|甲项目]][[S1|竣工]]，占地30亩，由[[C1|乙公司]]投资建设", {}),
        ("[[P1|甲项目]][[S1|投产]]，由[[C1|乙公司]]投资[[A1|8亿元]]", {}),
        ("[[P1|甲项目]][[S1|推进]]，供水由[[C1|乙公司]]建设", {}),
        ("[[P1|甲项目]][[S1|开工]]。该项目由[[C1|乙公司]]建设", {"C1": "P1"}),
        ("[[P2|丙项目]]、[[P1|甲项目]][[S1|开工]]。该项目由[[C1|乙公司]]建设", {}),
        ("[[C1|乙公司]]的[[P1|甲项目]]", {"C1": "P1"}),
        ("[[P1|甲项目]]由[[C1|乙公司]]供货", {}),
        ("[[P1|甲项目]]由[[C1|乙公司]]承建的[[P2|丙项目]]", {"C1": "P2"}),
    ],
)
def test_what_a_company_builds_stands_beside_it(text, expected):
    document = marked(text)
    ids = [m.id for m in document.mentions]
    found = told_builders(document.text, document.mentions)
    assert {ids[tail]: ids[head] for tail, head in found.items()} == expected


def test_a_builder_behind_its_project_owns_nothing_that_follows():
    document = marked("[[P1|甲项目]]由[[C1|乙公司]]投资建设，[[P2|丙项目]][[S1|开工]]")
    scores = {("OwnedBy", "P1", "C1"): 0.1, ("OwnedBy", "P2", "C1"): 0.9}
    assert decoded(document, scores) == {("OwnedBy", "P1", "C1"): 0.5}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[P1|甲项目]]位于[[Z1|高新区]]", {("P1", "Z1")}),
        ("[[P1|甲项目]]，项目选址我市[[Z1|高新区]]", {("P1", "Z1")}),
        ("[[Z1|高新区]][[P1|甲项目]]", {("P1", "Z1")}),
        ("[[Z1|高新区]]内的[[P1|甲项目]]、[[P2|乙项目]]", {("P1", "Z1")}),
        ("[[P1|甲项目]]、[[Z1|高新区]]", set()),
        ("[[P1|甲项目]]布局在[[Z1|高新区]]", {("P1", "Z1")}),
        ("[[P1|甲项目]]落地后为[[Z1|高新区]]增收", set()),
        ("[[P1|甲项目]]位于距[[Z1|高新区]]5公里处", set()),
        ("[[P1|甲项目]]位于[[Z1|高新区]]以东3公里", set()),
        ("[[P1|甲项目]]，位于[[Z1|高新区]]的[[P2|乙项目]]", {("P2", "Z1")}),
        ("[[P1|甲项目]]位于我市东部最为繁华地段[[Z1|高新区]]", set()),
        ("[[P1|甲项目]]开工，位于[[Z1|高新区]]", set()),
        ("[[Z1|高新区]]，[[P1|甲项目]]", set()),
        ("[[P1|甲项目]]位于[[C1|乙公司]]", set()),
    ],
)
def test_where_a_project_stands(text, expected):
    document = marked(text)
    ids = [m.id for m in document.mentions]
    found = told_sites(document.text, document.mentions)
    assert {(ids[head], ids[tail]) for head, tail in found} == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[D1|2023年3月]]，[[P1|甲项目]]开工", {("P1", "D1")}),
        ("全区推进。[[D1|3月]][[P1|甲项目]]开工", {("P1", "D1")}),
        ("推进[[D1|3月]][[P1|甲项目]]开工", set()),
        ("[[D1|3月]]，领导调研[[P1|甲项目]]", set()),
        ("[[D1|3月]]，[[C1|乙公司]]签约", set()),
    ],
)
def test_the_day_that_opens_a_sentence(text, expected):
    document = marked(text)
    ids = [m.id for m in document.mentions]
    found = told_days(document.text, document.mentions)
    assert {(ids[head], ids[tail]) for head, tail in found} == expected


def test_what_is_told_stands_however_unsure():
    text = "[[D1|6月]]，[[P1|甲项目]]开工。"
    assert decoded(marked(text), {}) == {("When", "P1", "D1"): 0.5}
    text = "1.[[P1|甲项目]]。占地30亩。计划投资[[A1|3亿元]]，[[D1|6月]][[S1|开工]]"
    assert decoded(marked(text), {("AnnualInvestment", "P1", "A1"): 0.1}) == {
        ("AnnualInvestment", "P1", "A1"): 0.5,
        ("When", "P1", "D1"): 0.5,
        ("HasStatus", "P1", "S1"): 0.5,
    }
    text = "推进[[P1|甲项目]]。该项目投资方注册资金[[A1|3亿元]]，已[[S1|开工]]"
    assert decoded(marked(text), {("OtherFunding", "P1", "A1"): 0.9}) == {
        ("HasStatus", "P1", "S1"): 0.5
    }


def test_a_told_zone_stands_however_unsure():
    document = marked("[[P1|甲项目]]位于[[Z1|高新区]]，[[P2|乙项目]]开工")
    scores = {("LocatedIn", "P1", "Z1"): 0.1, ("LocatedIn", "P2", "Z1"): 0.2}
    assert decoded(document, scores) == {("LocatedIn", "P1", "Z1"): 0.5}


def test_a_builder_owns_what_follows_however_sure_another_is():
    document = marked("[[P1|甲项目]]、[[C1|乙公司]]承建的[[P2|丙项目]]、[[P3|丁项目]]")
    scores = {("OwnedBy", "P1", "C1"): 0.9, ("OwnedBy", "P2", "C1"): 0.1}
    assert decoded(document, scores) == {("OwnedBy", "P2", "C1"): 0.5}
    third = {("OwnedBy", "P3", "C1"): 0.6}
    assert decoded(document, scores | third) == {("OwnedBy", "P2", "C1"): 0.5} | third


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("[[P2|鸿桥电商]]投资", ("COMPANY", "鸿桥电商")),
        ("[[P2|鸿桥电商投资]]", ("COMPANY", "鸿桥电商")),
        ("[[P2|鸿桥电商]]计划总投资约", ("COMPANY", "鸿桥电商")),
        ("[[P2|汉能光电总投资]]", ("COMPANY", "汉能光电")),
        ("[[P2|投资]]", ("PROJECT", "投资")),
        ("[[P2|城北水库]]投资", ("PROJECT", "城北水库")),
        ("[[P2|100个重点产业]]投资", ("PROJECT", "100个重点产业")),
        ("[[P2|鸿桥电商]]、投资", ("PROJECT", "鸿桥电商")),
        ("[[P2|鸿桥电商项目]]投资", ("PROJECT", "鸿桥电商项目")),
        ("[[Z2|鸿桥电商]]投资", ("ZONE", "鸿桥电商")),
    ],
)
def test_what_invests_in_a_project_is_a_company(name, expected):
    document = marked(f"{name}[[A1|3亿元]]的[[P1|甲项目]]")
    first, *rest = name_investors(document.text, document.mentions)
    assert (first.label, first.text) == expected
    assert document.text[first.start : first.end] == first.text
    assert tuple(rest) == document.mentions[1:]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("[[P2|鸿桥电商]]的[[P1|甲项目]]", "COMPANY"),
        ("[[P2|鸿桥产业园]]的[[P1|甲项目]]", "PROJECT"),
        ("[[P2|12个项目]]的[[P1|甲项目]]", "PROJECT"),
        ("[[P2|总投资200亿元]]的[[P1|甲项目]]", "PROJECT"),
        ("[[P2|鸿桥电商]]、[[P1|甲项目]]", "PROJECT"),
        ("[[P2|鸿桥电商]]的[[Z1|高新区]]", "PROJECT"),
    ],
)
def test_whose_a_project_is_is_a_company(text, label):
    document = marked(text)
    assert name_investors(document.text, document.mentions)[0].label == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("[[P1|电子产业园]][[S1|引进]][[P2|项目12个]]", "ZONE"),
        ("[[P1|电子产业园]]累计新引进[[P2|项目12个]]", "ZONE"),
        ("[[P1|电子产业园]][[S1|开工]]，[[P2|项目12个]]", "PROJECT"),
        ("[[P1|电子产业园]][[S1|签约]][[P2|甲项目]]", "PROJECT"),
        ("[[P1|电子项目]][[S1|签约]][[P2|项目12个]]", "PROJECT"),
        ("[[P1|电子产业园]][[S1|引进]]", "PROJECT"),
    ],
)
def test_a_park_that_takes_in_projects_is_a_zone(text, label):
    document = marked(text)
    named = name_parks(document.text, document.mentions)
    assert named[0].label == label
    assert named[1:] == document.mentions[1:]


@pytest.mark.parametrize("n_mentions", [0, 1, 2])
def test_too_few_mentions_for_an_investor(n_mentions):
    document = marked("[[P2|鸿桥电商]]投资[[A1|3亿元]]的[[P1|甲项目]]")
    mentions = document.mentions[:n_mentions]
    assert name_investors(document.text, mentions) == mentions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[S1|完成投资]][[A1|3亿元]]", {"A1": "S1"}),
        ("[[S1|完成固定资产投资]]约[[A1|3亿元]]", {"A1": "S1"}),
        ("[[S1|完成投资]]共达[[A1|3亿元]]、[[A2|4亿元]]", {"A1": "S1"}),
        ("[[S1|完成投资]]，产值[[A1|3亿元]]", {}),
        ("[[S1|完成]]投资[[A1|3亿元]]", {}),
        ("[[S1|开工]][[A1|3亿元]]", {}),
        ("[[C1|完成投资]][[A1|3亿元]]", {}),
    ],
)
def test_what_was_spent_stands_behind(text, expected):
    document = marked(text)
    ids = [m.id for m in document.mentions]
    found = completed_sums(document.text, document.mentions)
    assert {ids[tail]: ids[status] for tail, status in found.items()} == expected


def test_dates_in_step_go_to_their_projects():
    document = marked("[[P1|甲项目]]、[[P2|乙项目]]分别于[[D1|5月]]和[[D2|8月]]开工")
    scores = {("When", "P1", "D1"): 0.8, ("When", "P1", "D2"): 0.7, ("When", "P2", "D2"): 0.4}
    assert decoded(document, scores) == {("When", "P1", "D1"): 0.6, ("When", "P2", "D2"): 0.6}


def test_statuses_in_step_go_to_their_projects():
    document = marked("[[P1|甲项目]]、[[P2|乙项目]]分别[[S1|开工]]和[[S2|投产]]")
    scores = {("HasStatus", "P1", "S1"): 0.8, ("HasStatus", "P1", "S2"): 0.7}
    scores |= {("HasStatus", "P2", "S1"): 0.7, ("HasStatus", "P2", "S2"): 0.6}
    assert decoded(document, scores) == {
        ("HasStatus", "P1", "S1"): pytest.approx(0.7),
        ("HasStatus", "P2", "S2"): pytest.approx(0.7),
    }


def test_a_sum_that_was_spent_is_its_status_project_s():
    document = marked("[[P1|甲项目]]开工。[[P2|乙项目]][[S1|完成投资]][[A1|3亿元]]")
    status = ("HasStatus", "P2", "S1")
    assert decoded(document, {status: 0.8}) == {
        status: 0.8,
        ("CompletedInvestment", "P2", "A1"): 0.8,
    }


def test_a_sum_that_was_spent_stays_where_it_was_found_to_be():
    document = marked("[[P1|甲项目]]、[[P2|乙项目]][[S1|完成投资]][[A1|3亿元]]")
    first, second = ("HasStatus", "P1", "S1"), ("HasStatus", "P2", "S1")
    sum_ = ("AnnualInvestment", "P1", "A1")
    assert decoded(document, {second: 0.8, sum_: 0.9}) == {second: 0.8, sum_: 0.9}
    assert decoded(document, {first: 0.8, second: 0.8}) == {first: 0.8, second: 0.8}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[P1|甲项目]]注册资本[[A1|3亿元]]，总投资[[A2|8亿元]]", {"A1"}),
        ("[[P1|甲项目]]注册资金为[[A1|3亿元]]", {"A1"}),
        ("[[P1|甲项目]]总投资[[A1|2亿美元]]（折合人民币[[A2|14亿元]]）", {"A2"}),
        ("[[P1|甲项目]]总投资[[A1|14亿元]](约[[A2|2亿美元]])", {"A2"}),
        ("[[P1|甲项目]]总投资[[A1|14亿元]]（[[A2|约2亿美元]]）", {"A2"}),
        ("[[P1|甲项目]]总投资[[A1|14亿元]]（[[A2|约2亿元]]用于设备）", set()),
        ("[[P1|甲项目]]注册资本人民币[[A1|3亿元]]", {"A1"}),
        ("[[P1|甲项目]]投产后年产值可达[[A1|3亿元]]，年税收[[A2|1亿元]]", {"A1", "A2"}),
        ("[[P1|甲项目]]主营业务收入突破[[A1|3亿元]]", {"A1"}),
        ("[[P1|甲项目]](约[[A1|2亿美元]])、总投资[[A2|8亿元]]", set()),
        ("[[P1|甲项目]]总投资[[A1|14亿元]]（其中[[A2|2亿元]]到位）", set()),
    ],
)
def test_registered_capital_and_converted_sums_are_nobodys(text, expected):
    document = marked(text)
    found = sums_of_nobody(document.text, document.mentions)
    assert {document.mentions[n].id for n in found} == expected


@pytest.mark.parametrize(
    "text", ["[[P1|甲项目]]注册资本[[A1|3亿元]]", "年产值[[A1|3亿元]]的[[P1|甲项目]]"]
)
def test_a_sum_of_nobody_has_no_relation_however_sure_one_is(text):
    assert decoded(marked(text), {("TotalInvestment", "P1", "A1"): 1.0}) == {}
