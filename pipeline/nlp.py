"""The pipeline as spaCy components, and a Language whose tokens are code points.

`zonefacts_ner` does all the work: one pass of the model over the text gives mentions, relations
and status values, which it keeps with the Doc as JSON. `zonefacts_relations` and `zonefacts_facts`
run nothing; they open `doc._.relations` and `doc._.facts`, which read the kept annotation. It is
JSON in `doc.user_data`, not objects, so that it survives `Doc.to_bytes`, a DocBin that stores user
data, and the worker processes of `nlp.pipe`.

    doc.ents                    the mentions as spans
    doc._.zonefacts             the Document, with code-point offsets, scores and status values
    doc._.relations             SpanRelation(type, head, tail, score)
    doc._.facts                 what `pipeline.facts.derive_facts` gives
    doc._.zonefacts_unaligned   mentions that the tokens do not fit

In the Language that `load` gives every code point is a token, so every mention is a span. In a
pipeline whose tokens are words a mention is cut down to the whole tokens inside it, or has no span
at all; both are counted. Facts and `doc._.zonefacts` keep the exact offsets either way.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import DummyTokenizer, registry
from spacy.vocab import Vocab

from annotations.document import Document, Mention
from annotations.errors import PipelineError
from annotations.schema import load_schema
from annotations.store import document_from_record
from corpus.report import infer_year
from pipeline.facts import Fact, derive_facts
from pipeline.pieces import Annotator, annotate_pieces
from pipeline.serialise import document_record
from pipeline.version import package_version

TOKENIZER = "zonefacts.CodePoints.v1"

_DOCUMENT = "zonefacts"
_UNALIGNED = "zonefacts_unaligned"
_WITH_RELATIONS = "zonefacts_relations"
_WITH_FACTS = "zonefacts_facts"

Component = Callable[[Doc], Doc]


@dataclass(frozen=True, slots=True)
class SpanRelation:
    """A relation between two spans of a Doc."""

    type: str
    head: Span
    tail: Span
    score: float


def load(model: Path | None = None) -> Language:
    """A Chinese pipeline with one token for each code point and all three components.

    Args:
        model: A folder written by `zonefacts export`; None for the shipped model.

    Raises:
        PipelineError: the folder holds no model that fits this version.
    """
    nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"@tokenizers": TOKENIZER}}})
    # The limit guards parsers that need memory by the square; this pipeline reads in pieces.
    nlp.max_length = 1_000_000_000
    nlp.meta["name"] = "zonefacts"
    nlp.meta["version"] = package_version()
    nlp.add_pipe("zonefacts_ner", config={"model_path": None if model is None else str(model)})
    nlp.add_pipe("zonefacts_relations")
    nlp.add_pipe("zonefacts_facts")
    return nlp


def displacy_options() -> dict[str, Any]:
    """Options for `displacy.render(doc, style="ent")`: the schema's labels and its colours, pale.

    displaCy writes black text on the colour, hence a quarter of its strength.
    """
    labels = load_schema().labels.values()
    return {
        "ents": [label.name for label in labels],
        "colors": {label.name: f"{label.color}40" for label in labels},
    }


class CodePointTokenizer(DummyTokenizer):
    """One token for each code point, blanks and line breaks among them: `doc.text` is the text."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Make the Doc of a text.

        Raises:
            PipelineError: the text holds half of a surrogate pair, which spaCy cannot store.
        """
        try:
            return Doc(self.vocab, words=list(text), spaces=[False] * len(text))
        except UnicodeEncodeError as error:
            found = next(n for n, mark in enumerate(text) if "\ud800" <= mark <= "\udfff")
            raise PipelineError(
                f"the text is no valid Unicode: half of a surrogate pair, U+{ord(text[found]):04X},"
                f" at {found}; decode it again, or replace that character"
            ) from error


def make_tokenizer() -> Callable[[Language], CodePointTokenizer]:
    """The tokenizer as a spaCy config names it."""
    return _tokenizer_for


registry.tokenizers.register(TOKENIZER, func=make_tokenizer)


def _tokenizer_for(nlp: Language) -> CodePointTokenizer:
    return CodePointTokenizer(nlp.vocab)


@Language.factory(
    "zonefacts_ner",
    default_config={"model_path": None},
    assigns=["doc.ents", "token.ent_iob", "token.ent_type", "doc._.zonefacts"],
)
def make_ner(nlp: Language, name: str, model_path: str | None) -> Component:  # noqa: ARG001
    """The component that annotates; its config holds the path of the model, None for the shipped.

    Raises:
        PipelineError: there is no model that fits this version.
    """
    _register_extensions()
    return Annotate(model_path)


@Language.factory("zonefacts_relations", requires=["doc._.zonefacts"], assigns=["doc._.relations"])
def make_relations(nlp: Language, name: str) -> Component:  # noqa: ARG001
    """The component that opens `doc._.relations`."""
    _register_extensions()
    return Open(_WITH_RELATIONS)


@Language.factory("zonefacts_facts", requires=["doc._.zonefacts"], assigns=["doc._.facts"])
def make_facts(nlp: Language, name: str) -> Component:  # noqa: ARG001
    """The component that opens `doc._.facts`."""
    _register_extensions()
    return Open(_WITH_FACTS)


class Annotate:
    """Annotates a Doc with the model in a folder, and keeps the annotation with it."""

    def __init__(self, model_path: str | None) -> None:
        self._model_path = model_path
        _model(model_path)  # a wrong path shows here, not at the first text

    def __call__(self, doc: Doc) -> Doc:
        """Set entities and annotation."""
        text = doc.text
        guess = infer_year(text)
        model = _model(self._model_path)
        document = annotate_pieces(
            model,
            text,
            id=sha256(text.encode("utf-8")).hexdigest()[:16],
            source="",
            year=guess.year if guess else None,
        )
        record = document_record(
            document,
            year_reason=guess.reason if guess else "",
            model=model.name,
            version=package_version(),
        )
        # The Doc has the text already.
        del record["text"]
        doc.user_data[_DOCUMENT] = json.dumps(record, ensure_ascii=False)
        spans = [_span(doc, mention) for mention in document.mentions]
        doc.user_data[_UNALIGNED] = sum(
            span is None or (span.start_char, span.end_char) != mention.span
            for span, mention in zip(spans, document.mentions, strict=True)
        )
        doc.set_ents([span for span in spans if span is not None])
        return doc


class Open:
    """Lets a Doc show a part of its annotation."""

    def __init__(self, part: str) -> None:
        self._part = part

    def __call__(self, doc: Doc) -> Doc:
        """Mark the part as shown.

        Raises:
            PipelineError: the Doc has no annotation.
        """
        if _DOCUMENT not in doc.user_data:
            raise PipelineError(
                f"{self._part} found a Doc without annotation; put zonefacts_ner in front of it:"
                f' nlp.add_pipe("zonefacts_ner", before="{self._part}")'
            )
        doc.user_data[self._part] = True
        return doc


@cache
def _model(path: str | None) -> Annotator:
    # onnxruntime is loaded with the model, not with this module.
    from pipeline.model import load_model  # noqa: PLC0415

    return load_model(None if path is None else Path(path))


def _span(doc: Doc, mention: Mention) -> Span | None:
    return doc.char_span(mention.start, mention.end, label=mention.label, alignment_mode="contract")


# Reading the annotation back is not free, and doc._.facts is asked for again and again.
@lru_cache(maxsize=64)
def _read(text: str, record: str) -> Document:
    return document_from_record(json.loads(record) | {"text": text})


@lru_cache(maxsize=64)
def _derive(text: str, record: str) -> tuple[Fact, ...]:
    return derive_facts(_read(text, record))


def get_document(doc: Doc) -> Document | None:
    """The annotation of a Doc, None before zonefacts_ner has run."""
    record = doc.user_data.get(_DOCUMENT)
    return None if record is None else _read(doc.text, record)


def get_relations(doc: Doc) -> tuple[SpanRelation, ...]:
    """The relations whose two mentions are spans of the Doc, in text order."""
    document = get_document(doc)
    if document is None or _WITH_RELATIONS not in doc.user_data:
        return ()
    return tuple(_span_relations(doc, document))


def _span_relations(doc: Doc, document: Document) -> Iterator[SpanRelation]:
    spans = {mention.id: _span(doc, mention) for mention in document.mentions}
    for relation in document.relations:
        head, tail = spans[relation.head], spans[relation.tail]
        if head is not None and tail is not None:
            yield SpanRelation(relation.type, head, tail, relation.score)


def get_facts(doc: Doc) -> tuple[Fact, ...]:
    """The facts of a Doc."""
    record = doc.user_data.get(_DOCUMENT)
    return () if record is None or _WITH_FACTS not in doc.user_data else _derive(doc.text, record)


def get_unaligned(doc: Doc) -> int:
    """How many mentions begin or end within a token of the Doc."""
    return int(doc.user_data.get(_UNALIGNED, 0))


_GETTERS = {
    "zonefacts": get_document,
    "relations": get_relations,
    "facts": get_facts,
    "zonefacts_unaligned": get_unaligned,
}


def _register_extensions() -> None:
    """Give Doc its attributes.

    Raises:
        PipelineError: another package has given one of them another meaning.
    """
    for name, getter in _GETTERS.items():
        if not Doc.has_extension(name):
            Doc.set_extension(name, getter=getter)
        elif Doc.get_extension(name)[2] is not getter:
            raise PipelineError(
                f"doc._.{name} is defined already, and not by zonefacts; remove it with"
                f' Doc.remove_extension("{name}") before loading this pipeline'
            )
