"""Encoders as folders: load one by path or name with its checks, and write our own.

Weights are read from safetensors alone. A pickle can run any code when it is opened, so it is
refused, whatever it claims to hold.
"""

import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save
from transformers import AutoConfig, AutoModel, BertModel, PreTrainedModel

from annotations.errors import PipelineError, TrainingError
from corpus.files import write_atomic
from pipeline.characters import CharacterTokenizer
from training.config import parse_config
from training.model_card import model_card
from training.pretrain_model import ShapeConfig, bert_config
from training.runs import read_json, read_log

MAX_SHARD_BYTES = 14_000_000
# `START_CARD` holds the card of the encoder that a run began with, and those before it.
CARD, START_CARD = "README.md", "start.md"
_INDEX, _WEIGHTS = "model.safetensors.index.json", "model.safetensors"
_CONFIG = "config.json"
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
_HUB_NAME = re.compile(r"[\w.-]+(?:/[\w.-]+)?")
_HUB_FILES = (_CONFIG, "*.safetensors", _INDEX, "tokenizer.json", "vocab.txt")


def load_encoder(
    name_or_path: str | os.PathLike[str],
) -> tuple[PreTrainedModel, CharacterTokenizer]:
    """An encoder and its tokenizer from a folder, or from the model hub by name.

    The model is in single precision and in evaluation mode.

    Raises:
        TrainingError: no such folder or model, no configuration, no weights, weights as a pickle,
            vocabulary, configuration and embedding do not have the same size, or the weights are
            those of an encoder of another shape.
    """
    folder = _find_folder(str(name_or_path))
    _check_weights(folder)
    try:
        tokenizer = CharacterTokenizer.from_folder(folder)
        config = AutoConfig.from_pretrained(folder)
    except PipelineError as error:
        raise TrainingError(str(error)) from error
    except (OSError, ValueError) as error:
        raise TrainingError(f"{folder}: its config.json cannot be used: {_line(error)}") from error
    n_rows = _embedding_rows(folder)
    if not tokenizer.size == config.vocab_size == n_rows:
        raise TrainingError(
            f"{folder}: the tokenizer has {tokenizer.size} entries, the configuration"
            f" {config.vocab_size}, the embedding {n_rows} rows; expected three equal numbers,"
            " so take tokenizer and weights from the same model"
        )
    try:
        model, told = AutoModel.from_pretrained(
            folder, use_safetensors=True, dtype=torch.float32, output_loading_info=True
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise TrainingError(f"{folder}: the weights cannot be loaded: {_line(error)}") from error
    for keys, fault in (
        (told["missing_keys"], "are not stored"),
        (told["unexpected_keys"], "are stored and have no place"),
    ):
        if own := _encoder_keys(model, keys):
            raise TrainingError(
                f"{folder}: weights that do not fit its config.json: {len(own)} {fault}, {own[0]}"
                " for one; take both from the same model"
            )
    return model.eval(), tokenizer


def weights_mark(encoder: str) -> str:
    """What tells an encoder folder from the same folder with other weights; a hub name as it is."""
    files = sorted(Path(encoder).glob("*.safetensors")) if Path(encoder).is_dir() else []
    if not files:
        return encoder
    return sha256(b"".join(sha256(file.read_bytes()).digest() for file in files)).hexdigest()


def export_encoder(run: Path, output: Path) -> Path:
    """Write the encoder of a pretraining run as a folder that `AutoModel` loads.

    The folder gets half-precision weights in files under 15 MiB, the tokenizer, a model card from
    the run's log and, last of all, the configuration: a folder with a `config.json` is whole.

    Raises:
        TrainingError: the folder holds no run with a checkpoint, or the checkpoint is one of an
            earlier version.
    """
    checkpoint = run / "checkpoint.pt"
    if not checkpoint.is_file():
        raise TrainingError(
            f"{run}: no {checkpoint.name}; expected the folder of a pretraining run"
        )
    settings = read_json(run / "config.json")
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    tokenizer = CharacterTokenizer.from_folder(run)
    shape = parse_config(ShapeConfig, settings["shape"], where=str(run / "config.json"))
    config = bert_config(shape, tokenizer)
    encoder = BertModel(config, add_pooling_layer=False)
    encoder.load_state_dict(_encoder_weights(state["model"], where=checkpoint))
    output.mkdir(parents=True, exist_ok=True)
    (output / _CONFIG).unlink(missing_ok=True)
    for stale in output.glob("model*.safetensors*"):
        stale.unlink()
    tensors = {key: value.half().contiguous() for key, value in encoder.state_dict().items()}
    save_sharded(tensors, output, max_bytes=MAX_SHARD_BYTES)
    tokenizer.save(output)
    (output / START_CARD).unlink(missing_ok=True)
    has_start_card = bool(settings.get("encoder")) and (run / START_CARD).is_file()
    if has_start_card:
        (output / START_CARD).write_bytes((run / START_CARD).read_bytes())
    card = model_card(
        settings=settings,
        log=read_log(run / "log.jsonl"),
        n_parameters=_n_values(tensors.values()),
        start_card=START_CARD if has_start_card else None,
    )
    (output / CARD).write_text(card, encoding="utf-8")
    # Fine-tuning reads its few examples many times and wants the dropout that this run did not.
    # Dropout of attention would cost a third more time on CPU.
    config.hidden_dropout_prob = 0.1
    config.architectures = ["BertModel"]
    # Half precision is for the shipped files; whoever loads them computes in single precision.
    config.dtype = torch.float32
    config.save_pretrained(output)
    return output


def save_sharded(tensors: dict[str, torch.Tensor], folder: Path, *, max_bytes: int) -> list[Path]:
    """Write tensors to safetensors files of at most `max_bytes`, with an index if several.

    A single tensor above the limit gets a file of its own.
    """
    shards: list[dict[str, torch.Tensor]] = [{}]
    n_bytes = 0
    for name, tensor in tensors.items():
        size = tensor.numel() * tensor.element_size()
        if shards[-1] and n_bytes + size > max_bytes:
            shards.append({})
            n_bytes = 0
        shards[-1][name] = tensor
        n_bytes += size
    if len(shards) == 1:
        write_atomic(folder / _WEIGHTS, save(shards[0], metadata={"format": "pt"}))
        return [folder / _WEIGHTS]
    names = [f"model-{n:05d}-of-{len(shards):05d}.safetensors" for n in range(1, len(shards) + 1)]
    for name, shard in zip(names, shards, strict=True):
        write_atomic(folder / name, save(shard, metadata={"format": "pt"}))
    total = sum(t.numel() * t.element_size() for t in tensors.values())
    places = {key: name for name, shard in zip(names, shards, strict=True) for key in shard}
    index = {"metadata": {"total_size": total}, "weight_map": places}
    (folder / _INDEX).write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")
    return [folder / name for name in names]


def _find_folder(name: str) -> Path:
    """The folder itself, or that of a model fetched from the hub.

    Raises:
        TrainingError: there is neither.
    """
    folder = Path(name)
    if folder.is_dir():
        return folder
    if folder.exists():
        raise TrainingError(f"{name}: is a file; expected an encoder folder or a hub name")
    if not _HUB_NAME.fullmatch(name):
        raise TrainingError(f"{name}: no such folder; expected an encoder folder or a hub name")
    from huggingface_hub import snapshot_download  # noqa: PLC0415

    try:
        return Path(snapshot_download(name, allow_patterns=list(_HUB_FILES)))
    except Exception as error:
        raise TrainingError(
            f"{name}: no such folder, and the model hub did not give it: {_line(error)}"
        ) from error


def _check_weights(folder: Path) -> None:
    """See that configuration and safetensors are there.

    Raises:
        TrainingError: something is missing, the index is broken, or the weights are a pickle.
    """
    if not (folder / _CONFIG).is_file():
        raise TrainingError(f"{folder}: no config.json; expected an encoder folder")
    index = folder / _INDEX
    if index.is_file():
        places = read_json(index).get("weight_map")
        if not isinstance(places, dict) or not all(isinstance(p, str) for p in places.values()):
            raise TrainingError(f"{index}: no weight_map from weights to files; fetch it anew")
        names = set(places.values())
        if missing := sorted(name for name in names if not (folder / name).is_file()):
            raise TrainingError(f"{folder}: {_INDEX} names {missing[0]}, which is not there")
        return
    if (folder / _WEIGHTS).is_file():
        return
    pickles = sorted(path.name for pattern in _PICKLES for path in folder.glob(pattern))
    if pickles:
        raise TrainingError(
            f"{folder}: weights as a pickle ({pickles[0]}) are refused, since opening one can run"
            " any code; convert them to model.safetensors"
        )
    raise TrainingError(f"{folder}: no weights; expected {_WEIGHTS}")


def _embedding_rows(folder: Path) -> int:
    """Rows of the word embedding as stored; 0 if there is none under BERT's name.

    Raises:
        TrainingError: a file is no safetensors file.
    """
    for path in sorted(folder.glob("*.safetensors")):
        try:
            with safe_open(path, framework="pt") as tensors:
                for name in tensors.keys():  # noqa: SIM118, it is no mapping
                    if name.endswith("word_embeddings.weight"):
                        return int(tensors.get_slice(name).get_shape()[0])
        except Exception as error:
            raise TrainingError(f"{path}: no safetensors file: {_line(error)}") from error
    return 0


def _encoder_keys(model: PreTrainedModel, keys: Iterable[str]) -> list[str]:
    """Those keys that are of the encoder itself, neither of a pooler nor of a task's head."""
    parts = {name for name, _ in model.named_children()} - {"pooler"}
    prefix = f"{model.base_model_prefix}."
    return sorted(key for key in keys if key.removeprefix(prefix).split(".")[0] in parts)


def _encoder_weights(model: Mapping[str, torch.Tensor], *, where: Path) -> dict[str, torch.Tensor]:
    """The encoder's part of a checkpoint, under the names that BERT gives it.

    Raises:
        TrainingError: there is no such part.
    """
    prefix = "reader.encoder."
    weights = {
        key.removeprefix(prefix): tensor for key, tensor in model.items() if key.startswith(prefix)
    }
    if not weights:
        raise TrainingError(
            f"{where}: no key begins with {prefix}, so an earlier version wrote it; export it with"
            " that version, or pretrain anew"
        )
    return weights


def _n_values(tensors: Any) -> int:
    return sum(int(tensor.numel()) for tensor in tensors)


def _line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the encoder of a run: `python -m training.encoders RUN OUTPUT`."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if len(given) != 2:
        raise SystemExit("usage: python -m training.encoders RUN OUTPUT")
    try:
        export_encoder(Path(given[0]), Path(given[1]))
    except TrainingError as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
