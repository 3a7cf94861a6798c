"""Buckets, and what they are read from: paragraphs, sections, origins, training surfaces."""

from pathlib import Path

import pytest

from annotations.document import Document
from corpus.selection import SEED_PLACES
from evaluation.buckets import steps, training_surfaces
from evaluation.evaluate import evaluate
from evaluation.model import BucketTable, Evaluation
from evaluation.origin import origin_of
from evaluation.places import province_of
from evaluation.surroundings import Surroundings
from tests.evaluation.builders import corpus
from tests.pipeline.marked import marked

SEEDS = Path(__file__).parents[2] / "seeds"
HARD = (
    "[[P1|甲项目]]投资[[A1|3亿元]],[[P2|乙项目]]投资[[A2|5亿元]]。\n[[P3|丙项目]]投资[[A3|1亿元]]。"
)
HARD_LINKS = "P1 TotalInvestment A1; P2 TotalInvestment A2; P3 TotalInvestment A3"


def table(result: Evaluation, name: str, layer: str = "mention") -> BucketTable:
    return next(t for t in result.buckets if (t.name, t.layer) == (name, layer))


def rows(
    result: Evaluation, name: str, layer: str = "mention"
) -> dict[str, tuple[int, int, float]]:
    return {
        row.bucket: (row.gold, row.predicted, row.gold_matched)
        for row in table(result, name, layer).rows
    }


def test_hard_subset_is_two_projects_and_two_sums() -> None:
    gold = marked(HARD, HARD_LINKS)
    found = marked(HARD, "P1 TotalInvestment A2; P2 TotalInvestment A1; P3 TotalInvestment A3")
    result = evaluate([gold], [found], name="x", resamples=0)
    assert rows(result, "hard", "mention") == {"hard": (4, 4, 4), "other": (2, 2, 2)}
    assert rows(result, "hard", "relation") == {"hard": (2, 2, 0), "other": (1, 1, 1)}
    assert rows(result, "hard", "fact") == {"hard": (2, 2, 0), "other": (1, 1, 1)}
    assert rows(result, "projects", "fact") == {"1": (1, 1, 1), "2–4": (2, 2, 0)}
    assert rows(result, "sums") == {"1": (2, 2, 2), "2–4": (4, 4, 4)}


def test_items_of_both_sides_have_their_own_bucket() -> None:
    gold, found = marked("[[P1|甲项目]]一期"), marked("[[P1|甲项目一期]]")
    result = evaluate([gold], [found], name="x", resamples=0)
    assert rows(result, "span_length") == {"3–4": (1, 0, 0), "5–8": (0, 1, 0)}
    three = table(result, "span_length").rows[0]
    assert (three.precision.value, three.recall.value) == (None, 0)


def test_distance_is_the_gap_between_the_mentions() -> None:
    text = "[[P1|甲项目]][[A1|3亿元]]" + "字" * 20 + "[[S1|开工]]"
    gold = marked(text, "P1 TotalInvestment A1; P1 HasStatus S1; S1 signed actual")
    result = evaluate([gold], [gold], name="x", resamples=0)
    assert rows(result, "distance", "relation") == {"0": (1, 1, 1), "16–40": (1, 1, 1)}


def test_seen_and_consistency() -> None:
    training = [
        marked("[[C1|金琴]]建[[P1|光电项目]],光电项目与[[P2|光电项目]]。[[Z1|金琴]]", name="t")
    ]
    surfaces = training_surfaces(training)
    assert surfaces.occurrences["光电项目"] == 3
    gold = marked("[[C1|金琴]]建[[P1|光电项目]]和[[P2|芯片项目]]")
    result = evaluate([gold], [gold], name="x", resamples=0, training=training)
    assert rows(result, "seen") == {"seen": (2, 2, 2), "unseen": (1, 1, 1)}
    assert rows(result, "consistency") == {"50 to 99 %": (2, 2, 2)}
    assert not [t for t in evaluate([gold], [gold], name="x").buckets if t.name == "seen"]


def test_words_are_those_that_the_span_touches() -> None:
    gold = marked("会上,[[Z1|高新区]]的[[P1|移动能源产业园项目]]开工建设。")
    found = rows(evaluate([gold], [gold], name="x", resamples=0), "words")
    # 高新区; 移动 能源 产业园 项目
    assert found == {"1": (1, 1, 1), "4–5": (1, 1, 1)}
    blanks = marked("会上,[[Z1|高新区]]的[[P1|移动 能源  产业园 项目]]开工建设。")
    assert rows(evaluate([blanks], [blanks], name="x", resamples=0), "words") == found


def test_intervals_of_buckets() -> None:
    gold, predicted = corpus(4)
    result = evaluate(gold, predicted, name="x", resamples=100)
    (row,) = table(result, "genre").rows
    assert row.f1.low <= row.f1.value <= row.f1.high


@pytest.mark.parametrize(
    ("number", "expected"), [(0, "0"), (1, "1–2"), (2, "1–2"), (3, "3+"), (99, "3+"), (-1, "0")]
)
def test_steps(number: int, expected: str) -> None:
    names, name = steps(0, 1, 3)
    assert names == ("0", "1–2", "3+")
    assert name(number) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "一、2019年工作回顾\n全年开工项目3个,完成投资。\n二、2020年工作计划\n力争开工。\n(一)产业\n建成投产。",
            ["heading", "review", "heading", "plan", "heading", "plan"],
        ),
        ("去年,项目已完成投资3亿元,建成了道路。", ["review"]),
        ("要确保项目年内开工,力争完工。", ["plan"]),
        ("高新区位于市区西部,面积20平方公里。", ["other"]),
    ],
)
def test_sections(text: str, expected: list[str]) -> None:
    document = Document(id="d", text=text)
    surroundings = Surroundings(document)
    starts = [n for n, c in enumerate(text) if n == 0 or text[n - 1] == "\n"]
    assert [surroundings.at(start).section for start in starts] == expected


def test_a_blank_text_has_no_paragraph() -> None:
    assert Surroundings(Document(id="d", text=" \n")).at(0) is None
    assert Surroundings(Document(id="d", text="")).count == 0


@pytest.mark.parametrize(
    ("identifier", "source", "expected"),
    [
        ("003_68d46af039dd9844", "seeds/003_68d46af039dd9844.txt", ("seed", "贵州", "铜仁市")),
        ("a1", "corpus/authored/a1.txt", ("authored", None, None)),
        ("test-001", "政府工作报告-省自治区/山西省/2009.md", ("report", "山西", "山西省")),
        ("x", "somewhere/x.txt", ("other", None, None)),
        ("x", "", ("other", None, None)),
    ],
)
def test_origins(identifier: str, source: str, expected: tuple[str, str, str]) -> None:
    origin = origin_of(Document(id=identifier, text="字", source=source))
    assert (origin.genre, origin.province, origin.place) == expected
    assert origin.split == ("test" if identifier == "test-001" else None)


def test_seeds_are_of_the_places_that_are_kept_for_training() -> None:
    documents = [
        Document(id=p.stem, text="字", source=f"seeds/{p.name}") for p in SEEDS.glob("*.txt")
    ]
    assert len(documents) == len(SEED_PLACES)
    assert {origin_of(document).place for document in documents} == SEED_PLACES


@pytest.mark.parametrize(
    ("place", "province"),
    [
        ("吉林市", "吉林"),
        ("吉林省", "吉林"),
        ("海南省", "海南"),
        ("海南藏族自治州", "青海"),
        ("海北藏族自治州", "青海"),
        ("克孜勒苏柯尔克孜自治州", "新疆"),
        ("黔南布依族苗族自治州", "贵州"),
        ("内蒙古自治区", "内蒙古"),
        ("重庆市", "重庆"),
        ("某某市", None),
        ("", None),
    ],
)
def test_provinces(place: str, province: str | None) -> None:
    assert province_of(place) == province
