"""The page of facts in a real browser: filters, offsets, and texts that try to be markup."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from annotations.document import Document
from pipeline.facts import derive_facts
from pipeline.view import render_facts
from tests.browser import ARGUMENTS, CHROMIUM, HOSTILE, LOWEST_CONTRAST, MARKS, Visit
from tests.pipeline.marked import marked

pytestmark = MARKS

EAST = marked(
    "[[Z1|东区]]总投资[[A1|390亿元]]的[[P1|甲产业园]],[[S1|开工]]。\n"
    "[[P2|乙项目]][[S2|签约]],签约资金[[A2|3000万元]]。\n"
    "[[P3|丙学校]]将[[S3|建成]]。\n"
    "外资[[P4|丁项目]]投资[[A4|500万美元]]。",
    "P1 TotalInvestment A1; P1 HasStatus S1; P1 LocatedIn Z1; P2 ContractedInvestment A2;"
    " P2 HasStatus S2; P3 HasStatus S3; P4 TotalInvestment A4; S1 under_construction actual;"
    " S2 signed actual; S3 completed future",
    name="east",
)
WEST = marked(
    "[[C1|戊集团]]的[[P1|5个项目]][[D1|今年]]在[[Z1|西区]][[S1|落地]],完成投资[[A1|近5亿元]]。",
    "P1 CompletedInvestment A1; P1 HasStatus S1; P1 LocatedIn Z1; P1 OwnedBy C1; P1 When D1;"
    " S1 signed actual",
    name="west",
)


class Session(Visit):
    """The page of facts."""

    def projects(self) -> list[str]:
        return self.page.locator("h2 > span:first-child").all_text_contents()

    def count(self) -> str:
        return self.page.locator("#count").text_content()

    def wait_for_filters(self, text: str) -> None:
        # Not wait_for_function: the page's policy rightly forbids what that evaluates.
        expect(self.page.locator("#active")).to_have_text(text)

    def settle(self) -> None:
        self.page.evaluate("update()")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def visit(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Opens the page of some documents; in the end none may have asked or complained."""
    sessions: list[Session] = []

    def open_page(
        *documents: Document,
        width: int = 1280,
        scheme: str = "light",
        copies: int = 1,
    ) -> Session:
        path = tmp_path_factory.mktemp("view") / "facts.html"
        html = render_facts(documents, {d.id: derive_facts(d) * copies for d in documents})
        path.write_text(html, encoding="utf-8", newline="\n")
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        sessions.append(Session(page, path.as_uri()))
        return sessions[-1]

    yield open_page
    for session in sessions:
        assert session.requests == [session.url]
        assert session.complaints == []


@pytest.fixture(scope="module")
def two_documents(visit: Any) -> Session:
    return visit(EAST, WEST)


@pytest.fixture
def cleared(two_documents: Session) -> Session:
    """The page of both documents as it is when it opens."""
    two_documents.page.evaluate("byId('filters').reset(); update()")
    return two_documents


def test_every_fact_is_shown_with_its_sentence_and_colours(cleared: Session) -> None:
    session = cleared
    assert session.projects() == ["甲产业园", "乙项目", "丙学校", "丁项目", "5个项目"]
    assert session.count() == "1–5 of 5 facts"
    first = session.page.locator("article").first
    assert first.locator(".sentence").text_content() == "东区总投资390亿元的甲产业园,开工。"
    assert first.locator("mark.own").all_text_contents() == ["东区", "390亿元", "甲产业园", "开工"]
    colours = first.locator("mark.own").evaluate_all(
        "marks => marks.map(mark => getComputedStyle(mark).color)"
    )
    assert len(set(colours)) == 4
    assert "CNY 39,000,000,000" in first.text_content()
    group = session.page.locator("article").last.text_content()
    assert "5 projects" in group
    assert "about CNY 500,000,000" in group
    assert "2021-01-01 – 2021-12-31" in group


FILTERS = {
    "status": ("check", "[name=status][value=signed]", ["乙项目", "5个项目"]),
    "no status": ("check", "[name=status][value='']", ["丁项目"]),
    "modality": ("check", "[name=modality][value=future]", ["丙学校"]),
    "role": ("check", "[name=role][value=completed]", ["5个项目"]),
    "no investment": ("check", "[name=role][value='']", ["丙学校"]),
    "zone": ("=西区", "#zone", ["5个项目"]),
    "no zone": ("=", "#zone", ["乙项目", "丙学校", "丁项目"]),
    "document": ("=1", "#document", ["5个项目"]),
    "at least 1亿元": ("1", "#least", ["甲产业园", "5个项目"]),
    "at most 0.5亿元": ("0.5", "#most", ["乙项目"]),
    "words of the project": ("甲产业", "#search", ["甲产业园"]),
    "words of the company": ("戊集团", "#search", ["5个项目"]),
    "words of the sentence": ("外资", "#search", ["丁项目"]),
    "two words": ("项目 签约", "#search", ["乙项目"]),
    "nothing": ("没有这样的词", "#search", []),
}


@pytest.mark.parametrize(("value", "control", "expected"), FILTERS.values(), ids=FILTERS)
def test_filters(cleared: Session, value: str, control: str, expected: list[str]) -> None:
    session = cleared
    target = session.page.locator(control)
    if value == "check":
        target.check()
    elif control in {"#zone", "#document"}:
        target.select_option(value)
    else:
        target.fill(value)
    session.wait_for_filters("1 set")
    assert session.projects() == expected
    assert session.count().endswith("(of 5)")
    assert session.page.locator("#empty").is_visible() == (not expected)
    session.page.locator("#clear").click()
    session.wait_for_filters("")
    assert len(session.projects()) == 5


def test_filters_join_and_counts_tell_what_each_choice_would_give(cleared: Session) -> None:
    session = cleared
    session.page.locator("[name=status][value=signed]").check()
    session.page.locator("[name=status][value=completed]").check()
    session.settle()
    assert session.projects() == ["乙项目", "丙学校", "5个项目"]

    def counts(facet: str) -> dict[str, str]:
        rows = session.page.locator(f"#{facet} .choice")
        values = rows.locator("input").evaluate_all("boxes => boxes.map(box => box.value)")
        return dict(zip(values, rows.locator(".n").all_text_contents(), strict=True))

    assert counts("status")["under_construction"] == "1"
    assert counts("role") == {
        "total": "0",
        "contracted": "1",
        "completed": "1",
        "annual": "0",
        "other": "0",
        "": "1",
    }
    session.page.locator("#zone").select_option("=西区")
    session.settle()
    assert session.projects() == ["5个项目"]
    assert counts("status")["completed"] == "0"


SORTS = {
    "amount-down": ["甲产业园", "5个项目", "乙项目", "丙学校", "丁项目"],
    "amount-up": ["乙项目", "5个项目", "甲产业园", "丙学校", "丁项目"],
    "confidence-down": ["乙项目", "丙学校", "丁项目", "甲产业园", "5个项目"],
    "confidence-up": ["5个项目", "甲产业园", "乙项目", "丙学校", "丁项目"],
    "text": ["甲产业园", "乙项目", "丙学校", "丁项目", "5个项目"],
}


@pytest.fixture(scope="module")
def unsure(visit: Any) -> Session:
    """Both documents, with low scores in the first fact of each."""

    def lowered(document: Document, score: float) -> Document:
        mentions = [replace(m, score=score) if m.id == "P1" else m for m in document.mentions]
        return replace(document, mentions=tuple(mentions))

    return visit(lowered(EAST, 0.5), lowered(WEST, 0.25))


@pytest.mark.parametrize(("order", "expected"), SORTS.items())
def test_sorting(unsure: Session, order: str, expected: list[str]) -> None:
    unsure.page.locator("#sort").select_option(order)
    unsure.settle()
    assert unsure.projects() == expected


def test_pages_are_turned_with_the_keyboard(visit: Any) -> None:
    many = [replace(EAST, id=f"d{n}") for n in range(30)]
    session = visit(*many)
    assert session.count() == "1–50 of 120 facts"
    assert len(session.projects()) == 50
    session.page.locator("#next").focus()
    session.page.keyboard.press("Enter")
    assert session.count() == "51–100 of 120 facts"
    session.page.locator("#next").focus()
    session.page.keyboard.press("Space")
    assert session.count() == "101–120 of 120 facts"
    assert session.page.locator("#next").is_disabled()
    session.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert len(session.projects()) == 120
    session.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert len(session.projects()) == 20
    session.page.locator("#search").focus()
    session.page.keyboard.type("乙项目")
    session.wait_for_filters("1 set")
    assert session.count() == "1–30 of 30 facts (of 120)"


def test_the_first_stop_of_the_keyboard_leads_to_the_facts(visit: Any) -> None:
    session = visit(EAST)
    session.page.keyboard.press("Tab")
    assert session.page.evaluate("document.activeElement.className") == "skip"
    session.page.keyboard.press("Enter")
    assert session.page.evaluate("document.activeElement.id") == "facts"


def test_offsets_beyond_the_basic_plane(visit: Any) -> None:
    document = marked(
        "🏭𠮷祥[[Z1|𠀀区]]🎉总投资[[A1|3亿元]]的[[P1|𠮷🏗项目]]👍[[S1|开工]]🎊。",
        "P1 TotalInvestment A1; P1 HasStatus S1; P1 LocatedIn Z1; S1 under_construction actual",
    )
    session = visit(document)
    assert session.page.locator("mark").all_text_contents() == ["𠀀区", "3亿元", "𠮷🏗项目", "开工"]
    assert session.page.locator(".sentence").text_content() == document.text


@pytest.mark.parametrize("words", HOSTILE)
def test_text_that_tries_to_be_markup_does_nothing(visit: Any, words: str) -> None:
    document = marked(
        f"{words}[[C1|公司{words}]]的[[P1|项目{words}]]于[[D1|年{words}]]在[[Z1|区{words}]]"
        f"[[S1|签约{words}]],投资[[A1|3亿{words}]],属[[P2|2个{words}]]",
        "P1 TotalInvestment A1; P1 HasStatus S1; P1 LocatedIn Z1; P1 OwnedBy C1; P1 When D1;"
        " P1 MemberOf P2; S1 signed actual",
        name=f"id{words}",
        source=words,
    )
    session = visit(document)
    assert session.projects() == [f"项目{words}"]
    assert session.page.locator(".sentence").text_content() == document.text
    session.page.locator("#zone").select_option(f"=区{words}")
    session.page.locator("#search").fill(words)
    session.settle()
    assert session.projects() == [f"项目{words}"]
    assert session.page.evaluate("window.hit") is None
    assert session.page.locator("img, svg, a:not(.skip), iframe").count() == 0
    assert session.page.locator("script").count() == 2


def test_the_policy_stops_a_script_and_a_request_that_got_in(
    browser: Browser, two_documents: Session
) -> None:
    session = Session(browser.new_page(), two_documents.url)
    session.page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.hit = 1";
          document.body.append(script);
          const image = document.createElement("img");
          image.src = "https://example.org/x.png";
          document.body.append(image);
        }"""
    )
    refused = session.page.evaluate(
        "fetch('https://example.org/').then(() => 'came', () => 'refused')"
    )
    assert refused == "refused"
    assert session.page.evaluate("window.hit") is None
    assert session.answers == [session.url]
    assert any("Content Security Policy" in complaint for complaint in session.complaints)
    session.page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_sticks_out_and_words_stand_out(visit: Any, width: int, scheme: str) -> None:
    long = marked(
        f"[[P1|{'超长名称' * 30}项目]][[S1|开工]],投资[[A1|3亿元]]," + "W" * 300,
        "P1 HasStatus S1; P1 TotalInvestment A1; S1 under_construction actual",
        name="a" * 200,
    )
    session = visit(EAST, WEST, long, width=width, scheme=scheme)
    assert session.page.evaluate("document.documentElement.scrollWidth") == width
    lowest = session.page.evaluate(LOWEST_CONTRAST, "mark, h2, .role, .value, .from, dt, .mode")
    assert lowest >= 4.5
    filters_open = session.page.locator("#filter-box").get_attribute("open") is not None
    assert filters_open == (width == 1280)


def test_twenty_thousand_facts_stay_usable(visit: Any) -> None:
    session = visit(*(replace(EAST, id=f"d{n}") for n in range(500)), copies=10)
    assert session.count() == "1–50 of 20,000 facts"
    milliseconds = session.page.evaluate(
        """() => {
          document.getElementById("search").value = "项目";
          const start = performance.now();
          update();
          return performance.now() - start;
        }"""
    )
    assert session.count() == "1–50 of 10,000 facts (of 20,000)"
    # A tenth of this on an idle machine; enough that a quadratic step would fail.
    assert milliseconds < 3000
