"""Status class and modality of the mentions that were found."""

from evaluation.evaluate import evaluate
from evaluation.model import Evaluation
from tests.pipeline.marked import marked

GOLD = "[[P1|甲项目]][[S1|开工]],[[P2|乙项目]][[S2|签约]],[[P3|丙项目]][[S3|在谈]]"
HEADS = "P1 HasStatus S1; P2 HasStatus S2; P3 HasStatus S3;"
VALUES = "S1 under_construction actual; S2 signed actual; S3 negotiating future"


def score(markup: str, links: str) -> Evaluation:
    gold = marked(GOLD, HEADS + VALUES)
    return evaluate([gold], [marked(markup, links)], name="x", resamples=0)


def counts(result: Evaluation, name: str) -> dict[tuple[str, str], int]:
    confusion = next(c for c in result.confusions if c.name == name)
    return {
        (row, column): n
        for row, of_row in zip(confusion.labels, confusion.counts, strict=True)
        for column, n in zip(confusion.labels, of_row, strict=True)
        if n
    }


def test_confusion_of_matched_mentions() -> None:
    # One class and one modality are wrong, one mention is not found, one is longer.
    markup = GOLD.replace("[[S3|在谈]]", "在谈").replace(
        "乙项目]][[S2|签约]]", "乙项]]目[[S2|签约]]"
    )
    result = score(
        markup,
        "P1 HasStatus S1; P2 HasStatus S2; S1 completed actual; S2 signed future",
    )
    assert counts(result, "status_class") == {
        ("under_construction", "completed"): 1,
        ("signed", "signed"): 1,
    }
    assert counts(result, "status_modality") == {
        ("actual", "actual"): 1,
        ("actual", "future"): 1,
    }
    row = result.table("status", "class").row("micro")
    assert (row.gold, row.predicted, row.gold_matched) == (2, 2, 1)
    assert result.table("status", "class").row("stopped").f1.value is None


def test_a_longer_status_still_takes_part() -> None:
    gold = marked("[[P1|甲项目]][[S1|开工]]建设", "P1 HasStatus S1; S1 signed actual")
    found = marked("[[P1|甲项目]][[S1|开工建设]]", "P1 HasStatus S1; S1 signed actual")
    result = evaluate([gold], [found], name="x", resamples=0)
    assert counts(result, "status_class") == {("signed", "signed"): 1}


def test_a_status_without_a_value_is_wrong() -> None:
    links = HEADS.replace("P1 HasStatus S1; ", "") + "S2 signed actual; S3 negotiating future"
    result = score(GOLD, links)
    assert counts(result, "status_class")["under_construction", "none"] == 1
    row = result.table("status", "class").row("micro")
    assert (row.gold, row.predicted, row.gold_matched) == (3, 2, 2)


def test_mention_confusion_shows_labels_and_nothing() -> None:
    result = score(GOLD.replace("[[P1|甲项目]]", "[[C1|甲项目]]"), HEADS[17:] + VALUES)
    found = counts(result, "mentions")
    assert found["PROJECT", "COMPANY"] == 1
    assert found["STATUS", "STATUS"] == 3
    assert counts(result, "relations")["HasStatus", "none"] == 1
