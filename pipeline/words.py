"""Where words begin, by spacy-pkuseg with a segmenter that comes from a folder.

spacy-pkuseg is a conditional random field over characters (Luo et al. 2019, "PKUSEG: A Toolkit
for Multi-Domain Chinese Word Segmentation"). Its published models are fetched from the network;
the one beside this module was trained by `training.segmenter`, and nothing is ever downloaded.
"""

import re
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from annotations.errors import PipelineError

SEGMENTER = Path(__file__).parent / "segmenter"
SEGMENTER_FILES = ("features.msgpack", "weights.npz")


class Segmenter(Protocol):
    """What is used of spacy_pkuseg.pkuseg."""

    def cut(self, txt: str) -> list[str]:
        """The words of a text without its white space."""


def load_segmenter(folder: Path = SEGMENTER) -> Segmenter:
    """The segmenter in a folder.

    Raises:
        PipelineError: the folder holds no segmenter.
    """
    if missing := [name for name in SEGMENTER_FILES if not (folder / name).is_file()]:
        raise PipelineError(
            f"{folder}: no segmenter there, {' and '.join(missing)} missing; train one with"
            " python -m training.segmenter"
        )
    # Half a second, which those who need no words need not wait for.
    import spacy_pkuseg  # noqa: PLC0415

    # An absolute path can be no name of a published model, so nothing is looked up outside.
    segmenter: Segmenter = spacy_pkuseg.pkuseg(str(folder.resolve()), user_dict=None)
    return segmenter


@cache
def shipped_segmenter() -> Segmenter:
    """The segmenter beside this module, loaded once a process."""
    return load_segmenter()


@cache
def shipped_segmenter_hash() -> str:
    """SHA-256 over the files of the segmenter beside this module."""
    contents = ((SEGMENTER / name).read_bytes() for name in SEGMENTER_FILES)
    return sha256(b"".join(sha256(content).digest() for content in contents)).hexdigest()


def word_starts(text: str, segmenter: Segmenter) -> NDArray[np.bool_]:
    """True where a word begins, shape (characters,); white space stands alone."""
    begins = np.zeros(len(text), dtype=bool)
    for match in re.finditer(r"\S+", text):
        at = match.start()
        for word in segmenter.cut(match.group()):
            begins[at] = True
            at += len(word)
    return with_blanks(text, begins)


def with_blanks(text: str, begins: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Word starts with a boundary at every piece of white space and behind it."""
    blank = np.array([c.isspace() for c in text], dtype=bool)
    starts: NDArray[np.bool_] = begins | blank
    starts[1:] |= blank[:-1]
    starts[:1] = True
    return starts


def paragraph_starts(
    text: str, paragraphs: Sequence[tuple[int, int]], segmenter: Segmenter
) -> NDArray[np.bool_]:
    """Where words begin in each paragraph, shape (characters,); outside of them always."""
    starts = np.ones(len(text), dtype=bool)
    for start, end in paragraphs:
        starts[start:end] = word_starts(text[start:end], segmenter)
    return starts
