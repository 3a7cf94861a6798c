"""Documents for property tests."""

from hypothesis import strategies as st

from annotations.document import Document, Mention, Relation, StatusValue


@st.composite
def documents(draw: st.DrawFn, *, flat: bool = False) -> Document:
    """Any text, with line breaks and rare characters, and any spans, links and values.

    Flat documents have no overlapping mentions.
    """
    text = draw(
        st.text(st.sampled_from("园项目亿\n\r\t 　𠮷😀\u2028\x85a,:"), min_size=1, max_size=40)
    )
    n_mentions = draw(st.integers(0, 5))
    mentions = []
    free = 0
    for n in range(n_mentions):
        if flat and free >= len(text):
            break
        start = draw(st.integers(free, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        free = end if flat else 0
        label = draw(st.sampled_from(["PROJECT", "STATUS", "AMOUNT"]))
        mentions.append(
            Mention(id=f"x{n}", label=label, start=start, end=end, text=text[start:end])
        )
    ids = [m.id for m in mentions]
    pairs = st.tuples(st.sampled_from(ids), st.sampled_from(ids)) if ids else st.nothing()
    relations = draw(st.lists(pairs, max_size=3)) if ids else []
    values = st.builds(StatusValue, st.sampled_from(["signed", "planned"]), st.just("actual"))
    status = draw(st.dictionaries(st.sampled_from(ids), values)) if ids else {}
    return Document(
        id="d",
        text=text,
        mentions=tuple(mentions),
        relations=tuple(Relation(type="When", head=head, tail=tail) for head, tail in relations),
        status=status,
    )
