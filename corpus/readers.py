"""Reports from files, folders, globs and standard input."""

import glob
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
    """An input by the id its document gets; `path` is None for standard input."""

    id: str
    source: str
    path: Path | None


def read_report(path: Path) -> Report:
    """Read a report of any kind: txt, html, docx or pdf.

    Raises:
        CorpusError: the file is missing, unreadable, empty, binary, or in an unknown encoding.
    """
    if path.is_dir():
        raise CorpusError(f"{path}: a folder, expected a file")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read: {error.strerror or error}") from error
    return read_stream(data, path.as_posix())


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
        year_reason=guess.reason if guess else "the text names no year",
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
    reached twice is taken once. A document's id is its file's name without suffix; where two are
    equal, the first keeps it and the following ones get `-2`, `-3` and so on.

    Args:
        inputs: paths, globs, or `-`.
        on_skipped: called with each file of a folder that is not read because of its name.
        on_problem: called with an input and what is wrong with it; without it, that is raised.

    Raises:
        CorpusError: an input does not exist or holds nothing to read, and `on_problem` is None.
    """
    found: dict[Path | None, str] = {}
    for given in inputs:
        try:
            for path, source in _expand(given, on_skipped=on_skipped):
                found.setdefault(path.resolve() if path else None, source)
        except CorpusError as error:
            if on_problem is None:
                raise
            on_problem(given, error)
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


def _expand(
    given: str, *, on_skipped: Callable[[Path], None] | None
) -> Iterator[tuple[Path | None, str]]:
    if given == STDIN:
        yield None, STDIN
        return
    path = Path(given)
    if path.exists():
        matches = [path]
    elif glob.has_magic(given):
        matches = [Path(match) for match in sorted(glob.glob(given, recursive=True))]  # noqa: PTH207
        if not matches:
            raise CorpusError(f"{given}: no file fits this pattern")
    else:
        raise CorpusError(f"{given}: no such file or folder")
    for match in matches:
        if match.is_dir():
            yield from _search(match, on_skipped=on_skipped)
        else:
            yield match, match.as_posix()


def _search(
    folder: Path, *, on_skipped: Callable[[Path], None] | None
) -> Iterator[tuple[Path, str]]:
    n_found = 0
    for path in sorted(folder.rglob("*"), key=lambda p: p.relative_to(folder).parts):
        if path.is_dir():
            continue
        hidden = any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
        is_result = path.name == _RESULT_PAGE and (path.parent / _RESULT_BESIDE).exists()
        if hidden or is_result or path.suffix.lower() not in SUFFIXES:
            if on_skipped:
                on_skipped(path)
            continue
        n_found += 1
        yield path, path.as_posix()
    if not n_found:
        known = " ".join(suffix.removeprefix(".") for suffix in SUFFIXES)
        raise CorpusError(f"{folder}: no report in this folder; looked for {known}")


def _with_ids(sources: Sequence[str]) -> list[InputRef]:
    taken = {_stem(source) for source in sources}
    used: set[str] = set()
    refs = []
    for source in sources:
        stem = name = _stem(source)
        number = 1
        while name in used or (name != stem and name in taken):
            number += 1
            name = f"{stem}-{number}"
        used.add(name)
        path = None if source == STDIN else Path(source)
        refs.append(InputRef(id=name, source=source, path=path))
    return refs


def _stem(source: str) -> str:
    return "stdin" if source == STDIN else PurePath(source).stem
