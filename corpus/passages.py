"""The list of passages that are annotated, with the split that each belongs to."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from functools import cache
from importlib.resources import files

from annotations.errors import CorpusError
from corpus.selection import Passage

SPLITS = ("train", "development", "test")


def load_passages() -> list[Passage]:
    """The shipped list, in its order."""
    text = files("corpus").joinpath("passages.jsonl").read_text(encoding="utf-8")
    return parse_passages(text)


@cache
def passage_splits() -> dict[str, str]:
    """The split of each annotated passage, by passage id."""
    return {passage.id: passage.split for passage in load_passages()}


def parse_passages(text: str) -> list[Passage]:
    """Passages from JSON lines.

    Raises:
        CorpusError: a line is no passage.
    """
    passages = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            passages.append(Passage(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise CorpusError(f"passages line {number}: not a passage: {error}") from error
    return passages


def format_passages(passages: Iterable[Passage]) -> str:
    """Passages as JSON lines."""
    return "".join(f"{json.dumps(asdict(passage), ensure_ascii=False)}\n" for passage in passages)
