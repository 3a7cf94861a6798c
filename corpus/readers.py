"""Reports from files, folders, globs and standard input."""

import glob
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePath

from annotations.errors import CorpusError
from corpus.documents import docx_text, html_text, pdf_text
from corpus.encodings import decode_text
from corpus.report import Report, infer_year

STDIN = "-"
# What a folder is searched for; a file that is named itself may have any suffix.
SUFFIXES = (".docx", ".htm", ".html", ".pdf", ".text", ".txt", ".xhtml")
# What scoring writes, in case it writes into a folder that is scored again.
_RESULT_PAGE, _RESULT_BESIDE = "facts.html", "documents.jsonl"
_HTML = (".htm", ".html", ".xhtml")
_OLD_WORD = bytes.fromhex("D0CF11E0A1B11AE1")


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRef:
    """An input by the id its document gets; `path` is None for standard input.

    `id` and `source` can always be written as UTF-8; only `path` opens the file.
    """

    id: str
    source: str
    path: Path | None


def read_report(path: Path) -> Report:
    """Read a report of any kind: txt, html, docx or pdf.

    Raises:
        CorpusError: the file is missing, unreadable, empty, binary, or in an unknown encoding.
    """
    name = encodable(path.as_posix())
    if _is_folder(path):
        raise CorpusError(f"{name}: a folder, expected a file")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CorpusError(f"{name}: cannot be read: {error.strerror or error}") from error
    return read_stream(data, name)


def read_stream(data: bytes, name: str) -> Report:
    """A report from the bytes of a file.

    Its kind follows from how the bytes begin, then from the suffix of the name. Text is kept as it
    is, line breaks included; only a byte order mark is dropped.

    Args:
        data: the bytes.
        name: the path as messages and `Report.source` show it; `-` is standard input.

    Raises:
        CorpusError: the bytes are empty, binary, in an unknown encoding, or a broken document.
    """
    text = _extract(data, name)
    if not text.strip():
        hint = "; a scanned document needs OCR first" if data.startswith(b"%PDF-") else ""
        raise CorpusError(f"{name}: no text in it{hint}" if data else f"{name}: an empty file")
    guess = infer_year(text, name="" if name == STDIN else PurePath(name).name)
    return Report(
        id=_stem(name),
        source=name,
        sha256=sha256(text.encode("utf-8")).hexdigest(),
        text=text,
        year=guess.year if guess else None,
        year_reason=guess.reason if guess else "the text does not tell its own year",
    )


def find_inputs(
    inputs: Sequence[str],
    *,
    on_skipped: Callable[[Path], None] | None = None,
    on_problem: Callable[[str, CorpusError], None] | None = None,
) -> list[InputRef]:
    """The reports that files, folders, globs and `-` stand for, in the order given.

    Folders are searched with their subfolders, in the order of the paths; skipped are hidden files,
    suffixes other than `SUFFIXES`, and the page that an earlier run has written. A file that is
    reached twice is taken once; one that cannot be opened is taken too, since reading it says why.
    A document's id is its file's name without suffix; where two are equal, the first keeps it and
    the following ones get `-2`, `-3` and so on.

    Args:
        inputs: paths, globs, or `-`.
        on_skipped: called with each file of a folder that is not read because of its name.
        on_problem: called with an input and what is wrong with it; without it, that is raised.

    Raises:
        CorpusError: an input does not exist or holds nothing to read, and `on_problem` is None.
    """
    found: dict[str, Path | None] = {}
    for given in inputs:
        try:
            for path in _expand(given, on_skipped=on_skipped):
                # Unlike `Path.resolve`, this bears links that lead in a circle.
                found.setdefault(os.path.realpath(path) if path else STDIN, path)
        except CorpusError as error:
            if on_problem is None:
                raise
            on_problem(encodable(given), error)
    return _with_ids(list(found.values()))


def _extract(data: bytes, name: str) -> str:
    suffix = PurePath(name).suffix.lower()
    if data.startswith(b"%PDF-") or suffix == ".pdf":
        return pdf_text(data, name=name)
    if suffix == ".docx" or (data.startswith(b"PK\x03\x04") and b"word/" in data):
        return docx_text(data, name=name)
    if data.startswith(_OLD_WORD):
        raise CorpusError(f"{name}: an old Word document (.doc); save it as .docx")
    text = decode_text(data, name=name)
    start = text[:1000].lstrip().lower()
    # A .txt file is raw text, whatever it holds.
    if suffix in _HTML or (
        suffix not in (".txt", ".text") and start.startswith(("<!doctype html", "<html"))
    ):
        return html_text(text, name=name)
    return text


def _expand(given: str, *, on_skipped: Callable[[Path], None] | None) -> Iterator[Path | None]:
    if given == STDIN:
        yield None
        return
    matches = _matches(given)
    n_found = 0
    for match in matches:
        files = _search(match, on_skipped=on_skipped) if _is_folder(match) else [match]
        for path in files:
            n_found += 1
            yield path
    # Of the folders that fit a pattern, some may be without reports, not all.
    if not n_found:
        by_name = matches == [Path(given)]
        where = "this folder" if by_name else "the folders that fit this pattern"
        known = " ".join(suffix.removeprefix(".") for suffix in SUFFIXES)
        raise CorpusError(f"{encodable(given)}: no report in {where}; looked for {known}")


def _matches(given: str) -> list[Path]:
    """The file or folder of that name, else all that fit the pattern."""
    path = Path(given)
    try:
        path.stat()
    except OSError as error:
        name = encodable(given)
        if glob.has_magic(given):
            matches = [Path(match) for match in sorted(glob.glob(given, recursive=True))]  # noqa: PTH207
            if not matches:
                raise CorpusError(f"{name}: no file fits this pattern") from error
            return matches
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            raise CorpusError(f"{name}: no such file or folder") from error
        raise CorpusError(f"{name}: cannot be read: {error.strerror or error}") from error
    return [path]


def _search(folder: Path, *, on_skipped: Callable[[Path], None] | None) -> Iterator[Path]:
    for path in sorted(folder.rglob("*"), key=lambda p: p.relative_to(folder).parts):
        if _is_folder(path):
            continue
        hidden = any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
        is_result = path.name == _RESULT_PAGE and (path.parent / _RESULT_BESIDE).exists()
        if hidden or is_result or path.suffix.lower() not in SUFFIXES:
            if on_skipped:
                on_skipped(path)
            continue
        yield path


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        # A link to where one may not look, or to a name that is too long.
        return False


def _with_ids(paths: Sequence[Path | None]) -> list[InputRef]:
    sources = [encodable(path.as_posix()) if path else STDIN for path in paths]
    taken = {_stem(source) for source in sources}
    # Of each stem the last number, so that the search for a free one goes on where it ended.
    numbers: dict[str, int] = {}
    refs = []
    for path, source in zip(paths, sources, strict=True):
        stem = name = _stem(source)
        number = numbers.get(stem, 0) + 1
        while number > 1 and (name := f"{stem}-{number}") in taken:
            number += 1
        numbers[stem] = number
        refs.append(InputRef(id=name, source=source, path=path))
    return refs


def _stem(source: str) -> str:
    return "stdin" if source == STDIN else PurePath(source).stem


def encodable(name: str) -> str:
    """A name as it can be written: bytes that are no UTF-8 become replacement characters."""
    return os.fsencode(name).decode("utf-8", "replace")
