"""The model card of a pretrained encoder, written from the settings and the log of its run."""

from collections.abc import Mapping, Sequence
from typing import Any

_HEADER = """\
---
license: apache-2.0
language: zh
library_name: transformers
tags: [feature-extraction, chinese, token-classification]
---

# {title}

A BERT encoder for the language of Chinese development reports: {layers} layers of {hidden},
{heads} heads, {positions} positions, {n_parameters:,} parameters, one token for every character.
Pretrained as part of zonefacts, to be fine-tuned for mentions and relations.
"""

_LIMITS = """\
## What it is not for

- It generates nothing and answers nothing; it is a start for fine-tuning.
- It has read official reports alone. Other kinds of Chinese text (speech, literature, social
  media, classical or traditional Chinese) it has hardly met, and the characters that only they
  use are unknown to it.
- It was trained with a small budget. Where a large public encoder may be used, that one knows
  more about the world.
- Names, places and figures in the reports may be remembered; it is no source for any of them.

## Licence

Apache-2.0, as zonefacts. The texts are official reports of public bodies. Distillation learns from
the scores of LAC (Apache-2.0).
"""


# Heading, field of the log line and digits of a column in the course of a run.
_Column = tuple[str, str, int]
_TAGS: tuple[_Column, ...] = (
    ("tag loss", "lac_loss", 3),
    ("validation tag loss", "validation_lac_loss", 3),
    ("tag accuracy", "validation_lac_accuracy", 4),
)
_MASKED: tuple[_Column, ...] = (
    ("masked loss", "mlm_loss", 3),
    ("tag loss", "lac_loss", 3),
    ("validation masked loss", "validation_mlm_loss", 3),
    ("perplexity", "validation_perplexity", 1),
    ("validation tag loss", "validation_lac_loss", 3),
    ("tag accuracy", "validation_lac_accuracy", 4),
)
_REPLACED: tuple[_Column, ...] = (
    ("generator's masked loss", "mlm_loss", 3),
    ("replaced loss", "rtd_loss", 3),
    ("tag loss", "lac_loss", 3),
    ("generator's validation masked loss", "validation_mlm_loss", 3),
    ("generator's perplexity", "validation_perplexity", 1),
    ("validation replaced loss", "validation_rtd_loss", 3),
    ("validation tag loss", "validation_lac_loss", 3),
    ("tag accuracy", "validation_lac_accuracy", 4),
)


def model_card(
    *,
    settings: Mapping[str, Any],
    log: Sequence[Mapping[str, Any]],
    n_parameters: int,
    start_card: str | None = None,
) -> str:
    """The card as Markdown.

    Args:
        settings: the run's `config.json`.
        log: the lines of its `log.jsonl`.
        n_parameters: values in the shipped weights.
        start_card: the file beside the card that tells of the encoder which the run began with.
    """
    shape = settings["shape"]
    header = _HEADER.format(
        title=settings.get("title", "zonefacts encoder"),
        n_parameters=n_parameters,
        **{key: shape[key] for key in ("layers", "hidden", "heads", "positions")},
    )
    return "\n".join(
        [
            header,
            _data(settings, log),
            _objectives(settings, start_card),
            _course(settings, log),
            _LIMITS,
        ]
    )


def _data(settings: Mapping[str, Any], log: Sequence[Mapping[str, Any]]) -> str:
    counts: Mapping[str, int] = next((line["corpus"] for line in log if "corpus" in line), {})
    rows = "\n".join(f"| {name.replace('_', ' ')} | {n:,} |" for name, n in counts.items())
    description = settings.get("description", "A collection of reports.")
    return f"""\
## Data

{description} Split by place: reports of test places were left out altogether, those of
development places served for validation alone. What was read, kept and dropped:

| what | how many |
|---|---:|
{rows}
"""


def _objectives(settings: Mapping[str, Any], start_card: str | None) -> str:
    optimizer, masking = settings["optimizer"], settings["masking"]
    parts = []
    if _has_generator(settings):
        parts.append(
            f"- replaced-token detection (weight {settings['rtd_weight']:g}): characters of"
            f" {masking['share']:.0%} of the words, told by a generator of"
            f" {settings['generator']['layers']} layers of {settings['generator']['hidden']}"
            f" (masked language modelling, weight {settings['mlm_weight']:g}), which is not part of"
            " the encoder;"
        )
    elif settings["mlm_weight"] > 0:
        parts.append(
            f"- masked language modelling (weight {settings['mlm_weight']:g}): whole words of"
            f" spacy-pkuseg, {masking['share']:.0%} of them, drawn anew at every reading;"
        )
    if settings["lac_weight"] > 0:
        parts.append(
            f"- distillation of LAC (weight {settings['lac_weight']:g}): its distribution over"
            " word boundaries and tags, for every character, as soft targets;"
        )
    if settings["mlm_weight"] <= 0:
        parts.append(
            f"- whole words of spacy-pkuseg, {masking['share']:.0%} of them, are masked all the"
            " same, so that their tags are told by what stands around them;"
        )
    batch = optimizer["batch_sequences"] * optimizer["accumulation"]
    parts.append(f"- {_start(settings, start_card)};")
    parts.append(
        f"- AdamW, peak learning rate {optimizer['learning_rate']:g},"
        f" {optimizer['warmup_steps']} warm-up steps, linear fall to zero, weight decay"
        f" {optimizer['weight_decay']:g}, {batch} full sequences of"
        f" {settings['data']['sequence_length']} a step, seed {settings['seed']}."
    )
    return "## Objectives\n\n" + "\n".join(parts) + "\n"


def _start(settings: Mapping[str, Any], start_card: str | None) -> str:
    if encoder := settings.get("encoder"):
        told = f" (see [{start_card}]({start_card}))" if start_card else ""
        return f"a start with the weights of `{encoder}`{told}; the heads began anew"
    if n_local := settings["shape"]["local_layers"]:
        return (
            f"a start at which the heads of the first {n_local} layers look at neighbouring"
            " characters; all else is random"
        )
    return "a random start"


def _course(settings: Mapping[str, Any], log: Sequence[Mapping[str, Any]]) -> str:
    steps = [line for line in log if "mlm_loss" in line or "lac_loss" in line]
    checks = [line for line in log if any(key.startswith("validation_") for key in line)]
    lines = ["## Course of the run", ""]
    if log and "step" in log[-1]:
        last = log[-1]
        text = (
            f"{last['step']:,} steps, {last['characters']:,} characters read,"
            f" {last['seconds'] / 60:.0f} minutes. Losses are nats a character; validation is"
            " on places that were never trained on."
        )
        lines += [text + _told_raises(settings, log), ""]
    if _has_generator(settings):
        columns = _REPLACED
    else:
        columns = _MASKED if settings["mlm_weight"] > 0 else _TAGS
    headings = ["step", "characters", *(heading for heading, _, _ in columns)]
    lines += [f"| {' | '.join(headings)} |", "|" + "---:|" * len(headings)]
    for check in checks:
        before: Mapping[str, Any] = next(
            (s for s in reversed(steps) if s["step"] <= check["step"]), {}
        )
        cells = [f"{check['step']:,}", f"{check['characters']:,}"]
        for _, field, n_digits in columns:
            line = check if field.startswith("validation_") else before
            cells.append(_number(line.get(field), n_digits))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _told_raises(settings: Mapping[str, Any], log: Sequence[Mapping[str, Any]]) -> str:
    """A sentence on the steps at which the run went on with a larger budget, if it did."""
    steps = [f"{step:,}" for step in _raises(settings, log)]
    if not steps:
        return ""
    where = f"step {steps[0]}" if len(steps) == 1 else f"steps {' and '.join(steps)}"
    return f" The budget was raised at {where}, so the learning rate rose again there."


def _raises(settings: Mapping[str, Any], log: Sequence[Mapping[str, Any]]) -> list[int]:
    """Steps behind which the learning rate rose, apart from the warm-up.

    Within one budget it only falls; a rise of less than a hundredth of the peak is not told.
    """
    warmup, peak = (settings["optimizer"][key] for key in ("warmup_steps", "learning_rate"))
    found, before, step = [], peak, 0
    for line in log:
        if "learning_rate" in line:
            rate = line["learning_rate"] / min(1.0, line["step"] / max(1, warmup))
            if rate > before + 0.01 * peak:
                found.append(step)
            before = rate
        step = line.get("step", step)
    return found


def _has_generator(settings: Mapping[str, Any]) -> bool:
    """Whether masked characters were told by a generator; earlier runs had no such setting."""
    return bool(settings.get("rtd_weight", 0.0) > 0)


def _number(value: float | None, n_digits: int) -> str:
    return "–" if value is None else f"{value:.{n_digits}f}"
