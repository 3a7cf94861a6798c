"""What the status stage knows of a STATUS mention: its states, its sentence and cue words."""

import re
from collections.abc import Sequence

import numpy as np

from annotations.document import Mention
from annotations.schema import load_schema
from corpus.segment import sentences
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


# Words that make what follows them in their clause a matter of the future. Of the annotated train
# documents 299 of 301 statuses behind one of them are future.
_ANNOUNCING = re.compile(r"即将|将(?!军|乐)|预计|有望|力争|确保|计划[于在]")
_CLAUSE_BREAK = re.compile(r"[，。；、：（）,;:()\n]")


# 已 with nothing but a time or a manner up to the STATUS: 已于2021年9月开工, but not
# 已签约项目尽快开工. Of the annotated train documents all 96 such statuses are actual.
_DONE = re.compile(
    r"已(?:经|于|在)?(?:[0-9〇一二三四五六七八九十]|[年月日]|[上中下]旬|[上下]半|[底初前]|季度"
    r"|全部|全面|全线|基本|正式|顺利|陆续|相继|先后|提前|如期|整体)*$"
)
# All 17 behind 正在 are actual, too.
_UNDER_WAY = re.compile(r"正在[^，。；,;]{0,4}$")
# 建成投产后，预计年产值60亿元: what it will bring says that it is not there yet. So all 5 of those
# documents' are future.
_ONCE_DONE = re.compile(r"(?:以|之)?后[，,]?(?:预计|预期|有望|将|年?可(?!再生))")
# All 119 statuses of those documents with one of these words are stopped.
_STOPPING = re.compile(r"停工|停建|缓建|烂尾|终止|中止|叫停|下马|搁置|取消|清退")
# So are all 49 with one of these operating, as the scheme has it.
_TRIAL = re.compile(r"试(?:生产|产|运营|运行)")


def told_modality(text: str, start: int, end: int) -> str | None:
    """The modality of the STATUS `[start, end)`, where words around it leave no doubt.

    So 将于6月开工 is future whatever the classifier, which reads the whole sentence, makes of it.
    """
    # A clause is short: further back nothing of it is found.
    before = text[max(0, start - 60) : start]
    if _ANNOUNCING.search(_CLAUSE_BREAK.split(before)[-1]):
        return "future"
    if _DONE.search(before) or _UNDER_WAY.search(before):
        return "actual"
    return "future" if _ONCE_DONE.match(text, end) else None


def told_class(status: str) -> str | None:
    """The class of a STATUS whose words leave no doubt about it."""
    if _STOPPING.search(status):
        return "stopped"
    return "operating" if _TRIAL.search(status) else None


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
    blocks = [_surroundings(text, m, paragraphs) for m in mentions]
    spans = np.array([m.span for m in mentions], dtype=np.int64).reshape(-1, 2)
    sentence = np.array([b[0] for b in blocks], dtype=np.int64).reshape(-1, 2)
    paragraph = np.array([b[1] for b in blocks], dtype=np.int64).reshape(-1, 2)
    vectors = np.concatenate(
        [
            states.mention(spans),
            states.mean(sentence[:, 0], sentence[:, 1]),
            states.mean(paragraph[:, 0], paragraph[:, 1]),
        ],
        axis=1,
    )
    rows = [
        _cue_row(m.text, text[slice(*inner)], text[slice(*outer)])
        for m, (inner, outer) in zip(mentions, blocks, strict=True)
    ]
    return vectors, np.array(rows, dtype=np.float32).reshape(len(rows), n_status_features())


def _surroundings(
    text: str, mention: Mention, paragraphs: Sequence[tuple[int, int]]
) -> tuple[tuple[int, int], tuple[int, int]]:
    paragraph = next((s, e) for s, e in paragraphs if s <= mention.start < e)
    sentence = next(
        ((s, e) for s, e in sentences(text, *paragraph) if s <= mention.start < e), paragraph
    )
    return sentence, paragraph


def _cue_row(span: str, sentence: str, paragraph: str) -> list[float]:
    row = [
        float(re.search(_CLASS_CUES[name], span) is not None)
        for name in load_schema().status_classes
    ]
    for block in (sentence, paragraph):
        row += [float(np.log1p(len(re.findall(cue, block)))) for cue in _FUTURE_CUES + _PAST_CUES]
    return row
