"""What `zonefacts score` is told, and what it tells when it is done."""

from dataclasses import dataclass, field
from pathlib import Path

from annotations.errors import PipelineError
from annotations.schema import load_schema
from pipeline.engines import require_ray
from pipeline.scoring import Failure
from pipeline.tables import require_tables

ENGINES = ("local", "ray")
FORMATS = ("jsonl", "csv", "parquet", "duckdb")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreSettings:
    """What to score, where to, and how.

    Attributes:
        inputs: files, folders, globs, or `-` for standard input.
        output: the folder of the results.
        model: a model folder; None is the shipped one.
        formats: besides JSON lines, which are always written: csv, parquet, duckdb.
        year: year of all reports; None infers each from its text.
        workers: number of processes that score.
        engine: `local` or `ray`.
        resume: take over what earlier runs in the same folder have done.
        threshold: facts of less confidence (0..1) are counted, not written.

    Raises:
        PipelineError: a value is out of its range, or needs a package that is not installed.
    """

    inputs: tuple[str, ...]
    output: Path
    model: Path | None = None
    formats: tuple[str, ...] = ()
    year: int | None = None
    workers: int = 1
    engine: str = "local"
    resume: bool = False
    threshold: float = 0.0

    def __post_init__(self) -> None:
        unknown = [kind for kind in self.formats if kind not in FORMATS]
        year = self.year
        wrong = (
            (not self.inputs, "nothing to score; give files, folders, globs, or - for stdin"),
            (
                self.output.exists() and not self.output.is_dir(),
                f"--output: {self.output} is a file, expected a folder for the results",
            ),
            (
                year is not None and not 1949 <= year <= 2099,
                f"--year: expected a year from 1949 to 2099, came {year}",
            ),
            (self.workers < 1, f"--workers: expected 1 or more, came {self.workers}"),
            (not 0 <= self.threshold <= 1, f"--threshold: expected 0 to 1, came {self.threshold}"),
            (
                self.engine not in ENGINES,
                f"--engine: expected {' or '.join(ENGINES)}, came {self.engine}",
            ),
            (
                bool(unknown),
                f"--format: expected some of {', '.join(FORMATS)}, came {', '.join(unknown)}",
            ),
        )
        for is_wrong, message in wrong:
            if is_wrong:
                raise PipelineError(message)
        for kind in self.tables:
            require_tables(kind)
        if self.engine == "ray":
            require_ray()

    @property
    def tables(self) -> tuple[str, ...]:
        """The table formats, each once."""
        return tuple(kind for kind in dict.fromkeys(self.formats) if kind != "jsonl")


@dataclass(slots=True, kw_only=True)
class Counts:
    """What a run has read and found; everything that was left out is here too."""

    documents: int = 0
    reused: int = 0
    failed: int = 0
    files_skipped: int = 0
    characters: int = 0
    mentions: dict[str, int] = field(default_factory=lambda: dict.fromkeys(load_schema().labels, 0))
    relations: int = 0
    facts: int = 0
    facts_below_threshold: int = 0
    projects: int = 0
    documents_without_facts: int = 0
    documents_without_year: int = 0
    unparsed_amounts: int = 0
    unparsed_dates: int = 0
    documents_left_out_of_page: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreSummary:
    """What a run did, for whoever asked for it.

    `characters_per_second` counts only what was annotated now; it is None when nothing was.
    """

    output: Path
    counts: Counts
    failures: tuple[Failure, ...]
    seconds: float
    characters_per_second: float | None

    @property
    def exit_status(self) -> int:
        """0 when all inputs were scored, 1 when some were, 2 when none was."""
        if not self.failures:
            return 0
        return 1 if self.counts.documents else 2
