from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from annotations.errors import PipelineError
from pipeline.words import load_segmenter, paragraph_starts, shipped_segmenter, word_starts


def words(text: str) -> list[str]:
    return cut(text, word_starts(text, shipped_segmenter()))


def cut(text: str, starts: NDArray[np.bool_]) -> list[str]:
    bounds = [n for n, begins in enumerate(starts) if begins]
    return [text[a:b] for a, b in pairwise([*bounds, len(text)])]


def test_words_of_a_sentence() -> None:
    assert words("高新区引进项目") == ["高新区", "引进", "项目"]


def test_white_space_stands_alone_and_parts_words() -> None:
    assert words("项目\u3000\n开工 ") == ["项目", "\u3000", "\n", "开工", " "]


def test_characters_outside_the_basic_plane_are_one_each() -> None:
    assert words("𠮷野家项目")[-1] == "项目"


def test_no_text_has_no_words() -> None:
    assert word_starts("", shipped_segmenter()).shape == (0,)


def test_paragraphs_are_cut_alike_alone_and_together() -> None:
    """A long text is read in pieces, and the pieces must not matter."""
    parts = ["总投资12亿元的新能源电池项目开工建设。", "园区新签约项目32个，落户企业8家。"]
    apart = [word for part in parts for word in [*words(part), "\n"]]
    assert words("\n".join(parts)) == apart[:-1]


def test_a_blank_within_a_line_stays_a_border() -> None:
    text = "高 新区"
    assert cut(text, paragraph_starts(text, [(0, 4)], shipped_segmenter()))[:2] == ["高", " "]


def test_paragraphs_are_cut_by_themselves() -> None:
    text = "开发\n区引进"
    starts = paragraph_starts(text, [(0, 2), (3, 6)], shipped_segmenter())
    assert starts[[0, 2, 3]].all()


def test_a_folder_without_a_segmenter(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"no segmenter there, features.msgpack and weights"):
        load_segmenter(tmp_path)
