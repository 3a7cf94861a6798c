"""Documents written as text with inline marks, so that a test shows what it is about."""

import re

from annotations.document import Document, Mention, Relation, StatusValue

LABELS = {
    "Z": "ZONE",
    "P": "PROJECT",
    "C": "COMPANY",
    "A": "AMOUNT",
    "D": "DATE",
    "S": "STATUS",
}
MARK = re.compile(r"\[\[([ZPCADS]\d*)\|(.*?)\]\]", re.DOTALL)


def marked(
    markup: str, links: str = "", *, name: str = "d", year: int | None = 2021, source: str = ""
) -> Document:
    """`[[P1|name]]` marks a mention; links are `P1 HasStatus S1` or `S1 signed actual`, by `;`."""
    text, mentions, position = "", [], 0
    for match in MARK.finditer(markup):
        text += markup[position : match.start()]
        mentions.append(
            Mention(
                id=match[1],
                label=LABELS[match[1][0]],
                start=len(text),
                end=len(text) + len(match[2]),
                text=match[2],
            )
        )
        text += match[2]
        position = match.end()
    text += markup[position:]
    relations, status = [], {}
    for link in filter(None, (part.strip() for part in links.split(";"))):
        first, second, third = link.split()
        if first[0] == "S":
            status[first] = StatusValue(second, third)
        else:
            relations.append(Relation(type=second, head=first, tail=third))
    return Document(
        id=name,
        text=text,
        mentions=tuple(mentions),
        relations=tuple(relations),
        status=status,
        year=year,
        source=source,
    )
