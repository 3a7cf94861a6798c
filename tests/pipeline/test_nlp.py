"""The spaCy pipeline, with a model that knows its answers by heart."""

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy import displacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin

import pipeline
import pipeline.nlp
from annotations.document import Document
from annotations.errors import PipelineError
from annotations.schema import load_schema
from pipeline.facts import derive_facts
from pipeline.nlp import TOKENIZER, CodePointTokenizer, SpanRelation, displacy_options
from tests.pipeline.marked import marked

ROOT = Path(pipeline.__file__).parents[1]

KNOWN = marked(
    "2021年,\n\t🏭[[Z1|高新区]]总投资[[A1|390亿元]]的[[P1|甲 产业园]],[[D1|今年]][[S1|开工]]。\n"
    "[[P2|乙项目]][[S2|签约]]。",
    "P1 TotalInvestment A1; P1 HasStatus S1; P1 LocatedIn Z1; P1 When D1; P2 HasStatus S2;"
    " S1 under_construction actual; S2 signed actual",
)


class Memory:
    """Annotates the one text it knows, and counts how often it is asked."""

    name = "memory"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def annotate(
        self,
        text: str,
        *,
        id: str,
        source: str = "",
        year: int | None = None,
    ) -> Document:
        self.asked.append(text)
        if text == KNOWN.text:
            return replace(KNOWN, id=id, source=source, year=year)
        return Document(id=id, text=text, source=source, year=year)


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[Memory]:
    """The model that every path leads to."""
    model = Memory()
    folders: list[Path | None] = []

    def load_memory(folder: Path | None) -> Memory:
        if folder is not None and not folder.is_dir():
            raise PipelineError(f"{folder}: no model there")
        folders.append(folder)
        return model

    pipeline.nlp._model.cache_clear()
    monkeypatch.setattr("pipeline.model.load_model", load_memory)
    yield model
    pipeline.nlp._model.cache_clear()


@pytest.fixture
def nlp(memory: Memory) -> Language:
    return pipeline.load()


def words(doc: Doc) -> list[tuple[str, str]]:
    return [(span.label_, span.text) for span in doc.ents]


def test_a_doc_carries_entities_relations_and_facts(nlp: Language, memory: Memory) -> None:
    doc = nlp(KNOWN.text)
    assert nlp.pipe_names == ["zonefacts_ner", "zonefacts_relations", "zonefacts_facts"]
    assert doc.text == KNOWN.text
    assert [(s.label_, s.start_char, s.end_char, s.text) for s in doc.ents] == [
        (m.label, m.start, m.end, m.text) for m in KNOWN.mentions
    ]
    assert [(r.type, r.head.text, r.tail.text, r.score) for r in doc._.relations] == [
        ("TotalInvestment", "甲 产业园", "390亿元", 1.0),
        ("HasStatus", "甲 产业园", "开工", 1.0),
        ("LocatedIn", "甲 产业园", "高新区", 1.0),
        ("When", "甲 产业园", "今年", 1.0),
        ("HasStatus", "乙项目", "签约", 1.0),
    ]
    assert all(isinstance(relation, SpanRelation) for relation in doc._.relations)
    assert doc._.relations[0].head.label_ == "PROJECT"
    assert doc._.facts == derive_facts(doc._.zonefacts)
    assert [fact.project for fact in doc._.facts] == ["甲 产业园", "乙项目"]
    assert doc._.zonefacts.mentions == KNOWN.mentions
    assert doc._.zonefacts.status == KNOWN.status
    assert doc._.zonefacts_unaligned == 0


def test_the_year_is_inferred_from_the_text(nlp: Language) -> None:
    (fact, _) = nlp(KNOWN.text)._.facts
    assert fact.date.interval.start.year == 2021


def test_the_model_reads_a_text_once(nlp: Language, memory: Memory) -> None:
    doc = nlp(KNOWN.text)
    for _ in range(3):
        assert doc._.facts
        assert doc._.relations
    assert memory.asked == [KNOWN.text]


def test_pipe_gives_the_same_as_one_by_one(nlp: Language) -> None:
    texts = [KNOWN.text, "没有事实。", "", KNOWN.text]
    piped = list(nlp.pipe(texts, batch_size=2))
    for doc, text in zip(piped, texts, strict=True):
        alone = nlp(text)
        assert doc.text == text
        assert words(doc) == words(alone)
        assert doc._.zonefacts == alone._.zonefacts
        assert doc._.facts == alone._.facts


def test_worker_processes_give_the_same(nlp: Language) -> None:
    docs = list(nlp.pipe([KNOWN.text, "没有事实。"], n_process=2))
    assert docs[0]._.facts == nlp(KNOWN.text)._.facts
    assert [relation.type for relation in docs[0]._.relations][:1] == ["TotalInvestment"]
    assert docs[1]._.facts == ()


TEXTS = {
    "empty": "",
    "blanks": "  \t\n\r\n 　 ",
    "leading and trailing blanks": "\n  甲 \n\n乙  ",
    "beyond the basic plane": "🏭𠮷甲👨‍👩‍👧",
    "combining and zero width": "e\u0301\u200b\ufeff\u202e",
    "control characters": "\x00\x1c\x85\u2028",
    "Latin words and numbers": "TCL 3D v2.0, 1,200",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_every_code_point_is_a_token(text: str) -> None:
    doc = CodePointTokenizer(spacy.blank("zh").vocab)(text)
    assert doc.text == text
    assert [token.text for token in doc] == list(text)
    assert [token.idx for token in doc] == list(range(len(text)))


VOCAB = spacy.blank("zh").vocab


@given(st.text())
@settings(max_examples=200)
def test_any_text_comes_back(text: str) -> None:
    doc = CodePointTokenizer(VOCAB)(text)
    assert doc.text == text
    assert len(doc) == len(text)


def test_half_a_surrogate_pair_is_an_error_that_says_where() -> None:
    with pytest.raises(PipelineError, match=r"U\+D83C, at 2"):
        CodePointTokenizer(VOCAB)("甲乙\ud83c")


def blank_with_words(*tokens: str) -> Language:
    """A pipeline whose tokens are words, as a segmenter would make them."""
    nlp = spacy.blank("zh")

    def tokenize(text: str) -> Doc:
        made, spaces = spacy.util.get_words_and_spaces(tokens, text)
        return Doc(nlp.vocab, words=made, spaces=spaces)

    nlp.tokenizer = tokenize
    for name in ("zonefacts_ner", "zonefacts_relations", "zonefacts_facts"):
        nlp.add_pipe(name)
    return nlp


def test_the_factories_fit_any_chinese_pipeline(memory: Memory) -> None:
    nlp = spacy.blank("zh")
    nlp.add_pipe("sentencizer")
    for name in ("zonefacts_ner", "zonefacts_relations", "zonefacts_facts"):
        nlp.add_pipe(name)
    doc = nlp(KNOWN.text)
    assert words(doc) == [(m.label, m.text) for m in KNOWN.mentions]
    assert doc._.zonefacts_unaligned == 0
    assert len(doc._.facts) == 2
    assert nlp.analyze_pipes()["problems"] == {name: [] for name in nlp.pipe_names}


def test_mentions_that_cut_a_word_are_cut_down_and_counted(memory: Memory) -> None:
    nlp = blank_with_words(
        *(
            "2021年",
            ",",
            "🏭高",
            "新区",
            "总投资",
            "390亿",
            "元的",
            "甲",
            "产业园",
            ",",
            "今年开工",
        ),
        *("。", "乙", "项目", "签约", "。"),
    )
    doc = nlp(KNOWN.text)
    assert doc.text == KNOWN.text
    # 开工 and 今年 hold no whole token; 高新区 and 390亿元 each lose one.
    assert words(doc) == [
        ("ZONE", "新区"),
        ("AMOUNT", "390亿"),
        ("PROJECT", "甲 产业园"),
        ("PROJECT", "乙项目"),
        ("STATUS", "签约"),
    ]
    assert doc._.zonefacts_unaligned == 4
    assert [(r.type, r.tail.text) for r in doc._.relations] == [
        ("TotalInvestment", "390亿"),
        ("LocatedIn", "新区"),
        ("HasStatus", "签约"),
    ]
    assert doc._.facts == derive_facts(doc._.zonefacts)
    assert doc._.facts[0].investment.text == "390亿元"


def test_what_no_component_opened_is_empty(memory: Memory) -> None:
    nlp = spacy.blank("zh")
    nlp.add_pipe("zonefacts_ner")
    doc = nlp(KNOWN.text)
    assert len(doc.ents) == 7
    assert (doc._.relations, doc._.facts) == ((), ())
    nlp.add_pipe("zonefacts_facts")
    assert len(nlp(KNOWN.text)._.facts) == 2
    untouched = nlp.make_doc(KNOWN.text)
    assert (untouched._.zonefacts, untouched._.facts) == (None, ())
    assert untouched._.relations == ()


@pytest.mark.parametrize("name", ["zonefacts_relations", "zonefacts_facts"])
def test_a_component_without_annotation_says_what_is_missing(memory: Memory, name: str) -> None:
    nlp = spacy.blank("zh")
    nlp.add_pipe(name)
    with pytest.raises(PipelineError, match=rf'nlp.add_pipe\("zonefacts_ner", before="{name}"\)'):
        nlp(KNOWN.text)


def test_a_saved_pipeline_loads_and_its_config_holds_the_path_alone(
    memory: Memory, tmp_path: Path
) -> None:
    model = tmp_path / "model"
    model.mkdir()
    nlp = pipeline.load(model)
    nlp.to_disk(tmp_path / "saved")
    loaded = spacy.load(tmp_path / "saved")
    assert loaded.config["components"]["zonefacts_ner"] == {
        "factory": "zonefacts_ner",
        "model_path": str(model),
    }
    assert loaded.config["components"]["zonefacts_facts"] == {"factory": "zonefacts_facts"}
    assert loaded.config["nlp"]["tokenizer"] == {"@tokenizers": TOKENIZER}
    assert loaded(KNOWN.text)._.facts == nlp(KNOWN.text)._.facts
    from_config = type(nlp).from_config(nlp.config)
    assert from_config(KNOWN.text)._.facts == nlp(KNOWN.text)._.facts
    from_bytes = type(nlp).from_config(nlp.config).from_bytes(nlp.to_bytes())
    assert words(from_bytes(KNOWN.text)) == words(nlp(KNOWN.text))


def test_the_distribution_names_the_factories_to_spacy() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        points = tomllib.load(file)["project"]["entry-points"]
    named = points["spacy_factories"] | points["spacy_tokenizers"]
    assert set(named) == {"zonefacts_ner", "zonefacts_relations", "zonefacts_facts", TOKENIZER}
    for target in named.values():
        module, _, attribute = target.partition(":")
        assert callable(getattr(import_module(module), attribute))


def test_a_folder_without_a_model_fails_at_once(memory: Memory, tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="no model there"):
        pipeline.load(tmp_path / "missing")


def test_entities_go_through_a_docbin(nlp: Language) -> None:
    doc = nlp(KNOWN.text)
    plain = DocBin()
    plain.add(doc)
    (back,) = DocBin().from_bytes(plain.to_bytes()).get_docs(nlp.vocab)
    assert back.text == KNOWN.text
    assert words(back) == words(doc)
    assert back._.facts == ()


def test_everything_goes_through_a_docbin_with_user_data(nlp: Language) -> None:
    doc = nlp(KNOWN.text)
    full = DocBin(store_user_data=True)
    full.add(doc)
    (back,) = DocBin().from_bytes(full.to_bytes()).get_docs(nlp.vocab)
    assert back._.facts == doc._.facts
    assert [(r.type, r.head.text, r.tail.text) for r in back._.relations] == [
        (r.type, r.head.text, r.tail.text) for r in doc._.relations
    ]


def test_displacy_shows_every_mention_in_the_colour_of_its_label(nlp: Language) -> None:
    html = displacy.render(nlp(KNOWN.text), style="ent", options=displacy_options(), jupyter=False)
    for label in load_schema().labels.values():
        assert displacy_options()["colors"][label.name].startswith(label.color)
    assert html.count("<mark") == len(KNOWN.mentions)
    assert f"background: {load_schema().labels['AMOUNT'].color}40" in html


def test_an_attribute_of_another_package_is_not_overwritten(memory: Memory) -> None:
    pipeline.load()
    removed = Doc.remove_extension("facts")
    Doc.set_extension("facts", default="theirs")
    try:
        with pytest.raises(PipelineError, match=r"doc\._\.facts is defined already"):
            pipeline.load()
    finally:
        Doc.remove_extension("facts")
        Doc.set_extension("facts", getter=removed[2])


def test_importing_the_package_loads_neither_spacy_nor_a_runtime() -> None:
    code = (
        "import pipeline, sys;"
        "print([name for name in ('spacy', 'onnxruntime', 'torch') if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert found.stdout.strip() == "[]"
