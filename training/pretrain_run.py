"""One pretraining run: its state, a step, validation, log and checkpoint."""

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from annotations.errors import TrainingError
from corpus.files import write_atomic
from training.config import plain_config
from training.encoders import CARD, START_CARD, load_encoder
from training.pretrain_config import PretrainConfig, changed_settings
from training.pretrain_data import Batch, Shard, Shards, load_corpus, mask_batch, train_rows
from training.pretrain_model import Losses, PretrainingModel
from training.runs import read_json, read_log

CHECKPOINT, LOG, SETTINGS = "checkpoint.pt", "log.jsonl", "config.json"


@dataclass(slots=True, kw_only=True)
class Position:
    """Where a run is: everything beside weights and optimizer that the next step depends on."""

    step: int = 0
    sequences: int = 0
    characters: int = 0
    elapsed: float = 0.0


class Run:
    """State of a run between two steps."""

    def __init__(self, config: PretrainConfig) -> None:
        torch.manual_seed(config.seed)
        self.config, self.must_stop = config, False
        self.metrics: dict[str, float] = {}
        self._check_folder()
        self.corpus = load_corpus(config.corpus, config=config.data, seed=config.seed)
        self._corpus_mark = self.corpus.mark()
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        checkpoint = self._read_checkpoint()
        settings = json.dumps(plain_config(config), indent=2)
        write_atomic(config.output / SETTINGS, f"{settings}\n")
        self.corpus.tokenizer.save(config.output)
        self.shards = Shards(
            self.corpus,
            config=config.data,
            folder=config.cache or config.output / "cache",
            with_tags=config.lac_weight > 0,
            segmenter=config.segmenter,
        )
        self.use_bf16 = _use_bf16(config.precision, self.device)
        self.model = PretrainingModel(
            config.shape,
            self.corpus.tokenizer,
            generator=config.generator if config.rtd_weight > 0 else None,
        )
        if config.encoder and checkpoint is None:
            self._begin_with(config.encoder)
        self.model.to(self.device)
        self.optimizer = torch.optim.AdamW(
            _parameter_groups(self.model, config.optimizer.weight_decay),
            lr=config.optimizer.learning_rate,
            betas=(0.9, 0.98),
            fused=True,
        )
        self.position = Position()
        self._window = Window()
        self._last_line: dict[str, Any] = {}
        if checkpoint is None:
            (config.output / LOG).write_text("", encoding="utf-8")
        else:
            self._restore(checkpoint)
        if config.compile:
            self.model.encoder.compile()
        self._rows = train_rows(
            self.shards,
            shard_sequences=config.data.shard_sequences,
            seed=config.seed,
            start=self.position.sequences,
        )
        self._started = time.monotonic() - self.position.elapsed
        self._saved = time.monotonic()
        if not self.position.step:
            self._log({"corpus": self.corpus.counts, "parameters": _n_parameters(self.model)})

    def progress(self) -> float:
        """The share of the budget that is used up, 1 at its end.

        Making shards does not count: a run that finds them made gets no more training for it.
        """
        self.position.elapsed = time.monotonic() - self._started - self.shards.seconds_making
        used = (
            (self.position.elapsed / 60, self.config.budget_minutes),
            (self.position.characters, self.config.budget_characters),
        )
        # A budget of nothing is the random start itself.
        shares = (n / budget if budget else 1.0 for n, budget in used if budget is not None)
        return min(1.0, max(shares))

    def step(self, progress: float) -> None:
        """One update of the weights, with log, validation and checkpoint when they are due."""
        settings = self.config.optimizer
        warmth = min(1.0, (self.position.step + 1) / max(1, settings.warmup_steps))
        for group in self.optimizer.param_groups:
            group["lr"] = settings.learning_rate * warmth * (1.0 - progress)
        seeds = np.random.SeedSequence([self.config.seed, self.position.step])
        generator = np.random.default_rng(seeds)
        # What a generator guesses depends on seed and step alone, too; yet a CPU and a GPU draw
        # differently from one seed.
        torch.manual_seed(int(seeds.generate_state(1)[0]))
        batches = [self._next_batch(generator) for _ in range(settings.accumulation)]
        # Losses are means over all batches of the step, however masked positions fall.
        n_masked = sum(int(batch.masked.sum()) for batch in batches)
        n_tagged = sum(int((batch.probabilities.sum(axis=-1) > 0.5).sum()) for batch in batches)
        n_read = sum(batch.ids[:, 1:-1].size for batch in batches)
        for batch in batches:
            losses = self._forward(batch)
            loss = self.config.mlm_weight * losses.masked / max(1, n_masked)
            loss = loss + self.config.lac_weight * losses.tag / max(1, n_tagged)
            loss = loss + self.config.rtd_weight * losses.replaced / max(1, n_read)
            loss.backward()
            self._window.add(losses)
            self.position.sequences += len(batch.ids)
            self.position.characters += batch.ids[:, 1:-1].size
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), settings.clip)
        if not torch.isfinite(norm):
            raise TrainingError(
                f"{self.config.output}: the gradient at step {self.position.step} is not finite;"
                " resume with a lower optimizer.learning_rate"
            )
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.position.step += 1
        if self.position.step % self.config.log_every == 0:
            self._log_step(float(norm))
        if self.position.step % self.config.validate_every == 0:
            self.validate()
        if time.monotonic() - self._saved > self.config.checkpoint_minutes * 60:
            self.save()

    @torch.no_grad()
    def validate(self) -> None:
        """Perplexity of masked characters, tag accuracy and replaced loss on development places.

        With a generator the perplexity is the generator's; without one there is no replaced loss.
        """
        shard = self.shards.validation()
        # The same masks and guesses every time, so that the numbers can be compared.
        generator = np.random.default_rng(self.config.seed)
        torch.manual_seed(self.config.seed)
        window = Window()
        size = self.config.optimizer.batch_sequences
        for start in range(0, len(shard.ids), size):
            rows = np.arange(start, min(start + size, len(shard.ids)))
            window.add(self._forward(self._mask(shard, rows, generator)))
        self.metrics = {f"validation_{key}": value for key, value in window.means().items()}
        if "validation_mlm_loss" in self.metrics:
            loss = self.metrics["validation_mlm_loss"]
            self.metrics["validation_perplexity"] = round(math.exp(min(loss, 50.0)), 4)
        self._log({**self._where(), **self.metrics})

    def is_validated(self) -> bool:
        """Whether the log ends with a validation of the weights as they are."""
        is_here = self._last_line.get("step") == self.position.step
        return is_here and bool(_validation(self._last_line))

    def save(self) -> None:
        """Write the checkpoint; the one before stays until the new one is whole."""
        self.progress()
        path = self.config.output / CHECKPOINT
        partial = path.with_suffix(".partial")
        state = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.position.step,
            "sequences": self.position.sequences,
            "characters": self.position.characters,
            "elapsed": self.position.elapsed,
            "window": self._window.sums(),
            "corpus": self._corpus_mark,
        }
        torch.save(state, partial)
        partial.replace(path)
        self._saved = time.monotonic()

    def summary(self) -> str:
        """One line for the progress bar."""
        parts = [f"step {self.position.step}", f"{self.position.characters / 1e6:.2f} M"]
        if "validation_perplexity" in self.metrics:
            whose = "" if self.model.generator is None else "generator's "
            parts.append(f"{whose}perplexity {self.metrics['validation_perplexity']:.1f}")
        return ", ".join(parts)

    def _forward(self, batch: Batch) -> Losses:
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.use_bf16):
            losses: Losses = self.model(
                batch,
                with_masked=self.config.mlm_weight > 0,
                with_tags=self.config.lac_weight > 0,
            )
        return losses

    def _next_batch(self, generator: np.random.Generator) -> Batch:
        pairs = list(islice(self._rows, self.config.optimizer.batch_sequences))
        if all(shard is pairs[0][0] for shard, _ in pairs):
            return self._mask(pairs[0][0], np.array([row for _, row in pairs]), generator)
        joined = Shard(
            **{
                name: np.stack([getattr(shard, name)[row] for shard, row in pairs])
                for name in ("ids", "starts", "tags", "probabilities")
            }
        )
        return self._mask(joined, np.arange(len(pairs)), generator)

    def _mask(self, shard: Shard, rows: np.ndarray, generator: np.random.Generator) -> Batch:
        return mask_batch(
            shard,
            rows,
            tokenizer=self.corpus.tokenizer,
            masking=self.config.masking,
            n_positions=self.config.shape.positions,
            generator=generator,
        )

    def _check_folder(self) -> None:
        """Make the run folder, or see that it is a run of these settings.

        Raises:
            TrainingError: it holds a run of other settings, or a broken one.
        """
        self.config.output.mkdir(parents=True, exist_ok=True)
        path = self.config.output / SETTINGS
        if not ((self.config.output / CHECKPOINT).exists() and path.exists()):
            return
        if changed := changed_settings(read_json(path), plain_config(self.config)):
            raise TrainingError(
                f"{self.config.output}: holds a run with another {', '.join(changed)};"
                " give another output folder, or the settings it was started with"
            )

    def _read_checkpoint(self) -> dict[str, Any] | None:
        """What the run folder's checkpoint holds; None if there is none.

        Raises:
            TrainingError: it is of a run on another collection, or of an earlier version.
        """
        path = self.config.output / CHECKPOINT
        if not path.exists():
            return None
        state: dict[str, Any] = torch.load(path, map_location=self.device, weights_only=True)
        if "corpus" not in state:
            raise TrainingError(
                f"{path}: does not tell the collection it was trained on, so an earlier version"
                " wrote it; go on with that version, or give another output folder"
            )
        if state["corpus"] != self._corpus_mark:
            raise TrainingError(
                f"{self.config.output}: holds a run on another collection than"
                f" {self.config.corpus} holds now, or on one cleaned or split otherwise; give"
                " another output folder, or the collection it was started with"
            )
        return state

    def _begin_with(self, name: str) -> None:
        """Take over the weights of an encoder.

        Raises:
            TrainingError: it cannot be loaded, or has another vocabulary or shape.
        """
        encoder, tokenizer = load_encoder(name)
        if tokenizer.vocabulary != self.corpus.tokenizer.vocabulary:
            raise TrainingError(
                f"{name}: has {tokenizer.size} characters, the collection gives"
                f" {self.corpus.tokenizer.size}, or others; begin with an encoder that was"
                " pretrained on the same collection, with the same seed and data settings"
            )
        # A pooler comes with the class, not with the weights, and nothing here reads it.
        weights = {k: v for k, v in encoder.state_dict().items() if not k.startswith("pooler.")}
        try:
            self.model.encoder.load_state_dict(weights)
        except RuntimeError as error:
            raise TrainingError(
                f"{name}: its weights do not fit [shape]; set the layers and sizes of its"
                " config.json"
            ) from error
        # Where the weights come from is part of what the new encoder's card tells.
        cards = [card for file in (CARD, START_CARD) if (card := Path(name) / file).is_file()]
        told = self.config.output / START_CARD
        told.unlink(missing_ok=True)
        if cards:
            texts = (card.read_text(encoding="utf-8") for card in cards)
            write_atomic(told, "\n---\n\n".join(texts))

    def _restore(self, state: dict[str, Any]) -> None:
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self._window = Window(**state["window"])
        self.position = Position(
            **{key: state[key] for key in ("step", "sequences", "characters", "elapsed")}
        )
        # Steps behind the checkpoint are done again, and logged again.
        log = self.config.output / LOG
        kept = [line for line in read_log(log) if line.get("step", 0) <= self.position.step]
        write_atomic(log, "".join(f"{json.dumps(line)}\n" for line in kept))
        self._last_line = kept[-1] if kept else {}
        self.metrics = next(filter(None, map(_validation, reversed(kept))), {})

    def _where(self) -> dict[str, float]:
        progress = self.progress()
        elapsed = self.position.elapsed
        return {
            "step": self.position.step,
            "characters": self.position.characters,
            "seconds": round(elapsed, 1),
            "seconds_left": round(elapsed / max(progress, 1e-9) - elapsed, 1),
        }

    def _log_step(self, norm: float) -> None:
        where = self._where()
        n_characters = self.position.characters - self._window.since_characters
        seconds = self.position.elapsed - self._window.since_elapsed
        self._log(
            {
                **where,
                **self._window.means(),
                "learning_rate": self.optimizer.param_groups[0]["lr"],
                "gradient_norm": round(norm, 4),
                "characters_per_second": round(n_characters / max(seconds, 1e-9), 1),
            }
        )
        self._window = Window(
            since_characters=self.position.characters, since_elapsed=self.position.elapsed
        )

    def _log(self, line: dict[str, Any]) -> None:
        with (self.config.output / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        self._last_line = line


@dataclass(slots=True, kw_only=True)
class Window:
    """Sums of losses since the last line of the log."""

    masked: float = 0.0
    n_masked: int = 0
    tag: float = 0.0
    n_tagged: int = 0
    correct: int = 0
    replaced: float = 0.0
    n_replaced: int = 0
    n_read: int = 0
    since_characters: int = 0
    since_elapsed: float = 0.0

    def add(self, losses: Losses) -> None:
        """Count the losses of one batch."""
        self.masked += float(losses.masked.detach())
        self.n_masked += losses.n_masked
        self.tag += float(losses.tag.detach())
        self.n_tagged += losses.n_tagged
        self.correct += int(losses.correct)
        self.replaced += float(losses.replaced.detach())
        self.n_replaced += int(losses.n_replaced)
        self.n_read += losses.n_read

    def means(self) -> dict[str, float]:
        """Losses a character, the shares of the teacher's tags and of replaced characters."""
        means = {}
        if self.n_masked:
            means["mlm_loss"] = round(self.masked / self.n_masked, 5)
        if self.n_tagged:
            means["lac_loss"] = round(self.tag / self.n_tagged, 5)
            means["lac_accuracy"] = round(self.correct / self.n_tagged, 5)
        if self.n_read:
            means["rtd_loss"] = round(self.replaced / self.n_read, 5)
            means["rtd_share"] = round(self.n_replaced / self.n_read, 5)
        return means

    def sums(self) -> dict[str, float]:
        """What the checkpoint holds."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def _validation(line: Mapping[str, Any]) -> dict[str, float]:
    """The numbers of a validation in a line of the log; none if the line is of no validation."""
    return {key: value for key, value in line.items() if key.startswith("validation_")}


def _parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Matrices decay; biases and normalisation do not."""
    parameters = list(model.parameters())
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]


def _n_parameters(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def _use_bf16(precision: str, device: torch.device) -> bool:
    """Whether to compute in bfloat16.

    A CPU without instructions for it is a hundred times slower in bfloat16 than in single
    precision, so "auto" asks for them.
    """
    if precision != "auto":
        return precision == "bf16"
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags
