from dataclasses import replace

import numpy as np
import pytest

from corpus.segment import paragraphs
from pipeline.pairs import MAX_GAP, enumerate_pairs, n_features, pair_states
from pipeline.relations import Thresholds, decode_relations, relation_names
from pipeline.states import SpanStates
from tests.pipeline.marked import marked

TWO = marked(
    "[[P1|甲项目]]总投资[[A1|3亿元]],[[P2|乙项目]]总投资[[A2|5亿元]],已[[S1|开工]]。\n[[P3|丙项目]][[S2|投产]]。",
    "S1 under_construction actual; S2 operating actual",
)


def pairs_of(document):
    return enumerate_pairs(document.text, document.mentions, paragraphs(document.text))


def probabilities(document, sure):
    """Scores of 0.05, and of 0.9 or what is given for the named pairs."""
    pairs = pairs_of(document)
    ids = [m.id for m in document.mentions]
    scores = np.full((len(pairs.heads), len(relation_names())), 0.05, dtype=np.float32)
    for (head, name, tail), score in sure.items():
        row = next(
            n
            for n, (h, t) in enumerate(zip(pairs.heads, pairs.tails, strict=True))
            if (ids[h], ids[t]) == (head, tail)
        )
        scores[row, relation_names().index(name)] = score
    return pairs, scores


def decoded(document, sure, *, least=0.5, status=0.3):
    pairs, scores = probabilities(document, sure)
    thresholds = Thresholds(relations=dict.fromkeys(relation_names(), least), status=status)
    relations = decode_relations(document.text, document.mentions, pairs, scores, thresholds)
    return {(r.head, r.type, r.tail) for r in relations}


def test_pairs_stay_in_their_paragraph_and_fit_the_schema():
    pairs = pairs_of(TWO)
    ids = [m.id for m in TWO.mentions]
    joined = {(ids[h], ids[t]) for h, t in zip(pairs.heads, pairs.tails, strict=True)}
    assert joined == {
        ("P1", "A1"), ("P1", "A2"), ("P1", "S1"), ("P1", "P2"),
        ("P2", "A1"), ("P2", "A2"), ("P2", "S1"), ("P2", "P1"),
        ("P3", "S2"),
    }  # fmt: skip
    assert pairs.features.shape == (9, n_features())


def test_far_pairs_are_no_candidates():
    document = marked(f"[[P1|甲项目]]{'甲' * (MAX_GAP + 1)}[[A1|3亿元]]")
    assert len(pairs_of(document).heads) == 0


def test_the_order_of_the_mentions_in_their_file_changes_nothing():
    """Annotation tools number mentions as they were made, not as they stand in the text."""
    shuffled = replace(TWO, mentions=TWO.mentions[::-1])
    rows = []
    for document in (TWO, shuffled):
        pairs = pairs_of(document)
        ids = [m.id for m in document.mentions]
        rows.append(
            {
                (ids[h], ids[t]): tuple(row)
                for h, t, row in zip(pairs.heads, pairs.tails, pairs.features, strict=True)
            }
        )
    assert rows[0] == rows[1]
    assert np.isfinite(pairs_of(shuffled).features).all()


def test_ranks_count_the_nearer_mentions_on_each_side():
    document = marked(
        "[[P1|甲项目]]，[[A1|3亿元]]，[[P2|乙项目]]和[[P3|丙项目]]，建设[[A2|5亿元]]，[[A3|6亿元]]。"
    )
    pairs = pairs_of(document)
    mentions = document.mentions
    # The six columns before the last four.
    for head, tail, row in zip(pairs.heads, pairs.tails, pairs.features[:, -10:-4], strict=True):

        def gap(one, other):
            left, right = sorted((mentions[one], mentions[other]), key=lambda m: m.start)
            return right.start - left.end

        others = [k for k in range(len(mentions)) if k not in (head, tail)]
        near = [
            k for k in others if mentions[k].label == "PROJECT" and gap(k, tail) < gap(head, tail)
        ]
        same = sum((k > tail) == (head > tail) for k in near)
        rivals = sum(
            mentions[k].label == mentions[tail].label and gap(k, head) < gap(head, tail)
            for k in others
        )
        counts = (same, len(near) - same, rivals)
        assert row.tolist() == pytest.approx(
            [*np.log1p(counts), *(float(count == 0) for count in counts)]
        )


def test_sums_that_follow_together_belong_to_projects_by_their_places():
    document = marked(
        "[[P1|甲项目]]、[[P2|乙项目]]和[[P3|丙项目]]分别投资[[A1|3亿元]]、[[A2|5亿元]]和[[A3|7亿元]]，"
        "[[P4|丁项目]]投资[[A4|9亿元]]。"
    )
    pairs = pairs_of(document)
    ids = [m.id for m in document.mentions]
    found = {True: set(), False: set()}
    for head, tail, row in zip(pairs.heads, pairs.tails, pairs.features, strict=True):
        same, other = row[-4:-2]
        if same or other:
            found[bool(same)].add((ids[head], ids[tail]))
    assert found[True] == {("P1", "A1"), ("P2", "A2"), ("P3", "A3")}
    assert found[False] == {(f"P{h}", f"A{t}") for h in (1, 2, 3) for t in (1, 2, 3) if h != t}


def test_states_of_pairs():
    document = marked("[[P1|甲乙]]丙[[A1|3亿元]]")
    states = np.arange(6, dtype=np.float32)[:, None]
    vectors, between = pair_states(SpanStates(states), document.mentions, pairs_of(document))
    # Mean, the character before (none), the character after.
    assert vectors.tolist() == [[0.5, 0.0, 2.0], [4.0, 2.0, 0.0]]
    assert between.tolist() == [[2.0]]


@pytest.mark.parametrize(
    ("sure", "expected"),
    [
        # One owner and one role for a sum: the likelier.
        (
            {("P1", "TotalInvestment", "A1"): 0.7, ("P2", "TotalInvestment", "A1"): 0.8,
             ("P2", "CompletedInvestment", "A1"): 0.6},
            {("P2", "TotalInvestment", "A1")},
        ),
        # A status may belong to several projects.
        (
            {("P1", "HasStatus", "S1"): 0.7, ("P2", "HasStatus", "S1"): 0.8},
            {("P1", "HasStatus", "S1"), ("P2", "HasStatus", "S1")},
        ),
        # A status below its threshold still goes to its likeliest project, down to `status`.
        ({("P1", "HasStatus", "S1"): 0.4}, {("P1", "HasStatus", "S1")}),
        ({("P1", "HasStatus", "S1"): 0.2}, set()),
        ({("P1", "TotalInvestment", "A1"): 0.49}, set()),
    ],
)  # fmt: skip
def test_decoding_under_constraints(sure, expected):
    document = marked(
        "[[P1|甲项目]]概算[[A1|3亿元]],[[P2|乙项目]]概算[[A2|5亿元]],已[[S1|开工]]。\n[[P3|丙项目]]。"
    )
    assert decoded(document, sure) == expected


@pytest.mark.parametrize(
    ("sure", "expected"),
    [
        # Of two projects that claim each other the likelier claim stands.
        (
            {("P1", "MemberOf", "P2"): 0.9, ("P2", "MemberOf", "P1"): 0.8},
            {("P1", "MemberOf", "P2")},
        ),
        # One group for a member.
        (
            {("P3", "MemberOf", "P1"): 0.8, ("P3", "MemberOf", "P2"): 0.9},
            {("P3", "MemberOf", "P2")},
        ),
        # Without a number in it a project is no group, and a group has no larger member.
        ({("P1", "MemberOf", "P3"): 0.9}, set()),
        ({("P1", "MemberOf", "P4"): 0.9, ("P4", "MemberOf", "P1"): 0.8},
         {("P4", "MemberOf", "P1")}),
        # The next likeliest stands in for a claim that cannot be.
        (
            {("P2", "MemberOf", "P3"): 0.9, ("P2", "MemberOf", "P1"): 0.8},
            {("P2", "MemberOf", "P1")},
        ),
    ],
)  # fmt: skip
def test_groups_and_their_members(sure, expected):
    document = marked("[[P1|5个项目]]：[[P2|5大工程]]、[[P3|甲项目]]；[[P4|2个项目]]")
    assert decoded(document, sure) == expected


IN_STEP = marked(
    "[[P1|甲项目]]、[[P2|乙项目]]和[[P3|丙项目]]总投资分别为[[A1|3亿元]]、[[A2|2亿元]]和[[A3|1亿元]]。"
)


@pytest.mark.parametrize(
    ("sure", "expected"),
    [
        # One that is sure speaks for the list, and what contradicts it does not count.
        ({("P1", "TotalInvestment", "A1"): 0.9}, {("P1", "A1"), ("P2", "A2"), ("P3", "A3")}),
        (
            {("P2", "TotalInvestment", "A2"): 0.6, ("P1", "TotalInvestment", "A3"): 0.9},
            {("P1", "A1"), ("P2", "A2"), ("P3", "A3")},
        ),
        # Where none is sure, sums may be no investments at all.
        ({}, set()),
    ],
)
def test_sums_in_step_with_projects(sure, expected):
    for document in (IN_STEP, replace(IN_STEP, mentions=IN_STEP.mentions[::-1])):
        found = decoded(document, sure)
        assert found == {(head, "TotalInvestment", tail) for head, tail in expected}


def test_lists_that_are_too_far_apart_are_left_to_the_scores():
    gap = "甲" * (MAX_GAP - 10)
    document = marked(f"[[P1|甲项目]]、[[P2|乙项目]]{gap}总投资分别为[[A1|3亿元]]、[[A2|2亿元]]。")
    # The first project is too far from the second sum.
    assert len(pairs_of(document).heads) == 5
    assert decoded(document, {("P2", "TotalInvestment", "A1"): 0.9}) == {
        ("P2", "TotalInvestment", "A1")
    }


def test_half_width_marks_are_read_like_full_width_ones():
    full = marked(
        "[[P1|甲项目]]（一期）：总投资[[A1|3亿元]]，占地1,200亩；[[S1|开工]]。[[P2|乙项目]]，[[S2|投产]]。",
        "S1 under_construction actual; S2 operating actual",
    )
    text = full.text.translate(str.maketrans("，；：（）", ",;:()"))
    half = replace(
        full,
        text=text,
        mentions=tuple(replace(m, text=text[m.start : m.end]) for m in full.mentions),
    )
    assert text != full.text
    assert np.array_equal(pairs_of(half).features, pairs_of(full).features)
