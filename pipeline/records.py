"""What the fact stage hands on: facts, and the record of one project in one document.

Spans are half-open `[start, end)` in code points of the document's text. A value that could not
be computed from its words is None; the words and the span are kept.
"""

from dataclasses import dataclass

from pipeline.amounts import Amount
from pipeline.clauses import Span
from pipeline.counts import GroupCount
from pipeline.dates import DateInterval


@dataclass(frozen=True, slots=True, kw_only=True)
class Investment:
    """A sum and the role it plays for the project; `amount` is None when it is unparsed."""

    role: str
    text: str
    amount: Amount | None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusFact:
    """How far a project is, and whether the text reports it (actual) or plans it (future)."""

    status_class: str
    modality: str
    text: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class DateFact:
    """When the status or the investment holds; `interval` is None when it is unparsed."""

    text: str
    interval: DateInterval | None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Something that a fact refers to by name: a zone, a company, a group of projects."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeClass:
    """The threshold in a group's own words (亿元以上项目); a class of size, not an investment."""

    text: str
    amount: Amount
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One row of the triple view: a project mention, one investment, one status, and context.

    `count` is how many projects this row speaks of; None for a single project and for a group
    whose number is not said. `evidence` lists the clauses that hold the row's mentions, in text
    order. `confidence` is the product of the scores of the project mention, of the investment and
    the status, and of the two relations that tie them to it, rounded to four digits: all five must
    be right for the triple to be. Date, zone, companies and membership do not enter it.
    """

    document: str
    project: str
    project_span: Span
    group: bool
    count: GroupCount | None
    size_class: SizeClass | None
    investment: Investment | None
    status: StatusFact | None
    date: DateFact | None
    zone: Named | None
    companies: tuple[Named, ...]
    member_of: Named | None
    evidence: tuple[Span, ...]
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRecord:
    """Everything that one document says about one project, all its mentions taken together.

    `project` is the longest of the names (the first of several as long). `investments` are distinct
    by role and value, `statuses` by class and modality, `dates` by interval, `zones` and
    `companies` by name, each at its first place in the text. `facts` are the rows behind the
    record and `confidence` is that of the surest row.
    """

    document: str
    project: str
    mentions: tuple[Named, ...]
    group: bool
    count: GroupCount | None
    size_class: SizeClass | None
    investments: tuple[Investment, ...]
    statuses: tuple[StatusFact, ...]
    dates: tuple[DateFact, ...]
    zones: tuple[Named, ...]
    companies: tuple[Named, ...]
    member_of: tuple[Named, ...]
    facts: tuple[Fact, ...]
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Unparsed:
    """How many distinct sums and dates of some facts have no value."""

    amounts: int
    dates: int
