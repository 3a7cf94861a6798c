"""What the status stage knows of a STATUS mention: its states, its sentence and cue words."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from operator import itemgetter

import numpy as np

from annotations.document import Mention
from annotations.schema import load_schema
from corpus.segment import Span, sentences
from pipeline.states import SpanStates
from pipeline.windows import FloatArray

# The scheme's typical words, one pattern a class, in the order of the schema's classes.
_CLASS_CUES = {
    "planned": r"谋划|规划|筹建|拟建|前期|立项|审批|核准|批复|获批|储备|选址|论证",
    "negotiating": r"在谈|洽谈|对接|谈判",
    "signed": r"签约|引进|落户|落地|签订|入驻|引入|新设立",
    "under_construction": (
        r"开工|动工|在建|续建|建设|推进|实施|启动|复工|完成投资|施工|改造|主体|打造"
    ),
    "completed": r"竣工|建成|完工|贯通|通车|完成|落成|封顶|建好|新建|打通|交付|验收",
    "operating": (r"投产|投用|使用|运营|开业|达产|运行|并网|开园|开放|开学|营业|开通|试产"),
    "stopped": r"停工|退出|终止|清退|停建|缓建|叫停|取消|下马|停产|关停",
}
_FUTURE_CUES = (
    r"将|拟|计划|预计|有望",
    r"力争|确保|争取|务必",
    r"要|抓好|抓紧|加快|推进",
    r"今年|年内|明年|年底前",
)
_PAST_CUES = (r"已|了|过", r"完成|实现|顺利|成功", r"去年|累计|全年|五年来|一年来|新增")


def n_status_features() -> int:
    """Number of cue features of a STATUS mention."""
    return len(load_schema().status_classes) + 2 * (len(_FUTURE_CUES) + len(_PAST_CUES))


def status_features(
    text: str,
    states: SpanStates,
    mentions: Sequence[Mention],
    paragraphs: Sequence[tuple[int, int]],
) -> tuple[FloatArray, FloatArray]:
    """States and cue features of STATUS mentions.

    Args:
        text: the whole text.
        states: encoder states of the text.
        mentions: the STATUS mentions.
        paragraphs: spans of the paragraphs, which hold every mention.

    Returns:
        States of mention, neighbours, sentence and paragraph, shape (mentions, 5 * width), and cue
        features, shape (mentions, features).
    """
    spans = np.array([m.span for m in mentions], dtype=np.int64).reshape(-1, 2)
    outer = _paragraphs_of(mentions, paragraphs)
    inner = sentences_of(text, mentions, paragraphs)
    # Many mentions share a sentence, and more a paragraph.
    cues = {block: _cues(text[slice(*block)]) for block in {*inner, *outer}}
    sentence = np.array(inner, dtype=np.int64).reshape(-1, 2)
    paragraph = np.array(outer, dtype=np.int64).reshape(-1, 2)
    vectors = np.concatenate(
        [
            states.mention(spans),
            states.mean(sentence[:, 0], sentence[:, 1]),
            states.mean(paragraph[:, 0], paragraph[:, 1]),
        ],
        axis=1,
    )
    rows = [
        [*_class_cues(m.text), *cues[inner[n]], *cues[outer[n]]] for n, m in enumerate(mentions)
    ]
    return vectors, np.array(rows, dtype=np.float32).reshape(len(rows), n_status_features())


def _paragraphs_of(mentions: Sequence[Mention], paragraphs: Sequence[Span]) -> list[Span]:
    starts = [start for start, _ in paragraphs]
    return [paragraphs[bisect_right(starts, m.start) - 1] for m in mentions]


def sentences_of(
    text: str, mentions: Sequence[Mention], paragraphs: Sequence[tuple[int, int]]
) -> list[Span]:
    """The sentence of each mention; one that lies within none has its paragraph."""
    outer = _paragraphs_of(mentions, paragraphs)
    within = {block: list(sentences(text, *block)) for block in set(outer)}
    found = []
    for mention, block in zip(mentions, outer, strict=True):
        at = bisect_right(within[block], mention.start, key=itemgetter(0)) - 1
        sentence = within[block][at] if at >= 0 else block
        found.append(sentence if mention.end <= sentence[1] else block)
    return found


def _class_cues(span: str) -> list[float]:
    return [
        float(re.search(_CLASS_CUES[name], span) is not None)
        for name in load_schema().status_classes
    ]


def _cues(block: str) -> list[float]:
    """How often a sentence or paragraph has words of the future and of the past."""
    return [float(np.log1p(len(re.findall(cue, block)))) for cue in _FUTURE_CUES + _PAST_CUES]
