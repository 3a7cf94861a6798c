"""Choosing passages to annotate: places to splits, and rounds of passages by strata.

The first rounds take one passage a place; the later ones return to places of the training split
for one from another of their reports each, the last two for any passage not drawn before. The
draw depends on the seed and the collection alone.
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from annotations.errors import CorpusError
from corpus.library import CollectionDocument
from corpus.strata import (
    CUES,
    LINK_QUOTAS,
    MONEY_QUOTAS,
    QUOTAS,
    RARE_QUOTAS,
    SITE_QUOTAS,
    ZONE_QUOTAS,
    fits,
    strata,
)

REPORT_KINDS = ("政府工作报告-省自治区", "政府工作报告-主要城市", "政府工作报告-其他地市")
FIRST_YEAR, LAST_YEAR = 2005, 2025
MIN_CHARACTERS, MAX_CHARACTERS = 1200, 1800
# The cities whose zones wrote the seed reports may only be trained on.
SEED_PLACES = frozenset({"惠州市", "珠海市", "烟台市", "铜仁市", "衡阳市"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A run of whole paragraphs, `[start, end)` in code points of the file at `path`."""

    id: str
    split: str
    stratum: str
    path: str
    place: str
    year: int
    start: int
    end: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitSizes:
    """How many passages, each from a place of its own in its round, go into each split.

    Those behind `train` are later rounds of annotation, which must not change what was drawn
    before: `more_train` from places that were left, the others from other reports of train places,
    of all strata or by `RARE_QUOTAS`, `ZONE_QUOTAS` and `MONEY_QUOTAS`, and the last two, by
    `LINK_QUOTAS` and `SITE_QUOTAS`, from all their passages that are left.
    """

    test: int = 30
    development: int = 22
    train: int = 110
    more_train: int = 150
    again_train: int = 200
    rare_train: int = 160
    zone_train: int = 224
    last_train: int = 168
    next_train: int = 168
    money_train: int = 144
    link_train: int = 216
    site_train: int = 216


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """One draw of `size` passages for a split.

    `is_again` lets places in that were drawn before, and `is_within` reports that were.
    """

    split: str
    seed: str
    size: int
    is_again: bool = False
    is_within: bool = False
    quotas: Mapping[str, int] = field(default_factory=lambda: QUOTAS)


@dataclass(frozen=True, slots=True)
class _Candidate:
    document: CollectionDocument
    start: int
    end: int
    sha256: str
    counts: Mapping[str, int]


def place_split(places: Iterable[str], *, seed: int, sizes: SplitSizes) -> dict[str, str]:
    """A split for every place: the first by hash are test, then development, the rest train."""

    def key(place: str) -> str:
        return sha256(f"{seed}:{place}".encode()).hexdigest()

    ordered = sorted(set(places), key=lambda place: (place in SEED_PLACES, key(place)))
    bounds = (sizes.test, sizes.test + sizes.development)
    return {
        place: "test" if n < bounds[0] else "development" if n < bounds[1] else "train"
        for n, place in enumerate(ordered)
    }


def cut_passages(text: str) -> Iterator[tuple[int, int]]:
    """Spans of consecutive paragraphs that together have 1,200 to 1,800 code points."""
    paragraphs = [match.span() for match in re.finditer(r"[^\n]+", text)]
    first = 0
    while first < len(paragraphs):
        last = first
        while (
            last < len(paragraphs) and paragraphs[last][1] - paragraphs[first][0] < MIN_CHARACTERS
        ):
            last += 1
        if last == len(paragraphs):
            return
        start, end = paragraphs[first][0], paragraphs[last][1]
        if end - start <= MAX_CHARACTERS and not text[start:end].startswith("---"):
            yield start, end
            first = last + 1
        else:
            first += 1


def select_passages(
    documents: Iterable[CollectionDocument], *, seed: int, sizes: SplitSizes | None = None
) -> list[Passage]:
    """Draw passages for all splits, each from a report of its own but for the last two rounds.

    Raises:
        CorpusError: the collection has fewer places than passages are wanted, too few of them are
            left for a round (of the later ones, too few with an unused report, or with a passage
            left), or no passage is left that fits a stratum.
    """
    sizes = sizes or SplitSizes()
    by_place: dict[str, list[CollectionDocument]] = defaultdict(list)
    for document in documents:
        if document.kind in REPORT_KINDS and FIRST_YEAR <= document.year <= LAST_YEAR:
            by_place[document.place].append(document)
    n_places = sizes.test + sizes.development + sizes.train + sizes.more_train
    if len(by_place) < n_places:
        raise CorpusError(
            f"{n_places} passages want as many places, the collection has {len(by_place)}"
        )
    splits = place_split(by_place, seed=seed, sizes=sizes)
    candidates = {p: _candidates(found) for p, found in by_place.items() if p not in SEED_PLACES}
    chosen: list[Passage] = []
    for current in _rounds(seed, sizes):
        of_split = {p: found for p, found in candidates.items() if splits[p] == current.split}
        chosen += _draw_round(current, candidates=of_split, chosen=chosen)
    return chosen


def _rounds(seed: int, sizes: SplitSizes) -> list[_Round]:
    """All rounds, in their order; the seed of each must stay, or other passages are drawn."""
    return [
        _Round(split="test", seed=f"{seed}:test", size=sizes.test),
        _Round(split="development", seed=f"{seed}:development", size=sizes.development),
        _Round(split="train", seed=f"{seed}:train", size=sizes.train),
        _Round(split="train", seed=f"{seed}:train:more", size=sizes.more_train),
        *(
            _Round(
                split="train",
                seed=f"{seed}:train:{name}",
                size=size,
                is_again=True,
                is_within=is_within,
                quotas=quotas,
            )
            for name, size, quotas, is_within in (
                ("again", sizes.again_train, QUOTAS, False),
                ("rare", sizes.rare_train, RARE_QUOTAS, False),
                ("zone", sizes.zone_train, ZONE_QUOTAS, False),
                ("last", sizes.last_train, QUOTAS, False),
                ("next", sizes.next_train, QUOTAS, False),
                ("money", sizes.money_train, MONEY_QUOTAS, False),
                ("link", sizes.link_train, LINK_QUOTAS, True),
                ("site", sizes.site_train, SITE_QUOTAS, True),
            )
        ),
    ]


def _draw_round(
    current: _Round,
    *,
    candidates: Mapping[str, Sequence[_Candidate]],
    chosen: Sequence[Passage],
) -> list[Passage]:
    """The passages of one round.

    Args:
        current: the round.
        candidates: what may be drawn from each place of the split.
        chosen: the passages of the rounds before.

    Raises:
        CorpusError: too few places are left, or none has a passage for a stratum.
    """
    generator = random.Random(current.seed)  # noqa: S311, no secret is drawn
    texts = {passage.sha256 for passage in chosen}
    used = set() if current.is_within else {passage.path for passage in chosen}
    taken = set() if current.is_again else {passage.place for passage in chosen}
    places = sorted(candidates.keys() - taken)
    generator.shuffle(places)
    # A report is always cut alike, so that another passage of it shares nothing with the first.
    pool = {
        p: [c for c in candidates[p] if c.document.path not in used and c.sha256 not in texts]
        for p in places
    }
    n_open = sum(1 for found in pool.values() if found)
    if n_open < current.size:
        wanted = (
            "with a passage left"
            if current.is_within
            else "with an unused report"
            if current.is_again
            else "that were not drawn yet"
        )
        raise CorpusError(
            f"{current.size} passages want as many {current.split} places {wanted} and with enough"
            f" text, the collection has {n_open}; want fewer passages"
        )
    drawn: list[tuple[str, _Candidate]] = []
    for stratum in strata(current.size, current.quotas):
        place, candidate = _draw(pool, stratum, generator)
        # A few reports are in the collection twice, under two places.
        while candidate.sha256 in texts:
            pool[place] = [c for c in pool[place] if c.sha256 not in texts]
            place, candidate = _draw(pool, stratum, generator)
        del pool[place]
        texts.add(candidate.sha256)
        drawn.append((stratum, candidate))
    # Readers get them in no order that would tell the stratum.
    generator.shuffle(drawn)
    first = sum(passage.split == current.split for passage in chosen) + 1
    return [
        Passage(
            id=f"{current.split}-{n:03d}",
            split=current.split,
            stratum=stratum,
            path=candidate.document.path,
            place=candidate.document.place,
            year=candidate.document.year,
            start=candidate.start,
            end=candidate.end,
            sha256=candidate.sha256,
        )
        for n, (stratum, candidate) in enumerate(drawn, first)
    ]


def _candidates(documents: list[CollectionDocument]) -> list[_Candidate]:
    return [
        _Candidate(
            document,
            start,
            end,
            sha256(document.text[start:end].encode()).hexdigest(),
            {name: len(cue.findall(document.text[start:end])) for name, cue in CUES.items()},
        )
        for document in sorted(documents, key=lambda d: d.path)
        for start, end in cut_passages(document.text)
    ]


def _draw(
    pool: Mapping[str, list[_Candidate]], stratum: str, generator: random.Random
) -> tuple[str, _Candidate]:
    """A place of the pool and its passage for the stratum."""
    if stratum in CUES:
        # Among equals the passage with more money and projects teaches more.
        best = max(
            ((place, candidate) for place, candidates in pool.items() for candidate in candidates),
            key=lambda item: (
                item[1].counts[stratum],
                item[1].counts["amount"] + item[1].counts["project"],
            ),
            default=None,
        )
        if best is None or not best[1].counts[stratum]:
            raise _no_passage_left(stratum)
        return best
    places = list(pool)
    generator.shuffle(places)
    for place in places:
        if fitting := [c for c in pool[place] if fits(stratum, c.counts)]:
            return place, generator.choice(fitting)
    raise _no_passage_left(stratum)


def _no_passage_left(stratum: str) -> CorpusError:
    return CorpusError(f"no passage left that fits the stratum {stratum!r}; want fewer passages")
