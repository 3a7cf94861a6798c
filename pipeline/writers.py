"""The result folder: everything in a temporary folder within it first, then all of it in place.

A run that is interrupted leaves the files of the run before it, whole. All files but manifest.json
depend only on the inputs, the model and the settings, so two runs give the same bytes; what changes
from run to run (timings, what was taken over from an earlier run) is in the manifest alone. The
DuckDB file is the exception: DuckDB gives it an identifier of its own.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from annotations.document import Document
from corpus.files import write_atomic
from pipeline.records import Fact, ProjectRecord
from pipeline.scoring import Failure
from pipeline.serialise import dump_line, fact_record, project_record
from pipeline.tables import SINKS, TableSink, flat_row

DOCUMENTS = "documents.jsonl"
FACTS = "facts.jsonl"
PROJECTS = "projects.jsonl"
ERRORS = "errors.jsonl"
MANIFEST = "manifest.json"
PAGE = "facts.html"
# A page with more cannot be used in a browser; the lines of facts.jsonl are complete.
_MAX_PAGE_FACTS = 20_000
_MAX_PAGE_CHARACTERS = 300_000


def write_errors(folder: Path, failures: Sequence[Failure]) -> None:
    """Write `errors.jsonl` alone, as after a run in which nothing could be scored.

    Raises:
        OSError: the folder cannot be written to.
    """
    write_atomic(folder / ERRORS, "".join(map(_error_line, failures)))


class ResultWriter:
    """Writes one run; a context manager that leaves no trace unless `commit` was reached.

    Args:
        folder: made if it is not there.
        formats: tables besides the JSON lines: csv, parquet, duckdb.

    Raises:
        OSError: the folder cannot be written to.
        PipelineError: a table format needs a package that is not installed.
    """

    def __init__(self, folder: Path, *, formats: Sequence[str] = ()) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._writing = Path(tempfile.mkdtemp(prefix=".writing.", dir=folder))
        self._closing = ExitStack()
        try:
            self._documents = self._open(DOCUMENTS)
            self._facts = self._open(FACTS)
            self._projects = self._open(PROJECTS)
            self._tables = [self._open_table(kind) for kind in formats]
        except BaseException:
            self._discard()
            raise
        self._page: list[Document] = []
        self._page_facts: dict[str, tuple[Fact, ...]] = {}
        self._n_page_facts = 0
        self.n_left_out_of_page = 0

    def add(
        self,
        record: Mapping[str, Any],
        document: Document,
        *,
        facts: Sequence[Fact],
        projects: Sequence[ProjectRecord],
    ) -> None:
        """Write one document; documents stand in the order in which they are added.

        Args:
            record: the document's line in `documents.jsonl`.
            document: the same as an object.
            facts: its facts that are to be written.
            projects: the records of its projects.
        """
        self._documents.write(dump_line(record))
        self._facts.writelines(dump_line(fact_record(fact)) for fact in facts)
        self._projects.writelines(dump_line(project_record(project)) for project in projects)
        rows = [flat_row(fact) for fact in facts] if self._tables else []
        for table in self._tables:
            table.write(rows)
        if len(document.text) > _MAX_PAGE_CHARACTERS or (
            self._n_page_facts + len(facts) > _MAX_PAGE_FACTS
        ):
            self.n_left_out_of_page += 1
            return
        self._n_page_facts += len(facts)
        self._page.append(document)
        self._page_facts[document.id] = tuple(facts)

    def commit(self, *, failures: Sequence[Failure], manifest: Mapping[str, Any]) -> None:
        """Put all files in place, the manifest last.

        Args:
            failures: what could not be scored, for `errors.jsonl`.
            manifest: what `manifest.json` says.
        """
        # The page's template and the schema are read only here.
        from pipeline.view import render_facts  # noqa: PLC0415

        self._open(ERRORS).writelines(map(_error_line, failures))
        self._open(PAGE).write(render_facts(self._page, self._page_facts))
        self._open(MANIFEST).write(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")
        self._closing.close()
        written = sorted(self._writing.iterdir(), key=lambda path: (path.name == MANIFEST, path))
        for path in written:
            _sync(path)
        names = {path.name for path in written}
        # A table of an earlier run, in a format that this one does not write, holds other facts.
        stale = [f"facts.{kind}" for kind in SINKS if f"facts.{kind}" not in names]
        has_earlier = (self._folder / MANIFEST).exists()
        for path in written:
            path.replace(self._folder / path.name)
        for name in stale if has_earlier else ():
            (self._folder / name).unlink(missing_ok=True)

    def __enter__(self) -> Self:
        """The writer itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove what was not committed."""
        self._discard()

    def _open(self, name: str) -> IO[str]:
        file = (self._writing / name).open("w", encoding="utf-8", newline="")
        return self._closing.enter_context(file)

    def _open_table(self, kind: str) -> TableSink:
        table = SINKS[kind](self._writing / f"facts.{kind}")
        self._closing.callback(table.close)
        return table

    def _discard(self) -> None:
        try:
            self._closing.close()
        finally:
            shutil.rmtree(self._writing, ignore_errors=True)


def _error_line(failure: Failure) -> str:
    return dump_line({"source": failure.source, "stage": failure.stage, "message": failure.message})


def _sync(path: Path) -> None:
    """Have the system put a file on the disk, so that its new name never outlives its bytes."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
