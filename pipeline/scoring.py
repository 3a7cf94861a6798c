"""One input to one line of `documents.jsonl`, or to the reason why not.

This is what a worker process does. Nothing here raises for a bad input: what goes wrong with one
input is returned, so that the others go on.
"""

import time
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from corpus.readers import STDIN, read_report, read_stream
from corpus.report import Report
from pipeline.pieces import Annotator, annotate_pieces
from pipeline.serialise import document_record, dump_line
from pipeline.version import package_version

# A text and the year it was read with; together with the model they decide the result.
Key = tuple[str, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """An input to score; `number` is its place in the order of the inputs."""

    number: int
    id: str
    source: str
    path: Path | None
    data: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A scored input. `line` is its record, or None when that is known from an earlier run."""

    number: int
    id: str
    source: str
    key: Key
    year_reason: str
    n_characters: int
    seconds: float
    line: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An input that could not be scored, and where it failed: input, read, annotate or facts."""

    number: int
    source: str
    stage: str
    message: str


def load_shipped(folder: Path | None) -> Annotator:
    """The model in `folder`, or the shipped one.

    Raises:
        PipelineError: there is no model, or one of another version.
    """
    # onnxruntime takes a while to import, and wrong use should be told at once.
    from pipeline.model import load_model  # noqa: PLC0415

    return load_model(folder)


def score_job(
    job: Job, *, model: Annotator, year: int | None, known: AbstractSet[Key]
) -> Scored | Failure:
    """Read and annotate one input.

    Args:
        job: the input.
        model: annotates it.
        year: overrides the year inferred from the text.
        known: texts that need no scoring, since an earlier run has done it.
    """
    began = time.perf_counter()
    stage = "read"
    try:
        report = _read(job)
        key = (report.sha256, year or report.year)
        stage = "annotate"
        line = None
        if key not in known:
            line = _annotate(job, report, model=model, year=key[1], given=year is not None)
    except Exception as error:  # noqa: BLE001 - one bad input must not end the batch
        message = str(error) or repr(error)
        if not message.startswith(job.source):
            message = f"{job.source}: {type(error).__name__}: {message}"
        return Failure(
            number=job.number, source=job.source, stage=stage, message=" ".join(message.split())
        )
    return Scored(
        number=job.number,
        id=job.id,
        source=job.source,
        key=key,
        year_reason=_reason(report, given=year is not None),
        n_characters=len(report.text),
        seconds=time.perf_counter() - began,
        line=line,
    )


def _read(job: Job) -> Report:
    if job.path is not None:
        return read_report(job.path)
    return read_stream(job.data or b"", STDIN)


def _annotate(job: Job, report: Report, *, model: Annotator, year: int | None, given: bool) -> str:
    document = annotate_pieces(model, report.text, id=job.id, source=job.source, year=year)
    record = document_record(
        document,
        year_reason=_reason(report, given=given),
        model=model.name,
        version=package_version(),
    )
    return dump_line(record)


def _reason(report: Report, *, given: bool) -> str:
    return "given" if given else report.year_reason
