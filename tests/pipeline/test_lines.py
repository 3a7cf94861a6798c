"""Paragraphs that are broken over lines, read as if they were not."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.document import Document, Mention, Relation, StatusValue
from annotations.errors import PipelineError
from pipeline.lines import join_lines
from pipeline.model import load_model

# Broken as OCR breaks it: within words and sums, with a blank line in between.
PIECES = (
    "2023年，高新区加快推进重点项",
    "目建设，全年完成固定资产投",
    "资58亿元。澜溪新能源电池项",
    "目总投资12.5亿",
    "元，目前已完成投资3",
    "亿元，预计年底前建成投",
    "产。云杉科技有限公司投",
    "资的智能装备产业园项",
    "目开工建设。",
)
WHOLE = "".join(PIECES)
BROKEN = "工作报告\n\n" + "\n".join(PIECES[:4]) + "\n\n" + "\n".join(PIECES[4:]) + "\n"


def mention(text: str, words: str, label: str, id_: str) -> Mention:
    start = text.index(words)
    return Mention(id=id_, label=label, start=start, end=start + len(words), text=words)


def test_a_text_of_whole_lines_is_left_as_it_is() -> None:
    text = "  第一章\n\n高新区引进项目。\r\n园区建成。\n"
    lines = join_lines(text)
    assert lines.text == text
    assert [text[a:b] for a, b in lines.paragraphs] == ["第一章", "高新区引进项目。", "园区建成。"]
    assert lines.places.tolist() == list(range(len(text)))


def test_a_broken_paragraph_is_one_line() -> None:
    lines = join_lines(BROKEN)
    assert [lines.text[a:b] for a, b in lines.paragraphs] == ["工作报告", WHOLE]
    assert "".join(BROKEN[place] for place in lines.places) == lines.text


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\n\n", " \n", "\u2028"])
def test_breaks_of_all_kinds(line_break: str) -> None:
    text = f"高新区，{line_break}引进项目。"
    assert join_lines(text).text == "高新区，引进项目。"


@pytest.mark.parametrize("number", ["", "1.", "（二）"])
def test_the_name_that_opens_an_item_is_no_sentence(number: str) -> None:
    text = f"{number}甲项目。总投资3亿元，开工。乙项目。总投资2亿元。"
    assert join_lines(text).text == f"{number}甲项目，总投资3亿元，开工。乙项目。总投资2亿元。"


@pytest.mark.parametrize(
    "text",
    ["2.甲厂房三期。总投资4亿元，", "甲项目。项目选址高新区，", "甲基地。总用地面积200亩，"],
)
def test_what_follows_tells_that_an_item_is_a_project(text: str) -> None:
    assert join_lines(text).text == text.replace("。", "，")


@pytest.mark.parametrize(
    "text",
    [
        "推进甲项目。全市投资增长。",
        "推进水利项目。投资1.5亿元，实施11个工程。",
        "基础设施更好。总投资40亿元、全长44公里的大道通车。",
        "（三）扩大投资。投资是第一动力。",
        "（三）城市功能提升。总投资40亿元的大道通车。",
        "（二）大力建设甲产业园。位于高新区的乙项目竣工。",
        "（八）着力建设甲基地。投资300亿元，开工。",
        "1.甲工程。由省里统一组织。",
    ],
)
def test_what_opens_with_a_sentence_stays_one(text: str) -> None:
    assert join_lines(text).text == text


def test_fields_below_a_project_are_one_sentence_about_it() -> None:
    text = (
        "清单\n1.项目名称：甲项目\n总投资（亿元）：3亿元；\n2024年计划投资：厂房。\r\n\n进展：在建\n"
        "2.项目名称：乙项目\n进展：签约\n其他情况说明如下"
    )
    lines = join_lines(text)
    assert [lines.text[a:b] for a, b in lines.paragraphs] == [
        "清单",
        "1.项目名称：甲项目，总投资（亿元）：3亿元，2024年计划投资：厂房，进展：在建",
        "2.项目名称：乙项目，进展：签约",
        "其他情况说明如下",
    ]
    found = mention(lines.text, "在建", "STATUS", "S1")
    document = lines.write(Document(id="a", text=lines.text, mentions=(found,)))
    assert text[slice(*document.mentions[0].span)] == "在建"


def test_latin_words_stay_apart() -> None:
    broken = "工作报告\n" + "\n".join((*PIECES[:-1], "目及Green", "Power项目开工建设。"))
    lines = join_lines(broken)
    assert lines.text == "工作报告\n" + "".join((*PIECES[:-1], "目及Green Power项目开工建设。"))
    assert len(lines.places) == len(lines.text)


def test_the_cells_of_a_table_are_read_apart() -> None:
    joined = join_lines("甲项目\t3亿元\t在建\n乙项目\t2亿元\t竣工")
    assert joined.text == "甲项目，3亿元，在建\n乙项目，2亿元，竣工"
    assert joined.source[joined.places[3]] == "\t"


def test_fields_of_a_project_are_one_sentence() -> None:
    joined = join_lines(
        "项目名称：甲项目；总投资：3亿元;进展：在建。\n甲项目签约；乙项目总投资：3亿元。"
    )
    assert joined.text == (
        "项目名称：甲项目，总投资：3亿元，进展：在建。\n甲项目签约；乙项目总投资：3亿元。"
    )


def test_no_text() -> None:
    assert (join_lines("").text, join_lines(" \n").paragraphs) == ("", ())


def test_annotations_there_and_back() -> None:
    given = Document(
        id="a",
        text=BROKEN,
        mentions=(
            mention(BROKEN, "澜溪新能源电池项\n目", "PROJECT", "T1"),
            mention(BROKEN, "建成投\n产", "STATUS", "T2"),
        ),
        relations=(Relation(type="HasStatus", head="T1", tail="T2"),),
        status={"T2": StatusValue("operating", "future")},
    )
    lines = join_lines(BROKEN)
    read = lines.read(given)
    assert [m.text for m in read.mentions] == ["澜溪新能源电池项目", "建成投产"]
    assert (read.relations, read.status) == (given.relations, given.status)
    assert lines.write(read) == given


def test_a_broken_text_is_read_like_the_whole_one() -> None:
    model = load_model()
    whole = model.annotate(f"工作报告\n\n{WHOLE}\n", id="a")
    broken = model.annotate(BROKEN, id="a")
    assert [(m.label, "".join(m.text.split())) for m in broken.mentions] == [
        (m.label, m.text) for m in whole.mentions
    ]
    assert len(whole.mentions) > 8
    assert broken.relations == whole.relations
    assert broken.status == whole.status
    assert model.relate(broken).relations == model.relate(whole).relations != ()


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (("投资", "—3—", "2.5亿元"), "投资2.5亿元"),
        (("投资", "", "- 12 -", "", "2.5亿元"), "投资2.5亿元"),
        (("投资", "12", "2.5亿元"), "投资2.5亿元"),
        (("投资", "12", "亿元"), "投资12亿元"),
        (("投资12", ".5亿元"), "投资12.5亿元"),
        (("投资", "2024", "万元"), "投资2024万元"),
    ],
)
def test_page_numbers_are_left_out(lines, joined):
    tail = ("，已开工建设。云杉科技有限公司投", *PIECES[7:])
    broken = "\n".join(("工作报告", *PIECES[:6], "产，累计", *lines, *tail))
    assert f"建成投产，累计{joined}，已开工建设。" in join_lines(broken).text


def test_a_mention_of_nothing_but_a_break() -> None:
    start = BROKEN.index(PIECES[0]) + len(PIECES[0])
    blank = Mention(id="T7", label="ZONE", start=start, end=start + 1, text="\n")
    document = Document(id="a", text=BROKEN, mentions=(blank,))
    with pytest.raises(PipelineError, match=r"a: T7 ZONE \d+ \d+ covers nothing but a line break"):
        join_lines(BROKEN).read(document)


def test_characters_that_stand_apart() -> None:
    spaced = " ".join(WHOLE)
    lines = join_lines(f"工作报告\n\n{spaced}\n")
    assert lines.text == f"工作报告\n\n{WHOLE}\n"
    assert [lines.text[a:b] for a, b in lines.paragraphs] == ["工作报告", WHOLE]
    # The columns of a table, and words between which a writer has left a blank, stay apart.
    for text in (
        "序号 名称 投资 进展 单位 日期 备注 类别 县区",
        "甲 乙 丙",
        "招商 引资 再创 新高 项目",
    ):
        assert join_lines(text).text == text


BITS = st.sampled_from(
    [
        "\n",
        "\r\n",
        "\n\n",
        "\f",
        "\u2028",
        " ",
        "\u3000",
        "—3—",
        "12",
        "Phase",
        "\u200b",
        "𠮷",
        "，",
        "。",
    ]
)


@given(st.lists(BITS | st.sampled_from(PIECES), max_size=40))
def test_all_that_is_no_break_and_no_page_number_is_kept(bits: list[str]) -> None:
    text = "".join(bits)
    lines = join_lines(text)
    assert len(lines.places) == len(lines.text)
    assert all(
        text[place] == character or character == " "
        for place, character in zip(lines.places, lines.text, strict=True)
    )
    left_out = np.delete(np.array(list(text)), lines.places)
    assert set("".join(left_out).split()) <= {"—3—", "12", "—3——3—", "1212"}
    assert [lines.text[a:b].strip() for a, b in lines.paragraphs] == [
        lines.text[a:b] for a, b in lines.paragraphs
    ]
    mentions = tuple(
        Mention(id=f"T{n}", label="PROJECT", start=a, end=b, text=lines.text[a:b])
        for n, (a, b) in enumerate(lines.paragraphs)
    )
    found = Document(id="a", text=lines.text, mentions=mentions)
    assert lines.read(lines.write(found)) == found


@pytest.mark.parametrize("bit", [" ", "\n", "甲", "1\n", " \n", "甲\n", "高新区引进\n"])
def test_long_texts_take_no_longer_than_they_must(bit: str) -> None:
    began = time.process_time()
    join_lines("甲" + bit * (60_000 // len(bit)) + "乙")
    assert time.process_time() - began < 5
