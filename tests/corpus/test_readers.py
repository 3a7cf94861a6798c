"""Reports from every kind of file and encoding, and the refusals."""

import builtins
import codecs
import os
import random
import re
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import docx
import pytest

from annotations.errors import CorpusError
from corpus.readers import _with_ids, find_inputs, read_report, read_stream

SEEDS = Path(__file__).parents[2] / "seeds"
TEXT = "一、2020年工作计划\r\n总投资10亿元的“甲”项目已开工,乙项目在谈。\n\u3000丙园区12家企业——𠮷。"
PLAIN = TEXT.replace("𠮷", "")


def make_docx() -> bytes:
    document = docx.Document()
    document.add_paragraph("第一段,项目已开工。")
    table = document.add_table(rows=2, cols=3)
    for row, cells in zip(
        table.rows, [("项目", "投资", "状态"), ("甲", "3亿元", "在建")], strict=True
    ):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    table.add_row().cells[0].merge(table.rows[2].cells[2]).text = "合并"
    document.add_paragraph("最后一段。")
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def make_pdf(pages: list[list[str]]) -> bytes:
    """A PDF with one of the standard Chinese fonts, which no file needs to embed."""
    font = (
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H"
        b"/DescendantFonts[4 0 R]>>"
    )
    descendant = (
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>>>"
    )
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"", font, descendant]
    kids = []
    for lines in pages:
        shown = " 0 -20 Td ".join(f"<{line.encode('utf-16-be').hex()}> Tj" for line in lines)
        stream = f"BT /F1 12 Tf 50 700 Td {shown} ET".encode()
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents %d 0 R"
            b"/Resources<</Font<</F1 3 0 R>>>>>>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids))
    data = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    data_end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, len(data))
    return data + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + data_end


ENCODED = {
    "UTF-8": (TEXT.encode("utf-8"), TEXT),
    "UTF-8 with a mark": (codecs.BOM_UTF8 + TEXT.encode("utf-8"), TEXT),
    "UTF-16 LE with a mark": (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), TEXT),
    "UTF-16 BE with a mark": (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), TEXT),
    "UTF-16 LE without": (PLAIN.encode("utf-16-le"), PLAIN),
    "UTF-16 BE without": (PLAIN.encode("utf-16-be"), PLAIN),
    "UTF-32 with a mark": (codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), TEXT),
    "GB18030": (TEXT.encode("gb18030"), TEXT),
    "GB18030 after ASCII, even": (b"<p> x" * 5000 + TEXT.encode("gb18030"), "<p> x" * 5000 + TEXT),
    "GB18030 after ASCII, odd": (b"x" * 25001 + TEXT.encode("gb18030"), "x" * 25001 + TEXT),
    "UTF-16 LE after ASCII": (("x" * 25000 + PLAIN).encode("utf-16-le"), "x" * 25000 + PLAIN),
    "GB18030 with emoji": (
        "项目已开工😀。乙👷🏽‍♂️在谈✅".encode("gb18030"),
        "项目已开工😀。乙👷🏽‍♂️在谈✅",
    ),
    "GB18030, three characters": ("开工了".encode("gb18030"), "开工了"),
    "ASCII": (b"A 2020 report", "A 2020 report"),
}


@pytest.mark.parametrize(("data", "expected"), ENCODED.values(), ids=ENCODED)
def test_text_is_read_exactly(data, expected):
    report = read_stream(data, "reports/甲.txt")
    assert report.text == expected
    assert report.sha256 == sha256(expected.encode("utf-8")).hexdigest()
    assert (report.id, report.source) == ("甲", "reports/甲.txt")


@pytest.mark.parametrize("path", sorted(SEEDS.glob("*.txt")), ids=lambda p: p.stem)
@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_a_seed_is_the_same_in_every_encoding(path, codec):
    text = path.read_bytes().decode("utf-8")
    assert read_stream(text.encode(codec), "a.txt").text == text


REFUSED = {
    # data, name, what the message says
    "empty": (b"", "a.txt", "a.txt: an empty file"),
    "blank": (b" \n\t", "a.txt", "a.txt: no text in it"),
    "only a byte order mark": (codecs.BOM_UTF8, "a.txt", "no text in it"),
    "zeros": (bytes(range(256)) * 20, "a.txt", "a.txt: a binary file"),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0", "a.txt", "a binary file"),
    "compressed": (random.Random(1).randbytes(4000), "a.bin", "a binary file"),
    "latin-1": ("été à la gare, café".encode("latin-1") * 9, "a.txt", "not UTF-8 (byte 0xE9 at 0)"),
    "latin-1 after ASCII": (
        b"x" * 25000 + "été à la gare, café".encode("latin-1"),
        "a.txt",
        "not UTF-8 (byte 0xE9 at 25000)",
    ),
    "emoji alone": ("😀✅".encode("gb18030") * 9, "a.txt", "neither UTF-16 nor GB18030"),
    "Big5": (
        "臺灣經濟發展與產業園區專案,投資額達億元".encode("big5") * 9,
        "a.txt",
        "convert it to UTF-8",
    ),
    "broken UTF-8": ("项目".encode() * 50 + b"\xe9", "a.txt", "not UTF-8"),
    "mark of another encoding": (
        codecs.BOM_UTF8 + "项目".encode("gb18030"),
        "a.txt",
        "marked as UTF-8",
    ),
    "old Word": (bytes.fromhex("D0CF11E0A1B11AE1") + bytes(99), "a.doc", "save it as .docx"),
    "no Word": (b"PK\x03\x04", "a.docx", "not a Word document"),
    "no PDF": (b"%PDF-1.4 nothing", "a.pdf", "not a PDF document"),
    "PDF of pictures": (make_pdf([[]]), "a.pdf", "needs OCR"),
    "empty page": (b"<html><script>1</script></html>", "a.html", "no text in it"),
}


@pytest.mark.parametrize(("data", "name", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_report_is_refused_in_one_line(data, name, message):
    with pytest.raises(CorpusError) as caught:
        read_stream(data, name)
    assert message in str(caught.value)
    assert str(caught.value).startswith(name)
    assert "\n" not in str(caught.value)


HTML = """<!DOCTYPE html><html><head><title>标题</title><style>p{}</style></head><body>
<nav>首页 导航</nav><form><div id="c"><h1>工作 报告</h1>
<p>项目
 已开工<b>建设</b>。<br/>乙&nbsp;在谈。</p><!-- 注释 --><script>var a = "脚本";</script>
<table><tr><td>甲</td><td>3亿元</td></tr><tr><td>乙</td><td></td></tr></table>
<pre>一
二</pre></div></form><footer>版权</footer></body></html>"""
HTML_TEXT = "工作 报告\n项目 已开工建设。\n乙\xa0在谈。\n甲\t3亿元\n乙\n一\n二"


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
@pytest.mark.parametrize("name", ["a.html", "a.HTM", "a"])
def test_html(name, codec):
    assert read_stream(HTML.encode(codec), name).text == HTML_TEXT


def test_html_prefers_the_main_text():
    article = f"<article>{'项目已开工。' * 9}</article>"
    page = f"<html><body><div>热点新闻</div>{article}</body></html>"
    assert read_stream(page.encode(), "a.html").text == "项目已开工。" * 9
    teaser = f"<html><body><article>热点</article><p>{'项目已开工。' * 9}</p></body></html>"
    assert read_stream(teaser.encode(), "a.html").text == "热点\n" + "项目已开工。" * 9


def test_deeply_nested_html():
    page = "<div>" * 5000 + "项目已开工。" + "</div>" * 5000
    assert read_stream(page.encode(), "a.html").text == "项目已开工。"


def test_html_source_in_a_text_file_is_text():
    assert read_stream(HTML.encode(), "a.txt").text == HTML


def test_docx():
    expected = "第一段,项目已开工。\n项目\t投资\t状态\n甲\t3亿元\t在建\n合并\n最后一段。"
    assert read_stream(make_docx(), "a.docx").text == expected
    assert read_stream(make_docx(), "no-suffix").text == expected


def test_pdf():
    pages = [
        ["总投资10亿元的", "甲项目已开工。", "- 1 -"],
        ["乙项目在谈,", "预计投产。", "第 2 页"],
    ]
    report = read_stream(make_pdf(pages), "a.pdf")
    assert report.text == "总投资10亿元的\n甲项目已开工。\n乙项目在谈,\n预计投产。"


@pytest.mark.parametrize(
    ("module", "data", "name"),
    [
        ("bs4", HTML.encode(), "a.html"),
        ("docx", make_docx(), "a.docx"),
        ("pdfplumber", b"%PDF-", "a.pdf"),
    ],
)
def test_a_missing_extra_is_named(module, data, name, monkeypatch):
    real = builtins.__import__

    def without(wanted, *args, **kwargs):
        if wanted.split(".")[0] == module:
            raise ImportError(wanted)
        return real(wanted, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(CorpusError, match=r"pip install 'zonefacts\[documents\]'"):
        read_stream(data, name)


def test_a_report_knows_its_year():
    report = read_report(SEEDS / "001_9eeac6bb57bd8a70.txt")
    assert report.year == 2020
    assert "2020年1月21日" in report.year_reason
    assert read_stream("完成投资3亿元。".encode(), "高新区2014年总结.txt").year == 2014
    assert read_stream("完成投资3亿元。".encode(), "-").year is None


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(CorpusError, match="No such file"):
        read_report(tmp_path / "a.txt")
    with pytest.raises(CorpusError, match="a folder, expected a file"):
        read_report(tmp_path)


@pytest.fixture
def tree(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ["b/2.txt", "b/1.html", "b/c/1.txt", "a.txt", "b/x.png", "b/.h/3.txt", "out/1.txt"]:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("项目", encoding="utf-8")
    return tmp_path


def ids_and_sources(*inputs, **options):
    return [(ref.id, ref.source) for ref in find_inputs(inputs, **options)]


def test_a_folder_is_searched_in_order(tree):
    skipped = []
    found = ids_and_sources("b", on_skipped=lambda path: skipped.append(path.as_posix()))
    assert found == [("1", "b/1.html"), ("2", "b/2.txt"), ("1-2", "b/c/1.txt")]
    assert sorted(skipped) == ["b/.h/3.txt", "b/x.png"]


def test_files_globs_and_standard_input(tree):
    found = ids_and_sources("-", "a.txt", "b/*.txt", "b/x.png", "./b/../a.txt", "b/**/1.txt")
    assert found == [
        ("stdin", "-"),
        ("a", "a.txt"),
        ("2", "b/2.txt"),
        ("x", "b/x.png"),
        ("1", "b/c/1.txt"),
    ]


def test_the_page_of_an_earlier_run_is_no_report(tree):
    for name in ["out/facts.html", "out/documents.jsonl", "b/facts.html"]:
        Path(name).write_text("项目", encoding="utf-8")
    sources = [source for _, source in ids_and_sources(".")]
    assert sources == ["a.txt", "b/1.html", "b/2.txt", "b/c/1.txt", "b/facts.html", "out/1.txt"]


def test_a_suffixed_id_never_takes_that_of_another_file(tree):
    for name in ["d/1-2.txt", "d/e/1.txt"]:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("项目", encoding="utf-8")
    found = ids_and_sources("b/c", "d")
    assert found == [("1", "b/c/1.txt"), ("1-2", "d/1-2.txt"), ("1-3", "d/e/1.txt")]


# Trying every number from 2 on for each of them took minutes.
@pytest.mark.timeout(60)
def test_many_files_of_one_name_get_their_numbers_at_once():
    refs = _with_ids([*(Path(f"{n}/a.txt") for n in range(20_000)), Path("a-3.txt")])
    assert [ref.id for ref in refs] == ["a", "a-2", *(f"a-{n}" for n in range(4, 20_002)), "a-3"]


def test_names_that_are_no_utf8_can_be_written_and_the_files_opened(tree):
    Path("d").mkdir()
    for name in ["报表", "报告", "ok"]:
        path = Path("d") / os.fsdecode(name.encode("gbk") + b".txt")
        path.write_text(name, encoding="utf-8")
    refs = find_inputs(["d"])
    shown = "\ufffd" * 4
    assert [ref.id for ref in refs] == ["ok", shown, f"{shown}-2"]
    assert [ref.source for ref in refs] == ["d/ok.txt", f"d/{shown}.txt", f"d/{shown}.txt"]
    reports = [read_report(ref.path) for ref in refs]
    assert {report.text for report in reports} == {"ok", "报告", "报表"}
    assert [report.source for report in reports] == [ref.source for ref in refs]


def test_what_is_wrong_with_a_name_that_is_no_utf8_can_be_written(tree):
    name, shown = os.fsdecode("报告".encode("gbk")), "\ufffd" * 4
    Path(name).mkdir()
    problems = []
    find_inputs(
        [name, f"{name}.txt", f"{name}*.txt", f"{name}-" * 60],
        on_problem=lambda given, error: problems.append((given, str(error))),
    )
    inputs = [shown, f"{shown}.txt", f"{shown}*.txt", f"{shown}-" * 60]
    assert [given for given, _ in problems] == inputs
    assert all(message.startswith(f"{given}: ") for given, message in problems)
    for suffix in ("", ".txt"):
        with pytest.raises(CorpusError, match=f"^{shown}{suffix}: "):
            read_report(Path(name + suffix))


def test_folders_without_reports_do_not_end_a_pattern(tree):
    for name in ["in/a.txt", "in/pics/p.png", "in/z.txt"]:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("项目", encoding="utf-8")
    skipped = []
    found = ids_and_sources("in/*", on_skipped=lambda path: skipped.append(path.as_posix()))
    assert found == [("a", "in/a.txt"), ("z", "in/z.txt")]
    assert skipped == ["in/pics/p.png"]
    with pytest.raises(
        CorpusError, match=r"in/p\*: no report in the folders that fit this pattern"
    ):
        find_inputs(["in/p*"])


def test_a_link_in_a_circle_is_wrong_itself_alone(tree):
    Path("b/x.txt").symlink_to("x.txt")
    for given in ("b", "b/*.txt"):
        refs = {ref.source: ref for ref in find_inputs([given])}
        assert refs.keys() >= {"b/2.txt", "b/x.txt"}
        with pytest.raises(CorpusError, match=r"^b/x\.txt: cannot be read: "):
            read_report(refs["b/x.txt"].path)


def test_a_link_to_a_name_that_is_too_long_is_wrong_itself_alone(tree):
    Path("b/x.txt").symlink_to("长" * 300)
    assert ids_and_sources("b/*.txt") == [("2", "b/2.txt"), ("x", "b/x.txt")]
    with pytest.raises(CorpusError, match=r"^b/x\.txt: cannot be read: "):
        read_report(Path("b/x.txt"))


MISSING = {
    "missing path": ("nowhere.txt", "nowhere.txt: no such file or folder"),
    "path below a file": ("a.txt/b", "a.txt/b: no such file or folder"),
    "name that is too long": ("x" * 300, "x{300}: cannot be read: "),
    "link in a circle": ("circle.txt", "circle.txt: cannot be read: "),
    "pattern": ("*.doc", "no file fits this pattern"),
    "folder without reports": ("empty", "empty: no report in this folder"),
}


@pytest.mark.parametrize(("given", "message"), MISSING.values(), ids=MISSING)
def test_inputs_that_hold_nothing(tree, given, message):
    Path("empty").mkdir()
    Path("circle.txt").symlink_to("circle.txt")
    with pytest.raises(CorpusError, match=message):
        find_inputs([given])
    problems = []
    found = find_inputs([given, "a.txt"], on_problem=lambda *problem: problems.append(problem))
    assert [ref.id for ref in found] == ["a"]
    assert problems[0][0] == given
    assert re.search(message, str(problems[0][1]))
