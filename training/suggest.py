"""Which unannotated passages would teach the model most, and their pre-annotations.

Active learning by three measures, each as a rank among the candidates: how unsure the tagger is
(margin sampling, Scheffer et al. 2001), how many facts there are to learn from, and how far the
passage lies from what is annotated or suggested already (as in maximal marginal relevance,
Carbonell and Goldstein 1998).

Reports of development and test places are never suggested, as far as they can be told; what can
and cannot be recognised is said in `training.held_out`.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotations.convert import find_format
from annotations.document import Document
from annotations.errors import TrainingError, ZonefactsError
from corpus.files import write_atomic
from corpus.readers import find_inputs, read_report
from corpus.selection import cut_passages
from pipeline.decode import log_softmax
from pipeline.facts import derive_facts
from pipeline.model import Model
from pipeline.windows import FloatArray
from training.held_out import held_out_reason

FORMATS = ("brat", "label-studio")
_SUGGESTIONS = "suggestions.jsonl"
# Passages whose states are nearly those of a known one are copies of it.
_SAME = 0.9999


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A passage `[start, end)` of a report, with its pre-annotation and why it is suggested.

    `uncertainty` is the mean of one minus the margin between the two likeliest tags over the
    passage's characters, `n_facts` the facts found in it, `novelty` one minus the cosine
    similarity to the nearest known passage; `score` is the mean of their ranks in 0..1.
    """

    document: Document
    start: int
    end: int
    uncertainty: float
    n_facts: int
    novelty: float
    score: float


@dataclass(frozen=True, slots=True)
class _Passage:
    """A passage from `start` in its report; the document holds its text alone."""

    document: Document
    start: int


@dataclass(frozen=True, slots=True)
class _Candidate:
    document: Document
    start: int
    end: int
    uncertainty: float
    n_facts: int
    vector: NDArray[np.float64]


def suggest(
    inputs: Sequence[str],
    *,
    model: Model,
    count: int,
    known: Sequence[Document] = (),
    on_error: Callable[[str], None] = lambda _: None,
    on_held_out: Callable[[str], None] = lambda _: None,
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> list[Suggestion]:
    """The `count` passages of the inputs that would teach most, best first.

    Args:
        inputs: files, folders or globs of reports.
        model: scores the passages.
        count: how many to suggest.
        known: annotated documents, which new passages should differ from.
        on_error: gets the message for each input that is missing or cannot be read.
        on_held_out: gets the message for each report left out for its place.
        on_progress: called after each passage with how many are read, known ones too, of how many.

    Raises:
        TrainingError: there is no passage to suggest.
    """
    passages = _find_passages(inputs, on_error=on_error, on_held_out=on_held_out)
    if not passages:
        raise TrainingError(
            "no readable passage among the inputs that may be trained on; give reports to choose"
            " from, of other places than those of the development and test splits"
        )
    # An annotated report of many passages is like none of them as a whole.
    compared = [
        document.text[start:end] for document in known for start, end in _cut(document.text)
    ]
    n_all = len(passages) + len(compared)
    candidates: list[_Candidate] = []
    for passage in passages:
        candidates.append(_measure(passage, model=model))
        on_progress(len(candidates), n_all)
    vectors: list[NDArray[np.float64]] = []
    for text in compared:
        vectors.append(_vector(model.encode(text).states))
        on_progress(len(candidates) + len(vectors), n_all)
    return _rank(candidates, vectors, count=count)


def check_target(folder: Path, *, format_name: str) -> None:
    """See that annotators can be given pre-annotations in this format and in this folder.

    Raises:
        TrainingError: they cannot, or the folder holds some that may have been corrected since.
    """
    if format_name not in FORMATS:
        raise TrainingError(f"no format {format_name!r} here; expected {' or '.join(FORMATS)}")
    if (folder / _SUGGESTIONS).exists():
        raise TrainingError(
            f"{folder}: holds suggestions already, and annotators may have gone on with them; give"
            " another --output"
        )


def write_suggestions(suggestions: Sequence[Suggestion], folder: Path, *, format_name: str) -> None:
    """Write the pre-annotations and `suggestions.jsonl`, which says why each was chosen.

    Raises:
        TrainingError: as `check_target`.
    """
    check_target(folder, format_name=format_name)
    target = folder / ("brat" if format_name == "brat" else "tasks.json")
    documents = [suggestion.document for suggestion in suggestions]
    for path, data in find_format(format_name).render(documents, target).items():
        write_atomic(path, data)
    lines = [
        json.dumps(
            {
                "id": s.document.id,
                "source": s.document.source,
                "start": s.start,
                "end": s.end,
                "score": s.score,
                "uncertainty": s.uncertainty,
                "n_facts": s.n_facts,
                "novelty": s.novelty,
            },
            ensure_ascii=False,
        )
        for s in suggestions
    ]
    write_atomic(folder / _SUGGESTIONS, "".join(f"{line}\n" for line in lines))


def _find_passages(
    inputs: Sequence[str], *, on_error: Callable[[str], None], on_held_out: Callable[[str], None]
) -> list[_Passage]:
    passages: list[_Passage] = []
    for reference in find_inputs(inputs, on_problem=lambda _, error: on_error(str(error))):
        try:
            report = read_report(reference.path or Path(reference.source))
        except ZonefactsError as error:
            on_error(str(error))
            continue
        if reason := held_out_reason(report.text, source=report.source):
            on_held_out(f"{report.source}: {reason}")
            continue
        passages += [
            _Passage(
                Document(
                    id=f"{reference.id}-{start}",
                    text=report.text[start:end],
                    source=report.source,
                    year=report.year,
                ),
                start,
            )
            for start, end in _cut(report.text)
        ]
    return passages


def _cut(text: str) -> list[tuple[int, int]]:
    """The passages of a text; a short text is one, an empty one has none."""
    return list(cut_passages(text)) or ([(0, len(text))] if text else [])


def _measure(passage: _Passage, *, model: Model) -> _Candidate:
    given = passage.document
    encoded = model.encode(given.text)
    probabilities = np.sort(np.exp(log_softmax(encoded.scores)), axis=1)
    margins = probabilities[:, -1] - probabilities[:, -2]
    annotated = model.annotate_encoded(given, encoded)
    return _Candidate(
        document=annotated,
        start=passage.start,
        end=passage.start + len(given.text),
        uncertainty=float(1 - margins.mean()),
        n_facts=len(derive_facts(annotated)),
        vector=_vector(encoded.states),
    )


def _vector(states: FloatArray) -> NDArray[np.float64]:
    mean = states.mean(axis=0, dtype=np.float64)
    vector: NDArray[np.float64] = mean / max(float(np.linalg.norm(mean)), 1e-12)
    return vector


def _ranks(values: Sequence[float]) -> NDArray[np.float64]:
    """Ranks from 0 (smallest) to 1; equal values share the mean of their ranks."""
    array = np.asarray(values, dtype=np.float64)
    ordered = np.sort(array)
    below = np.searchsorted(ordered, array, side="left")
    equal = np.searchsorted(ordered, array, side="right") - below
    ranks: NDArray[np.float64] = (below + (equal - 1) / 2) / max(1, len(array) - 1)
    return ranks


def _rank(
    candidates: list[_Candidate], known: list[NDArray[np.float64]], *, count: int
) -> list[Suggestion]:
    """Choose one after the other, since each choice makes its like less new."""
    fixed = _ranks([c.uncertainty for c in candidates]) + _ranks([c.n_facts for c in candidates])
    vectors = np.stack([c.vector for c in candidates])
    nearest = np.full(len(candidates), -1.0)
    for vector in known:
        nearest = np.maximum(nearest, vectors @ vector)
    chosen: list[Suggestion] = []
    left = [n for n in range(len(candidates)) if nearest[n] < _SAME]
    while left and len(chosen) < count:
        novelty = 1 - nearest[left]
        scores = (fixed[left] + _ranks(novelty.tolist())) / 3
        best = int(scores.argmax())
        index = left.pop(best)
        candidate = candidates[index]
        chosen.append(
            Suggestion(
                document=candidate.document,
                start=candidate.start,
                end=candidate.end,
                uncertainty=round(candidate.uncertainty, 4),
                n_facts=candidate.n_facts,
                novelty=round(float(novelty[best]), 4),
                score=round(float(scores[best]), 4),
            )
        )
        nearest = np.maximum(nearest, vectors @ candidate.vector)
        left = [n for n in left if nearest[n] < _SAME]
    return chosen
