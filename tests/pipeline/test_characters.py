import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from transformers import AutoTokenizer

from annotations.errors import PipelineError
from pipeline.characters import SPECIAL_TOKENS, CharacterTokenizer, fold

VOCABULARY = ["总", "投", "资", "亿", "元", "3", "9", "a", "b", "\n", " ", "，", "Ａ", "…", "㎡"]


@pytest.fixture(scope="module")
def tokenizer():
    return CharacterTokenizer.from_vocabulary(VOCABULARY)


@given(st.text())
def test_one_token_for_every_code_point(text):
    tokenizer = CharacterTokenizer.from_vocabulary(VOCABULARY)
    assert len(tokenizer.encode(text)) == len(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ａ", "a"), ("A", "a"), ("３", "3"), ("\u3000", " "), (",", "，"), ("①", "1"), ("㎡", "㎡")],
)
def test_forms_that_are_folded(tokenizer, one, other):
    expected = tokenizer.encode(fold(other)) if len(fold(other)) == 1 else tokenizer.encode(other)
    assert tokenizer.encode(one) == expected


def test_unknown_characters(tokenizer):
    assert tokenizer.encode("龘") == [tokenizer.unk_id]
    assert tokenizer.unk_id not in tokenizer.encode("总投资39亿元…㎡\n")


def test_special_tokens_come_first_and_folding_joins_entries(tokenizer):
    assert [tokenizer.pad_id, tokenizer.unk_id, tokenizer.cls_id] == [0, 1, 2]
    assert [tokenizer.sep_id, tokenizer.mask_id] == [3, 4]
    assert tokenizer.size == len(SPECIAL_TOKENS) + len({fold(c) for c in VOCABULARY})


def test_ids_are_those_of_the_wrapped_library(tokenizer, tmp_path):
    tokenizer.save(tmp_path)
    reference = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    reference.pre_tokenizer = None
    text = "总投资390亿元，ＡＢＣ…㎡龘\n①"
    ids = reference.encode(list(text), is_pretokenized=True, add_special_tokens=False).ids
    assert tokenizer.encode(text) == ids


def test_saved_folder_reads_back_and_in_transformers(tokenizer, tmp_path):
    tokenizer.save(tmp_path)
    text = "总投资39亿元\nＡb龘"
    assert CharacterTokenizer.from_folder(tmp_path).encode(text) == tokenizer.encode(text)
    public = AutoTokenizer.from_pretrained(tmp_path)
    assert public(text, add_special_tokens=False)["input_ids"] == tokenizer.encode(text)
    assert (public.pad_token_id, public.mask_token_id) == (tokenizer.pad_id, tokenizer.mask_id)


@pytest.mark.parametrize("kind", ["vocab.txt", "tokenizer.json"])
def test_vocabulary_of_a_public_bert(kind, tmp_path):
    entries = ["[PAD]", "[unused1]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "总", "##总", "ab", "a"]
    if kind == "vocab.txt":
        (tmp_path / kind).write_text("\n".join(entries) + "\n", encoding="utf-8")
    else:
        ids = {token: n for n, token in enumerate(entries)}
        Tokenizer(WordPiece(ids, unk_token="[UNK]")).save(str(tmp_path / kind))
    tokenizer = CharacterTokenizer.from_folder(tmp_path)
    assert tokenizer.size == len(entries)
    assert tokenizer.encode("总Ａb") == [6, 9, 2]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "no tokenizer.json and no vocab.txt"),
        ({"tokenizer.json": "{}"}, "expected a WordLevel or WordPiece tokenizer"),
        ({"vocab.txt": "总\n投\n"}, r"lacks \[PAD\]"),
    ],
)
def test_folders_that_are_no_tokenizer(files, message, tmp_path):
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(PipelineError, match=message):
        CharacterTokenizer.from_folder(tmp_path)


@given(st.characters(codec="utf-8"))
def test_fold_agrees_with_the_library(character):
    """Of the two tables of Unicode, Python's and the library's, old characters fold the same."""
    tokenizer = CharacterTokenizer.from_vocabulary([character])
    if unicodedata.category(character) not in {"Cn", "Lu"}:
        assert tokenizer.encode(character) != [tokenizer.unk_id]
