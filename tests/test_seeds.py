"""The shipped model on the five seed reports: offsets, scheme, evidence, and nothing unread."""

from pathlib import Path

import numpy as np
import pytest

from annotations.document import violations
from annotations.store import load_annotations
from pipeline.facts import derive_facts
from pipeline.model import load_model

ROOT = Path(__file__).parents[1]
GOLD = load_annotations(ROOT / "annotations" / "gold" / "seeds")


@pytest.fixture(scope="module")
def model():
    return load_model()


@pytest.mark.parametrize("gold", GOLD, ids=lambda d: d.id)
def test_offsets_scheme_and_evidence(model, gold):
    document = model.annotate(gold.text, id=gold.id, year=gold.year)
    assert document.text == gold.text == (ROOT / "seeds" / f"{gold.id}.txt").read_bytes().decode()
    assert len(document.mentions) > 50
    assert all(document.text[m.start : m.end] == m.text for m in document.mentions)
    assert violations(document) == []
    facts = derive_facts(document)
    assert facts
    for fact in facts:
        start, end = fact.project_span
        assert document.text[start:end] == fact.project
        for part in (fact.investment, fact.status, fact.date):
            if part is not None:
                assert document.text[slice(*part.span)] == part.text


@pytest.mark.parametrize("gold", GOLD, ids=lambda d: d.id)
def test_every_character_is_read(model, gold):
    encoded = model.encode(gold.text)
    assert len(encoded.scores) == len(encoded.states) == len(encoded.lines.text)
    left_out = np.delete(np.array(list(gold.text)), encoded.lines.places)
    assert "".join(left_out).strip() == ""


def test_gold_keeps_the_scheme():
    assert len(GOLD) == 5
    assert [violation for document in GOLD for violation in violations(document)] == []
