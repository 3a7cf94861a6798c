"""What has been scored so far, kept on disk line by line, and what an earlier run has left.

While a run goes on, each scored document is one line of `.partial/documents.jsonl`, flushed to the
disk before it counts as done. A later run with `--resume` takes over these lines, and those of a
finished run in the same folder, as long as they were made with the same model by the same version.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from annotations.errors import PipelineError
from pipeline.scoring import Key
from pipeline.writers import DOCUMENTS, MANIFEST

_PARTIAL = ".partial"
_RUN = "run.json"


@dataclass(frozen=True, slots=True)
class Maker:
    """Who makes the documents of a run: model name, hash of its files, version of zonefacts."""

    model: str
    model_sha256: str
    version: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a line stands: a file, and the half-open range of its bytes."""

    path: Path
    start: int
    end: int

    def read(self) -> bytes:
        with self.path.open("rb") as file:
            file.seek(self.start)
            return file.read(self.end - self.start)


class Journal:
    """The scored documents of the run that is going on, by the number of their input.

    Args:
        folder: the folder of the results.
        maker: the model and version of this run.
        resume: take over what earlier runs with this maker have left.

    Raises:
        OSError: the folder cannot be written to.
        PipelineError: the folder cannot be made, or an interrupted run would be thrown away, since
            `resume` is not set or the run had another maker.
    """

    def __init__(self, folder: Path, *, maker: Maker, resume: bool) -> None:
        self._folder = folder / _PARTIAL
        self._path = self._folder / DOCUMENTS
        self._earlier: dict[Key, _Place] = {}
        self._places: dict[int, _Place] = {}
        interrupted = _places(self._path)
        is_ours = _made_by(self._folder / _RUN, None, maker)
        if interrupted and not (resume and is_ours):
            what, how = (
                ("an interrupted run", "add --resume to go on with it")
                if is_ours
                else ("an interrupted run with another model or version", "go on with that one")
            )
            raise PipelineError(
                f"{folder}: {len(interrupted)} documents of {what} are here; {how}, or delete"
                f" {self._folder} to begin anew"
            )
        if resume and _made_by(folder / MANIFEST, "maker", maker):
            self._earlier |= _places(folder / DOCUMENTS)
        self._earlier |= interrupted
        if not any(place.path == self._path for place in self._earlier.values()):
            shutil.rmtree(self._folder, ignore_errors=True)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PipelineError(
                f"--output: {folder}: no folder for the results can be made: {error.strerror}"
            ) from error
        (self._folder / _RUN).write_text(json.dumps(asdict(maker)), encoding="utf-8")
        self._cut_broken_end()
        self._file = self._path.open("ab")

    @property
    def known(self) -> frozenset[Key]:
        """The texts, with their years, that earlier runs have scored."""
        return frozenset(self._earlier)

    def append(self, number: int, line: str) -> None:
        """Keep the line of an input; it is on the disk when this returns."""
        raw = line.encode("utf-8")
        start = self._file.seek(0, os.SEEK_END)
        self._file.write(raw)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._places[number] = _Place(self._path, start, start + len(raw))

    def take_over(self, number: int, key: Key) -> None:
        """Let an input have the line that an earlier run made of the same text."""
        self._places[number] = self._earlier[key]

    def record(self, number: int) -> dict[str, Any]:
        """The record of an input that was appended or taken over."""
        record: dict[str, Any] = json.loads(self._places[number].read())
        return record

    def close(self) -> None:
        """Close the file; it stays for a later run."""
        self._file.close()

    def drop(self) -> None:
        """Close and remove it, once the results are in place."""
        self.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _cut_broken_end(self) -> None:
        """Drop the half line that a run leaves when it is stopped while writing."""
        if not self._path.exists():
            return
        end = max((place.end for place in _places(self._path).values()), default=0)
        os.truncate(self._path, end)


def _made_by(path: Path, member: str | None, maker: Maker) -> bool:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    found = data.get(member) if member and isinstance(data, Mapping) else data
    return bool(found == asdict(maker))


def _places(path: Path) -> dict[Key, _Place]:
    return dict(_lines(path))


def _lines(path: Path) -> Iterator[tuple[Key, _Place]]:
    if not path.exists():
        return
    start = 0
    with path.open("rb") as file:
        for raw in file:
            end = start + len(raw)
            try:
                record = json.loads(raw)
                key = (record["sha256"], record["year"])
            except (ValueError, KeyError, TypeError):
                # The end of a run that was stopped; what comes before it is whole.
                return
            if raw.endswith(b"\n"):
                yield key, _Place(path, start, end)
            start = end
