"""Leave-one-report-out: each report is scored by a model that never saw it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from annotations.document import Document
from annotations.errors import TrainingError


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """One held-out report and the documents to train on."""

    held_out: Document
    train: tuple[Document, ...]


def leave_one_out(
    documents: Sequence[Document], *, always: Sequence[Document] = ()
) -> Iterator[Fold]:
    """A fold for each of `documents`; `always` are trained on in every fold and never scored.

    Raises:
        TrainingError: there are fewer than two documents and nothing else to train on, or a
            document stands in both groups or twice among those held out.
    """
    if len(documents) + len(always) < 2:
        raise TrainingError("leave-one-out needs at least two annotated reports")
    if shared := {d.sha256 for d in documents} & {d.sha256 for d in always}:
        names = sorted(d.id for d in documents if d.sha256 in shared)
        raise TrainingError(f"{', '.join(names)}: both held out and always trained on")
    if len({d.sha256 for d in documents}) < len(documents):
        raise TrainingError("two held-out reports have the same text; each would train the other")
    for held_out in documents:
        rest = tuple(d for d in documents if d is not held_out)
        yield Fold(held_out=held_out, train=(*rest, *always))
