"""HTML with what authors leave out, and Word documents with what editors wrap around text."""

from io import BytesIO

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from corpus.documents import docx_text, html_text

LEFT_OUT = {
    "end of the head": "<html><head><title>标题</title><meta charset=gbk><body><p>项目</p>",
    "end of the head, and body": "<html><head><title>标题</title><link rel=x><p>项目",
    "head and body": "<!doctype html><title>标题</title><p>项目</p>",
}


@pytest.mark.parametrize("page", LEFT_OUT.values(), ids=LEFT_OUT)
def test_html_with_tags_left_out(page):
    assert html_text(page, name="a.html") == "项目"


# To look above every text for `pre` took minutes here.
@pytest.mark.timeout(60)
def test_html_with_many_paragraphs_that_are_not_closed():
    page = "<html><body>" + "<p>项目已开工。\n" * 20_000
    assert html_text(page, name="a.html") == "\n".join(["项目已开工。"] * 20_000)


def test_preformatted_is_what_is_within_pre_at_any_depth():
    page = "<p>甲\n乙</p><pre>丙\n<b>丁\n<i>戊</i></b>\n己</pre><p>庚\n辛</p>"
    assert html_text(page, name="a.html") == "甲 乙\n丙\n丁\n戊\n己\n庚 辛"


WORD_CELLS = """
<tr>
 <td><p>甲 </p>
 </td>
 <td>
  <p>3亿元</p>
 </td>
</tr>
<tr><th><div><p>乙</p></div></th><td><p>在建<br></p></td></tr>"""
EMPTY_CELLS = """
<tr><td><p></p></td><td><p>甲</p></td><td> <p>&nbsp;</p> </td><td><p>乙</p></td></tr>
<tr><td></td><td>丙</td></tr>"""
LAYOUT = """
<tr><td>导航</td><td><h1>报告</h1><table><tr><td>甲</td><td>在建</td></tr></table><p>完</p></td>
<td>链接</td></tr>"""
HTML_TABLES = {
    "paragraphs in cells, as Word writes them": (WORD_CELLS, "甲\t3亿元\n乙\t在建"),
    "empty cells": (EMPTY_CELLS, "甲\t\t乙\n丙"),
    "cells that are not closed": ("<tr><td>甲<td>3亿元<tr><td>乙<td>在建", "甲\t3亿元\n乙\t在建"),
    "several blocks in a cell": (
        "<tr><td><p>甲</p></td><td><p>一期</p><p>二期</p></td><td><p>在建</p></td></tr>",
        "甲\t一期\n二期\t在建",
    ),
    "preformatted text in a cell": (
        "<tr><td><pre>甲\n\t乙\n</pre></td><td>在建</td></tr>",
        "甲\n乙\t在建",
    ),
    "a table that lays out the page": (LAYOUT, "导航\t报告\n甲\t在建\n完\n链接"),
}


@pytest.mark.parametrize(("rows", "expected"), HTML_TABLES.values(), ids=HTML_TABLES)
def test_cells_of_a_row_are_joined_by_tabs(rows, expected):
    page = f"<html><body><p>前</p><table>{rows}</table><p>后</p></body></html>"
    assert html_text(page, name="a.html") == f"前\n{expected}\n后"


def make_docx(blocks: str) -> bytes:
    """A Word document of the XML of its paragraphs and tables."""
    document = docx.Document()
    for block in reversed(parse_xml(f"<w:body {nsdecls('w')}>{blocks}</w:body>")):
        document.element.body.insert(0, block)
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def changed(kind: str, *runs: str) -> str:
    content = "".join(runs)
    if kind == "del":
        content = content.replace("w:t>", "w:delText>")
    return f'<w:{kind} w:id="1" w:author="a">{content}</w:{kind}>'


def control(*content: str, properties: str = "") -> str:
    inner = "".join(content)
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{inner}</w:sdtContent></w:sdt>"


def paragraph(*runs: str) -> str:
    return f"<w:p>{''.join(runs)}</w:p>"


def cell(text: str) -> str:
    return f"<w:tc>{paragraph(run(text))}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def table(*rows: str) -> str:
    return f"<w:tbl><w:tblGrid><w:gridCol/><w:gridCol/></w:tblGrid>{''.join(rows)}</w:tbl>"


CONTENTS = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'
WRAPPED = {
    "control in a line": (paragraph(run("甲"), control(run("项目")), run("开工")), "甲项目开工"),
    "control around a paragraph": (control(paragraph(run("甲"))) + paragraph(run("乙")), "甲\n乙"),
    "control within a control": (control(control(paragraph(control(run("甲"))))), "甲"),
    "control around row and cell": (
        table(row(cell("项目"), cell("投资")), control(row(cell("甲"), control(cell("3亿元"))))),
        "项目\t投资\n甲\t3亿元",
    ),
    "insertion and deletion": (
        paragraph(
            run("投资"),
            changed("del", run("3"), "<w:r><w:tab/></w:r>"),
            changed("ins", run("5"), changed("del", run("6"))),
            run("亿元"),
        ),
        "投资5亿元",
    ),
    "insertion in a link": (
        paragraph("<w:hyperlink>", run("甲"), changed("ins", run("乙")), "</w:hyperlink>"),
        "甲乙",
    ),
    "move": (
        paragraph(changed("moveFrom", run("甲")), run("乙"), changed("moveTo", run("甲"))),
        "乙甲",
    ),
    "deleted row and inserted row": (
        table(
            row(cell("甲"), properties=changed("del")), row(cell("乙"), properties=changed("ins"))
        ),
        "乙",
    ),
    "smart tag and field": (
        paragraph(
            '<w:smartTag w:element="chsdate">',
            run("2020年"),
            '</w:smartTag><w:fldSimple w:instr="TITLE">',
            run("报告"),
            "</w:fldSimple>",
        ),
        "2020年报告",
    ),
    "table of contents": (
        control(paragraph(run("一、总结 1")), properties=CONTENTS) + paragraph(run("一、总结")),
        "一、总结",
    ),
}


@pytest.mark.parametrize(("blocks", "expected"), WRAPPED.values(), ids=WRAPPED)
def test_word_text_in_wrappers(blocks, expected):
    assert docx_text(make_docx(blocks), name="a.docx") == expected
