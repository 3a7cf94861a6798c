"""Facts: which project, which investment, which status, where and when, on what evidence.

A fact is derived, never annotated, and gold and predicted documents go the same way. Every project
mention with an investment or a status gives rows (project, investment, status):

Pairing
    Each investment of a mention stands in exactly one row, and so does each status; never the
    cross product, for two sums and two statuses are two statements, not four. Of all pairs the
    nearest is joined first, then the next of what remains. A pair is not joined over a member of
    a row that is already joined: in 总投资390亿元的甲项目,一期完成投资34亿元,建成投产后… the total
    does not reach 建成投产. What finds no partner stands alone.
    Near means, in this order: fewest clause ends between the two; a status that speaks of the
    kind of sum (完成投资 or 开工 with money put in, 签约 with money signed for); fewest characters;
    first in the text.
Date
    Of the mention's dates the one nearest to the row's status, without a status to its
    investment. A date holds for what follows it, so rows may share one (2019年签约60宗、落地50宗);
    for what stands before it only if no other row of the mention is nearer: 明年 in
    推进…建设,确保明年投产 is no date of 推进. At the same distance the date in front wins.
Group count
    The count that follows the row's status (新签约429个), else that in the mention's own words.
Own words
    A total in the mention itself (总投资90亿元的12个项目) is an investment with the role total; a
    threshold (亿元以上项目) is the size class and no investment.
Members
    A member of a group inherits nothing from it, it only names it.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from annotations.document import Document, Mention, Relation
from annotations.errors import PipelineError
from annotations.schema import load_schema
from pipeline.amounts import Amount, parse_amount
from pipeline.clauses import Clauses, Span
from pipeline.counts import GroupCount, count_after_status, parse_count, parse_size_in_mention
from pipeline.dates import parse_date
from pipeline.projects import merge_projects
from pipeline.records import (
    DateFact,
    Fact,
    Investment,
    Named,
    ProjectRecord,
    SizeClass,
    StatusFact,
    Unparsed,
)
from pipeline.years import ToldYears

__all__ = [
    "DateFact",
    "Fact",
    "Investment",
    "Named",
    "ProjectRecord",
    "SizeClass",
    "Span",
    "StatusFact",
    "Unparsed",
    "count_unparsed",
    "derive_facts",
    "merge_projects",
]

# Which statuses speak of which kind of sum.
_KINDRED = {
    "contracted": ("negotiating", "signed"),
    "completed": ("under_construction", "completed", "operating"),
}
# A count that ends its clause counts the head (新签约429个), any other one what it stands before
# (建成3栋厂房).
_UP_TO_CLAUSE_END = re.compile(r"[^，,、；;。！？!?（()）\n]{0,20}")

Value = TypeVar("Value", Investment, StatusFact)


@dataclass(frozen=True, slots=True)
class _Scored(Generic[Value]):
    """A value and the score of the mention and the relation that say it."""

    value: Value
    score: float


_Pair = tuple[_Scored[Investment] | None, _Scored[StatusFact] | None]


def derive_facts(document: Document) -> tuple[Fact, ...]:
    """The facts of a document, in the order of its project mentions.

    Source: annotation scheme, sections 4 and 6; the rules it leaves open stand at the top of this
    module. Dates are read against `document.year`.

    Raises:
        PipelineError: a STATUS that is tied to a project has no class.
    """
    deriver = _Deriver(document)
    projects = sorted((m for m in document.mentions if m.label == "PROJECT"), key=_position)
    return tuple(fact for project in projects for fact in deriver.rows(project))


def count_unparsed(facts: Iterable[Fact]) -> Unparsed:
    """Count the distinct sums and dates of the facts that have no value."""
    amounts, dates = set(), set()
    for fact in facts:
        if fact.investment is not None and fact.investment.amount is None:
            amounts.add((fact.document, fact.investment.span))
        if fact.date is not None and fact.date.interval is None:
            dates.add((fact.document, fact.date.span))
    return Unparsed(amounts=len(amounts), dates=len(dates))


class _Deriver:
    """The lookups that all rows of one document share."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._mentions = document.by_id()
        self._clauses = Clauses(document.text)
        self._years = ToldYears(document)
        self._roles = {r.name: r.role for r in load_schema().relations.values() if r.role}
        self._links: dict[str, list[Relation]] = {}
        for relation in document.relations:
            self._links.setdefault(relation.head, []).append(relation)
        self._groups = {r.tail for r in document.relations if r.type == "MemberOf"}
        self._starts = sorted(m.start for m in document.mentions if m.label == "PROJECT")

    def rows(self, project: Mention) -> list[Fact]:
        """The facts of one project mention, in the order of the text."""
        size = parse_size_in_mention(project.text)
        investments = self._investments(project)
        if size is not None and size[0] == "total":
            inside = Investment(role="total", text=project.text, amount=size[1], span=project.span)
            investments.append(_Scored(inside, 1.0))
        pairs = _pair(investments, self._statuses(project), self._clauses)
        anchors = [_anchor(pair) for pair in pairs]
        dates = [mention for mention, _ in self._tails(project, "When")]
        return [
            self._fact(project, pair, size=size, date=self._date(dates, anchor, anchors=anchors))
            for pair, anchor in zip(pairs, anchors, strict=True)
        ]

    def _fact(
        self,
        project: Mention,
        pair: _Pair,
        *,
        size: tuple[str, Amount] | None,
        date: DateFact | None,
    ) -> Fact:
        investment = pair[0].value if pair[0] else None
        status = pair[1].value if pair[1] else None
        score = project.score
        for part in pair:
            score *= part.score if part else 1.0
        count = self._count_after(project, status) or parse_count(project.text)
        size_class = None
        if size is not None and size[0] == "size_class":
            size_class = SizeClass(text=project.text, amount=size[1], span=project.span)
        zone = self._nearest_named(project, "LocatedIn")
        companies = tuple(_named(m) for m, _ in self._tails(project, "OwnedBy"))
        member_of = self._nearest_named(project, "MemberOf")
        parts = (investment, status, date, zone, *companies, member_of)
        return Fact(
            document=self._document.id,
            project=project.text,
            project_span=project.span,
            group=bool(count or size_class or project.id in self._groups),
            count=count,
            size_class=size_class,
            investment=investment,
            status=status,
            date=date,
            zone=zone,
            companies=companies,
            member_of=member_of,
            evidence=self._clauses.covering([project.span, *(p.span for p in parts if p)]),
            confidence=round(score, 4),
        )

    def _tails(self, project: Mention, *types: str) -> list[tuple[Mention, Relation]]:
        """The mentions that relations of the types lead to, in text order, none twice a type."""
        surest: dict[tuple[str, str], Relation] = {}
        for relation in self._links.get(project.id, ()):
            key = (relation.type, relation.tail)
            if relation.type in types and (key not in surest or relation.score > surest[key].score):
                surest[key] = relation
        found = [(self._mentions[relation.tail], relation) for relation in surest.values()]
        return sorted(found, key=lambda pair: (*_position(pair[0]), pair[1].type))

    def _investments(self, project: Mention) -> list[_Scored[Investment]]:
        return [
            _Scored(
                Investment(
                    role=self._roles[relation.type],
                    text=amount.text,
                    amount=parse_amount(amount.text),
                    span=amount.span,
                ),
                amount.score * relation.score,
            )
            for amount, relation in self._tails(project, *self._roles)
        ]

    def _statuses(self, project: Mention) -> list[_Scored[StatusFact]]:
        found = []
        for mention, relation in self._tails(project, "HasStatus"):
            value = self._document.status.get(mention.id)
            if value is None:
                raise PipelineError(
                    f"{self._document.id}: {mention.id} {mention.text!r} at {mention.start} is the"
                    f" status of {project.text!r}, but has no class and no modality; give it both"
                    " (annotation scheme, section 2)"
                )
            status = StatusFact(
                status_class=value.status_class,
                modality=value.modality,
                text=mention.text,
                span=mention.span,
            )
            found.append(_Scored(status, mention.score * relation.score))
        return found

    def _count_after(self, project: Mention, status: StatusFact | None) -> GroupCount | None:
        """The count behind a status that stands behind its head, if it counts that head."""
        if status is None or status.span[0] < project.end:
            return None
        end = status.span[1]
        clause = _UP_TO_CLAUSE_END.match(self._document.text, end)
        if clause is None or self._project_between(end, clause.end()):
            return None
        return count_after_status(self._document.text, end, clause.end())

    def _project_between(self, start: int, end: int) -> bool:
        return bisect_left(self._starts, start) < bisect_left(self._starts, end)

    def _date(
        self, dates: list[Mention], anchor: Span, *, anchors: Sequence[Span]
    ) -> DateFact | None:
        def holds(date: Mention) -> bool:
            apart = self._clauses.distance(date.span, anchor)
            return date.end <= anchor[0] or all(
                apart <= self._clauses.distance(date.span, other) for other in anchors
            )

        nearest = min(
            filter(holds, dates),
            key=lambda m: (*self._clauses.distance(m.span, anchor), m.start > anchor[0], m.start),
            default=None,
        )
        if nearest is None:
            return None
        interval = parse_date(nearest.text, year=self._years.of(nearest))
        return DateFact(text=nearest.text, interval=interval, span=nearest.span)

    def _nearest_named(self, project: Mention, relation: str) -> Named | None:
        tails = [mention for mention, _ in self._tails(project, relation)]
        if not tails:
            return None
        return _named(
            min(tails, key=lambda m: (*self._clauses.distance(m.span, project.span), m.start))
        )


def _pair(
    investments: Sequence[_Scored[Investment]],
    statuses: Sequence[_Scored[StatusFact]],
    clauses: Clauses,
) -> list[_Pair]:
    """Join each investment and each status into rows, nearest first, none of them twice."""

    def nearness(pair: tuple[int, int]) -> tuple[int, bool, int, Span, Span]:
        investment, status = investments[pair[0]].value, statuses[pair[1]].value
        apart, characters = clauses.distance(investment.span, status.span)
        return (
            apart,
            not _kindred(investment, status),
            characters,
            investment.span,
            status.span,
        )

    candidates = [(i, s) for i in range(len(investments)) for s in range(len(statuses))]
    joined: dict[int, int] = {}
    taken: set[int] = set()
    fixed: list[Span] = []
    for i, s in sorted(candidates, key=nearness):
        ends = (investments[i].value.span, statuses[s].value.span)
        if i in joined or s in taken or any(_stands_between(span, *ends) for span in fixed):
            continue
        joined[i] = s
        taken.add(s)
        fixed += ends
    rows: list[_Pair] = [
        (found, statuses[joined[i]] if i in joined else None) for i, found in enumerate(investments)
    ]
    rows += [(None, found) for s, found in enumerate(statuses) if s not in taken]
    return sorted(rows, key=lambda row: sorted(part.value.span for part in row if part))


def _anchor(pair: _Pair) -> Span:
    """The span that a row's date is looked for around: its status, else its investment."""
    investment, status = pair
    if status is not None:
        return status.value.span
    assert investment is not None  # a row holds one of the two
    return investment.value.span


def _stands_between(span: Span, one: Span, other: Span) -> bool:
    left, right = sorted((one, other))
    return left[1] <= span[0] and span[1] <= right[0]


def _kindred(investment: Investment, status: StatusFact) -> bool:
    """Whether a status speaks of that kind of sum; one with 投资 in it of sums put in alone."""
    if "投资" in status.text:
        return investment.role == "completed"
    return status.status_class in _KINDRED.get(investment.role, ())


def _named(mention: Mention) -> Named:
    return Named(text=mention.text, span=mention.span)


def _position(mention: Mention) -> tuple[int, int, str]:
    return (mention.start, mention.end, mention.id)
