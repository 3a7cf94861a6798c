"""Documents are renumbered without losing anything that is said of them."""

from dataclasses import dataclass

from annotations.document import Document, Mention, Relation, StatusValue, renumber


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedMention(Mention):
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedRelation(Relation):
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedDocument(Document):
    note: str


def test_renumbering_keeps_every_field() -> None:
    document = NotedDocument(
        id="d",
        text="项目开工",
        mentions=(
            NotedMention(id="x", label="STATUS", start=2, end=4, text="开工", score=0.5, note="s"),
            NotedMention(id="y", label="PROJECT", start=0, end=2, text="项目", score=0.6, note="p"),
        ),
        relations=(NotedRelation(type="HasStatus", head="y", tail="x", score=0.7, note="r"),),
        status={"x": StatusValue("under_construction", "actual")},
        year=2021,
        source="texts/d.txt",
        note="d",
    )
    assert renumber(document) == NotedDocument(
        id="d",
        text="项目开工",
        mentions=(
            NotedMention(
                id="T1", label="PROJECT", start=0, end=2, text="项目", score=0.6, note="p"
            ),
            NotedMention(id="T2", label="STATUS", start=2, end=4, text="开工", score=0.5, note="s"),
        ),
        relations=(NotedRelation(type="HasStatus", head="T1", tail="T2", score=0.7, note="r"),),
        status={"T2": StatusValue("under_construction", "actual")},
        year=2021,
        source="texts/d.txt",
        note="d",
    )
