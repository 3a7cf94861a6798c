"""Facts as comparable items: what each says, slot by slot, and the key by which it is equal."""

from collections.abc import Sequence

from evaluation.model import FACT, PROJECT, WHOLE, FactItem, Span
from pipeline.amounts import format_value
from pipeline.facts import DateFact, Fact, Investment, Named, ProjectRecord, StatusFact
from pipeline.projects import name_key


def triple_items(facts: Sequence[Fact]) -> list[FactItem]:
    """One item a row, in the order of the facts, then the distinct values of every slot."""
    whole = [_triple(fact) for fact in facts]
    slots: dict[tuple[str, str], FactItem] = {}
    for fact in facts:
        for item in _triple_slots(fact):
            known = slots.get((item.slot, item.key))
            if known is None or item.score > known.score:
                slots[item.slot, item.key] = item
    return whole + list(slots.values())


def project_items(records: Sequence[ProjectRecord], *, names: Sequence[str]) -> list[FactItem]:
    """One item a record, then the values of its slots.

    Args:
        records: the projects of one document.
        names: what each project is known by in keys.
    """
    items = [_record(record, name) for record, name in zip(records, names, strict=True)]
    for record, name in zip(records, names, strict=True):
        items += _record_slots(record, name)
    return items


def record_names(record: ProjectRecord) -> set[tuple[str, tuple[str, ...]]]:
    """The names under which a document speaks of a project, normalised as merging does it."""
    return {name_key(mention.text) for mention in record.mentions}


def value_key(investment: Investment) -> str:
    """Value and currency, of a range both bounds; the words where there is no value."""
    amount = investment.amount
    if amount is None or amount.value is None:
        return investment.text
    bounds = [amount.value] if amount.upper is None else [amount.value, amount.upper]
    return f"{'..'.join(map(format_value, bounds))} {amount.currency}"


def investment_key(investment: Investment) -> str:
    """Role, value and currency."""
    return f"{investment.role} {value_key(investment)}"


def status_key(status: StatusFact) -> str:
    """Class and modality."""
    return f"{status.status_class} {status.modality}"


def date_key(date: DateFact) -> str:
    """The interval; the words where there is none."""
    if date.interval is None:
        return date.text
    return f"{date.interval.start}..{date.interval.end}"


def _triple(fact: Fact) -> FactItem:
    investment = investment_key(fact.investment) if fact.investment else ""
    status = status_key(fact.status) if fact.status else ""
    return FactItem(
        view=FACT,
        slot=WHOLE,
        key="|".join((_place(fact.project_span), investment, status)),
        project=fact.project,
        value="; ".join(part for part in (investment, status) if part),
        spans=(
            fact.project_span,
            *((fact.investment.span,) if fact.investment else ()),
            *((fact.status.span,) if fact.status else ()),
        ),
        score=fact.confidence,
    )


def _triple_slots(fact: Fact) -> list[FactItem]:
    values: list[tuple[str, str, Span]] = [("project", fact.project, fact.project_span)]
    if fact.investment:
        values.append(("investment", investment_key(fact.investment), fact.investment.span))
    if fact.status:
        values.append(("status", status_key(fact.status), fact.status.span))
    if fact.date:
        values.append(("date", date_key(fact.date), fact.date.span))
    if fact.zone:
        values.append(("zone", fact.zone.text, fact.zone.span))
    values += [("companies", company.text, company.span) for company in fact.companies]
    if fact.member_of:
        values.append(("member_of", fact.member_of.text, fact.member_of.span))
    return [
        FactItem(
            view=FACT,
            slot=slot,
            # A group, like a project, is its mention in this view.
            key=f"{_place(fact.project_span)}|{_place(span) if slot == 'member_of' else value}",
            project=fact.project,
            value=value,
            spans=(fact.project_span,) if slot == "project" else (fact.project_span, span),
            score=fact.confidence,
        )
        for slot, value, span in values
    ]


def _record(record: ProjectRecord, name: str) -> FactItem:
    investments = sorted({investment_key(i) for i in record.investments})
    statuses = sorted({status_key(s) for s in record.statuses})
    return FactItem(
        view=PROJECT,
        slot=WHOLE,
        key="|".join((name, ",".join(investments), ",".join(statuses))),
        project=record.project,
        value="; ".join((*investments, *statuses)),
        spans=tuple(mention.span for mention in record.mentions),
        score=record.confidence,
    )


def _record_slots(record: ProjectRecord, name: str) -> list[FactItem]:
    first = record.mentions[0].span
    values: list[tuple[str, str, Span]] = [("project", record.project, first)]
    values += [("investment", investment_key(i), i.span) for i in record.investments]
    values += [("status", status_key(s), s.span) for s in record.statuses]
    values += [("date", date_key(d), d.span) for d in record.dates]
    values += _named("zone", record.zones)
    values += _named("companies", record.companies)
    values += _named("member_of", record.member_of)
    distinct = {(slot, value): span for slot, value, span in reversed(values)}
    return [
        FactItem(
            view=PROJECT,
            slot=slot,
            key=name if slot == "project" else f"{name}|{value}",
            project=record.project,
            value=value,
            spans=(first,) if slot == "project" else (first, distinct[slot, value]),
            score=record.confidence,
        )
        for slot, value in dict.fromkeys((slot, value) for slot, value, _ in values)
    ]


def _named(slot: str, names: Sequence[Named]) -> list[tuple[str, str, Span]]:
    return [(slot, named.text, named.span) for named in names]


def _place(span: Span) -> str:
    return f"{span[0]}-{span[1]}"
