import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from annotations.schema import load_schema
from pipeline.decode import (
    Span,
    best_tags,
    decode_mentions,
    join_patterns,
    log_softmax,
    make_steps,
)
from pipeline.tags import begin_tag, label_of, spans_of, tag_names, tags_of
from tests.pipeline.marked import marked

N_TAGS = len(tag_names())
scores = arrays.arrays(np.float32, st.tuples(st.integers(1, 30), st.just(N_TAGS)),
                       elements=st.floats(-5, 5, width=32))  # fmt: skip


def sure(text, spans):
    """Log-probabilities that are sure of the labelled spans."""
    probabilities = np.full((len(text), N_TAGS), 1e-4, dtype=np.float32)
    tags = [0] * len(text)
    for label, start, end in spans:
        tags[start:end] = [begin_tag(label)] + [begin_tag(label) + 1] * (end - start - 1)
    probabilities[range(len(text)), tags] = 0.99
    return np.log(probabilities)


def found(text, spans):
    mentions = decode_mentions(text, sure(text, spans), [(0, len(text))])
    return [(m.label, m.text) for m in mentions]


@pytest.mark.parametrize(
    ("status", "kept"),
    [("建成后可", "建成"), ("投产以后", "投产"), ("竣工后", "竣工"), ("延后", "延后")],
)
def test_what_comes_after_a_stage_is_no_part_of_it(status, kept):
    text = f"项目{status}提供岗位"
    assert found(text, [("STATUS", 2, 2 + len(status))]) == [("STATUS", kept)]


@pytest.mark.parametrize(
    ("number", "is_date"), [("2019", True), ("20", False), ("3050", False), ("12.5", False)]
)
def test_a_number_is_a_date_only_as_a_year(number, is_date):
    text = f"合计{number}个"
    expected = [("DATE", number)] if is_date else []
    assert found(text, [("DATE", 2, 2 + len(number))]) == expected


def test_tags_follow_the_schema():
    assert tag_names()[0] == "O"
    assert len(tag_names()) == 1 + 2 * len(load_schema().labels)
    assert [label_of(begin_tag(label)) for label in load_schema().labels] == list(
        load_schema().labels
    )


def test_tags_and_spans_are_inverse():
    document = marked(
        "在[[Z1|高新区]][[P1|甲项目]],[[S1|开工]]", "P1 HasStatus S1; S1 signed actual"
    )
    spans = [(m.label, m.start, m.end) for m in document.mentions]
    assert spans_of(tags_of(document.mentions, len(document.text))) == spans


@given(scores)
def test_best_tags_are_always_valid_iob2(values):
    tags = best_tags(log_softmax(values))
    assert len(tags) == len(values)
    for before, tag in zip([0, *tags], tags, strict=False):
        if tag and tag % 2 == 0:
            assert before in (tag - 1, tag)
        if before % 2:
            assert tag == before + 1
    assert tags[-1] % 2 == 0


@given(scores)
def test_best_tags_beat_every_greedy_repair(values):
    """Viterbi is at least as probable as taking the best allowed tag from left to right."""
    log_probabilities = log_softmax(values)
    greedy = []
    for row in log_probabilities:
        last = greedy[-1] if greedy else 0
        allowed = [last + 1] if last % 2 else [0, *([last] if last else [])]
        if len(greedy) + 1 < len(log_probabilities) and not last % 2:
            allowed += range(1, N_TAGS, 2)
        greedy.append(max(allowed, key=lambda t: row[t]))
    total = lambda tags: sum(log_probabilities[n, t] for n, t in enumerate(tags))  # noqa: E731
    assert total(best_tags(log_probabilities)) >= total(greedy) - 1e-3


@pytest.mark.parametrize(
    ("text", "spans", "expected"),
    [
        ("总投资390亿元的甲项目", [("PROJECT", 9, 12)],
         [("AMOUNT", "390亿元"), ("PROJECT", "甲项目")]),
        # The border of a sum is the pattern's.
        ("约23亿元左右", [("AMOUNT", 1, 5)], [("AMOUNT", "约23亿元左右")]),
        # A sum within a project's name is not marked.
        ("5000万元以上项目86个", [("PROJECT", 0, 13)],
         [("PROJECT", "5000万元以上项目86个")]),
        # Without a currency word a number is no sum.
        ("产值达百亿级", [("AMOUNT", 3, 6)], []),
        # What a pattern knows to be one needs none, and the unit of a table is none.
        ("融资5000万，", [], [("AMOUNT", "5000万")]),
        ("总投资（万元）", [("AMOUNT", 4, 6)], []),
        ("今年5月开工", [], [("DATE", "今年5月")]),
        ("后年开工", [("DATE", 0, 2)], [("DATE", "后年")]),
        ("投产后年产值", [("DATE", 2, 4)], []),
        # A blank between two Latin words is within a name, one between two others is not.
        ("佳禾Mini LED项目", [("PROJECT", 0, 6), ("PROJECT", 7, 12)],
         [("PROJECT", "佳禾Mini LED项目")]),
        ("甲项目 乙项目", [("PROJECT", 0, 3), ("PROJECT", 4, 7)],
         [("PROJECT", "甲项目"), ("PROJECT", "乙项目")]),
        ("②海螺项目于、✅由乙公司", [("PROJECT", 0, 6), ("COMPANY", 7, 12)],
         [("PROJECT", "海螺项目"), ("COMPANY", "乙公司")]),
        ("每年年底考核", [], [("DATE", "年底")]),
        ("《2020年计划》印发", [], []),
        # Separators at the edge are no part of a mention.
        ("甲项目、乙项目", [("PROJECT", 0, 4), ("PROJECT", 4, 7)],
         [("PROJECT", "甲项目"), ("PROJECT", "乙项目")]),
    ],
)  # fmt: skip
def test_decoding(text, spans, expected):
    assert found(text, spans) == expected


def test_transitions_mend_a_break_within_a_mention():
    text = "梵能产业园项目"
    log_probabilities = sure(text, [("PROJECT", 0, 3), ("PROJECT", 3, 7)])
    begin = begin_tag("PROJECT")
    # The tagger is nearly undecided whether the fourth character goes on or begins anew.
    log_probabilities[3, [begin, begin + 1]] = np.log([0.51, 0.48])
    blocks = [(0, len(text))]
    transitions = np.zeros((N_TAGS, N_TAGS), dtype=np.float32)
    steps = make_steps(transitions, word_cost=0)
    assert len(decode_mentions(text, log_probabilities, blocks, steps)) == 2
    transitions[begin + 1, begin] = -2
    steps = make_steps(transitions, word_cost=0)
    (mention,) = decode_mentions(text, log_probabilities, blocks, steps)
    assert mention.text == text


@pytest.mark.parametrize("start", [0, 2])
def test_mentions_keep_to_words_where_the_tagger_is_unsure(start):
    text = "梵能产业园"
    starts = np.array([True, False, True, False, False])
    begin = begin_tag("PROJECT")
    log_probabilities = sure(text, [("PROJECT", start, 5)])
    # Within the word 产业园 the tagger is nearly undecided whether the mention goes on.
    log_probabilities[4, [0, begin + 1]] = np.log([0.6, 0.39])
    blocks = [(0, len(text))]
    found = []
    for cost in (0, 2):
        steps = make_steps(np.zeros((N_TAGS, N_TAGS), dtype=np.float32), word_cost=cost)
        mentions = decode_mentions(text, log_probabilities, blocks, steps, starts)
        found.append([m.text for m in mentions])
    assert found == [[text[start:4]], [text[start:]]]


def test_a_sure_border_within_a_word_stands():
    text = "梵能产业园"
    starts = np.array([True, False, True, False, False])
    steps = make_steps(np.zeros((N_TAGS, N_TAGS), dtype=np.float32), word_cost=2)
    blocks = [(0, len(text))]
    spans = [("ZONE", 0, 3), ("PROJECT", 3, 5)]
    mentions = decode_mentions(text, sure(text, spans), blocks, steps, starts)
    assert [(m.label, m.start, m.end) for m in mentions] == spans


def test_no_mention_leaves_its_paragraph():
    text = "甲项目\n乙项目"
    mentions = decode_mentions(text, sure(text, [("PROJECT", 0, 7)]), [(0, 3), (4, 7)])
    assert [m.text for m in mentions] == ["甲项目", "乙项目"]


def test_a_mention_that_was_widened_takes_in_the_next():
    text = "已取得施工许可证，开工"
    spans = [("STATUS", 1, 5), ("STATUS", 5, 8), ("STATUS", 9, 11)]
    mentions = decode_mentions(text, sure(text, spans), [(0, len(text))])
    assert [m.text for m in mentions] == ["取得施工许可证", "开工"]


def test_two_months_are_two_dates():
    text = "分别于3月和5月开工"
    mentions = decode_mentions(text, sure(text, [("DATE", 3, 8)]), [(0, len(text))])
    assert [m.text for m in mentions] == ["3月", "5月"]


def test_a_wider_span_of_the_same_label_stands():
    spans = [Span("DATE", 0, 6, 0.8)]
    assert join_patterns(spans, label="DATE", found=[(0, 5)]) == spans


def test_a_span_that_one_match_replaced_hides_no_other():
    spans = [Span("AMOUNT", 2, 12, 0.8), Span("PROJECT", 20, 24, 0.7)]
    found = [(0, 5), (6, 10), (21, 30)]
    assert sorted(
        (s.label, s.start, s.end) for s in join_patterns(spans, label="AMOUNT", found=found)
    ) == [
        ("AMOUNT", 0, 5),
        ("AMOUNT", 6, 10),
        ("PROJECT", 20, 24),
    ]
