"""The document view: mentions that name the same project, taken together.

Mentions are one project when their names are equal after this conservative normalisation, and
nothing speaks against it:

    width, blanks, quotes, case   are ignored (“梵能”产业园 is 梵能产业园)
    a head noun at the end        goes: 项目, 工程, 建设项目, 建设工程; 生产项目 and the like stay
    a phase                       is kept apart: 一期, 二期 and the whole are three projects;
                                  一期工程, (一期), 项目第一期 are one phase
    owners, places                that are known for both and have nothing in common forbid it:
                                  two companies may each build a 研发中心

A group is merged with another only when its words and its count are equal and both stand in one
paragraph: two paragraphs that each speak of 5个项目 hardly mean the same five.
"""

import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from annotations.document import Document, Mention
from pipeline.clauses import Clauses, Span
from pipeline.counts import GroupCount, parse_count, parse_size_in_mention
from pipeline.records import DateFact, Fact, Investment, Named, ProjectRecord, StatusFact

_IGNORED = re.compile(r"[\s\u200b\ufeff“”\"‘’'「」『』]+")
_PHASE_NUMBER = r"[首一二三四五六七八九十0-9]+"
_PHASE = re.compile(rf"\(?第?({_PHASE_NUMBER}(?:[、,及和至-]{_PHASE_NUMBER})*)期\)?")
_CHINESE_DIGITS = str.maketrans("首一二三四五六七八九", "1123456789")
_HEAD_NOUN = re.compile(r"(?<=..)(?:建设)?(?:项目|工程)$")

Item = TypeVar("Item", Investment, StatusFact, DateFact)
Key = tuple[Hashable, ...]


@dataclass(slots=True)
class _Cluster:
    """Mentions of one project while they are being collected; what they name, once a name."""

    mentions: list[Mention] = field(default_factory=list)
    owners: dict[str, Mention] = field(default_factory=dict)
    places: dict[str, Mention] = field(default_factory=dict)
    groups: dict[str, Mention] = field(default_factory=dict)

    def add(self, mention: Mention, links: Mapping[str, Sequence[Mention]]) -> None:
        """Take in a mention and what its relations lead to."""
        self.mentions.append(mention)
        for known, relation in (
            (self.owners, "OwnedBy"),
            (self.places, "LocatedIn"),
            (self.groups, "MemberOf"),
        ):
            for tail in links.get(relation, ()):
                if tail.text not in known or tail.start < known[tail.text].start:
                    known[tail.text] = tail

    def fits(self, links: Mapping[str, Sequence[Mention]]) -> bool:
        """Whether owners and places speak against a mention with these relations."""
        return _overlap(self.owners, links.get("OwnedBy", ())) and _overlap(
            self.places, links.get("LocatedIn", ())
        )


def merge_projects(document: Document, facts: Sequence[Fact]) -> tuple[ProjectRecord, ...]:
    """One record for each project of the document that has a fact, by its first mention.

    Mentions without a fact of their own are merged too, so that a company or a zone that is said
    of the project anywhere in the document is in its record.

    Args:
        document: The document that the facts were derived from.
        facts: Its facts; those of other documents are ignored.
    """
    by_span: dict[Span, list[Fact]] = {}
    for fact in facts:
        if fact.document == document.id:
            by_span.setdefault(fact.project_span, []).append(fact)
    records = (
        _record(document, cluster, by_span=by_span)
        for cluster in _clusters(document, by_span=by_span)
        if any(mention.span in by_span for mention in cluster.mentions)
    )
    return tuple(records)


def _clusters(document: Document, *, by_span: dict[Span, list[Fact]]) -> list[_Cluster]:
    tails = _tails(document)
    group_ids = {m.id for found in tails.values() for m in found.get("MemberOf", ())}
    clauses = Clauses(document.text)
    by_key: dict[Key, list[_Cluster]] = {}
    clusters: list[_Cluster] = []
    for mention in sorted(document.mentions, key=lambda m: (m.start, m.end, m.id)):
        if mention.label != "PROJECT":
            continue
        links = tails.get(mention.id, {})
        if (
            mention.id in group_ids
            or _names_group(mention.text)
            or any(fact.group for fact in by_span.get(mention.span, ()))
        ):
            key = _group_key(mention, paragraph=clauses.paragraph(mention.start))
        else:
            key = name_key(mention.text)
        same_name = by_key.setdefault(key, [])
        cluster = next((c for c in same_name if c.fits(links)), None)
        if cluster is None:
            cluster = _Cluster()
            same_name.append(cluster)
            clusters.append(cluster)
        cluster.add(mention, links)
    return clusters


def name_key(name: str) -> tuple[str, tuple[str, ...]]:
    """What two names of one single project share: the bare name and its phases."""
    plain = _IGNORED.sub("", unicodedata.normalize("NFKC", name)).casefold()
    phases = tuple(found.translate(_CHINESE_DIGITS) for found in _PHASE.findall(plain))
    bare = _PHASE.sub("", plain) or plain
    while (shorter := _HEAD_NOUN.sub("", bare)) != bare:
        bare = shorter
    return bare, phases


def _group_key(mention: Mention, *, paragraph: int) -> Key:
    count = parse_count(mention.text)
    if count is None:
        return ("group", mention.id)
    return ("group", mention.text, count.value, count.qualifier, paragraph)


def _names_group(text: str) -> bool:
    size = parse_size_in_mention(text)
    return parse_count(text) is not None or (size is not None and size[0] == "size_class")


def _overlap(known: Mapping[str, Mention], new: Sequence[Mention]) -> bool:
    """Whether two sets of names can be the same: one is empty, or a name holds one of the other."""
    if not known or not new:
        return True
    return any(a in b.text or b.text in a for a in known for b in new)


def _tails(document: Document) -> dict[str, dict[str, list[Mention]]]:
    """By project id and relation type, the mentions that the relations lead to, in text order."""
    by_id = document.by_id()
    found: dict[str, dict[str, list[Mention]]] = {}
    for relation in sorted(document.relations, key=lambda r: (by_id[r.tail].span, r.tail)):
        of_head = found.setdefault(relation.head, {})
        of_head.setdefault(relation.type, []).append(by_id[relation.tail])
    return found


def _record(
    document: Document, cluster: _Cluster, *, by_span: dict[Span, list[Fact]]
) -> ProjectRecord:
    facts = tuple(fact for m in cluster.mentions for fact in by_span.get(m.span, ()))
    investments = (fact.investment for fact in facts if fact.investment)
    statuses = (fact.status for fact in facts if fact.status)
    dates = (fact.date for fact in facts if fact.date)
    longest = max(cluster.mentions, key=lambda m: (len(m.text), -m.start))
    return ProjectRecord(
        document=document.id,
        project=longest.text,
        mentions=tuple(Named(text=m.text, span=m.span) for m in cluster.mentions),
        group=any(fact.group for fact in facts),
        count=_common_count(longest.text, facts),
        size_class=next((fact.size_class for fact in facts if fact.size_class), None),
        investments=_distinct(investments, key=lambda i: (i.role, i.amount or i.text)),
        statuses=_distinct(statuses, key=lambda s: (s.status_class, s.modality)),
        dates=_distinct(dates, key=lambda d: d.interval or d.text),
        zones=_names(cluster.places),
        companies=_names(cluster.owners),
        member_of=_names(cluster.groups),
        facts=facts,
        confidence=max(fact.confidence for fact in facts),
    )


def _common_count(name: str, facts: tuple[Fact, ...]) -> GroupCount | None:
    """The count in the name, else the one that all rows with a count agree on."""
    if (count := parse_count(name)) is not None:
        return count
    said = {fact.count for fact in facts if fact.count}
    return said.pop() if len(said) == 1 else None


def _names(mentions: Mapping[str, Mention]) -> tuple[Named, ...]:
    named = [Named(text=mention.text, span=mention.span) for mention in mentions.values()]
    return tuple(sorted(named, key=lambda n: n.span))


def _distinct(items: Iterable[Item], *, key: Callable[[Item], Hashable]) -> tuple[Item, ...]:
    """The items in text order, of those with one key the first."""
    first: dict[Hashable, Item] = {}
    for item in sorted(items, key=lambda item: item.span):
        first.setdefault(key(item), item)
    return tuple(first.values())
