"""Settings of a pretraining run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from operator import attrgetter
from pathlib import Path
from typing import Any, Literal

from annotations.errors import TrainingError
from pipeline.words import SEGMENTER
from training.config import MAX_SEED, check_number
from training.pretrain_data import DataConfig, MaskingConfig
from training.pretrain_model import ShapeConfig

# About an eighth of the work of the default encoder.
GENERATOR = ShapeConfig(layers=2, hidden=128, heads=4, intermediate=512)


# Budget, machine and reports may differ when a run goes on, what is learnt may not.
_FREE_SETTINGS = {
    "output",
    "cache",
    "title",
    "description",
    "budget_minutes",
    "budget_characters",
    "checkpoint_minutes",
    "validate_every",
    "log_every",
    "threads",
    "compile",
    "data.workers",
}
# The least and the greatest value of a setting.
_BOUNDS: Mapping[str, tuple[float, float]] = {
    "seed": (0, MAX_SEED),
    **dict.fromkeys(("mlm_weight", "lac_weight", "rtd_weight"), (0, inf)),
    **dict.fromkeys(("budget_minutes", "budget_characters", "checkpoint_minutes"), (0, inf)),
    **dict.fromkeys(("validate_every", "log_every", "threads"), (1, inf)),
    **dict.fromkeys(("shape.layers", "shape.hidden", "shape.intermediate"), (1, inf)),
    "shape.local_layers": (0, inf),
    # [CLS] and [SEP] stand around at least one character.
    "data.sequence_length": (3, inf),
    **dict.fromkeys(("data.shard_sequences", "data.validation_sequences"), (1, inf)),
    **dict.fromkeys(("data.min_count", "data.workers"), (1, inf)),
    # Shards hold characters as 16 bits; five of the numbers are special tokens.
    "data.max_vocabulary": (1, 2**16 - 5),
    **dict.fromkeys(("masking.share", "masking.shifted_share"), (0, 1)),
    **dict.fromkeys(("optimizer.batch_sequences", "optimizer.accumulation"), (1, inf)),
    **dict.fromkeys(("optimizer.learning_rate", "optimizer.weight_decay"), (0, inf)),
    **dict.fromkeys(("optimizer.warmup_steps", "optimizer.clip"), (0, inf)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizerConfig:
    """AdamW with linear warm-up and a linear fall to zero at the end of the budget."""

    learning_rate: float = 1e-3
    warmup_steps: int = 100
    weight_decay: float = 0.01
    batch_sequences: int = 16
    accumulation: int = 1
    clip: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PretrainConfig:
    """Settings of a pretraining run; a weight of 0 turns an objective off.

    With `rtd_weight` above 0 the masked characters are those of `generator`, and the encoder
    learns to tell which characters it replaced; `mlm_weight` is then the generator's. `encoder` is
    a folder to begin with, instead of a random start; its heads are not in it and begin anew.
    `title` and `description`, of the data, go into the model card.

    Raises:
        TrainingError: a number is out of its bounds, there is no budget or no objective,
            `rtd_weight` is set without `mlm_weight`, generator and encoder have unequal positions
            or a number of heads that does not divide their size, or there are too few positions
            for a sequence.
    """

    corpus: Path
    output: Path
    cache: Path | None = None
    title: str = "zonefacts encoder"
    description: str = "A collection of reports."
    segmenter: Path = SEGMENTER
    encoder: str | None = None
    seed: int = 20260
    mlm_weight: float = 1.0
    lac_weight: float = 1.0
    rtd_weight: float = 0.0
    budget_minutes: float | None = None
    budget_characters: int | None = None
    validate_every: int = 250
    log_every: int = 20
    checkpoint_minutes: float = 4.0
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    compile: bool = False
    threads: int = 2
    shape: ShapeConfig = field(default_factory=ShapeConfig)
    generator: ShapeConfig = field(default_factory=lambda: GENERATOR)
    data: DataConfig = field(default_factory=DataConfig)
    masking: MaskingConfig = field(default_factory=MaskingConfig)
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)

    def __post_init__(self) -> None:
        for name, (least, most) in _BOUNDS.items():
            if (value := attrgetter(name)(self)) is not None:
                check_number(name, value, least=least, most=most)
        if self.budget_minutes is None and self.budget_characters is None:
            raise TrainingError("no budget: set budget_minutes or budget_characters")
        if self.mlm_weight <= 0 and self.lac_weight <= 0:
            raise TrainingError("nothing to learn: mlm_weight and lac_weight are both 0")
        if self.rtd_weight > 0 and self.mlm_weight <= 0:
            raise TrainingError("rtd_weight is set and mlm_weight is 0: the generator learns by it")
        if self.rtd_weight > 0 and self.generator.positions != self.shape.positions:
            raise TrainingError(
                f"generator.positions is {self.generator.positions}, shape.positions"
                f" {self.shape.positions}; expected the same, they read the same sequences"
            )
        _check_heads(self.shape, "shape")
        if self.rtd_weight > 0:
            _check_heads(self.generator, "generator")
        if self.shape.positions <= self.data.sequence_length:
            raise TrainingError(
                f"shape.positions is {self.shape.positions}, expected more than"
                f" data.sequence_length, {self.data.sequence_length}"
            )


def changed_settings(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """The names of settings, as `plain_config` gives them, that keep a run from going on."""
    fixed = [_fixed(settings) for settings in (before, now)]
    names = sorted({*fixed[0], *fixed[1]})
    return [name for name in names if fixed[0].get(name) != fixed[1].get(name)]


def _fixed(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that must stay as they are when a run goes on."""
    return {
        key: {k: v for k, v in value.items() if f"{key}.{k}" not in _FREE_SETTINGS}
        if isinstance(value, Mapping)
        else value
        for key, value in settings.items()
        if key not in _FREE_SETTINGS
    }


def _check_heads(shape: ShapeConfig, name: str) -> None:
    """See that the heads share the hidden size equally, and can begin with rotations of pairs.

    Raises:
        TrainingError: they do not.
    """
    if shape.heads < 1 or shape.hidden % shape.heads:
        raise TrainingError(
            f"{name}.hidden is {shape.hidden}, {name}.heads {shape.heads}; expected a hidden size"
            " that the number of heads divides"
        )
    if shape.local_layers and shape.hidden // shape.heads % 2:
        raise TrainingError(
            f"{name}.hidden is {shape.hidden}, {name}.heads {shape.heads}, which makes heads of odd"
            f" width; with {name}.local_layers they must be even"
        )
