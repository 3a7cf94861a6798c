"""The report without a browser: what is read, what is in the page, and what cannot get into it."""

import json
import re
from base64 import b64encode
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from annotations.document import Document
from annotations.errors import EvaluationError
from evaluation.evaluate import evaluate
from evaluation.files import write_learning, write_run
from evaluation.model import KINDS, LAYERS, Evaluation
from evaluation.report import PAGE, ReportSettings, notes, render_report, title, write_report
from evaluation.report_buckets import encode_codes, place_items, table_key
from evaluation.report_data import count_changes
from evaluation.report_documents import count_kinds, documents_block
from evaluation.report_runs import distinct_names, load_runs
from tests.evaluation.builders import corpus
from tests.evaluation.reported import (
    EAST_GOLD,
    GOLD,
    LEARNING,
    WEST_GOLD,
    report_of,
    scored,
    system_a,
    system_b,
)

BLOCK = r'<script id="{}" type="application/json">(.*?)</script>'


@pytest.fixture(scope="module")
def a() -> Evaluation:
    return system_a()


@pytest.fixture(scope="module")
def b() -> Evaluation:
    return system_b()


@pytest.fixture(scope="module")
def page(a: Evaluation, b: Evaluation) -> str:
    return render_report(report_of(a, b))


def block(html: str, name: str) -> Any:
    (found,) = re.findall(BLOCK.format(name), html, re.DOTALL)
    return json.loads(found)


def test_files_of_a_report(tmp_path: Path, a: Evaluation, b: Evaluation) -> None:
    for evaluation in (a, b):
        write_run(evaluation, tmp_path / evaluation.name)
    write_learning(LEARNING, tmp_path / "A")
    written = write_report(ReportSettings(runs=(tmp_path / "A", tmp_path / "B"), output=tmp_path))
    assert [path.name for path in written] == [PAGE, "tables.md", "tables.csv", "tables.tex"]
    first = {path: path.read_bytes() for path in written}
    assert first[tmp_path / "tables.csv"].startswith(b"\xef\xbb\xbfrun,table,row,column,value")
    figures = block(first[tmp_path / PAGE].decode(), "data")
    assert [run["name"] for run in figures["runs"]] == ["A", "B"]
    assert [curve["by"] for curve in figures["runs"][0]["learning"]] == ["documents", "characters"]
    assert figures["runs"][1]["learning"] == []
    assert figures["comparison"]["differences"]
    write_report(ReportSettings(runs=(tmp_path / "A", tmp_path / "B"), output=tmp_path))
    assert {path: path.read_bytes() for path in written} == first


def test_the_policy_forbids_everything_but_the_style_and_script_of_the_page(page: str) -> None:
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)

    def hashed(text: str) -> str:
        return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"

    assert policy == (
        f"default-src 'none'; style-src {hashed(style)}; script-src {hashed(script)};"
        " base-uri 'none'; form-action 'none'"
    )


def test_nothing_in_the_page_asks_for_a_file_or_parses_markup(page: str) -> None:
    # The namespace of SVG is a name; nothing is fetched from it.
    rest = page.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|url\(|@import|import\(|fetch\(|XMLHttpRequest", rest)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", rest)
    markup = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
    assert not re.search(r"<(link|img|iframe|object|embed|base)\b|\son\w+=|\ssrc=|style=", markup)
    assert set(re.findall(r'href="([^"]*)"', markup)) == {"#summary", "#browser"}


@pytest.mark.parametrize(
    "words", ["</script><script>alert(1)</script>", "<!--<script>", "{{script}}", "\u2028\u2029"]
)
def test_texts_and_names_stay_data(words: str) -> None:
    gold = replace(WEST_GOLD, id=words, text=WEST_GOLD.text + words, source=words)
    evaluation = evaluate([gold], [gold], name=words, split=words)
    html = render_report(report_of(evaluation))
    assert html.count("<script") == 3
    assert html.count("</script>") == 3
    assert block(html, "data")["runs"][0]["name"] == words
    (document,) = block(html, "documents")["documents"]
    assert (document["id"], document["text"]) == (words, gold.text)


def test_the_documents_of_the_page_hold_every_decision(a: Evaluation, b: Evaluation) -> None:
    packed = documents_block([a, b], place_items([a, b]))
    for n, evaluation in enumerate((a, b)):
        for found, document in zip(packed["documents"], evaluation.documents, strict=True):
            side = found["runs"][n]
            codes = [ord(letter) - ord("A") for letter in side["decisions"]]
            items = [None if item < 0 else item for item in side["items"]]
            assert [
                (LAYERS[code // len(KINDS)], KINDS[code % len(KINDS)], gold, predicted)
                for code, gold, predicted in zip(codes, items[::2], items[1::2], strict=True)
            ] == [(d.layer, d.kind, d.gold, d.predicted) for d in document.decisions]
            mentions = side["mentions"]
            assert [tuple(mentions[i : i + 2]) for i in range(0, len(mentions), 3)] == [
                mention.span for mention in document.predicted.mentions
            ]
            assert side["scores"]["mentions"] == [
                round(1000 * mention.score) for mention in document.predicted.mentions
            ]


def test_facts_of_the_page_have_their_values_and_spans(a: Evaluation) -> None:
    packed = documents_block([a], place_items([a]))
    for found, document in zip(packed["documents"], a.documents, strict=True):
        numbers, at = found["gold"]["facts"], 0
        for item in document.gold_facts:
            _, value, n = numbers[at : at + 3]
            spans = [
                tuple(found["gold"]["mentions"][3 * m : 3 * m + 2])
                for m in numbers[at + 3 : at + 3 + n]
            ]
            at += 3 + n
            words = found["text"][slice(*spans[-1])] if value < 0 else packed["values"][value]
            assert (words, tuple(spans)) == (item.value, item.spans)
        assert at == len(numbers)


def test_scores_that_are_all_one_are_left_out() -> None:
    evaluation = scored("plain", GOLD)
    packed = documents_block([evaluation], place_items([evaluation]))
    assert [d["runs"][0]["scores"] for d in packed["documents"]] == [
        {"mentions": [], "relations": [], "facts": []}
    ] * 2


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([], ""),
        ([0], "A"),
        ([1, 1], "BB"),
        ([1, 1, 1], "=B"),
        ([0, None, 1], "A.B"),
        ([0, None, None], "A"),
        ([None, None, None], ""),
        ([0, 25, 26, 33], "AZ[b"),
    ],
)
def test_bucket_codes(codes: list[int | None], expected: str) -> None:
    assert encode_codes(codes) == expected


def test_buckets_are_found_again_where_the_texts_tell_them(tmp_path: Path) -> None:
    gold, predicted = corpus(4)
    evaluation = evaluate(gold, predicted, name="x", training=gold, resamples=0)
    placement = place_items([evaluation])
    tables = {table_key(table): table for table in evaluation.buckets}
    outside = {"mention.seen", "mention.consistency"}
    assert set(tables) - placement.linked[0] == outside
    # The shipped segmenter cuts the words again as it did.
    assert "mention.words" in placement.linked[0]
    hard = tables["fact.hard"]
    index = list(placement.names).index("fact.hard")
    names = placement.names["fact.hard"]
    found: Counter[str] = Counter()
    for codes, document in zip(placement.gold, evaluation.documents, strict=True):
        letters = codes[index]
        if letters.startswith("="):
            letters = letters[1] * sum(f.view == "fact" for f in document.gold_facts)
            letters = letters[
                : sum((f.view, f.slot) == ("fact", "whole") for f in document.gold_facts)
            ]
        found.update(names[ord(letter) - ord("A")] for letter in letters)
    assert found == {row.bucket: row.gold for row in hard.rows}


def test_kinds_are_counted_by_the_label_of_the_gold(a: Evaluation) -> None:
    counts = count_kinds(a)
    n_decisions = sum(len(document.decisions) for document in a.documents)
    assert sum(n for of in counts.values() for kinds in of.values() for n in kinds.values()) == (
        n_decisions
    )
    assert counts["mention"]["ZONE"] == dict.fromkeys(KINDS, 0) | {"type": 1, "correct": 1}
    assert counts["mention"]["PROJECT"]["boundary"] == 1
    assert counts["relation"]["ContractedInvestment"]["wrong_role"] == 1
    assert counts["relation"]["HasStatus"]["wrong_owner"] == 1
    assert counts["status_class"]["completed"]["wrong_class"] == 1


def test_changes_are_counted_by_layer_and_label(a: Evaluation, b: Evaluation) -> None:
    report = report_of(a, b)
    assert report.comparison is not None
    counts = count_changes(report.comparison, a, b)
    assert counts["mention"]["PROJECT"] == {"fixed": 1, "broken": 0}
    assert counts["mention"]["DATE"] == {"fixed": 0, "broken": 2}
    assert counts["status_class"]["completed"] == {"fixed": 1, "broken": 0}
    assert sum(n for of in counts.values() for one in of.values() for n in one.values()) == len(
        report.comparison.changes
    )


def test_title_and_notes(a: Evaluation, b: Evaluation) -> None:
    assert title(report_of(a)) == "evaluation of A"
    assert title(report_of(a, b)) == "A and B compared"
    assert title(report_of(a, b, replace(a, name="C"))) == "A, B and C compared"
    (first, warning) = notes(report_of(a))
    assert first.startswith("A: 2 documents, ")
    assert "only 2 documents" in warning


def test_runs_with_the_same_name_are_told_apart(a: Evaluation) -> None:
    def names(*folders: str) -> list[str]:
        paths = [Path(folder) for folder in folders]
        return [e.name for e in distinct_names([a] * len(paths), paths)]

    assert names("x/one") == ["A"]
    assert names("x/one", "x/two") == ["A (one)", "A (two)"]
    assert names("x/one", "y/one") == ["A (one) [1]", "A (one) [2]"]


def test_bad_runs(tmp_path: Path, a: Evaluation) -> None:
    with pytest.raises(EvaluationError, match="at least one run folder"):
        load_runs([])
    with pytest.raises(
        EvaluationError, match=r"expected the output folder of `zonefacts evaluate`"
    ):
        load_runs([tmp_path / "none"])
    write_run(a, tmp_path / "a")
    (tmp_path / "a" / "learning.json").write_text("{", encoding="utf-8")
    with pytest.raises(EvaluationError, match="no learning curve"):
        load_runs([tmp_path / "a"])


def test_runs_must_be_on_the_same_gold(tmp_path: Path, a: Evaluation, b: Evaluation) -> None:
    other = replace(EAST_GOLD, relations=EAST_GOLD.relations[1:])
    for run in (
        a,
        b,
        evaluate([EAST_GOLD], [EAST_GOLD], name="fewer"),
        evaluate([other, WEST_GOLD], GOLD, name="changed"),
    ):
        write_run(run, tmp_path / run.name)
    with pytest.raises(EvaluationError, match=r"1 stand in one only, such as west"):
        load_runs([tmp_path / "A", tmp_path / "B", tmp_path / "fewer"])
    with pytest.raises(EvaluationError, match=r"east: the gold of A is not that of changed"):
        load_runs([tmp_path / "A", tmp_path / "B", tmp_path / "changed"])


def test_runs_on_gold_with_other_ids_make_one_report(tmp_path: Path, a: Evaluation) -> None:
    renumbered = [_renumbered(document) for document in GOLD]
    again = evaluate(renumbered, renumbered, name="again")
    for run in (a, again):
        write_run(run, tmp_path / run.name)
    report = load_runs([tmp_path / "A", tmp_path / "again"])
    render_report(report)
    assert report.comparison is not None
    # All that A has wrong is right, and nothing else differs.
    assert {change.direction for change in report.comparison.changes} == {"fixed"}


def _renumbered(document: Document) -> Document:
    ids = {mention.id: f"T{n}" for n, mention in enumerate(reversed(document.mentions), 1)}
    return replace(
        document,
        mentions=tuple(replace(m, id=ids[m.id]) for m in document.mentions),
        relations=tuple(replace(r, head=ids[r.head], tail=ids[r.tail]) for r in document.relations),
        status={ids[key]: value for key, value in document.status.items()},
    )
