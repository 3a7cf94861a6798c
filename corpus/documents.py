"""The text of HTML, Word and PDF documents, in reading order.

The parsers come with the `documents` extra and are imported only when a document needs them, so
that texts are read without it.
Offsets of everything found later refer to the text that these functions return.
"""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

from annotations.errors import CorpusError

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_BLOCKS = re.compile(
    "address|article|blockquote|body|caption|center|d[dlt]|details|div|fieldset|figcaption|figure"
    "|form|h[1-6]|header|hr|li|main|ol|p|pre|section|summary|table|tbody|tfoot|thead|tr|ul"
)
# Nothing a reader of the page sees as its text. Not `form`: many sites wrap the page in one.
_HIDDEN = re.compile(
    "^(?:script|style|noscript|template|head|nav|footer|aside|button|select|textarea|iframe|svg"
    "|object)$"
)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
# A line with only the number of its page: 3, - 3 -, — 3 —, 第3页, 第 3 页 共 10 页, 3/10.
_PAGE_NUMBER = re.compile(
    r"[-—–·\s]*\d{1,4}[-—–·\s]*|第\s*\d{1,4}\s*页(?:[,，/\s]*共\s*\d{1,4}\s*页)?|\d{1,4}\s*/\s*\d{1,4}"
)


def html_text(html: str, *, name: str) -> str:
    """The main text of an HTML page: a line for each block, table cells separated by tabs.

    The main text is the longest `article` or `main` element that holds at least half of the page,
    else the page without its scripts, styles, navigation and footer.

    Raises:
        CorpusError: the documents extra is not installed, or the page cannot be parsed.
    """
    try:
        from bs4 import BeautifulSoup  # noqa: PLC0415
    except ImportError as error:
        raise _missing(name, "beautifulsoup4") from error

    def parse() -> str:
        soup = BeautifulSoup(html, "html.parser")
        for hidden in soup.find_all(_HIDDEN):
            hidden.decompose()
        lines = (line.strip() for line in "".join(_pieces(_main(soup))).split("\n"))
        return "\n".join(line for line in lines if line)

    return _parsed(name, "HTML", parse)


def _main(soup: "BeautifulSoup") -> "Tag":
    page = soup.body or soup
    candidates = page.find_all(["article", "main"])
    longest = max(candidates, key=lambda tag: len(tag.get_text()), default=None)
    if longest is not None and len(longest.get_text()) * 2 >= len(page.get_text()):
        return longest
    return page


def _pieces(root: "Tag") -> Iterator[str]:
    """Text and line breaks in reading order; a stack, since pages nest deeper than Python calls."""
    from bs4.element import NavigableString, Tag  # noqa: PLC0415

    stack: list[object] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, Tag):
            edge = "\n" if node.name == "br" or _BLOCKS.fullmatch(node.name) else ""
            yield edge
            stack.append("\t" if node.name in ("td", "th") else edge)
            stack.extend(reversed(list(node.children)))
        elif type(node) is NavigableString:
            preformatted = node.find_parent("pre") is not None
            yield str(node) if preformatted else _BLANKS.sub(" ", node)
        elif type(node) is str:
            yield node
        # What is left is comments, declarations and the like.


def docx_text(data: bytes, *, name: str) -> str:
    """The paragraphs and tables of a Word document in order; table cells separated by tabs.

    Headers, footers, footnotes and text boxes are not part of it.

    Raises:
        CorpusError: the documents extra is not installed, or the file is no Word document.
    """
    try:
        import docx  # noqa: PLC0415
    except ImportError as error:
        raise _missing(name, "python-docx") from error
    return _parsed(name, "Word", lambda: "\n".join(_docx_lines(docx.Document(BytesIO(data)))))


def _docx_lines(container: Any) -> Iterator[str]:
    for block in container.iter_inner_content():
        if not hasattr(block, "rows"):
            yield block.text
            continue
        for row in block.rows:
            cells: list[Any] = []
            for cell in row.cells:
                # A merged cell is listed once for each column that it spans.
                if not any(cell._tc is seen._tc for seen in cells):  # noqa: SLF001
                    cells.append(cell)
            yield "\t".join(" ".join(_docx_lines(cell)).strip() for cell in cells)


def pdf_text(data: bytes, *, name: str) -> str:
    """The text of a PDF, its pages joined by line breaks, without lines that number a page.

    Raises:
        CorpusError: the documents extra is not installed, the file is no PDF or is encrypted.
    """
    try:
        import pdfplumber  # noqa: PLC0415
    except ImportError as error:
        raise _missing(name, "pdfplumber") from error

    def parse() -> str:
        pages = []
        with pdfplumber.open(BytesIO(data)) as pdf:
            for page in pdf.pages:
                pages.append(_without_number(page.extract_text()))
                page.close()
        return "\n".join(page for page in pages if page)

    return _parsed(name, "PDF", parse)


def _without_number(page: str) -> str:
    lines = page.split("\n")
    for edge in (0, -1):
        if lines and _PAGE_NUMBER.fullmatch(lines[edge].strip()):
            del lines[edge]
    return "\n".join(lines)


def _parsed(name: str, kind: str, parse: Callable[[], str]) -> str:
    try:
        return parse()
    except Exception as error:  # parsers fail on broken files in any way at all
        detail = f"{type(error).__name__} {error}".strip()
        raise CorpusError(f"{name}: not a {kind} document that can be read: {detail}") from error


def _missing(name: str, package: str) -> CorpusError:
    return CorpusError(
        f"{name}: reading it needs {package}; run: pip install 'zonefacts[documents]'"
    )
