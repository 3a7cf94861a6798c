"""Where documents come from: genre, place, province and split, read from source and id."""

from annotations.document import Document
from corpus.passages import passage_splits
from evaluation.model import Origin
from evaluation.places import province_of

# The cities of the five reports in seeds/, by the number that their names begin with. These are the
# places of `corpus.selection.SEED_PLACES`, which is a set and knows no numbers; a test holds both.
_SEED_CITIES = ("惠州市", "珠海市", "烟台市", "铜仁市", "衡阳市")


def origin_of(document: Document) -> Origin:
    """The origin of a gold document.

    Seeds lie in a folder `seeds`, reports written for this project in one called `authored`;
    passages of public reports have a source `collection/place/year`. The split of a passage is the
    one that `corpus/passages.jsonl` fixes for its id.
    """
    parts = document.source.replace("\\", "/").split("/")
    if "seeds" in parts[:-1]:
        number = document.id[:3]
        known = number.isdecimal() and int(number) < len(_SEED_CITIES)
        return _origin("seed", _SEED_CITIES[int(number)] if known else None, document.id)
    if "authored" in parts[:-1]:
        return _origin("authored", None, document.id)
    if parts[0].startswith("政府工作报告") and len(parts) > 2:
        return _origin("report", parts[-2], document.id)
    return _origin("other", None, document.id)


def _origin(genre: str, place: str | None, identifier: str) -> Origin:
    return Origin(
        genre=genre,
        place=place,
        province=province_of(place) if place else None,
        split=passage_splits().get(identifier),
    )
