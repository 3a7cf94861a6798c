"""What an evaluation consists of: decisions, score tables, curves, buckets, differences.

Everything here is plain data. A figure that would divide by zero is None, never 0 or 1. Spans are
half-open `[start, end)` in code points of the document's text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from annotations.document import Document
from annotations.errors import EvaluationError

Span = tuple[int, int]

# What a decision is about, and with it where its indices point (see `Decision`).
MENTION = "mention"
RELATION = "relation"
STATUS_CLASS = "status_class"
STATUS_MODALITY = "status_modality"
FACT = "fact"
PROJECT = "project"
LAYERS = (MENTION, RELATION, STATUS_CLASS, STATUS_MODALITY, FACT, PROJECT)

# How a decision came out. `boundary`: overlaps, label right; `type`: span right, label wrong;
# `boundary_type`: overlaps, label wrong. `wrong_owner`: said of another project; `wrong_role`:
# joined by another relation or investment role; `wrong_class`: status class or modality wrong;
# `wrong_value`: another sum of the same project and role.
CORRECT = "correct"
BOUNDARY = "boundary"
TYPE = "type"
BOUNDARY_TYPE = "boundary_type"
WRONG_OWNER = "wrong_owner"
WRONG_ROLE = "wrong_role"
WRONG_CLASS = "wrong_class"
WRONG_VALUE = "wrong_value"
MISSED = "missed"
SPURIOUS = "spurious"
KINDS = (
    CORRECT,
    BOUNDARY,
    TYPE,
    BOUNDARY_TYPE,
    WRONG_OWNER,
    WRONG_ROLE,
    WRONG_CLASS,
    WRONG_VALUE,
    MISSED,
    SPURIOUS,
)

# Row names of a score table besides the labels; WHOLE is the row of complete facts.
MICRO = "micro"
MACRO = "macro"
WHOLE = "whole"

Setting = Literal["end_to_end", "gold_mentions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What became of one gold item, one predicted item, or a pair of them.

    Every gold and every predicted item of a layer stands in exactly one decision. `gold` and
    `predicted` are indices into the `EvaluatedDocument`: into `gold.mentions` and
    `predicted.mentions` for the layers mention, status_class and status_modality; into
    `gold.relations` and `predicted.relations` for relation; into `gold_facts` and
    `predicted_facts` for fact (triple view) and project (project view). One of the two is None
    where there is nothing on that side.

    `gold_label` and `predicted_label` are the mention label, relation type, status class, modality,
    or fact slot (`whole` or a slot of the schema); None on an empty side, and for a status value
    that the prediction lacks.
    """

    layer: str
    kind: str
    gold: int | None
    predicted: int | None
    gold_label: str | None
    predicted_label: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactItem:
    """One thing that a fact says, as it is compared and shown.

    `view` is FACT (the triple view: one row of `derive_facts`, told apart by project mention) or
    PROJECT (the project view after merging: told apart by project name). `slot` is `whole` or a
    fact slot. `key` decides equality within view and slot. `value` is what the slot says, written
    for people (`total 39000000000 CNY; under_construction actual`). `spans` are the mentions
    behind it, the project first. `score` is the confidence.
    """

    view: str
    slot: str
    key: str
    project: str
    value: str
    spans: tuple[Span, ...]
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a document comes from, for tables by origin.

    `genre` is seed, report, authored or other. `place` is the city or province that reports.
    """

    genre: str = "other"
    province: str | None = None
    place: str | None = None
    split: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatedDocument:
    """One text with its gold, its predictions and every decision about them.

    `gold` and `predicted` have their mentions in text order and their relations in the order of
    their mentions; decisions point into them. `gold.text` and `predicted.text` are the same text.
    """

    gold: Document
    predicted: Document
    origin: Origin
    gold_facts: tuple[FactItem, ...]
    predicted_facts: tuple[FactItem, ...]
    decisions: tuple[Decision, ...]

    @property
    def id(self) -> str:
        """The id of the gold document."""
        return self.gold.id

    @property
    def text(self) -> str:
        """The text that both sides are about."""
        return self.gold.text

    @property
    def year(self) -> int | None:
        """The year of the report, where it is known."""
        return self.gold.year


@dataclass(frozen=True, slots=True)
class Figure:
    """A share with its interval; None where it would divide by zero or no interval was drawn."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """Precision, recall and F1 of one label.

    `gold` and `predicted` count items. `gold_matched` and `predicted_matched` are the credit on
    each side (half a point for a partial match); they differ only in rows of a label in schemes
    that ignore labels. In the macro row they are sums, and the figures are means over the labels
    for which the figure is defined.
    """

    label: str
    gold: int
    predicted: int
    gold_matched: float
    predicted_matched: float
    precision: Figure
    recall: Figure
    f1: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreTable:
    """The scores of one layer under one matching scheme.

    Tables and schemes: mentions strict, exact, partial, type; relations strict, relaxed,
    with_status; facts triple, project; status class, modality (on matched STATUS mentions). Rows
    are micro, macro, then the labels in the order of the schema; in facts the row `whole` comes
    first, then micro and macro over the slots, then the slots.
    """

    table: str
    scheme: str
    rows: tuple[ScoreRow, ...]

    def row(self, label: str) -> ScoreRow:
        """The row of a label.

        Raises:
            EvaluationError: there is no such row.
        """
        for row in self.rows:
            if row.label == label:
                return row
        raise EvaluationError(
            f"{self.table}.{self.scheme} has no row {label!r}; it has"
            f" {', '.join(row.label for row in self.rows)}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """Counts of gold labels (rows) against predicted labels (columns).

    `name` is mentions, relations, status_class or status_modality. The label `none` stands for
    nothing on that side. `counts[row][column]` follows `labels` in both directions.
    """

    name: str
    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Scores when only predictions with a score of at least `threshold` are kept."""

    threshold: float
    precision: float | None
    recall: float | None


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Predictions with a score in `[low, high)` (the last bin: `[low, high]`)."""

    low: float
    high: float
    count: int
    mean_score: float | None
    accuracy: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Precision and recall by threshold, and calibration, of one label under strict matching.

    `layer` is mention, relation or fact; `label` is a label, a relation type, `whole` or `micro`.
    `points` run from the highest threshold to the lowest, at most 200 of them. `informative` is
    False when all scores are equal, so that there is nothing to plot.
    """

    layer: str
    label: str
    gold: int
    predicted: int
    points: tuple[CurvePoint, ...]
    average_precision: float | None
    bins: tuple[CalibrationBin, ...]
    calibration_error: float | None
    informative: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketRow:
    """Strict scores of the items in one bucket."""

    bucket: str
    gold: int
    predicted: int
    gold_matched: float
    predicted_matched: float
    precision: Figure
    recall: Figure
    f1: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketTable:
    """Strict scores of one layer by a property of the item, its paragraph or its document.

    `name` is a key such as span_length; `title` says what is counted. `layer` is mention, relation
    or fact.
    """

    name: str
    title: str
    layer: str
    rows: tuple[BucketRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueFailure:
    """A case that a parser reads otherwise than its table says."""

    text: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueScore:
    """How many cases of one pattern class a value parser reads as the table says.

    `parser` is amount, date or count.
    """

    parser: str
    pattern: str
    cases: int
    correct: int
    accuracy: float | None
    failures: tuple[ValueFailure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataDescription:
    """What was scored, in counts. `gold` and `predicted` count items by label or type."""

    documents: int
    characters: int
    paragraphs: int
    gold_mentions: Mapping[str, int]
    predicted_mentions: Mapping[str, int]
    gold_relations: Mapping[str, int]
    predicted_relations: Mapping[str, int]
    gold_facts: int
    predicted_facts: int
    genres: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One system scored on one set of gold documents.

    `split` says which part of the data this is (test, development, crossval, …), `setting` whether
    predictions started from gold mentions. `seed` and `resamples` belong to the intervals, which
    cover `confidence` (0.95). `warnings` are sentences for the reader.
    """

    name: str
    split: str
    setting: Setting
    seed: int
    resamples: int
    confidence: float
    data: DataDescription
    documents: tuple[EvaluatedDocument, ...]
    tables: tuple[ScoreTable, ...]
    confusions: tuple[Confusion, ...]
    curves: tuple[Curve, ...]
    buckets: tuple[BucketTable, ...]
    values: tuple[ValueScore, ...]
    warnings: tuple[str, ...]

    def table(self, name: str, scheme: str | None = None) -> ScoreTable:
        """The score table of that name, by default under its first scheme.

        Raises:
            EvaluationError: there is no such table.
        """
        for table in self.tables:
            if table.table == name and scheme in (None, table.scheme):
                return table
        known = ", ".join(f"{table.table}.{table.scheme}" for table in self.tables)
        raise EvaluationError(f"there is no table {name}.{scheme or ''}; there are {known}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One figure of two runs on the same gold, and whether the difference is more than chance.

    `figure` is precision, recall or f1; `difference` is b minus a with the bootstrap interval over
    documents. `p` is from paired approximate randomisation over documents, `p_holm` the same after
    Holm's correction over all differences of the comparison. `detectable` is the smallest
    difference that data of this size would show four times out of five at the five-percent level.
    """

    table: str
    scheme: str
    label: str
    figure: str
    a: float | None
    b: float | None
    difference: Figure
    p: float | None
    p_holm: float | None
    detectable: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An item that one run has right and the other wrong.

    `direction` is fixed (wrong in a, right in b) or broken (right in a, wrong in b). `document` is
    an index into the documents of both evaluations, which stand in the same order.
    `decision_a` and `decision_b` are indices into `decisions` of that document, None for a wrong
    prediction that the other run does not make at all.
    """

    direction: str
    layer: str
    document: int
    decision_a: int | None
    decision_b: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two evaluations on the same gold: tests of difference, what b fixed and what it broke."""

    a: str
    b: str
    n_documents: int
    seed: int
    resamples: int
    differences: tuple[Difference, ...]
    changes: tuple[Change, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningPoint:
    """The F1 of one training run: on how many documents and characters, with which seed."""

    n_documents: int
    n_characters: int
    seed: int
    f1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningBand:
    """Mean and interval of F1 over the seeds at one size; `fitted` is the curve there.

    `low` and `high` are None with fewer than two seeds.
    """

    n_documents: int
    n_characters: int
    n_seeds: int
    mean: float
    low: float | None
    high: float | None
    fitted: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningCurve:
    """F1 by amount of training data, and what more data would bring.

    `by` is documents or characters. The fitted curve is `ceiling - scale * n ** -rate`; the three
    are None where fewer than three sizes are known. `next_size` is ten documents (or their mean
    length in characters) above the largest size, `next_gain` the expected change of F1 there, with
    its interval.
    """

    by: str
    bands: tuple[LearningBand, ...]
    ceiling: float | None
    scale: float | None
    rate: float | None
    next_size: float
    next_gain: Figure
