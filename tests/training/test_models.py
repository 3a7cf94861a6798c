"""The learned heads."""

import torch

from training.models import PairScorer


def test_projecting_mentions_once_gives_the_same_scores():
    torch.manual_seed(0)
    scorer = PairScorer(state_width=4, n_features=3, n_relations=2, width=5, dropout=0.5).eval()
    vectors, between, features = torch.randn(6, 12), torch.randn(9, 4), torch.randn(9, 3)
    heads, tails = torch.randint(6, (2, 9))
    indexed = scorer.score_indexed(vectors, heads, tails, between, features)
    assert torch.allclose(indexed, scorer(vectors[heads], vectors[tails], between, features))
