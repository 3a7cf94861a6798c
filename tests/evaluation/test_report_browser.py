"""The report in a real browser: numbers, filters, permalinks, charts, and texts as markup."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from evaluation.evaluate import evaluate
from evaluation.model import Evaluation, LearningPoint
from evaluation.report import render_report
from tests.browser import ARGUMENTS, CHROMIUM, HOSTILE, LOWEST_CONTRAST, MARKS, Visit
from tests.evaluation.builders import real_like
from tests.evaluation.reported import GOLD, LEARNING, report_of, system_a, system_b
from tests.pipeline.marked import marked

pytestmark = MARKS

READY = "html[data-ready=yes]"
# Milliseconds from the start of the navigation to the last document read and the list shown.
READY_AFTER = "performance.getEntriesByName('ready')[0].startTime"
# Opens the address of every number and compares; counts must agree, shares must lead somewhere.
WRONG_LINKS = """() => {
  const wrong = [];
  let checked = 0;
  const check = () => {
    for (const anchor of document.querySelectorAll("main a.to")) {
      const n = select(compiled(parseAddress(anchor.getAttribute("href")))).found.length;
      const text = anchor.textContent.replaceAll(",", "");
      if (/^\\d+$/.test(text) ? n !== Number(text) : n === 0) wrong.push(anchor.href);
      checked += 1;
    }
  };
  for (const run of data.runs.keys()) {
    showSystem(run);
    check();
    for (const { table, scheme: name } of shownTables(run)) {
      scheme[table] = name;
      scorePart(run, table);
      check();
    }
  }
  return [checked, wrong];
}"""


class Report(Visit):
    """The page of a report, when it has read its documents."""

    def wait(self) -> None:
        self.page.locator(READY).wait_for()

    def go(self, address: str) -> None:
        self.page.evaluate("(address) => { location.hash = address; }", address)
        # The address is followed in a task of its own.
        self.page.evaluate("new Promise((done) => setTimeout(done))")

    def count(self) -> str:
        return self.page.locator("#count").text_content() or ""

    def kinds(self) -> list[str]:
        return self.page.locator(".case-head .kind").all_text_contents()

    def sayings(self, column: int) -> list[str]:
        return self.page.locator(f".case .side:nth-child({column + 1}) .saying").all_text_contents()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def visit(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Opens the report of some evaluations; in the end none may have asked or complained."""
    visits: list[Report] = []

    def open_page(
        *evaluations: Evaluation,
        address: str = "",
        width: int = 1280,
        scheme: str = "light",
        learning: tuple[LearningPoint, ...] = (),
    ) -> Report:
        path = tmp_path_factory.mktemp("report") / "report.html"
        html = render_report(report_of(*evaluations, learning=learning))
        path.write_text(html, encoding="utf-8", newline="\n")
        page = browser.new_page(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        visits.append(Report(page, path.as_uri() + address))
        visits[-1].wait()
        return visits[-1]

    yield open_page
    for one in visits:
        assert one.requests == [one.url.partition("#")[0]]
        assert one.complaints == []


@pytest.fixture(scope="module")
def one(visit: Any) -> Report:
    return visit(system_a(), learning=LEARNING)


@pytest.fixture(scope="module")
def two(visit: Any) -> Report:
    return visit(system_a(), system_b())


def test_the_summary_says_what_was_scored(one: Report) -> None:
    page = one.page
    assert page.locator("h1 .title").text_content() == "A"
    assert (
        page.locator("#lead")
        .text_content()
        .startswith(f"2 documents, {sum(len(d.text) for d in GOLD)} characters, ")
    )
    assert "only 2 documents" in page.locator("#warnings").text_content()
    tiles = page.locator(".tile h3").all_text_contents()
    assert [text.split()[0] for text in tiles[:4]] == ["Mentions", "Relations", "Facts", "Projects"]
    assert page.locator(".tile .value").first.text_content() == "83.9"
    row = page.locator("#mentions-scores tbody tr", has_text="COMPANY").first
    assert row.locator("td").all_text_contents()[:2] == ["1", "1"]


def test_figures_are_rounded_as_in_the_other_files(one: Report) -> None:
    shares = [n / 400 for n in range(401)] + [n / 997 for n in range(998)]
    assert one.page.evaluate("(shares) => shares.map(percent)", shares) == [
        f"{100 * share:.1f}" for share in shares
    ]


def test_what_is_undefined_is_a_dash(visit: Any) -> None:
    session = visit(system_b())
    row = session.page.locator("#mentions-scores tbody tr", has_text="COMPANY").first
    assert row.locator("td .figure").all_text_contents()[0] == "–"
    assert row.locator("td").nth(2).locator("a").count() == 0


@pytest.mark.parametrize("name", ["one", "two"])
def test_every_number_leads_to_as_many_entries(request: Any, name: str) -> None:
    session: Report = request.getfixturevalue(name)
    checked, wrong = session.page.evaluate(WRONG_LINKS)
    assert checked > 300
    assert wrong == []
    session.page.evaluate(
        "for (const key of Object.keys(scheme)) delete scheme[key]; showSystem(0)"
    )


FILTERS = {
    "errors at first": ("", 50),
    "all": ("show=all", 93),
    "what is right": ("show=right", 43),
    "layer": ("layer=mention", 3),
    "boundary": ("layer=mention&kind=boundary", 1),
    "type": ("layer=mention&kind=type", 1),
    "missed": ("layer=mention&kind=missed", 1),
    "wrong owner": ("layer=relation&kind=wrong_owner", 1),
    "wrong role": ("layer=relation&kind=wrong_role", 1),
    "wrong class": ("layer=status_class", 1),
    "two kinds": ("layer=mention&kind=type,missed", 2),
    "label": ("layer=mention&show=all&label=COMPANY", 2),
    "label in gold": ("layer=mention&show=all&label=COMPANY&side=gold", 1),
    "label in prediction": ("layer=mention&show=all&label=COMPANY&side=predicted", 1),
    "label of the item": ("layer=mention&show=all&label=COMPANY&side=item", 1),
    "document": ("layer=mention&document=west", 1),
    "words of the sentence": ("layer=mention&q=戊集团", 1),
    "name of the document": ("layer=mention&show=all&q=WEST", 6),
    "two words": ("layer=mention&show=all&q=今年 落地", 6),
    "a value": ("layer=fact&show=all&label=whole&q=39,000,000,000", 1),
    "confusion": ("layer=mention&pair=ZONE>COMPANY", 1),
    "bucket": ("layer=mention&show=all&bucket=mention.hard:hard", 6),
    "nothing": ("q=没有这样的词", 0),
    "unknown names are no filters": ("layer=none&label=x&kind=y&bucket=z:1&run=9", 50),
}


@pytest.mark.parametrize(("address", "expected"), FILTERS.values(), ids=FILTERS)
def test_filters_by_address(one: Report, address: str, expected: int) -> None:
    one.go(f"#browse?{address}")
    found = one.page.evaluate("shown.length")
    assert found == expected
    shown = one.page.locator(".case").count()
    assert shown == min(20, expected)
    assert one.page.locator("#empty").is_visible() == (expected == 0)
    assert one.count().endswith("entry" if expected == 1 else "entries")


def test_filters_by_hand(one: Report) -> None:
    page = one.page
    one.go("#browse")
    page.locator("#layer").select_option("relation")
    page.locator("[name=kind][value=wrong_role]").check()
    assert one.kinds() == ["wrong role"]
    assert one.sayings(0) == ["乙项目 ContractedInvestment → 3000万元"]
    assert one.sayings(1) == ["乙项目 TotalInvestment → 3000万元"]
    assert page.evaluate("location.hash") == "#browse?layer=relation&kind=wrong_role"
    page.locator("#show").select_option("all")
    page.locator("#label").select_option("HasStatus")
    assert one.count() == "0 entries"
    page.locator("[name=kind][value=wrong_role]").uncheck()
    assert one.count() == "1–4 of 4 entries"
    page.locator("#layer").select_option("mention")
    assert page.locator("#label").input_value() == ""
    page.locator("#search").fill("戊集团")
    expect(page.locator("#count")).to_have_text("1–6 of 6 entries")
    page.locator("#sort").select_option("surest")
    assert one.sayings(1)[0] == "PROJECT 5个项目"
    assert one.sayings(1)[-1] == "nothing"
    page.locator("#sort").select_option("doubtful")
    assert one.sayings(1)[0] == "AMOUNT 近5亿元"
    page.locator("#clear").click()
    assert one.count() == "1–20 of 50 entries"
    assert page.locator("#search").input_value() == ""
    assert page.locator("#clear").is_disabled()


def test_counts_of_kinds_follow_the_other_filters(one: Report) -> None:
    one.go("#browse?layer=mention&kind=type")
    rows = one.page.locator("#kind .choice:visible")
    assert rows.all_text_contents() == ["boundary1", "type1", "missed1"]


def test_an_entry_shows_both_sides_with_offsets_beyond_the_basic_plane(one: Report) -> None:
    one.go("#browse?layer=mention&show=all&document=west&kind=missed")
    gold, predicted = one.page.locator(".case .side").all()
    text = "🏭戊集团的5个项目今年在西区落地，完成投资近5亿元。"
    assert gold.locator(".sentence").text_content() == text
    assert predicted.locator(".sentence").text_content() == text
    assert gold.locator("mark.own").all_text_contents() == ["戊集团"]
    assert gold.locator("mark.own").get_attribute("title") == "COMPANY"
    assert predicted.locator("mark.own").count() == 0
    assert predicted.locator(".ghost").all_text_contents() == ["戊集团"]
    assert predicted.locator(".saying").text_content() == "nothing"


def test_a_click_on_a_number_opens_the_entries_and_back_returns(visit: Any) -> None:
    session = visit(system_a())
    page = session.page
    cell = page.locator("#relations-scores a.to", has_text="12").first
    cell.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    cell.click()
    expect(page.locator("#count")).to_have_text("1–12 of 12 entries")
    assert page.evaluate("document.activeElement.id") == "found"
    assert page.locator("#layer").input_value() == "relation"
    assert page.locator("#list").is_visible()
    page.go_back()
    expect(page.locator("body")).not_to_have_class("browsing")
    assert page.evaluate("scrollY") == before


def test_what_a_link_asks_for_beyond_the_form_is_named_and_can_be_removed(one: Report) -> None:
    one.go("#browse?show=all&layer=mention&pair=ZONE>COMPANY")
    assert one.page.locator("#pinned-text").text_content() == "gold ZONE, predicted COMPANY"
    one.page.locator("#unpin").click()
    assert one.page.locator("#pinned").is_hidden()
    assert one.count() == "1–16 of 16 entries"
    one.go("#browse?show=all&layer=fact&label=whole&bucket=fact.hard:hard")
    assert one.page.locator("#pinned-text").text_content().endswith("in the paragraph: hard")


def test_permalinks(visit: Any) -> None:
    session = visit(system_a())
    session.go("#browse?layer=relation&kind=wrong_owner")
    link = session.page.locator(".permalink").get_attribute("href")
    saying = session.sayings(1)
    session.go("#browse")
    session.go(link)
    wanted = session.page.locator(".case.wanted")
    assert wanted.count() == 1
    assert wanted.locator(".saying").nth(1).text_content() == saying[0]
    assert session.page.locator("#document").input_value() == "east"
    assert session.page.evaluate("document.activeElement.classList.contains('wanted')")
    # It is the decision that is named, not its place: another report has it under the same name.
    other = visit(system_a(), system_b(), address=link)
    wanted = other.page.locator(".case.wanted")
    assert wanted.locator(".saying").nth(1).text_content() == saying[0]
    other.go("#d=nothing")
    assert "leads to nothing" in other.count()


def test_permalinks_are_all_different(one: Report) -> None:
    different, rows = one.page.evaluate(
        "[new Set(Array.from({ length: runs[0].n }, (_, row) => hashOf(0, row))).size, runs[0].n]"
    )
    assert different == rows


def test_pages_are_turned_with_the_keyboard(one: Report) -> None:
    one.go("#browse?show=all")
    page = one.page
    assert one.count() == "1–20 of 93 entries"
    page.locator("#next").focus()
    page.keyboard.press("Enter")
    assert one.count() == "21–40 of 93 entries"
    assert page.evaluate("document.activeElement.id") == "found"
    assert page.locator("#page").text_content() == "page 2 of 5"
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".case").count() == 93
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator(".case").count() == 20


def test_the_first_stops_of_the_keyboard_lead_to_figures_and_sentences(visit: Any) -> None:
    page = visit(system_a()).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.hash") == "#summary"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.hash") == "#browser"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "browser"


def test_schemes_are_chosen_with_the_keyboard(one: Report) -> None:
    page = one.page
    page.locator("#mentions-scores input[value=strict]").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.value") == "exact"
    assert "label is ignored" in page.locator("#mentions-scores .schemes p").text_content()
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.value") == "strict"


def test_charts_tell_their_figures_to_pointer_and_keyboard(one: Report) -> None:
    page = one.page
    figure = page.locator("#curve-charts figure").first
    chart, told = figure.locator("svg"), figure.locator("figcaption")
    chart.focus()
    page.keyboard.press("Home")
    first = told.text_content()
    assert first == "threshold 1.000: precision 50.0, recall 6.2, F1 11.1"
    page.keyboard.press("ArrowRight")
    second = told.text_content()
    assert second != first
    assert chart.get_attribute("aria-valuetext") == second
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.12, box["y"] + box["height"] * 0.5)
    assert told.text_content() == first
    page.locator("#curve-choice input:enabled").first.check()
    assert page.locator("#curve-charts h3 small").first.text_content() == "mentions · PROJECT"


def test_the_learning_curve_says_what_ten_documents_would_bring(one: Report) -> None:
    assert "Ten more documents would change F1 by about +" in (
        one.page.locator("#learning .intro").text_content()
    )
    told = one.page.locator("#learning figcaption").all_text_contents()
    assert told[0].startswith("20 documents, 28,000 characters: F1 76.5")


def test_equal_scores_give_a_sentence_and_no_chart(visit: Any) -> None:
    gold = real_like(1, n_projects=3)[0]
    page = visit(evaluate([gold], [gold], name="same")).page
    assert "All scores of same are equal" in page.locator("#curves-intro").text_content()
    assert page.locator("#curve-panels").is_hidden()


def test_two_systems_fixed_and_broken(two: Report) -> None:
    page = two.page
    assert page.locator("#comparison").is_visible()
    assert "Differences are B minus A" in page.locator("#comparison-intro").text_content()
    assert "With 2 documents no p can be below 0.500" in (
        page.locator("#comparison-intro").text_content()
    )
    row = page.locator("#differences tbody tr", has_text="PROJECT").first
    assert row.locator("td").first.text_content() == "75.0"
    assert row.locator("td").nth(1).text_content() == "100.0"
    row.locator("td").nth(8).locator("a").click()
    expect(page.locator("#count")).to_have_text("1–1 of 1 entry")
    assert page.locator(".side h4").all_text_contents() == [
        "Gold", "A boundary score 0.84", "B right score 0.90",
    ]  # fmt: skip
    assert two.sayings(1) == ["PROJECT 产业园"]
    assert two.sayings(2) == ["PROJECT 甲产业园"]
    two.go("#browse?show=all&change=broken&layer=mention")
    assert two.count() == "1–2 of 2 entries"
    assert page.locator("#run").is_disabled()
    assert page.locator("#run").input_value() == "1"


def test_the_switch_shows_the_other_system(two: Report) -> None:
    page = two.page
    row = page.locator("#mentions-scores tbody tr", has_text="PROJECT").first
    assert row.locator("td .figure > :first-child").first.text_content() == "75.0"
    page.locator("#runs input").nth(1).check()
    assert row.locator("td .figure > :first-child").first.text_content() == "100.0"
    page.locator("#runs input").first.check()


def test_three_systems_stand_side_by_side(visit: Any) -> None:
    page = visit(system_a(), system_b(), replace(system_a(), name="C")).page
    heads = page.locator("#differences thead th").all_text_contents()
    assert heads == ["F1", "A", "B", "C"]
    row = page.locator("#differences tbody tr", has_text="PROJECT").first
    values = row.locator(".figure > :first-child").all_text_contents()
    assert values == ["75.0", "100.0", "75.0"]
    assert page.locator("#change-field").is_hidden()


def test_gold_mentions_are_not_scored_as_found(visit: Any) -> None:
    page = visit(replace(system_a(), setting="gold_mentions")).page
    assert page.locator("#mentions").is_hidden()
    assert page.locator(".tile h3").first.text_content().startswith("Relations")
    assert "start from gold mentions" in page.locator("#lead").text_content()


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
    empty = replace(document, mentions=document.mentions[:1], relations=(), status={})
    runs = [
        replace(evaluate([document], [side], name=f"{n}{words}", split=words), warnings=(words,))
        for n, side in enumerate((document, empty))
    ]
    session = visit(*runs, address="#browse?show=all")
    page = session.page
    assert page.locator("h1 .title").text_content() == f"0{words} and 1{words}"
    assert page.locator(".sentence").first.text_content() == document.text
    page.locator("#document").select_option(f"id{words}")
    page.locator("#search").fill(words.split(maxsplit=1)[0])
    expect(page.locator("#count")).to_contain_text("entries")
    session.go(page.locator(".permalink").first.get_attribute("href"))
    session.go(f"#browse?q={words}&layer={words}&bucket={words}:{words}&pair={words}>{words}")
    for run in (0, 1):
        page.evaluate("(run) => showSystem(run)", run)
    assert page.evaluate("window.hit") is None
    assert page.locator("img, iframe, a[href^=javascript]").count() == 0
    # The documents leave the page once they are read.
    assert page.locator("script").count() == 2


def test_the_policy_stops_a_script_and_a_request_that_got_in(browser: Browser, one: Report) -> None:
    session = Report(browser.new_page(), one.url)
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
    session.page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_sticks_out_and_words_stand_out(visit: Any, width: int, scheme: str) -> None:
    long = "超长名称" * 30
    document = marked(
        f"[[P1|{long}项目]][[S1|开工]],投资[[A1|3亿元]]," + "W" * 300,
        "P1 HasStatus S1; P1 TotalInvestment A1; S1 under_construction actual",
        name="a" * 200,
    )
    runs = [evaluate([document], [document], name=f"{n}{'b' * 80}") for n in range(2)]
    for evaluations in ([system_a(), system_b()], runs):
        session = visit(*evaluations, width=width, scheme=scheme, address="#browse?show=all")
        assert session.page.evaluate("document.documentElement.scrollWidth") == width
        lowest = session.page.evaluate(
            LOWEST_CONTRAST,
            "mark, h2, h3, .intro, .rest, th, td a, td small, .saying, .from, .badge, .told",
        )
        assert lowest >= 4.5
        opened = session.page.locator("#filter-box").get_attribute("open") is not None
        assert opened == (width == 1280)


def test_print_holds_the_figures_or_the_entries(one: Report) -> None:
    page = one.page
    one.go("#browse?layer=mention")
    page.emulate_media(media="print")
    assert page.locator("#browser").is_visible()
    assert page.locator("#summary").is_hidden()
    one.go("#summary")
    assert page.locator("#browser").is_hidden()
    assert page.locator("#summary").is_visible()
    page.emulate_media(media="screen")


def test_five_hundred_documents_load_within_two_seconds(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    # Thirty-seven mentions in 1,400 characters are what the annotated passages have on average.
    pairs = [real_like(seed, n_projects=8) for seed in range(10)]
    filler = "全区上下深入贯彻落实各项决策部署，统筹推进经济社会发展，主要指标稳中有进。" * 30
    sides = [
        [replace(document, text=f"{document.text}\n{filler}") for document in side]
        for side in zip(*pairs, strict=True)
    ]
    small = evaluate(*sides, name="large", resamples=50)
    documents = tuple(
        replace(
            document,
            gold=replace(document.gold, id=f"{document.id}-{n}"),
            predicted=replace(document.predicted, id=f"{document.id}-{n}"),
        )
        for n in range(50)
        for document in small.documents
    )
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render_report(report_of(replace(small, documents=documents))), encoding="utf-8")
    seconds = []
    for _ in range(3):
        session = Report(browser.new_page(viewport={"width": 1280, "height": 900}), path.as_uri())
        session.wait()
        seconds.append(session.page.evaluate(READY_AFTER) / 1000)
        assert session.page.evaluate("documents.length") == 500
        assert session.requests == [session.url]
        assert session.complaints == []
        session.page.close()
    # The best of three: others may use the machine as well.
    assert min(seconds) < 2
