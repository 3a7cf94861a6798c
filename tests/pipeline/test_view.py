"""The page of facts, without a browser: what is in the file and what cannot get into it."""

import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.document import Document, Mention
from annotations.schema import load_schema
from pipeline.facts import derive_facts
from pipeline.page import TERMS
from pipeline.view import render_facts
from tests.pipeline.marked import marked

GROUNDED = marked(
    "今年开局良好。总投资[[A1|390亿元]]的[[P1|梵能产业园项目]],一期已累计[[S1|完成投资]][[A2|34.29亿元]]。"
    "[[Z1|高新区]]很美。",
    "P1 TotalInvestment A1; P1 CompletedInvestment A2; P1 HasStatus S1; P1 LocatedIn Z1;"
    " S1 under_construction actual",
    name="甲",
    source="报告/甲.txt",
)


def render(*documents: Document) -> str:
    return render_facts(documents, {d.id: derive_facts(d) for d in documents})


class Page(HTMLParser):
    """The elements of a page in order, with their attributes and their raw text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self._inside: str | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag if tag in self.raw else None

    def handle_endtag(self, tag: str) -> None:
        self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.raw[self._inside].append(data)

    @property
    def data(self) -> dict[str, Any]:
        return json.loads(self.raw["script"][0])


def test_every_value_of_the_schema_has_a_term_and_no_other() -> None:
    schema = load_schema()
    assert set(TERMS["label"]) == set(schema.labels)
    assert set(TERMS["status"]) == set(schema.status_classes)
    assert set(TERMS["modality"]) == set(schema.modalities)
    assert set(TERMS["role"]) == {r.role for r in schema.relations.values() if r.role}


def test_label_colours_are_those_of_the_schema() -> None:
    (style,) = Page(render(GROUNDED)).raw["style"]
    for label in load_schema().labels.values():
        assert f"--tone-{label.name}:color-mix(in oklab,{label.color} " in style


def test_the_policy_forbids_everything_but_the_style_and_script_of_the_page() -> None:
    page = Page(render(GROUNDED))
    (policy,) = [a["content"] for tag, a in page.elements if "http-equiv" in a and tag == "meta"]
    assert policy is not None
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))

    def hashed(text: str) -> str:
        return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"

    assert rules == {
        "default-src": "'none'",
        "style-src": hashed(page.raw["style"][0]),
        "script-src": hashed(page.raw["script"][1]),
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_nothing_in_the_page_asks_for_a_file() -> None:
    html = render(GROUNDED)
    asking = {"src", "href", "srcset", "action", "data", "poster", "style", "background"}
    for tag, attributes in Page(html).elements:
        assert tag not in {"link", "iframe", "img", "object", "embed", "base"}
        assert all(attributes[name] == "#facts" for name in asking & attributes.keys())
        assert not any(name.startswith("on") for name in attributes)
    assert not re.search(r"https?:|url\(|@import|import\(|fetch\(|innerHTML|eval\(", html)


def test_a_fact_points_at_its_sentence_and_its_words() -> None:
    page = Page(render(GROUNDED))
    first, second = page.data["facts"]
    assert first["project"] == "梵能产业园项目"
    assert first["investment"]["value"] == "39000000000"
    assert first["investment"]["qualifier"] == "exact"
    assert second["status"]["class"] == "under_construction"
    source = page.data["documents"][0]
    assert source["id"] == "甲"
    assert source["year"] == 2021
    (passage,) = [source["passages"][number] for number in first["passages"]]
    assert passage["text"].startswith("总投资390亿元的")
    names = [label["name"] for label in page.data["labels"]]
    for start, end, label in passage["marks"]:
        words = passage["text"][start - passage["start"] : end - passage["start"]]
        assert GROUNDED.text[start:end] == words
        assert (names[label], words) in {(m.label, m.text) for m in GROUNDED.mentions}
    assert [start for start, *_ in passage["marks"]] == sorted(m.start for m in GROUNDED.mentions)


def test_sentences_apart_are_passages_apart_and_each_is_kept_once() -> None:
    document = marked(
        "[[P1|甲项目]][[S1|签约]]。别的话。又一句。总投资[[A1|3亿元]],[[S2|开工]]。",
        "P1 HasStatus S1; P1 HasStatus S2; P1 TotalInvestment A1; S1 signed actual;"
        " S2 under_construction actual",
    )
    data = Page(render(document)).data
    assert [p["text"] for p in data["documents"][0]["passages"]] == [
        "甲项目签约。",
        "总投资3亿元,开工。",
    ]
    assert [fact["passages"] for fact in data["facts"]] == [[0], [0, 1]]


def test_what_is_not_read_is_counted() -> None:
    document = marked("[[P1|甲项目]]投资[[A1|巨资]]", "P1 TotalInvestment A1")
    data = Page(render(document)).data
    assert data["unparsed"] == {"amounts": 1, "dates": 0}
    assert "value" not in data["facts"][0]["investment"]


def test_documents_without_facts_are_listed() -> None:
    data = Page(render(Document(id="空", text="没有事实"), Document(id="无", text=""))).data
    assert [source["id"] for source in data["documents"]] == ["空", "无"]
    assert data["facts"] == []


def test_the_same_input_gives_the_same_page() -> None:
    assert render(GROUNDED) == render(GROUNDED)


HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]>&lt;&amp;",
    "{{script}}{{data}}",
    "\u2028\u2029\u0000\r\n\t",
    "\ud83c 𠮷🏭",
    "'\"`${x}\\u003c",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_text_of_a_report_stays_data(words: str) -> None:
    text = f"甲{words}项目签约"
    document = marked("[[P1|甲项目]][[S1|签约]]", "P1 HasStatus S1; S1 signed actual")
    name = Mention(id="P1", label="PROJECT", start=0, end=len(text) - 2, text=text[:-2])
    state = Mention(id="S1", label="STATUS", start=len(text) - 2, end=len(text), text="签约")
    document = replace(document, id=words, source=words, text=text, mentions=(name, state))
    html = render(document)
    page = Page(html)
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in Page(render(GROUNDED)).elements]
    shown = words.replace("\ud83c", "\ufffd")
    assert page.data["facts"][0]["project"] == f"甲{shown}项目"
    assert page.data["documents"][0]["id"] == shown
    assert html.encode("utf-8")


@given(st.text(max_size=80))
def test_no_text_ends_the_data_block(words: str) -> None:
    html = render(Document(id=words, text=words, source=words))
    page = Page(html)
    assert len(page.raw["script"]) == 2
    assert page.data["documents"][0]["id"] == words
