"""Small documents, and random ones that look like annotations and imperfect predictions."""

import random
from collections.abc import Iterable
from itertools import pairwise

from hypothesis import strategies as st

from annotations.document import Document, Mention, Relation, StatusValue
from annotations.schema import load_schema

SCHEMA = load_schema()
LABELS = tuple(SCHEMA.labels)
LENGTH = 60

# Start, end and label of each.
Spans = list[tuple[int, int, str]]


def from_spans(spans: Iterable[tuple[int, int, str]], *, text: str = "字" * LENGTH) -> Document:
    mentions = tuple(
        Mention(id=f"T{n}", label=label, start=start, end=end, text=text[start:end])
        for n, (start, end, label) in enumerate(spans, 1)
    )
    return Document(id="d", text=text, mentions=mentions)


@st.composite
def flat_spans(draw: st.DrawFn, *, labels: tuple[str, ...] = LABELS[:3]) -> Spans:
    """Spans that do not overlap, in text order."""
    cuts = sorted(draw(st.sets(st.integers(0, LENGTH), max_size=16)))
    spans = []
    for left, right in pairwise(cuts):
        if draw(st.booleans()):
            spans.append((left, right, draw(st.sampled_from(labels))))
    return spans


def real_like(seed: int, *, n_projects: int = 12) -> tuple[Document, Document]:
    """Gold of some paragraphs of projects with sums and statuses, and predictions with errors."""
    generator = random.Random(seed)
    pieces: list[tuple[str, str | None]] = []
    for n in range(n_projects):
        value = generator.randint(1, 500)
        word = generator.choice(["开工建设", "签约", "建成投产", "在谈"])
        pieces += [
            (generator.choice(["2021年", "今年", "全年"]), "DATE"),
            ("，", None),
            (f"第{n}号{generator.choice(['电池', '芯片', '物流园'])}项目", "PROJECT"),
            ("总投资", None),
            (f"{value}亿元", "AMOUNT"),
            ("，由", None),
            (generator.choice(["杉杉集团", "TCL", "金琴公司"]), "COMPANY"),
            ("建设，现已", None),
            (word, "STATUS"),
            ("。" if n % 3 else "。\n", None),
        ]
    text = "".join(piece for piece, _ in pieces)
    gold, position = [], 0
    for piece, label in pieces:
        if label:
            gold.append((position, position + len(piece), label))
        position += len(piece)
    name = f"doc-{seed:03d}"
    return (
        _linked(name, text, gold, generator=None),
        _linked(name, text, _noisy(gold, generator), generator=generator),
    )


def _noisy(gold: Spans, generator: random.Random) -> Spans:
    found = []
    for start, end, label in gold:
        luck = generator.random()
        if luck < 0.08:
            continue
        if luck < 0.16 and end - start > 2:
            found.append((start + 1, end, label))
        elif luck < 0.22:
            found.append((start, end, generator.choice(LABELS)))
        else:
            found.append((start, end, label))
    return found


def _linked(name: str, text: str, spans: Spans, *, generator: random.Random | None) -> Document:
    """Each sum, status, date and company joined to the next project, sometimes wrongly."""
    document = from_spans(spans, text=text)
    projects = [m for m in document.mentions if m.label == "PROJECT"]
    relations, status = [], {}
    types = {"AMOUNT": "TotalInvestment", "STATUS": "HasStatus", "DATE": "When"}
    types["COMPANY"] = "OwnedBy"
    for mention in document.mentions:
        if mention.label == "STATUS":
            classes = SCHEMA.status_classes
            value = classes[len(mention.text) % len(classes)]
            if generator and generator.random() < 0.1:
                value = generator.choice(classes)
            status[mention.id] = StatusValue(value, "actual")
        kind = types.get(mention.label)
        if kind is None or not projects:
            continue
        head = min(projects, key=lambda p: abs(p.start - mention.start))
        if generator and generator.random() < 0.1:
            head = generator.choice(projects)
        score = round(generator.random(), 3) if generator else 1.0
        relations.append(Relation(type=kind, head=head.id, tail=mention.id, score=score))
    if generator is None:
        mentions = document.mentions
    else:
        mentions = tuple(
            Mention(
                id=m.id,
                label=m.label,
                start=m.start,
                end=m.end,
                text=m.text,
                score=round(generator.random(), 3),
            )
            for m in document.mentions
        )
    return Document(
        id=name,
        text=text,
        mentions=mentions,
        relations=tuple(relations),
        status=status,
        year=2021,
    )


def corpus(n_documents: int) -> tuple[list[Document], list[Document]]:
    """Gold and predictions of as many random documents."""
    pairs = [real_like(seed) for seed in range(n_documents)]
    return [gold for gold, _ in pairs], [predicted for _, predicted in pairs]
