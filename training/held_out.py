"""Reports that must not be annotated for training: those of places that are scored on.

The public collection is split by place, so that what a tagger learnt about a place cannot help it
there. A report is held out if it is of a place of the development or test split. That can be seen

- from its text, if it holds one of the listed passages unchanged, wherever it stands (line ends
  aside): the list has length and hash of each, and passages begin where a line begins;
- from its folder or file name, as in the collection (`政府工作报告-其他地市/赤峰市/2024.md`) or
  alike (`2024年赤峰市政府工作报告.txt`);
- from its first lines, if they name the place as a title or the opening of a speech does.

It cannot be seen from a report that neither names its place in this way (`赤峰/24.txt`, a speech
that opens with 州长 and a name) nor holds the listed passage itself: another year's, or one whose
line breaks were changed, as by PDF. A place within a held-out province is a place of its own.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

from corpus.passages import load_passages
from corpus.selection import Passage

# Title, date and form of address stand here; further on a report names places it is not of.
_HEAD = 200
_HAN = r"[\u4e00-\u9fff]"


def held_out_reason(text: str, *, source: str) -> str | None:
    """Why a report may not be trained on; None if nothing says so.

    Args:
        text: the whole report.
        source: its path.
    """
    path = Path(source)
    for where, words in (
        ("folder", path.resolve().parent.name),
        ("file name", path.stem),
        ("beginning", text[:_HEAD]),
    ):
        if found := _naming().search(words):
            return f"its {where} names {found[1]}, a {_held_out()[found[1]].split} place"
    if passage := _listed_passage(text):
        return f"it holds {passage.id} of {passage.place}, a {passage.split} place"
    return None


@cache
def _held_out() -> Mapping[str, Passage]:
    """The listed passage of every place that is not trained on."""
    return {passage.place: passage for passage in load_passages() if passage.split != "train"}


@cache
def _naming() -> re.Pattern[str]:
    """What a report's own place stands in: alone, in a title, at an assembly, with its head."""
    places = "|".join(map(re.escape, _held_out()))
    return re.compile(
        rf"(?:(?<=[年在])|(?<!{_HAN}))({places})(?:人民)?(?:政府)?(?:工作报告)?"
        rf"(?=第|省长|市长|州长|主席|(?!{_HAN}))"
    )


@cache
def _by_length() -> Mapping[int, Mapping[str, Passage]]:
    """The held-out passages by length in code points and by hash."""
    grouped: dict[int, dict[str, Passage]] = defaultdict(dict)
    for passage in _held_out().values():
        grouped[passage.end - passage.start][passage.sha256] = passage
    return grouped


def _listed_passage(text: str) -> Passage | None:
    """The first held-out passage that stands in the text from the beginning of a line."""
    text = text.replace("\r\n", "\n")
    for line in re.finditer(r"[^\n]+", text):
        for length, passages in _by_length().items():
            part = text[line.start() : line.start() + length]
            if len(part) == length and (
                passage := passages.get(sha256(part.encode("utf-8")).hexdigest())
            ):
                return passage
    return None
