"""The text of HTML, Word and PDF documents, in reading order.

The parsers come with the `documents` extra and are imported only when a document needs them, so
that texts are read without it.
Offsets of everything found later refer to the text that these functions return.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from enum import Enum, auto
from io import BytesIO
from typing import TYPE_CHECKING, Any

from annotations.errors import CorpusError

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_BLOCKS = re.compile(
    "address|article|blockquote|body|caption|center|d[dlt]|details|div|fieldset|figcaption|figure"
    "|form|h[1-6]|header|hr|li|main|ol|p|pre|section|summary|table|tbody|tfoot|thead|tr|ul"
)
# Nothing a reader of the page sees as its text. Not `form`: many sites wrap the page in one. Not
# `head`, either: its end tag may be left out, and then the parser puts the body into it.
_HIDDEN = re.compile(
    "^(?:script|style|noscript|template|title|nav|footer|aside|button|select|textarea|iframe|svg"
    "|object)$"
)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
# A line with only the number of its page: 3, - 3 -, — 3 —, 第3页, 第 3 页 共 10 页, 3/10.
_PAGE_NUMBER = re.compile(
    r"[-—–·\s]*\d{1,4}[-—–·\s]*|第\s*\d{1,4}\s*页(?:[,，/\s]*共\s*\d{1,4}\s*页)?|\d{1,4}\s*/\s*\d{1,4}"
)
# What Word wraps around text, and what of it is not the text: what tracked changes delete or move
# away, and the generated table of contents, which repeats the headings.
_DOCX_WRAPPERS = ("sdt", "sdtContent", "ins", "moveTo", "smartTag", "customXml", "fldSimple")
_DOCX_DROPPED = (
    "w:del",
    "w:moveFrom",
    "w:tr[w:trPr/w:del]",
    'w:sdt[w:sdtPr/w:docPartObj/w:docPartGallery/@w:val="Table of Contents"]',
)


class _Edge(Enum):
    """Where the text of a page is divided."""

    BLOCK = auto()
    ROW = auto()
    CELL = auto()


def html_text(html: str, *, name: str) -> str:
    """The main text of an HTML page: a line for each block, table cells separated by tabs.

    A cell of several blocks keeps the breaks between them. The main text is the longest `article`
    or `main` element that holds at least half of the page, else the page without its scripts,
    styles, navigation and footer.

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
        lines = (line.strip() for line in _joined(_pieces(_main(soup))).split("\n"))
        return "\n".join(line for line in lines if line)

    return _parsed(name, "HTML", parse)


def _main(soup: "BeautifulSoup") -> "Tag":
    page = soup.body or soup
    candidates = page.find_all(["article", "main"])
    longest = max(candidates, key=lambda tag: len(tag.get_text()), default=None)
    if longest is not None and len(longest.get_text()) * 2 >= len(page.get_text()):
        return longest
    return page


def _pieces(root: "Tag") -> Iterator[str | _Edge]:
    """Text and edges in reading order; a stack, since pages nest deeper than Python calls."""
    from bs4.element import NavigableString, Tag  # noqa: PLC0415

    # Each with whether it is preformatted: to look for `pre` above every text takes far longer.
    stack: list[tuple[object, bool]] = [(root, False)]
    while stack:
        node, preformatted = stack.pop()
        if isinstance(node, Tag):
            edge = _edge(node.name)
            if edge:
                yield edge
            # The next cell or the end of the row ends a cell; its own end tag may be left out.
            if edge in (_Edge.BLOCK, _Edge.ROW):
                stack.append((edge, False))
            inner = preformatted or node.name == "pre"
            stack.extend((child, inner) for child in reversed(node.contents))
        elif type(node) is NavigableString:
            yield str(node) if preformatted else _BLANKS.sub(" ", node)
        elif isinstance(node, _Edge):
            yield node
        # What is left is comments, declarations and the like.


def _edge(tag: str) -> _Edge | None:
    if tag in ("td", "th"):
        return _Edge.CELL
    if tag in ("table", "tr"):
        return _Edge.ROW
    return _Edge.BLOCK if tag == "br" or _BLOCKS.fullmatch(tag) else None


def _joined(pieces: Iterable[str | _Edge]) -> str:
    """The text, broken at blocks and rows, with a tab between two cells of a row.

    Breaks at the edges of a cell are left out: Word puts every cell into a paragraph.
    """
    parts: list[str] = []
    # Where in `parts` the last cell of the row begins.
    cell: int | None = None
    for piece in pieces:
        if piece is _Edge.CELL:
            if cell is not None:
                while len(parts) > cell and not parts[-1].strip():
                    parts.pop()
                if len(parts) > cell:
                    parts[-1] = parts[-1].rstrip()
                parts.append("\t")
            cell = len(parts)
        elif piece is _Edge.ROW:
            parts.append("\n")
            cell = None
        elif len(parts) != cell:
            parts.append("\n" if piece is _Edge.BLOCK else piece)
        elif isinstance(piece, str) and piece.strip():
            parts.append(piece.lstrip())
    return "".join(parts)


def docx_text(data: bytes, *, name: str) -> str:
    """The paragraphs and tables of a Word document in order; table cells separated by tabs.

    Of tracked changes, what was inserted is part of it, what was deleted is not; neither are
    headers, footers, footnotes, text boxes and a generated table of contents.

    Raises:
        CorpusError: the documents extra is not installed, or the file is no Word document.
    """
    try:
        import docx  # noqa: PLC0415
    except ImportError as error:
        raise _missing(name, "python-docx") from error

    def parse() -> str:
        document = docx.Document(BytesIO(data))
        _unwrap(document.element.body)
        return "\n".join(_docx_lines(document))

    return _parsed(name, "Word", parse)


def _unwrap(body: Any) -> None:
    """Put what is within wrappers in their place; python-docx passes over text in them."""
    for dropped in body.xpath(" | ".join(f".//{path}" for path in _DOCX_DROPPED)):
        dropped.getparent().remove(dropped)
    for wrapper in body.xpath(" | ".join(f".//w:{name}" for name in _DOCX_WRAPPERS)):
        for child in list(wrapper):
            wrapper.addprevious(child)
        wrapper.getparent().remove(wrapper)


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
