from itertools import pairwise
from pathlib import Path

import pytest

from annotations.errors import PipelineError
from pipeline.words import load_segmenter, word_starts


def words(text: str) -> list[str]:
    starts = word_starts(text, load_segmenter())
    bounds = [n for n, begins in enumerate(starts) if begins]
    return [text[a:b] for a, b in pairwise([*bounds, len(text)])]


def test_words_of_a_sentence() -> None:
    assert words("高新区引进项目") == ["高新区", "引进", "项目"]


def test_white_space_stands_alone_and_parts_words() -> None:
    assert words("项目\u3000\n开工 ") == ["项目", "\u3000", "\n", "开工", " "]


@pytest.mark.parametrize("text", ["", "𠮷野家项目", "ＡＢＣ-123项目", "e\u0301项目"])
def test_words_make_up_the_text(text: str) -> None:
    assert "".join(words(text)) == text


def test_paragraphs_are_cut_alike_alone_and_together() -> None:
    """A long text is read in pieces, and the pieces must not matter."""
    parts = ["总投资12亿元的新能源电池项目开工建设。", "园区新签约项目32个，落户企业8家。"]
    apart = [word for part in parts for word in [*words(part), "\n"]]
    assert words("\n".join(parts)) == apart[:-1]


def test_a_folder_without_a_segmenter(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"no segmenter there, features.msgpack and weights"):
        load_segmenter(tmp_path)
