"""Simple systems to compare with: patterns, the nearest project, other tools' output.

    patterns   regular expressions for every label, then the nearest project
    lac        LAC's names and jionlp's sums and times under our labels, then the nearest project
    majority   gold mentions, each joined to the nearest project (relations only, not end to end)
    brat       any tool's mentions in brat files under a mapping of labels, then the nearest project

They see the texts only, except that `majority` is given the gold mentions, never their relations or
status values.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from annotations.document import Document, Mention, Relation, StatusValue
from annotations.errors import EvaluationError
from annotations.schema import load_schema
from corpus.segment import paragraphs
from evaluation.lexical import lac_mentions
from evaluation.spans import Found, document_of
from pipeline.patterns import find_amounts, find_dates

# The relation that is most frequent for each label of the tail.
_MAJORITY: Mapping[str, str] = MappingProxyType(
    {
        "AMOUNT": "TotalInvestment",
        "STATUS": "HasStatus",
        "DATE": "When",
        "ZONE": "LocatedIn",
        "COMPANY": "OwnedBy",
    }
)
# What ends a name on its left, since patterns do not know where a name begins.
_INSIDE = r"[^\s,;:，。；：、！？（）《》“”的在于和与及由为将把对向从是了等以到]"
_ZONE = re.compile(
    rf"{_INSIDE}{{0,8}}(?:高新技术产业开发区|经济技术开发区|高新技术开发区|高新区|经开区|开发区|工业园区?|产业集聚区"
    r"|产业园区|科技园|新区|园区)"
)
_GROUP = re.compile(r"[\d一二三四五六七八九十]+[余多]?个[^，。；、\s]{0,12}?项目|项目\d+个")
_PROJECT = re.compile(rf"{_INSIDE}{{2,24}}(?:项目|工程|产业园|生产线|快线|大道|基地)")
_COMPANY = re.compile(rf"{_INSIDE}{{2,16}}?(?:有限责任公司|股份有限公司|有限公司|集团|公司|银行)")
# By class, in the order of the schema; a phrase that names several stages takes the furthest.
_STATUS_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "planned": "谋划 规划建设 筹建 拟建 前期工作 立项 审批 获批",
        "negotiating": "在谈 洽谈 对接",
        "signed": "签约 引进 落户 落地 签订协议",
        "under_construction": "新开工 开工建设 开工 动工建设 动工 在建 续建 加快推进"
        " 推进 启动 实施 完成投资",
        "completed": "竣工 建成 完工 贯通 通车 完成改造 封顶",
        "operating": "投产 投用 投入使用 投入运营 运营 开业 达产 试运行",
        "stopped": "停工 退出 终止 清退",
    }
)
_STATUS = re.compile(
    "(?:"
    + "|".join(sorted((w for ws in _STATUS_WORDS.values() for w in ws.split()), key=len)[::-1])
    + ")+"
)
_FUTURE = re.compile(r"力争|确保|将|预计|年内|计划|争取|要|拟")
_SENTENCE_END = re.compile(r"[。；！？\n]")


def run_baseline(name: str, documents: Iterable[Document]) -> list[Document]:
    """Predictions of `patterns`, `lac` or `majority` for some texts.

    Raises:
        EvaluationError: there is no such baseline, or a package that it wants is not installed.
    """
    if name not in BASELINES:
        raise EvaluationError(
            f"there is no baseline {name!r}; there are {', '.join((*BASELINES, 'brat'))}"
        )
    return [BASELINES[name](document) for document in documents]


def pattern_mentions(document: Document) -> Document:
    """Mentions by regular expressions; nothing but the text of the document is read."""
    text = document.text
    found = [Found("AMOUNT", *span, rank=1) for span in find_amounts(text)]
    found += [Found("DATE", *span, rank=1) for span in find_dates(text)]
    for label, pattern, rank in (
        ("PROJECT", _GROUP, -1),
        ("PROJECT", _PROJECT, 0),
        ("COMPANY", _COMPANY, 2),
        ("ZONE", _ZONE, 2),
        ("STATUS", _STATUS, 3),
    ):
        found += [Found(label, *match.span(), rank=rank) for match in pattern.finditer(text)]
    return document_of(document, found)


def link_nearest(document: Document) -> Document:
    """Every mention joined to the nearest PROJECT of its paragraph by the most frequent relation.

    Of two projects at the same distance the one in front wins. Zones and companies are joined only
    to a project in the same sentence. Status values come from the words alone.
    """
    schema = load_schema()
    bounds = paragraphs(document.text)
    relations = []
    status = {}
    for mention in document.mentions:
        kind = _MAJORITY.get(mention.label)
        scope = next((b for b in bounds if b[0] <= mention.start < b[1]), None)
        if kind is None or scope is None:
            continue
        if mention.label == schema.status_label:
            status[mention.id] = status_value(document.text, mention)
        near = [
            m for m in document.mentions if m.label == "PROJECT" and scope[0] <= m.start < scope[1]
        ]
        if mention.label in ("ZONE", "COMPANY"):
            near = [
                m for m in near if not _SENTENCE_END.search(_between(document.text, m, mention))
            ]
        if near:
            head = min(near, key=lambda m: (len(_between(document.text, m, mention)), m.start))
            relations.append(Relation(type=kind, head=head.id, tail=mention.id))
    return replace(document, relations=tuple(relations), status=status)


def status_value(text: str, mention: Mention) -> StatusValue:
    """Class by the furthest stage among the words, modality by the words in front of it."""
    classes = [
        name
        for name, words in _STATUS_WORDS.items()
        if any(word in mention.text for word in words.split())
    ]
    sentence = _SENTENCE_END.split(text[: mention.start])[-1]
    return StatusValue(
        classes[-1] if classes else "under_construction",
        "future" if _FUTURE.search(sentence) else "actual",
    )


def without_loose_status(document: Document) -> Document:
    """The document without STATUS mentions that belong to no project, as the scheme wants it."""
    linked = {relation.tail for relation in document.relations}
    mentions = tuple(m for m in document.mentions if m.label != "STATUS" or m.id in linked)
    kept = {mention.id for mention in mentions}
    status = {key: value for key, value in document.status.items() if key in kept}
    return replace(document, mentions=mentions, status=status)


def map_labels(documents: Sequence[Document], *, labels: Mapping[str, str]) -> list[Document]:
    """Another tool's mentions under our labels, joined to the nearest project.

    Mentions with a label that is not mapped are dropped; what overlaps is thinned out, the longer
    span first. Relations of the tool are dropped.

    Args:
        documents: the tool's output.
        labels: from the tool's labels to ours.

    Raises:
        EvaluationError: a label of ours is unknown.
    """
    schema = load_schema()
    if unknown := sorted(set(labels.values()) - set(schema.labels)):
        raise EvaluationError(
            f"the mapping leads to unknown labels {', '.join(unknown)}; the schema has"
            f" {', '.join(schema.labels)}"
        )
    result = []
    for document in documents:
        found = [
            Found(labels[m.label], m.start, m.end) for m in document.mentions if m.label in labels
        ]
        result.append(without_loose_status(link_nearest(document_of(document, found))))
    return result


def _between(text: str, one: Mention, other: Mention) -> str:
    left, right = sorted((one, other), key=lambda m: m.start)
    return text[left.end : right.start]


def _patterns(document: Document) -> Document:
    return without_loose_status(link_nearest(pattern_mentions(document)))


def _lac(document: Document) -> Document:
    found = lac_mentions(document.text)
    found += [Found("STATUS", *m.span(), rank=3) for m in _STATUS.finditer(document.text)]
    return without_loose_status(link_nearest(document_of(document, found)))


def _majority(document: Document) -> Document:
    return link_nearest(replace(document, relations=(), status={}))


BASELINES: Mapping[str, Callable[[Document], Document]] = MappingProxyType(
    {"patterns": _patterns, "lac": _lac, "majority": _majority}
)
