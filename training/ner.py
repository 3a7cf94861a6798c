"""Fine-tuning an encoder as token classifier over the schema's IOB2 tags."""

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from datasets import Dataset
from transformers import AutoModelForTokenClassification, PreTrainedModel

from annotations.document import Document
from annotations.errors import PipelineError, TrainingError
from pipeline.characters import CharacterTokenizer
from pipeline.tags import tag_names
from training.config import MAX_SEED, check_number
from training.data import fingerprint
from training.encoders import load_encoder, weights_mark
from training.examples import IGNORE, batches, make_examples
from training.runs import finish_run, read_metrics, start_run


@dataclass(frozen=True, slots=True, kw_only=True)
class NerConfig:
    """Settings of `zonefacts train ner`.

    `encoder` is a folder or a hub name; rates are per step, `warmup` is a share of all steps.
    `masked` is the share of characters that are hidden behind [MASK], drawn anew at every reading:
    names are then told by what stands around them, too. `bare_sums` is the share of documents whose
    sums are read without 元 (投资8亿), as the press writes them and reports hardly ever do.
    """

    name: str
    encoder: str
    annotations: tuple[str, ...]
    epochs: int = 12
    batch_size: int = 16
    learning_rate: float = 3e-4
    head_learning_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup: float = 0.1
    dropout: float = 0.2
    masked: float = 0.0
    bare_sums: float = 0.0
    window: int = 254
    overlap: int = 64
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Progress:
    """One finished epoch of a training run."""

    epoch: int
    n_epochs: int
    loss: float
    seconds: float


def train_ner(
    config: NerConfig,
    documents: Sequence[Document],
    folder: Path,
    *,
    on_epoch: Callable[[Progress], None] = lambda _: None,
) -> None:
    """Fine-tune on `documents` and write the run folder; a finished run is left as it is.

    Raises:
        TrainingError: the encoder cannot be loaded or not read such windows, a setting makes no
            sense, or the folder holds another run.
    """
    check_settings(config)
    data = f"{fingerprint(documents)} {weights_mark(config.encoder)}"
    if not start_run(folder, config, data=data):
        return
    began = time.monotonic()
    model, tokenizer = make_classifier(config, tag_names())
    check_windows(model, window=config.window, overlap=config.overlap)
    examples = examples_of(config, documents, tokenizer)
    history = fit(model, examples, config, tokenizer=tokenizer, on_epoch=on_epoch)
    model.save_pretrained(folder / "ner", max_shard_size="14MB")
    tokenizer.save(folder / "ner")
    finish_run(
        folder,
        {
            "training_loss": history,
            "n_documents": len(documents),
            "n_characters": sum(len(d.text) for d in documents),
            "n_windows": len(examples),
            "seconds": round(time.monotonic() - began, 1),
        },
        data=data,
    )


def examples_of(
    config: NerConfig, documents: Sequence[Document], tokenizer: CharacterTokenizer
) -> Dataset:
    """The windows that a tagger of these settings learns from."""
    return make_examples(
        documents,
        tokenizer,
        window=config.window,
        overlap=config.overlap,
        bare_sums=config.bare_sums,
        seed=config.seed,
    )


def fit(
    model: PreTrainedModel,
    examples: Dataset,
    config: NerConfig,
    *,
    tokenizer: CharacterTokenizer,
    on_epoch: Callable[[Progress], None] = lambda _: None,
) -> list[float]:
    """Train a token classifier on windows with tags; it is left on the CPU, in evaluation mode.

    Returns:
        The mean loss of each epoch, in nats a character.
    """
    generator = np.random.default_rng(config.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model.to(device).train()  # type: ignore[arg-type]  # a decorator hides what `to` takes
    n_steps = config.epochs * -(-len(examples) // config.batch_size)
    optimizer, schedule = _optimizer(model, config, n_steps)
    history: list[float] = []
    began = time.monotonic()
    for epoch in range(1, config.epochs + 1):
        losses = []
        for ids, mask, labels in batches(
            examples,
            batch_size=config.batch_size,
            tokenizer=tokenizer,
            masked=config.masked,
            generator=generator,
        ):
            logits = model(input_ids=ids.to(device), attention_mask=mask.to(device)).logits
            loss = torch.nn.functional.cross_entropy(
                logits.flatten(0, 1), labels.to(device).flatten(), ignore_index=IGNORE
            )
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            losses.append(float(loss.detach()))
        history.append(float(np.mean(losses)))
        on_epoch(Progress(epoch, config.epochs, history[-1], time.monotonic() - began))
    model.cpu().eval()
    return history


def load_ner(folder: Path) -> tuple[PreTrainedModel, CharacterTokenizer]:
    """The fine-tuned classifier of a run and its tokenizer.

    Raises:
        TrainingError: the folder holds no finished run of `train ner`, or a damaged one.
    """
    read_metrics(folder)
    place = folder / "ner"
    if not place.is_dir():
        raise TrainingError(f"{folder}: no tagger in this run; give a run of `train ner`")
    try:
        model = AutoModelForTokenClassification.from_pretrained(place, use_safetensors=True)
        return model.eval(), CharacterTokenizer.from_folder(place)
    except (OSError, ValueError, RuntimeError, PipelineError) as error:
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise TrainingError(f"{place}: the tagger cannot be loaded: {reason}") from error


def check_settings(config: NerConfig) -> None:
    """See that the settings make sense, whatever the encoder.

    Raises:
        TrainingError: one does not.
    """
    if min(config.epochs, config.batch_size) < 1:
        raise TrainingError(
            f"epochs and batch_size must be at least 1, came {config.epochs} and"
            f" {config.batch_size}"
        )
    if not 0 <= config.bare_sums <= 1:
        raise TrainingError(f"bare_sums is a share, from 0 to 1, came {config.bare_sums}")
    if not 0 <= config.masked < 1:
        raise TrainingError(f"masked is a share of at least 0 and below 1, came {config.masked}")
    check_number("seed", config.seed, most=MAX_SEED)
    for name in ("dropout", "warmup"):
        check_number(name, getattr(config, name), most=1)
    for name in ("learning_rate", "head_learning_rate", "weight_decay"):
        check_number(name, getattr(config, name))


def check_windows(model: PreTrainedModel, *, window: int, overlap: int) -> None:
    """See that an encoder can read windows of this size, in code points.

    Raises:
        TrainingError: it has too few positions, or the overlap is not smaller than the window.
    """
    if not 0 <= overlap < window:
        raise TrainingError(f"overlap must be in 0..{window - 1} for windows of {window}, came"
                            f" {overlap}")  # fmt: skip
    positions = getattr(model.config, "max_position_embeddings", None)
    # The special tokens at both ends take two.
    if positions is not None and window + 2 > positions:
        raise TrainingError(
            f"the encoder reads {positions} tokens, so window may be at most {positions - 2}, came"
            f" {window}"
        )


def make_classifier(
    config: NerConfig, names: Sequence[str]
) -> tuple[PreTrainedModel, CharacterTokenizer]:
    """An untrained classifier over the tags `names` on the encoder of the settings.

    Raises:
        TrainingError: the encoder cannot be loaded.
    """
    torch.manual_seed(config.seed)
    encoder, tokenizer = load_encoder(config.encoder)
    settings = copy.deepcopy(encoder.config)
    settings.update(
        {
            "id2label": dict(enumerate(names)),
            "label2id": {name: n for n, name in enumerate(names)},
            "classifier_dropout": config.dropout,
        }
    )
    model = AutoModelForTokenClassification.from_config(settings)
    # The classifier has no pooler; everything else of the encoder is taken over.
    own = getattr(model, model.base_model_prefix)
    own.load_state_dict(
        {key: value for key, value in encoder.state_dict().items() if key in own.state_dict()}
    )
    return model, tokenizer


def _optimizer(
    model: PreTrainedModel, config: NerConfig, n_steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LambdaLR]:
    def is_head(name: str) -> bool:
        return not name.startswith(model.base_model_prefix + ".")

    groups = [
        {
            "params": [p for name, p in model.named_parameters() if is_head(name) == head],
            "lr": config.head_learning_rate if head else config.learning_rate,
        }
        for head in (False, True)
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=config.weight_decay)
    n_warmup = max(1, int(config.warmup * n_steps))

    def factor(step: int) -> float:
        rising = (step + 1) / n_warmup
        falling = (n_steps - step) / max(1, n_steps - n_warmup)
        return min(rising, falling)

    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
