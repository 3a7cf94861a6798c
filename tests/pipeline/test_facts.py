"""Facts and project records, as tables of small marked texts."""

import itertools
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.document import Document, Mention, Relation, StatusValue
from annotations.errors import PipelineError
from annotations.schema import load_schema
from pipeline.clauses import Clauses
from pipeline.counts import GroupCount
from pipeline.facts import Fact, count_unparsed, derive_facts, merge_projects
from pipeline.projects import name_key
from tests.pipeline.marked import marked


def rows(document: Document) -> list[tuple[str, str | None, str | None, str | None]]:
    """Project, investment, status and date of each fact, as words."""
    return [
        (
            fact.project,
            fact.investment and f"{fact.investment.role} {fact.investment.text}",
            fact.status and fact.status.text,
            fact.date and fact.date.text,
        )
        for fact in derive_facts(document)
    ]


def evidence(document: Document, fact: Fact) -> list[str]:
    return [document.text[start:end] for start, end in fact.evidence]


SIGNED = "S1 signed actual"
PAIRING = {
    "one of each, far apart, in two sentences": (
        "[[S1|引进]]了[[P1|甲项目]]。占地300亩,建筑面积2万平方米。总投资[[A1|3亿元]]。",
        "P1 HasStatus S1; P1 TotalInvestment A1; S1 signed actual",
        [("甲项目", "total 3亿元", "引进", None)],
    ),
    "investment alone": (
        "[[P1|甲项目]]总投资[[A1|3亿元]]",
        "P1 TotalInvestment A1",
        [("甲项目", "total 3亿元", None, None)],
    ),
    "status alone": (
        "[[P1|甲项目]][[S1|签约]]",
        "P1 HasStatus S1; S1 signed actual",
        [("甲项目", None, "签约", None)],
    ),
    "neither": ("[[D1|今年]],[[Z1|高新区]]的[[P1|甲项目]]", "P1 When D1; P1 LocatedIn Z1", []),
    "a total and a sum put in, one status: the nearer one takes it": (
        "总投资[[A1|390亿元]]的[[P1|甲项目]],一期已累计[[S1|完成投资]][[A2|34.29亿元]]",
        (
            "P1 TotalInvestment A1; P1 CompletedInvestment A2; P1 HasStatus S1;"
            " S1 under_construction actual"
        ),
        [
            ("甲项目", "total 390亿元", None, None),
            ("甲项目", "completed 34.29亿元", "完成投资", None),
        ],
    ),
    "nothing is joined over a row that is joined already": (
        "总投资[[A1|390亿元]]的[[P1|甲项目]],一期[[S1|完成投资]][[A2|34亿元]],[[S2|建成投产]]后",
        (
            "P1 TotalInvestment A1; P1 CompletedInvestment A2; P1 HasStatus S1; P1 HasStatus S2;"
            " S1 under_construction actual; S2 operating future"
        ),
        [
            ("甲项目", "total 390亿元", None, None),
            ("甲项目", "completed 34亿元", "完成投资", None),
            ("甲项目", None, "建成投产", None),
        ],
    ),
    "two sums, two statuses: two rows, by clause": (
        "[[P1|甲项目]][[S1|签约]],签约资金[[A1|3亿元]],到位资金[[A2|1亿元]],已[[S2|开工]]",
        (
            "P1 ContractedInvestment A1; P1 CompletedInvestment A2; P1 HasStatus S1;"
            " P1 HasStatus S2; S1 signed actual; S2 under_construction actual"
        ),
        [("甲项目", "contracted 3亿元", "签约", None), ("甲项目", "completed 1亿元", "开工", None)],
    ),
    "in one clause the kind of sum decides, not the distance": (
        "[[P1|甲项目]]总投资[[A1|10亿元]][[S1|完成投资]][[A2|5亿元]]",
        (
            "P1 TotalInvestment A1; P1 CompletedInvestment A2; P1 HasStatus S1;"
            " S1 under_construction actual"
        ),
        [("甲项目", "total 10亿元", None, None), ("甲项目", "completed 5亿元", "完成投资", None)],
    ),
    "a sum signed for goes with 签约, although 开工 is nearer": (
        "[[P1|甲项目]][[S1|签约]]并[[S2|开工]],签约资金[[A1|3亿元]]",
        (
            "P1 ContractedInvestment A1; P1 HasStatus S1; P1 HasStatus S2;"
            " S1 signed actual; S2 under_construction actual"
        ),
        [("甲项目", "contracted 3亿元", "签约", None), ("甲项目", None, "开工", None)],
    ),
    "two statuses, one sum: the nearer status takes it": (
        "[[P1|甲项目]][[D1|2019年]][[S1|开工]]、[[D2|2020年]][[S2|投产]],总投资[[A1|3亿元]]",
        (
            "P1 TotalInvestment A1; P1 HasStatus S1; P1 HasStatus S2; P1 When D1; P1 When D2;"
            " S1 under_construction actual; S2 operating actual"
        ),
        [("甲项目", None, "开工", "2019年"), ("甲项目", "total 3亿元", "投产", "2020年")],
    ),
    "three sums, no status": (
        "[[P1|甲项目]]总投资[[A1|9亿元]],年度投资[[A2|2亿元]],获补助[[A3|300万元]]",
        "P1 TotalInvestment A1; P1 AnnualInvestment A2; P1 OtherFunding A3",
        [
            ("甲项目", "total 9亿元", None, None),
            ("甲项目", "annual 2亿元", None, None),
            ("甲项目", "other 300万元", None, None),
        ],
    ),
    "a status of an enumeration goes to each, the common sum to the group alone": (
        "总投资[[A1|23亿元]]的[[P1|甲基地]]、[[P2|乙基地]]等[[P3|4个项目]][[S1|落地]]",
        (
            "P3 TotalInvestment A1; P1 HasStatus S1; P2 HasStatus S1; P3 HasStatus S1; "
            "P1 MemberOf P3; P2 MemberOf P3; S1 signed actual"
        ),
        [
            ("甲基地", None, "落地", None),
            ("乙基地", None, "落地", None),
            ("4个项目", "total 23亿元", "落地", None),
        ],
    ),
    "a date in front holds for all that follows": (
        "确保[[D1|2019年]][[P1|项目]][[S1|签约]]60宗,[[S2|落地]]50宗",
        "P1 HasStatus S1; P1 HasStatus S2; P1 When D1; S1 signed future; S2 signed future",
        [("项目", None, "签约", "2019年"), ("项目", None, "落地", "2019年")],
    ),
    "a date behind holds only for what it is nearest to": (
        "[[S1|推进]][[P1|甲项目]]建设,确保[[D1|明年]][[S2|投产]]",
        (
            "P1 HasStatus S1; P1 HasStatus S2; P1 When D1; S1 under_construction future;"
            " S2 operating future"
        ),
        [("甲项目", None, "推进", None), ("甲项目", None, "投产", "明年")],
    ),
    "a date in brackets behind its status": (
        "[[P1|甲项目]][[S1|开工]]([[D1|2019年3月]])、[[S2|竣工]]([[D2|2020年]])",
        (
            "P1 HasStatus S1; P1 HasStatus S2; P1 When D1; P1 When D2;"
            " S1 under_construction actual; S2 completed actual"
        ),
        [("甲项目", None, "开工", "2019年3月"), ("甲项目", None, "竣工", "2020年")],
    ),
    "a date of the investment": (
        "[[P1|甲项目]][[D1|2021年1-10月]]到位资金[[A1|5亿元]]",
        "P1 CompletedInvestment A1; P1 When D1",
        [("甲项目", "completed 5亿元", None, "2021年1-10月")],
    ),
    "a total in the mention's own words": (
        "[[S1|签约]][[P1|总投资90亿元的12个项目]]",
        "P1 HasStatus S1; S1 signed actual",
        [("总投资90亿元的12个项目", "total 总投资90亿元的12个项目", "签约", None)],
    ),
    "a threshold is no investment": (
        "[[P1|亿元以上项目]][[S1|开工]]",
        "P1 HasStatus S1; S1 under_construction actual",
        [("亿元以上项目", None, "开工", None)],
    ),
    "each mention of a name has rows of its own": (
        "[[P1|甲项目]][[S1|开工]]。\n[[P2|甲项目]][[S2|竣工]]。",
        "P1 HasStatus S1; P2 HasStatus S2; S1 under_construction actual; S2 completed actual",
        [("甲项目", None, "开工", None), ("甲项目", None, "竣工", None)],
    ),
}


@pytest.mark.parametrize(("markup", "links", "expected"), PAIRING.values(), ids=PAIRING)
def test_rows(markup: str, links: str, expected: list[tuple[str, ...]]) -> None:
    assert rows(marked(markup, links)) == expected


@pytest.mark.parametrize("role", [n for n, r in load_schema().relations.items() if r.role])
def test_role_comes_from_the_schema(role: str) -> None:
    (fact,) = derive_facts(marked("[[P1|甲项目]][[A1|3亿元]]", f"P1 {role} A1"))
    assert fact.investment is not None
    assert fact.investment.role == load_schema().relations[role].role


COUNTS = {
    "in the mention": ("[[S1|新开工]][[P1|项目33个]]", [(33, "exact")]),
    "behind each status of one head": (
        "[[P1|亿元以上项目]][[S1|新签约]]429个、[[S2|新开工]]330个",
        [(429, "exact"), (330, "exact")],
    ),
    "behind the status, of a head with a count": (
        "[[P1|54个重点项目]]已[[S1|开工]]30个,其余在谈",
        [(30, "exact")],
    ),
    "what is built is not what is counted": ("[[P1|甲项目]][[S1|建成]]3栋厂房", [None]),
    "another group behind the status": ("[[P1|甲项目]][[S1|开工]][[P2|5个项目]]", [None]),
    "a single project": ("[[P1|甲项目]][[S1|开工]],5个月后", [None]),
    "more than": ("[[S1|新开工]][[P1|30多个重点项目]]", [(30, "more_than")]),
    "no number": ("[[S1|在谈]][[P1|5000万元以上项目]]", [None]),
}


@pytest.mark.parametrize(("markup", "expected"), COUNTS.values(), ids=COUNTS)
def test_group_count(markup: str, expected: list[tuple[int, str] | None]) -> None:
    links = "P1 HasStatus S1; S1 signed actual"
    links += "; P1 HasStatus S2; S2 signed actual" if "S2" in markup else ""
    facts = [fact for fact in derive_facts(marked(markup, links)) if fact.project_span[0] < 9]
    assert [fact.count for fact in facts] == [c and GroupCount(*c) for c in expected]


@pytest.mark.parametrize(
    ("markup", "links", "group"),
    [
        ("[[P1|甲项目]]", "", False),
        ("[[P1|3个项目]]", "", True),
        ("[[P1|亿元以上项目]]", "", True),
        ("[[P1|十大科技园]],其中[[P2|乙园]]", "P2 MemberOf P1", True),
    ],
)
def test_group_flag(markup: str, links: str, *, group: bool) -> None:
    document = marked(f"[[S1|开工]]{markup}", f"P1 HasStatus S1; {SIGNED}; {links}")
    assert [fact.group for fact in derive_facts(document)] == [group]


def test_values_and_context_of_a_row() -> None:
    document = marked(
        "[[D1|今年上半年]],[[C1|甲集团]]与[[C2|乙公司]]投资近[[A1|23亿元]]的[[P1|丙基地]]"
        "[[S1|落地]][[Z1|北围集聚区]],是[[P2|4个项目]]之一。",
        "P1 When D1; P1 OwnedBy C2; P1 OwnedBy C1; P1 TotalInvestment A1; P1 HasStatus S1;"
        " P1 LocatedIn Z1; P1 MemberOf P2; S1 signed actual",
    )
    (fact,) = derive_facts(document)
    assert fact.document == "d"
    assert fact.investment is not None
    assert fact.investment.amount is not None
    assert fact.investment.amount.value == Decimal(2_300_000_000)
    assert fact.date is not None
    assert fact.date.interval is not None
    assert (fact.date.interval.start, fact.date.interval.end) == (
        date(2021, 1, 1),
        date(2021, 6, 30),
    )
    assert fact.zone is not None
    assert fact.zone.text == "北围集聚区"
    assert [company.text for company in fact.companies] == ["甲集团", "乙公司"]
    assert fact.member_of is not None
    assert fact.member_of.text == "4个项目"
    for part in (fact.investment, fact.status, fact.date, fact.zone, *fact.companies):
        assert part is not None
        assert document.text[slice(*part.span)] == part.text


def test_a_threshold_is_the_size_class() -> None:
    document = marked("[[S1|在谈]][[P1|5000万元以上项目86个]]", f"P1 HasStatus S1; {SIGNED}")
    (fact,) = derive_facts(document)
    assert fact.size_class is not None
    assert fact.size_class.amount.value == Decimal(50_000_000)
    assert fact.size_class.amount.qualifier == "at_least"
    assert fact.size_class.span == fact.project_span
    assert fact.investment is None


def test_a_member_inherits_nothing() -> None:
    document = marked(
        "[[Z1|高新区]][[P1|甲]]、[[P2|乙]]等[[P3|5个项目]],总投资[[A1|9亿元]]",
        "P1 MemberOf P3; P2 MemberOf P3; P3 TotalInvestment A1; P3 LocatedIn Z1",
    )
    assert rows(document) == [("5个项目", "total 9亿元", None, None)]


def test_a_role_for_each_relation_to_one_sum() -> None:
    document = marked(
        "[[P1|甲项目]][[S1|签约]][[A1|3亿元]]",
        f"P1 TotalInvestment A1; P1 ContractedInvestment A1; P1 HasStatus S1; {SIGNED}",
    )
    assert rows(document) == [
        ("甲项目", "contracted 3亿元", "签约", None),
        ("甲项目", "total 3亿元", None, None),
    ]


def test_unparsed_sums_and_dates_keep_their_words_and_are_counted_once() -> None:
    document = marked(
        "[[D1|那一年]],[[P1|甲]]、[[P2|乙]][[S1|签约]],各投资[[A1|巨额资金]]",
        "P1 TotalInvestment A1; P2 TotalInvestment A1; P1 HasStatus S1; P2 HasStatus S1;"
        f" P1 When D1; P2 When D1; {SIGNED}",
    )
    facts = derive_facts(document)
    assert [(f.investment.text, f.investment.amount) for f in facts if f.investment] == [
        ("巨额资金", None)
    ] * 2
    assert [(f.date.text, f.date.interval) for f in facts if f.date] == [("那一年", None)] * 2
    unparsed = count_unparsed(facts)
    assert (unparsed.amounts, unparsed.dates) == (1, 1)
    assert count_unparsed(derive_facts(replace(document, year=2020))) == unparsed


EVIDENCE = {
    "neighbouring clauses are joined, blanks and punctuation at the edges are out": (
        "全年顺利。 总投资[[A1|390亿元]]的[[P1|甲项目]],一期[[S1|完成投资]]34亿元,产值很高。",
        "P1 TotalInvestment A1; P1 HasStatus S1; S1 under_construction actual",
        ["总投资390亿元的甲项目,一期完成投资34亿元"],
    ),
    "a clause without anything of the row is left out": (
        "[[P1|甲项目]]占地多,用工少;[[S1|已开工]]。",
        f"P1 HasStatus S1; {SIGNED}",
        ["甲项目占地多", "已开工"],
    ),
    "a comma within a number and an enumeration end nothing": (
        "投资[[A1|1,200万元]]的甲、[[P1|乙工程]]",
        "P1 TotalInvestment A1",
        ["投资1,200万元的甲、乙工程"],
    ),
    "a line broken within a sentence ends nothing": (
        "今年,柘里渡小学建设进展很快,[[P1|柘里渡小\n\n学]][[S1|建成]]开学。",
        f"P1 HasStatus S1; {SIGNED}",
        ["柘里渡小\n\n学建成开学"],
    ),
}


@pytest.mark.parametrize(("markup", "links", "expected"), EVIDENCE.values(), ids=EVIDENCE)
def test_evidence(markup: str, links: str, expected: list[str]) -> None:
    document = marked(markup, links)
    (fact,) = derive_facts(document)
    assert evidence(document, fact) == expected


def test_confidence_is_the_product_over_project_investment_and_status() -> None:
    text = "甲项目投资3亿元今年签约"
    spans = {"P": (0, 3), "A": (5, 8), "D": (8, 10), "S": (10, 12)}
    labels = {"P": "PROJECT", "A": "AMOUNT", "D": "DATE", "S": "STATUS"}
    scores = {"P": 0.9, "A": 0.8, "D": 0.1, "S": 0.7}
    document = Document(
        id="d",
        text=text,
        mentions=tuple(
            Mention(
                id=key,
                label=labels[key],
                start=start,
                end=end,
                text=text[start:end],
                score=scores[key],
            )
            for key, (start, end) in spans.items()
        ),
        relations=(
            Relation(type="TotalInvestment", head="P", tail="A", score=0.6),
            Relation(type="HasStatus", head="P", tail="S", score=0.5),
            Relation(type="When", head="P", tail="D", score=0.1),
        ),
        status={"S": StatusValue("signed", "actual")},
    )
    (fact,) = derive_facts(document)
    assert fact.confidence == round(0.9 * 0.8 * 0.6 * 0.7 * 0.5, 4)


def test_a_relation_that_stands_twice_counts_once_with_its_better_score() -> None:
    document = marked("[[P1|甲项目]][[S1|签约]]", f"P1 HasStatus S1; {SIGNED}")
    weak = replace(document.relations[0], score=0.25)
    (fact,) = derive_facts(replace(document, relations=(weak, *document.relations)))
    assert fact.confidence == 1.0


def test_a_status_without_class_is_an_error_that_says_where() -> None:
    with pytest.raises(PipelineError, match=r"d: S1 '签约' at 3 .*'甲项目'"):
        derive_facts(marked("[[P1|甲项目]][[S1|签约]]", "P1 HasStatus S1"))


def test_a_document_without_anything_has_no_facts() -> None:
    assert derive_facts(Document(id="d", text="")) == ()
    assert merge_projects(Document(id="d", text=""), ()) == ()


@given(st.permutations(range(11)))
def test_the_order_of_mentions_and_relations_plays_no_part(order: list[int]) -> None:
    document = marked(
        "总投资[[A1|23亿元]]的[[P1|甲基地]]、[[P2|乙基地]]等[[P3|4个项目]][[D1|今年]][[S1|落地]],"
        "[[S2|开工]],到位[[A2|1亿元]]",
        "P3 TotalInvestment A1; P1 HasStatus S1; P2 HasStatus S1; P3 HasStatus S1; P1 MemberOf P3;"
        " P2 MemberOf P3; P3 HasStatus S2; P3 CompletedInvestment A2; P3 When D1; P1 When D1;"
        " P2 When D1; S1 signed actual; S2 under_construction actual",
    )
    shuffled = replace(
        document,
        relations=tuple(document.relations[n] for n in order),
        mentions=tuple(reversed(document.mentions)),
    )
    assert derive_facts(shuffled) == derive_facts(document)
    assert merge_projects(shuffled, derive_facts(shuffled)) == merge_projects(
        document, derive_facts(document)
    )


@given(
    st.text(alphabet="甲乙,。;、 \n1万元项目", max_size=60),
    st.lists(st.tuples(st.integers(0, 59), st.integers(1, 6)), max_size=4),
)
def test_evidence_holds_its_spans_and_is_disjoint(text: str, cuts: list[tuple[int, int]]) -> None:
    spans = [
        (start, min(start + size, len(text)))
        for start, size in cuts
        if start < len(text) and text[start : start + size].strip() == text[start : start + size]
    ]
    found = Clauses(text).covering(spans)
    assert list(found) == sorted(found)
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(found))
    for start, end in spans:
        assert any(left <= start and end <= right for left, right in found)


ONE_PROJECT = [
    ("甲产业园项目", "甲产业园项目"),
    ("甲产业园项目", "甲产业园"),
    ("甲产业园建设项目", "甲产业园项目"),
    ("后环邻里中心工程", "后环邻里中心项目"),
    ("甲基地一期", "甲基地一期工程"),
    ("甲基地项目一期", "甲基地(一期)"),
    ("甲基地(第一期)项目", "甲基地首期"),
    ("“天琴计划”", "天琴计划"),
    ("柘里渡小\n\n学", "柘里渡小学"),
    ("TCL模组项目", "ＴＣＬ模组"),
]
TWO_PROJECTS = [
    ("甲基地一期工程", "甲基地二期"),
    ("甲基地", "甲基地一期"),
    ("甲基地一、二期", "甲基地一期"),
    ("洲际恒通手机生产项目", "洲际恒通手机项目"),
    ("汉能移动能源产业园", "移动能源产业园"),
    ("金琴快线", "金琴快线北延线"),
    ("甲产业园", "乙产业园"),
    ("1号路", "2号路"),
]


def n_records(one: str, other: str, *, links: str = "", between: str = "。\n") -> int:
    document = marked(
        f"[[C1|甲集团]][[Z1|东区]][[P1|{one}]][[S1|签约]]{between}"
        f"[[C2|乙公司]][[Z2|西区]][[P2|{other}]][[S2|开工]]",
        f"P1 HasStatus S1; P2 HasStatus S2; S1 signed actual; S2 signed actual; {links}",
    )
    return len(merge_projects(document, derive_facts(document)))


@pytest.mark.parametrize(("one", "other"), ONE_PROJECT)
def test_names_of_one_project(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)
    assert n_records(one, other) == 1


@pytest.mark.parametrize(("one", "other"), TWO_PROJECTS)
def test_names_of_two_projects(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)
    assert n_records(one, other) == 2


MERGES = {
    "the same name": ("研发中心", "研发中心", "", 1),
    "two owners": ("研发中心", "研发中心", "P1 OwnedBy C1; P2 OwnedBy C2", 2),
    "one owner known": ("研发中心", "研发中心", "P1 OwnedBy C1", 1),
    "one of the owners is the same": (
        "研发中心",
        "研发中心",
        "P1 OwnedBy C1; P2 OwnedBy C2; P2 OwnedBy C1",
        1,
    ),
    "two places": ("标准厂房", "标准厂房项目", "P1 LocatedIn Z1; P2 LocatedIn Z2", 2),
}


@pytest.mark.parametrize(("one", "other", "links", "expected"), MERGES.values(), ids=MERGES)
def test_owners_and_places(one: str, other: str, links: str, expected: int) -> None:
    assert n_records(one, other, links=links) == expected


GROUPS = {
    "equal words and count in one paragraph": ("项目33个", "项目33个", ";", 1),
    "in two paragraphs": ("项目33个", "项目33个", "。\n", 2),
    "another count": ("项目33个", "项目18个", ";", 2),
    "other words": ("33个重点项目", "项目33个", ";", 2),
    "no count": ("亿元以上项目", "亿元以上项目", ";", 2),
    "a group and a name": ("3所幼儿园", "幼儿园", ";", 2),
}


@pytest.mark.parametrize(("one", "other", "between", "expected"), GROUPS.values(), ids=GROUPS)
def test_groups(one: str, other: str, between: str, expected: int) -> None:
    assert n_records(one, other, between=between) == expected


def test_a_record_holds_everything_once() -> None:
    document = marked(
        "[[C1|甲集团]]的[[P1|乙产业园]]总投资[[A1|3亿元]],[[D1|今年]][[S1|开工]]。\n"
        "[[P2|乙产业园项目]]落户[[Z1|高新区]]。\n"
        "[[P3|乙产业园]]总投资[[A2|30000万元]],[[D2|2021年]][[S2|开工]],[[S3|投产]]。\n"
        "[[P4|丙项目]]落户[[Z2|高新区]]。",
        "P1 OwnedBy C1; P1 TotalInvestment A1; P1 HasStatus S1; P1 When D1; P2 LocatedIn Z1;"
        " P3 TotalInvestment A2; P3 HasStatus S2; P3 HasStatus S3; P3 When D2; P4 LocatedIn Z2;"
        " S1 under_construction actual; S2 under_construction actual; S3 operating future",
    )
    facts = derive_facts(document)
    (record,) = merge_projects(document, facts)
    assert record.project == "乙产业园项目"
    assert [mention.text for mention in record.mentions] == ["乙产业园", "乙产业园项目", "乙产业园"]
    assert [investment.text for investment in record.investments] == ["3亿元"]
    assert [(s.text, s.modality) for s in record.statuses] == [
        ("开工", "actual"),
        ("投产", "future"),
    ]
    assert [found.text for found in record.dates] == ["今年"]
    assert [zone.text for zone in record.zones] == ["高新区"]
    assert [company.text for company in record.companies] == ["甲集团"]
    assert record.facts == facts
    assert record.confidence == 1.0
    assert not record.group


def test_facts_of_another_document_are_not_merged() -> None:
    document = marked("[[P1|甲项目]][[S1|签约]]", f"P1 HasStatus S1; {SIGNED}")
    facts = derive_facts(document)
    assert merge_projects(replace(document, id="other"), facts) == ()
