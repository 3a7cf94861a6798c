r"""CoNLL: one character a line with its tag, B-LABEL, I-LABEL or O, after a tab.

A document begins with comment lines `# id = `, `# source = ` and `# year = `. A blank line follows
each line break of the text that no mention covers, so that taggers read lines as sentences. Blanks,
line breaks and other characters without a shape are escaped (`\n`, `\u3000`), so that the text
comes back exactly.

The format cannot hold relations, status values, scores, and mentions that overlap others (of these
the first and longest stays).
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from annotations.document import Document, Mention
from annotations.errors import AnnotationError
from annotations.store import read_text

_COMMENT = re.compile(r"# (id|source|year) = (.*)")
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\"}
_UNESCAPES = {escape: character for character, escape in _ESCAPES.items()}
_ESCAPED = re.compile(r"\\(?:u[0-9a-f]{4}|U[0-9a-f]{8})")


def render(documents: Sequence[Document], target: Path) -> dict[Path, bytes]:
    """The lines for the file `target`, all documents in a row."""
    lines = [line for document in documents for line in _lines(document)]
    return {target: "".join(f"{line}\n" for line in lines).encode("utf-8")}


def read(path: Path) -> list[Document]:
    """The documents of a file that `render` wrote.

    Raises:
        AnnotationError: a line stands before the first `# id = `, is neither comment nor character
            and tag, or the tags are no complete B/I sequence.
    """
    documents: list[Document] = []
    comments: dict[str, str] = {}
    rows: list[tuple[str, str]] = []
    for number, line in enumerate(read_text(path).split("\n"), 1):
        comment = _COMMENT.fullmatch(line)
        if line and "id" not in comments and not (comment and comment[1] == "id"):
            raise AnnotationError(f"{path}:{number}: expected a line `# id = NAME` before this")
        if comment:
            if comment[1] == "id" and comments:
                documents.append(_document(comments, rows, path=path))
                comments, rows = {}, []
            comments[comment[1]] = _unescape_all(comment[2])
        elif line:
            character, tab, tag = line.partition("\t")
            character = _unescape(character)
            if not tab or len(character) != 1 or not re.fullmatch("O|[BI]-.+", tag):
                raise AnnotationError(
                    f"{path}:{number}: {line!r}: expected one character, a tab and B-LABEL, I-LABEL"
                    " or O"
                )
            if tag[0] == "I" and (not rows or rows[-1][1][1:] != tag[1:]):
                raise AnnotationError(f"{path}:{number}: {tag} continues no {tag[2:]}")
            rows.append((character, tag))
    if not comments:
        raise AnnotationError(f"{path}: no document in it")
    return [*documents, _document(comments, rows, path=path)]


def _lines(document: Document) -> Iterable[str]:
    tags = ["O"] * len(document.text)
    for mention in sorted(document.mentions, key=lambda m: (m.start, -m.end)):
        if tags[mention.start : mention.end] == ["O"] * (mention.end - mention.start):
            inside = [f"I-{mention.label}"] * (mention.end - mention.start - 1)
            tags[mention.start : mention.end] = [f"B-{mention.label}", *inside]
    yield f"# id = {_escape_all(document.id)}"
    if document.source:
        yield f"# source = {_escape_all(document.source)}"
    if document.year is not None:
        yield f"# year = {document.year}"
    for character, tag in zip(document.text, tags, strict=True):
        yield f"{_escape(character)}\t{tag}"
        if character == "\n" and tag == "O":
            yield ""
    yield ""


def _document(comments: dict[str, str], rows: Sequence[tuple[str, str]], *, path: Path) -> Document:
    text = "".join(character for character, _ in rows)
    starts = [n for n, (_, tag) in enumerate(rows) if tag[0] == "B"]
    mentions = []
    for number, start in enumerate(starts, 1):
        end = start + 1
        while end < len(rows) and rows[end][1][0] == "I":
            end += 1
        mentions.append(
            Mention(
                id=f"T{number}",
                label=rows[start][1][2:],
                start=start,
                end=end,
                text=text[start:end],
            )
        )
    try:
        year = int(comments["year"]) if "year" in comments else None
    except ValueError as error:
        raise AnnotationError(f"{path}: {comments['id']}: no year: {error}") from error
    return Document(
        id=comments["id"],
        text=text,
        mentions=tuple(mentions),
        year=year,
        source=comments.get("source", ""),
    )


def _escape(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable() and character != " ":
        return character
    point = ord(character)
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"


def _unescape(token: str) -> str:
    if token in _UNESCAPES:
        return _UNESCAPES[token]
    return chr(int(f"0x{token[2:]}", 0)) if _ESCAPED.fullmatch(token) else token


def _escape_all(text: str) -> str:
    return "".join(character if character == " " else _escape(character) for character in text)


def _unescape_all(text: str) -> str:
    return re.sub(rf"{_ESCAPED.pattern}|\\[nrt\\]", lambda match: _unescape(match[0]), text)
