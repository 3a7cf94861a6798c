"""The two small heads that read an encoder's states."""

import torch
from torch import Tensor, nn


class PairScorer(nn.Module):
    """Scores typed mention pairs from encoder states and structural features.

    One hidden layer over the sum of four projections, so that each input is projected once. The
    idea of scoring span pairs from shared encoder states follows Zhong and Chen (2021), "A
    Frustratingly Easy Approach for Entity and Relation Extraction".
    """

    def __init__(
        self, *, state_width: int, n_features: int, n_relations: int, width: int, dropout: float
    ) -> None:
        super().__init__()
        self.heads = nn.Linear(3 * state_width, width)
        self.tails = nn.Linear(3 * state_width, width, bias=False)
        self.between = nn.Linear(state_width, width, bias=False)
        self.features = nn.Sequential(
            nn.BatchNorm1d(n_features), nn.Linear(n_features, width), nn.ReLU()
        )
        self.mix = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(2 * width, n_relations)

    def forward(self, heads: Tensor, tails: Tensor, between: Tensor, features: Tensor) -> Tensor:
        """Logits, shape (pairs, relations).

        Args:
            heads: shape (pairs, 3 * state_width).
            tails: shape (pairs, 3 * state_width).
            between: shape (pairs, state_width).
            features: shape (pairs, features).
        """
        read = self.heads(self.dropout(heads)) + self.tails(self.dropout(tails))
        return self._score(read, between, features)

    def score_indexed(
        self, vectors: Tensor, heads: Tensor, tails: Tensor, between: Tensor, features: Tensor
    ) -> Tensor:
        """Logits as `forward` gives them, from mentions that are projected once, not once a pair.

        Args:
            vectors: shape (mentions, 3 * state_width).
            heads: indices of mentions, shape (pairs,).
            tails: likewise.
            between: shape (pairs, state_width).
            features: shape (pairs, features).
        """
        by_head = self.heads(self.dropout(vectors)).index_select(0, heads)
        by_tail = self.tails(self.dropout(vectors)).index_select(0, tails)
        return self._score(by_head + by_tail, between, features)

    def _score(self, read: Tensor, between: Tensor, features: Tensor) -> Tensor:
        known = self.features(features)
        read = read + self.between(self.dropout(between))
        hidden = torch.relu(self.mix(self.dropout(torch.relu(read + known))))
        logits: Tensor = self.out(self.dropout(torch.cat([hidden, known], dim=1)))
        return logits


class StatusClassifier(nn.Module):
    """Class and modality of a STATUS mention."""

    def __init__(
        self,
        *,
        state_width: int,
        n_features: int,
        n_classes: int,
        n_modalities: int,
        width: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.states = nn.Linear(5 * state_width, width)
        self.features = nn.Linear(n_features, width)
        self.dropout = nn.Dropout(dropout)
        self.classes = nn.Linear(width, n_classes)
        self.modalities = nn.Linear(width, n_modalities)

    def forward(self, states: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of classes, shape (mentions, classes), and modalities.

        Args:
            states: shape (mentions, 5 * state_width).
            features: shape (mentions, features).
        """
        hidden = torch.relu(self.states(self.dropout(states)) + self.features(features))
        hidden = self.dropout(hidden)
        return self.classes(hidden), self.modalities(hidden)


def mixed_states(hidden_states: tuple[Tensor, ...]) -> Tensor:
    """What the heads read of an encoder: its last layer beside a middle one.

    Fine-tuning turns the last layer towards the tags; a middle layer keeps more of the sentence.

    Args:
        hidden_states: of embeddings and all layers, each of shape (windows, tokens, width).

    Returns:
        Shape (windows, tokens, 2 * width).
    """
    return torch.cat([hidden_states[-1], hidden_states[len(hidden_states) // 2]], dim=-1)
