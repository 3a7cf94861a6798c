"""Many inputs to one result folder: what `zonefacts score` does.

Each input is read and annotated on its own, here or in worker processes, and kept in a journal on
disk. When all are done, facts are derived and written in the order of the inputs, so the results do
not depend on the number of workers, the engine, or on how often the run was interrupted.
"""

import platform
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import Any

from annotations.document import Document
from annotations.errors import CorpusError, PipelineError
from annotations.store import document_from_record
from corpus.readers import InputRef, encodable, find_inputs
from pipeline.engines import Setup, run_here, run_processes, run_ray
from pipeline.facts import count_unparsed, derive_facts, merge_projects
from pipeline.journal import Journal, Maker
from pipeline.pieces import Annotator, Loader
from pipeline.records import Fact
from pipeline.scoring import Failure, Job, Scored, load_shipped
from pipeline.settings import Counts, ScoreSettings, ScoreSummary
from pipeline.version import package_version
from pipeline.writers import ResultWriter, write_errors

__all__ = ["Progress", "ScoreSettings", "ScoreSummary", "hash_folder", "score_inputs"]

# What the numbers depend on besides zonefacts itself.
_PACKAGES = ("numpy", "onnxruntime", "spacy-pkuseg", "tokenizers")

# Called with how many inputs are done and how many there are.
Progress = Callable[[int, int], None]


def score_inputs(
    settings: ScoreSettings,
    *,
    load: Loader = load_shipped,
    stdin: Callable[[], bytes] | None = None,
    on_progress: Progress | None = None,
) -> ScoreSummary:
    """Score inputs and write the results.

    An input that fails is told in `errors.jsonl` and in the summary; the others go on. When none
    can be scored, only `errors.jsonl` is written.

    Args:
        settings: what to score and how.
        load: loads the model, once in each process.
        stdin: gives the bytes of the input `-`; without it, they come from standard input.
        on_progress: called after each input.

    Raises:
        PipelineError: the model cannot be loaded, a worker process died, or an interrupted run in
            the folder would be lost.
        OSError: the folder cannot be written to.
    """
    return _Run(settings, stdin=stdin or _read_stdin, on_progress=on_progress).run(load)


def _read_stdin() -> bytes:
    # A process without a terminal may have none.
    if sys.stdin is None:
        raise PipelineError("-: standard input is closed; give a file or pipe the text in")
    return sys.stdin.buffer.read()


class _Run:
    """One call of `score_inputs`: what its steps share."""

    def __init__(
        self, settings: ScoreSettings, *, stdin: Callable[[], bytes], on_progress: Progress | None
    ) -> None:
        self._settings = settings
        self._stdin = stdin
        self._on_progress = on_progress
        self._began = datetime.now(UTC)
        self._clock = time.perf_counter()
        self._annotate_seconds = 0.0
        self._counts = Counts()
        self._failures: list[Failure] = []
        self._scored: dict[int, Scored] = {}

    def run(self, load: Loader) -> ScoreSummary:
        """Find, score and write."""
        refs = self._find()
        if refs:
            model = load(self._settings.model)
            maker = Maker(model.name, hash_folder(self._settings.model), package_version())
            journal = Journal(self._settings.output, maker=maker, resume=self._settings.resume)
            try:
                self._score(refs, model=model, load=load, journal=journal)
                self._write(journal, maker=maker)
                journal.drop()
            finally:
                journal.close()
        self._failures.sort(key=lambda failure: failure.number)
        if not self._counts.documents:
            write_errors(self._settings.output, self._failures)
        return ScoreSummary(
            output=self._settings.output,
            counts=self._counts,
            failures=tuple(self._failures),
            seconds=time.perf_counter() - self._clock,
            characters_per_second=self._speed(),
        )

    def _find(self) -> list[InputRef]:
        def skip(_: Path) -> None:
            self._counts.files_skipped += 1

        def fail(given: str, error: CorpusError) -> None:
            # Before all inputs that could be found.
            self._fail(Failure(number=-1, source=given, stage="input", message=str(error)))

        return find_inputs(self._settings.inputs, on_skipped=skip, on_problem=fail)

    def _fail(self, failure: Failure) -> None:
        self._failures.append(failure)
        self._counts.failed += 1

    def _score(
        self, refs: Sequence[InputRef], *, model: Annotator, load: Loader, journal: Journal
    ) -> None:
        settings = self._settings
        setup = Setup(load=load, folder=settings.model, year=settings.year, known=journal.known)
        jobs = self._jobs(refs)
        workers = min(settings.workers, len(refs))
        outcomes: Iterator[Scored | Failure]
        if settings.engine == "ray":
            outcomes = run_ray(jobs, setup=setup, workers=workers)
        elif workers > 1:
            outcomes = run_processes(jobs, setup=setup, workers=workers)
        else:
            outcomes = run_here(jobs, setup=setup, model=model)
        began = time.perf_counter()
        for n_done, outcome in enumerate(outcomes, 1):
            self._keep(outcome, journal=journal)
            if self._on_progress:
                self._on_progress(n_done, len(refs))
        self._annotate_seconds = time.perf_counter() - began

    def _jobs(self, refs: Sequence[InputRef]) -> Iterator[Job]:
        for number, ref in enumerate(refs):
            data = self._stdin() if ref.path is None else None
            yield Job(number=number, id=ref.id, source=ref.source, path=ref.path, data=data)

    def _keep(self, outcome: Scored | Failure, *, journal: Journal) -> None:
        if isinstance(outcome, Failure):
            self._fail(outcome)
            return
        if outcome.line is None:
            journal.take_over(outcome.number, outcome.key)
        else:
            journal.append(outcome.number, outcome.line)
            # The journal has the line; thousands of them need not be held in memory.
            outcome = replace(outcome, line="")
        self._scored[outcome.number] = outcome

    def _write(self, journal: Journal, *, maker: Maker) -> None:
        settings, counts = self._settings, self._counts
        written = []
        with ResultWriter(settings.output, formats=settings.tables) as writer:
            for _, scored in sorted(self._scored.items()):
                derived = _derive(scored, journal.record(scored.number))
                if isinstance(derived, Failure):
                    self._fail(derived)
                    continue
                facts = [fact for fact in derived.facts if fact.confidence >= settings.threshold]
                projects = merge_projects(derived.document, facts)
                writer.add(derived.record, derived.document, facts=facts, projects=projects)
                written.append(scored)
                self._count(scored, derived, n_facts=len(facts), n_projects=len(projects))
            if not written:
                return
            counts.documents_left_out_of_page = writer.n_left_out_of_page
            writer.commit(
                failures=sorted(self._failures, key=lambda failure: failure.number),
                manifest=self._manifest(written, maker=maker),
            )

    def _count(self, scored: Scored, derived: "_Derived", *, n_facts: int, n_projects: int) -> None:
        counts, unparsed = self._counts, count_unparsed(derived.facts)
        counts.documents += 1
        counts.reused += scored.line is None
        counts.characters += scored.n_characters
        for mention in derived.document.mentions:
            counts.mentions[mention.label] += 1
        counts.relations += len(derived.document.relations)
        counts.facts += n_facts
        counts.facts_below_threshold += len(derived.facts) - n_facts
        counts.projects += n_projects
        counts.documents_without_facts += not n_facts
        counts.documents_without_year += derived.document.year is None
        counts.unparsed_amounts += unparsed.amounts
        counts.unparsed_dates += unparsed.dates

    def _speed(self) -> float | None:
        annotated = [s.n_characters for s in self._scored.values() if s.line is not None]
        return round(sum(annotated) / self._annotate_seconds, 1) if annotated else None

    def _manifest(self, written: Sequence[Scored], *, maker: Maker) -> Mapping[str, Any]:
        settings = asdict(self._settings)
        settings["inputs"] = [encodable(name) for name in settings["inputs"]]
        return {
            "maker": asdict(maker),
            "versions": {"python": platform.python_version(), **_versions()},
            "settings": {
                name: encodable(value.as_posix()) if isinstance(value, Path) else value
                for name, value in settings.items()
            },
            "inputs": [
                {
                    "id": scored.id,
                    "source": scored.source,
                    "sha256": scored.key[0],
                    "year": scored.key[1],
                    "year_reason": scored.year_reason,
                    "characters": scored.n_characters,
                    "reused": scored.line is None,
                    "seconds": round(scored.seconds, 3),
                }
                for scored in written
            ],
            "counts": asdict(self._counts),
            "timings": {
                "began": self._began.isoformat(timespec="seconds"),
                "seconds": round(time.perf_counter() - self._clock, 3),
                "annotate_seconds": round(self._annotate_seconds, 3),
                "characters_per_second": self._speed(),
            },
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Derived:
    """A document as it is written, and all its facts."""

    record: Mapping[str, Any]
    document: Document
    facts: tuple[Fact, ...]


def _derive(scored: Scored, record: Mapping[str, Any]) -> _Derived | Failure:
    # An earlier run may have read the same text under another name.
    record = {
        **record,
        "id": scored.id,
        "source": scored.source,
        "year_reason": scored.year_reason,
    }
    try:
        document = document_from_record(record)
        return _Derived(record=record, document=document, facts=derive_facts(document))
    except Exception as error:  # noqa: BLE001 - one bad document must not end the batch
        message = " ".join(f"{scored.source}: {error or repr(error)}".split())
        return Failure(number=scored.number, source=scored.source, stage="facts", message=message)


def hash_folder(folder: Path | None) -> str:
    """SHA-256 over the names and bytes of a model's files; None is the shipped model."""
    folder = folder or Path(str(files("pipeline").joinpath("model")))
    digest = sha256()
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode("utf-8") + b"\0")
            digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _versions() -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found
