"""The encoder under pretraining: BERT with a head for each objective.

All losses come from one pass of the encoder. The masked head runs at masked positions only: at 15 %
of them it would otherwise cost as much as the encoder. With replaced-token detection the masked
characters are guessed by a small generator instead, and the encoder reads its guesses.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertConfig, BertModel

from pipeline.characters import CharacterTokenizer
from training.pretrain_data import Batch
from training.teacher import N_TAGS


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeConfig:
    """Size of the encoder.

    `local_layers`: so many of the first layers begin with heads that look at neighbours.
    """

    layers: int = 4
    hidden: int = 256
    heads: int = 4
    intermediate: int = 1024
    positions: int = 512
    local_layers: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """Sums over a batch, with the number of positions each was taken over.

    `masked`, `tag` and `replaced` are summed cross-entropies in nats, `masked` being that of the
    generator, if there is one. `correct` counts characters whose best tag is the teacher's, and
    `n_replaced` those of the `n_read` that the generator replaced.
    """

    masked: Tensor
    n_masked: int
    tag: Tensor
    n_tagged: int
    correct: Tensor
    replaced: Tensor
    n_replaced: Tensor
    n_read: int


def bert_config(shape: ShapeConfig, tokenizer: CharacterTokenizer) -> BertConfig:
    """The transformers configuration of the encoder, without dropout.

    A run reads hardly any text twice, so there is nothing that dropout would keep it from
    learning by heart.
    """
    return BertConfig(
        vocab_size=tokenizer.size,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.intermediate,
        max_position_embeddings=shape.positions,
        type_vocab_size=1,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        pad_token_id=tokenizer.pad_id,
        attn_implementation="sdpa",  # type: ignore[call-arg]  # every configuration takes it
    )


@torch.no_grad()
def start_locally(encoder: BertModel, *, n_layers: int) -> None:
    """Let the heads of the first layers begin by looking at neighbouring characters.

    From a random start a small encoder spends the first millions of characters on finding out
    that the next character is of use. So the position table begins as sinusoids (Vaswani et al.
    2017), for which a shift by some characters is a rotation, and head h of a layer begins with
    that rotation between query and key: offsets -1, 1, -2, 2 and so on. It is a start only, all
    of it is trained (after Trockman & Kolter 2023, "Mimetic Initialization of Self-Attention
    Layers"; there for content, here for positions). With 0 layers nothing is changed.
    """
    if not n_layers:
        return
    config = encoder.config
    hidden, n_heads = config.hidden_size, config.num_attention_heads
    # The greatest frequency is below half a turn a character, so that offsets are not confused.
    frequencies = 2.5 * 1000.0 ** (-torch.arange(hidden // 2) / (hidden // 2 - 1))
    table = encoder.embeddings.position_embeddings.weight
    angles = torch.arange(table.shape[0])[:, None] * frequencies
    # As large as the character embeddings beside them.
    amplitude = config.initializer_range * 2**0.5
    table[:, 0::2], table[:, 1::2] = amplitude * angles.sin(), amplitude * angles.cos()
    width = hidden // n_heads
    gain = 2**0.5
    layers: Any = encoder.encoder.layer  # Known as a module only, which may hold anything.
    for layer in layers[:n_layers]:
        query, key = layer.attention.self.query.weight, layer.attention.self.key.weight
        for head in range(n_heads):
            offset = (head // 2 + 1) * (-1 if head % 2 == 0 else 1)
            rows = slice(head * width, (head + 1) * width)
            turns = frequencies[: width // 2] * offset
            block = torch.zeros(width, width)
            even = torch.arange(0, width, 2)
            block[even, even] = block[even + 1, even + 1] = turns.cos()
            block[even, even + 1], block[even + 1, even] = turns.sin(), -turns.sin()
            query[rows, :width] += gain * block
            key[rows, :width] += gain * torch.eye(width)


class MaskedEncoder(nn.Module):
    """BERT with a head that tells masked characters; its output matrix is the embedding."""

    def __init__(self, config: BertConfig, *, local_layers: int) -> None:
        super().__init__()
        self.encoder = BertModel(config, add_pooling_layer=False)
        start_locally(self.encoder, n_layers=local_layers)
        hidden = config.hidden_size
        first = nn.Linear(hidden, hidden)
        self.head = nn.Sequential(first, nn.GELU(), nn.LayerNorm(hidden))
        self.bias = nn.Parameter(torch.zeros(config.vocab_size))
        _start_small(first, config)

    def read(self, ids: Tensor, positions: Tensor) -> Tensor:
        """States, shape (sequences * length, hidden)."""
        output = self.encoder(input_ids=ids, position_ids=positions)
        states: Tensor = output.last_hidden_state.flatten(0, 1)
        return states

    def guess(self, states: Tensor) -> Tensor:
        """Scores of all characters, shape (states, vocabulary)."""
        embedding = self.encoder.embeddings.word_embeddings.weight
        return functional.linear(self.head(states), embedding, self.bias)


class PretrainingModel(nn.Module):
    """Encoder and heads.

    With a generator, the encoder learns to tell which characters are the generator's (Clark et al.
    2020, "ELECTRA"), and the generator, which is thrown away afterwards, the masked ones.

    Args:
        shape: of the encoder.
        tokenizer: the vocabulary.
        generator: shape of the generator, if there is one.
    """

    def __init__(
        self,
        shape: ShapeConfig,
        tokenizer: CharacterTokenizer,
        *,
        generator: ShapeConfig | None = None,
    ) -> None:
        super().__init__()
        config = bert_config(shape, tokenizer)
        self.reader = MaskedEncoder(config, local_layers=shape.local_layers)
        self.tag_head = nn.Linear(shape.hidden, N_TAGS)
        _start_small(self.tag_head, config)
        self.generator: MaskedEncoder | None = None
        if generator is not None:
            self.generator = MaskedEncoder(
                bert_config(generator, tokenizer), local_layers=generator.local_layers
            )
            first, last = nn.Linear(shape.hidden, shape.hidden), nn.Linear(shape.hidden, 1)
            self.replaced_head = nn.Sequential(first, nn.GELU(), last)
            for layer in (first, last):
                _start_small(layer, config)

    @property
    def encoder(self) -> BertModel:
        """The network that is kept."""
        return self.reader.encoder

    def forward(self, batch: Batch, *, with_masked: bool, with_tags: bool) -> Losses:
        """Summed losses; an objective that is switched off is zero and costs nothing."""
        device = self.tag_head.weight.device

        def tensor(array: object) -> Tensor:
            return torch.as_tensor(array, device=device)

        ids, positions = tensor(batch.ids), tensor(batch.positions)
        labels = tensor(batch.labels)
        zero = torch.zeros((), device=device)
        masked = tag = correct = replaced = n_replaced = zero
        n_masked = n_tagged = n_read = 0
        at = tensor(batch.masked).flatten().nonzero()[:, 0]
        true = labels.flatten()[at]
        if self.generator is not None:
            scores = self.generator.guess(self.generator.read(ids, positions)[at]).float()
            masked, n_masked = functional.cross_entropy(scores, true, reduction="sum"), len(at)
            guesses = scores.detach().softmax(dim=-1).multinomial(1)[:, 0]
            ids = labels.flatten().scatter(0, at, guesses).view_as(labels)
        states = self.reader.read(ids, positions)
        if self.generator is not None:
            # [CLS] and [SEP] are never replaced.
            logits = self.replaced_head(states).view(labels.shape)[:, 1:-1].float()
            is_replaced = (ids != labels)[:, 1:-1].float()
            replaced = functional.binary_cross_entropy_with_logits(
                logits, is_replaced, reduction="sum"
            )
            n_replaced, n_read = is_replaced.sum(), logits.numel()
        elif with_masked:
            scores = self.reader.guess(states[at]).float()
            masked, n_masked = functional.cross_entropy(scores, true, reduction="sum"), len(at)
        if with_tags:
            logs = self.tag_head(states).float().log_softmax(dim=-1)
            tags = tensor(batch.tags).flatten(0, 1)
            weights = tensor(batch.probabilities).flatten(0, 1)
            tag = -(logs.gather(1, tags) * weights).sum()
            is_tagged = weights.sum(dim=1) > 0.5
            n_tagged = int(is_tagged.sum())
            expected = tags.gather(1, weights.argmax(dim=1, keepdim=True))[:, 0]
            correct = ((logs.argmax(dim=1) == expected) & is_tagged).sum()
        return Losses(
            masked=masked,
            n_masked=n_masked,
            tag=tag,
            n_tagged=n_tagged,
            correct=correct,
            replaced=replaced,
            n_replaced=n_replaced,
            n_read=n_read,
        )


def _start_small(layer: nn.Linear, config: BertConfig) -> None:
    """Weights as BERT begins with them, biases zero."""
    nn.init.normal_(layer.weight, std=config.initializer_range)
    nn.init.zeros_(layer.bias)
