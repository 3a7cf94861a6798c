"""Windows as batches."""

import numpy as np
import torch

from pipeline.characters import CharacterTokenizer
from training.examples import IGNORE, batches, make_examples


def read(documents, *, masked):
    tokenizer = CharacterTokenizer.from_vocabulary(sorted({c for d in documents for c in d.text}))
    examples = make_examples(documents, tokenizer, window=30, overlap=5)
    generator = np.random.default_rng(1)
    given = list(
        batches(examples, batch_size=3, tokenizer=tokenizer, masked=masked, generator=generator)
    )
    return tokenizer, given


def test_nothing_is_masked_unless_asked_for(documents):
    tokenizer, given = read(documents, masked=0.0)
    assert not any((ids == tokenizer.mask_id).any() for ids, _, _ in given)
    assert all(((ids == tokenizer.pad_id) == (mask == 0)).all() for ids, mask, _ in given)


def test_a_share_of_the_characters_is_masked_and_nothing_else(documents):
    tokenizer, plain = read(documents * 20, masked=0.0)
    _, hidden = read(documents * 20, masked=0.5)
    # The first batch has the same rows in both.
    ids, mask, labels = hidden[0]
    assert torch.equal(labels, plain[0][2])
    assert torch.equal(mask, plain[0][1])
    is_hidden = ids != plain[0][0]
    assert (ids[is_hidden] == tokenizer.mask_id).all()
    assert (labels[is_hidden] != IGNORE).all()
    n_hidden = sum(int((ids == tokenizer.mask_id).sum()) for ids, _, _ in hidden)
    n_characters = sum(int((labels != IGNORE).sum()) for _, _, labels in hidden)
    assert 0.45 < n_hidden / n_characters < 0.55
