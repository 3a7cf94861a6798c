"""The list of passages keeps places apart, and the draw that made it repeats."""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from itertools import accumulate, pairwise
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from annotations.errors import CorpusError
from corpus.cli import register
from corpus.library import CollectionDocument
from corpus.passages import format_passages, load_passages, parse_passages
from corpus.selection import (
    FIRST_YEAR,
    LAST_YEAR,
    MAX_CHARACTERS,
    MIN_CHARACTERS,
    REPORT_KINDS,
    SEED_PLACES,
    SplitSizes,
    cut_passages,
    place_split,
    select_passages,
)
from corpus.strata import (
    LINK_QUOTAS,
    MONEY_QUOTAS,
    QUOTAS,
    RARE_QUOTAS,
    SITE_QUOTAS,
    ZONE_QUOTAS,
)

PASSAGES = load_passages()


def test_splits_have_their_sizes() -> None:
    assert Counter(p.split for p in PASSAGES) == {"test": 30, "development": 22, "train": 1756}


def test_no_place_is_in_two_splits() -> None:
    splits = defaultdict(set)
    for passage in PASSAGES:
        splits[passage.place].add(passage.split)
    assert {place: found for place, found in splits.items() if len(found) > 1} == {}


def test_one_passage_a_place_in_each_round_and_one_a_report_but_for_the_last_two() -> None:
    sizes = SplitSizes()
    later = (
        sizes.again_train,
        sizes.rare_train,
        sizes.zone_train,
        sizes.last_train,
        sizes.next_train,
        sizes.money_train,
        sizes.link_train,
        sizes.site_train,
    )
    # The first rounds share no place, either.
    first = len(PASSAGES) - sum(later)
    bounds = [0, *accumulate(later, initial=first)]
    for drawn in (PASSAGES[start:end] for start, end in pairwise(bounds)):
        assert [place for place, n in Counter(p.place for p in drawn).items() if n > 1] == []
    rest = PASSAGES[: -sizes.link_train - sizes.site_train]
    assert [path for path, n in Counter(p.path for p in rest).items() if n > 1] == []


def test_no_passages_share_text() -> None:
    spans = defaultdict(list)
    for passage in PASSAGES:
        spans[passage.path].append((passage.start, passage.end))
    for found in spans.values():
        for (_, end), (start, _) in pairwise(sorted(found)):
            assert end <= start


def test_places_of_the_seeds_are_only_trained_on() -> None:
    held_out = {p.place for p in PASSAGES if p.split != "train"}
    assert held_out & SEED_PLACES == set()
    # A place also stands in the path, whatever the field says.
    assert [
        p for p in PASSAGES if p.split != "train" and set(p.path.split("/")) & SEED_PLACES
    ] == []


def test_spans_are_of_the_announced_length() -> None:
    lengths = [p.end - p.start for p in PASSAGES]
    assert (MIN_CHARACTERS, MAX_CHARACTERS) == (1200, 1800)
    assert MIN_CHARACTERS <= min(lengths) <= max(lengths) <= MAX_CHARACTERS


def test_ids_and_hashes_are_unique() -> None:
    for values in ([p.id for p in PASSAGES], [p.sha256 for p in PASSAGES]):
        assert len(set(values)) == len(PASSAGES)
    assert {p.id.rsplit("-", 1)[0] for p in PASSAGES} == {"test", "development", "train"}
    assert [p.id for p in PASSAGES if not p.id.startswith(f"{p.split}-")] == []


def test_fields_agree_with_the_path() -> None:
    strata = {*QUOTAS, *RARE_QUOTAS, *ZONE_QUOTAS, *MONEY_QUOTAS, *LINK_QUOTAS, *SITE_QUOTAS}
    for passage in PASSAGES:
        kind, place, file = passage.path.split("/")
        assert (place, int(file[:4])) == (passage.place, passage.year)
        assert kind in REPORT_KINDS
        assert FIRST_YEAR <= passage.year <= LAST_YEAR
        assert passage.stratum in strata


def test_list_is_read_and_written_alike() -> None:
    assert parse_passages(format_passages(PASSAGES)) == PASSAGES


@pytest.mark.parametrize("line", ["{", "[]", '{"id": "a"}'])
def test_a_line_that_is_no_passage(line: str) -> None:
    with pytest.raises(CorpusError, match="line 2: not a passage"):
        parse_passages(f"{format_passages(PASSAGES[:1])}{line}\n")


SENTENCES = (
    "全市总投资12.5亿元的重点项目6月开工建设，高新区引进企业3家。",
    "为项目争取专项资金2亿元，清退停工项目2个，完成投资8亿元。",
    "年度计划投资60亿元，在谈项目5个，签约资金30亿元，华为公司投资的基地落户开发区。",
    "今年力争新开工工程10个，加快推进产业园建设，确保3个项目投产。",
    "群众安全感和满意度稳步提高，各项社会事业全面进步。",
)
SIZES = SplitSizes(
    test=3,
    development=2,
    train=6,
    more_train=2,
    again_train=3,
    rare_train=2,
    zone_train=2,
    last_train=1,
    next_train=1,
    money_train=1,
    link_train=1,
    site_train=1,
)
LATER = (
    "site_train",
    "link_train",
    "money_train",
    "next_train",
    "last_train",
    "zone_train",
    "rare_train",
    "again_train",
)
FIRST_SIZES = replace(SIZES, **dict.fromkeys(LATER, 0))


def report(place: str, *, year: int = 2019, kind: str = REPORT_KINDS[0]) -> CollectionDocument:
    """A report drawn for its place: a part without projects, one with few, and a dense one."""
    draw = random.Random(f"{place}:{year}")
    paragraphs = []
    for share in [0.0] * 15 + [0.015] * 15 + [1.0] * 30:
        weights = (share, share, share, share, 1.0)
        paragraphs.append("".join(draw.choices(SENTENCES, weights, k=draw.randint(4, 12))))
    return CollectionDocument(
        path=f"{kind}/{place}/{year}.md",
        kind=kind,
        place=place,
        year=year,
        text="\n\n".join(["---", "title: 报告", *paragraphs]),
    )


def reports(names: Iterable[str]) -> list[CollectionDocument]:
    return [report(name, year=year) for name in names for year in (2018, 2019)]


CITIES = [f"第{n}市" for n in range(15)]


def test_the_draw_depends_on_seed_and_collection_alone() -> None:
    documents = reports(CITIES)
    drawn = select_passages(documents, seed=1, sizes=SIZES)
    assert drawn == select_passages(documents[::-1], seed=1, sizes=SIZES)
    assert drawn != select_passages(documents, seed=2, sizes=SIZES)
    texts = {document.path: document.text for document in documents}
    for passage in drawn:
        text = texts[passage.path][passage.start : passage.end]
        assert sha256(text.encode()).hexdigest() == passage.sha256
        assert MIN_CHARACTERS <= len(text) <= MAX_CHARACTERS
    assert Counter(p.split for p in drawn) == {"test": 3, "development": 2, "train": 20}
    assert len({p.place for p in drawn[:13]}) == 13
    assert len({p.path for p in drawn[:-2]}) == 23
    assert {p.place for p in drawn[13:]} <= set(CITIES) - {p.place for p in drawn[:5]}
    assert [p.id for p in drawn[5:]] == [f"train-{n:03d}" for n in range(1, 21)]


def test_later_rounds_leave_the_first_as_it_is() -> None:
    documents = reports(CITIES)
    sizes = SIZES
    for last in (*LATER, "more_train"):
        sizes = replace(sizes, **{last: 0})
        once = select_passages(documents, seed=1, sizes=sizes)
        assert select_passages(documents, seed=1, sizes=SIZES)[: len(once)] == once


def test_no_text_is_drawn_twice() -> None:
    """A report may be in a collection under two places, by mistake."""
    documents = [
        replace(d, path=f"{d.kind}/{place}/{d.year}.md", place=place)
        for d in reports(CITIES)
        for place in (d.place, f"另{d.place}")
    ]
    drawn = select_passages(documents, seed=1, sizes=SIZES)
    assert len({p.sha256 for p in drawn}) == len(drawn)


@pytest.mark.parametrize(
    ("last", "quotas"),
    [
        ("rare_train", RARE_QUOTAS),
        ("zone_train", ZONE_QUOTAS),
        ("money_train", MONEY_QUOTAS),
        ("link_train", LINK_QUOTAS),
        ("site_train", SITE_QUOTAS),
    ],
)
def test_the_last_rounds_look_for_what_is_rare(last: str, quotas: Mapping[str, int]) -> None:
    drawn = select_passages(reports(CITIES), seed=1, sizes=replace(FIRST_SIZES, **{last: 8}))
    assert {p.stratum for p in drawn[-8:]} <= quotas.keys()


@pytest.mark.parametrize("last", ["link_train", "site_train"])
def test_the_last_rounds_go_into_reports_that_were_drawn_from(last: str) -> None:
    """Each place has one report here, and all of them were drawn from when the round begins."""
    documents = [report(name) for name in CITIES]
    sizes = replace(FIRST_SIZES, train=8, **{last: 8})
    drawn = select_passages(documents, seed=1, sizes=sizes)
    first, later = drawn[:-8], drawn[-8:]
    assert {p.path for p in later} <= {p.path for p in first}
    spans = {(p.path, p.start, p.end) for p in first}
    assert not any(
        path == p.path and start < p.end and p.start < end
        for p in later
        for path, start, end in spans
    )


def test_only_reports_of_the_announced_kinds_and_years_are_drawn_from() -> None:
    others = [
        report("旧市", year=FIRST_YEAR - 1),
        report("新市", year=LAST_YEAR + 1),
        report("规划市", kind="五年规划"),
    ]
    documents = reports(CITIES)
    assert select_passages([*documents, *others], seed=1, sizes=SIZES) == select_passages(
        documents, seed=1, sizes=SIZES
    )


def test_places_of_the_seeds_are_never_drawn() -> None:
    documents = reports([*CITIES, *sorted(SEED_PLACES)])
    drawn = select_passages(documents, seed=1, sizes=SIZES)
    assert {p.place for p in drawn} & SEED_PLACES == set()


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (CITIES[:10], "13 passages want as many places, the collection has 10"),
        (
            [*CITIES[:8], *sorted(SEED_PLACES)],
            "6 passages want as many train places that were not drawn yet",
        ),
    ],
)
def test_collections_that_are_too_small(names: list[str], message: str) -> None:
    with pytest.raises(CorpusError) as caught:
        select_passages(reports(names), seed=1, sizes=SIZES)
    assert message in str(caught.value)


def test_reports_too_short_for_a_passage_are_too_few() -> None:
    documents = [replace(document, text="短") for document in reports(CITIES)]
    with pytest.raises(
        CorpusError, match=r"3 passages want as many test places .*, the collection has 0"
    ):
        select_passages(documents, seed=1, sizes=SIZES)


def test_places_with_a_second_report_are_too_few() -> None:
    # Thirteen of the fifteen cities are drawn once; of the ten train places two are left.
    documents = [report(name) for name in CITIES]
    with pytest.raises(CorpusError) as caught:
        select_passages(documents, seed=1, sizes=SIZES)
    assert str(caught.value) == (
        "3 passages want as many train places with an unused report and with enough text, the"
        " collection has 2; want fewer passages"
    )
    assert select_passages(documents, seed=1, sizes=replace(FIRST_SIZES, again_train=2))


def test_places_with_a_passage_left_are_too_few() -> None:
    sizes = replace(FIRST_SIZES, site_train=11)
    with pytest.raises(CorpusError, match="11 passages want as many train places with a passage"):
        select_passages([report(name) for name in CITIES], seed=1, sizes=sizes)


def test_reports_without_projects_fit_no_stratum() -> None:
    documents = [
        replace(d, text="\n".join(f"{d.path}{SENTENCES[4] * 6}" for _ in range(40)))
        for d in reports(CITIES)
    ]
    with pytest.raises(CorpusError, match="no passage left that fits the stratum 'stopped'"):
        select_passages(documents, seed=1, sizes=SIZES)


def test_reports_are_cut_once_for_all_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    n_cut: Counter[str] = Counter()

    def counted(text: str) -> Iterator[tuple[int, int]]:
        n_cut[text] += 1
        return cut_passages(text)

    monkeypatch.setattr("corpus.selection.cut_passages", counted)
    documents = reports(CITIES)
    select_passages(documents, seed=1, sizes=SIZES)
    assert n_cut == dict.fromkeys((document.text for document in documents), 1)


def test_place_split_sends_seed_places_to_train() -> None:
    splits = place_split([*CITIES, *SEED_PLACES], seed=5, sizes=SIZES)
    assert {splits[place] for place in SEED_PLACES} == {"train"}
    assert Counter(splits.values()) == {"test": 3, "development": 2, "train": 15}


def test_passages_are_whole_paragraphs_in_order() -> None:
    text = report("某市").text
    spans = list(cut_passages(text))
    assert len(spans) > 3
    reached = 0
    for start, end in spans:
        assert start >= reached
        assert text[start - 1] == "\n"
        assert end == len(text) or text[end] == "\n"
        assert not text[start:end].startswith("---")
        reached = end


def test_the_first_paragraph_belongs_to_a_passage() -> None:
    assert list(cut_passages("\n".join(["长" * 700] * 4))) == [(0, 1401), (1402, 2803)]


@pytest.mark.parametrize("text", ["", "\n\n", "短\n短", "长" * 5000])
def test_texts_without_a_passage(text: str) -> None:
    assert list(cut_passages(text)) == []


def test_command_writes_the_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.selection.SplitSizes", lambda: SIZES)
    source, output = tmp_path / "reports.jsonl", tmp_path / "passages.jsonl"
    fields = ("path", "kind", "place", "year", "text")
    documents = reports(CITIES)
    lines = [json.dumps({name: getattr(d, name) for name in fields}) for d in documents]
    source.write_text("\n".join(lines), encoding="utf-8")
    app = typer.Typer()
    register(app)
    arguments = ["corpus", "select", str(source), "--seed", "1", "--output", str(output)]
    result = CliRunner().invoke(app, arguments)
    assert (result.exit_code, result.stdout) == (0, f"25 passages written to {output}\n")
    written = parse_passages(output.read_text(encoding="utf-8"))
    assert written == select_passages(documents, seed=1)
