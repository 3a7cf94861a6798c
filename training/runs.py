"""Run folders: the configuration as run, metrics, weights, and a mark when done.

A run of pretraining has a log and checkpoints instead of metrics and mark, and its encoder a model
card.
"""

import dataclasses
import json
import platform
from collections.abc import Container, Mapping
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from annotations.errors import TrainingError
from corpus.files import write_atomic
from training.config import parse_config, plain_config

_Config = TypeVar("_Config")

_DONE = "done.json"
# Keys that the settings of one command alone have, in the order in which they are asked for:
# pretraining may begin with an encoder, too.
_COMMANDS = {"ner": "train relations", "corpus": "pretrain", "encoder": "train ner"}


def start_run(folder: Path, config: Any, *, data: str) -> bool:
    """Make the folder and write the configuration; False if this run is already finished.

    An unfinished run begins anew, with whatever configuration, since nothing of it is taken over.

    Args:
        folder: the run folder.
        config: the settings, a dataclass.
        data: fingerprint of what is trained on.

    Raises:
        TrainingError: the folder holds a finished run with another configuration or other data, or
            a broken one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(plain_config(config), ensure_ascii=False, indent=2)
    file = folder / "config.json"
    if (folder / _DONE).exists():
        done = read_json(folder / _DONE)
        if not _is_same(config, read_json(file)):
            raise TrainingError(
                f"{folder}: holds a run with another configuration; give another --output or"
                " remove it"
            )
        # Runs of an earlier version do not say what they were trained on.
        if done.get("data", data) != data:
            raise TrainingError(
                f"{folder}: holds a run on other annotations, another encoder or another tagger, or"
                " of another version; give another --output or remove it"
            )
        return False
    write_atomic(file, text)
    return True


def _is_same(config: Any, stored: Mapping[str, Any]) -> bool:
    """Whether stored settings are these; a key that came later has its default in older runs."""
    try:
        return bool(parse_config(type(config), stored, where="config.json") == config)
    except TrainingError:
        return False


def finish_run(folder: Path, metrics: Mapping[str, Any], *, data: str) -> None:
    """Write the metrics and mark the run, on the data with this fingerprint, as finished."""
    write_atomic(
        folder / "metrics.json", json.dumps(metrics, ensure_ascii=False, indent=2, default=str)
    )
    versions = {name: version(name) for name in ("torch", "transformers", "zonefacts")}
    marks = {"data": data, "python": platform.python_version(), **versions}
    write_atomic(folder / _DONE, json.dumps(marks))


def read_metrics(folder: Path) -> dict[str, Any]:
    """The metrics of a finished run.

    Raises:
        TrainingError: the folder holds no finished run, or a broken one.
    """
    if not (folder / _DONE).exists():
        raise TrainingError(f"{folder}: no finished run there (no {_DONE})")
    return read_json(folder / "metrics.json")


def run_mark(folder: Path) -> str:
    """What tells a finished run from another one in the same folder.

    Raises:
        TrainingError: as `read_metrics`.
    """
    return sha256(repr(sorted(read_metrics(folder).items())).encode("utf-8")).hexdigest()


def read_config(cls: type[_Config], folder: Path) -> _Config:
    """The configuration that a run was started with.

    Raises:
        TrainingError: the folder holds no run, a broken one, or one of another kind.
    """
    file = folder / "config.json"
    if not file.exists():
        raise TrainingError(f"{folder}: no run there (no config.json)")
    stored = read_json(file)
    found = _command(stored)
    wanted = _command({field.name for field in dataclasses.fields(cls)})  # type: ignore[arg-type]
    if found != wanted:
        raise TrainingError(f"{folder}: holds a run of `{found}`; give one of `{wanted}`")
    return parse_config(cls, stored, where=str(file))


def _command(keys: Container[str]) -> str:
    """The command whose settings have such keys."""
    return next((name for key, name in _COMMANDS.items() if key in keys), "another command")


def read_json(file: Path) -> dict[str, Any]:
    """The object that a file of a run or of an encoder holds.

    Raises:
        TrainingError: the file is missing, cannot be read, or holds no JSON object.
    """
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise TrainingError(
            f"{file}: cannot be read ({error.strerror}); its folder is not whole"
        ) from error
    except ValueError as error:
        raise TrainingError(f"{file}: not JSON: {error}; its folder is not whole") from error
    if not isinstance(values, dict):
        raise TrainingError(f"{file}: expected a JSON object, got {type(values).__name__}")
    return values


def read_log(file: Path) -> list[dict[str, Any]]:
    """The lines of a log; a last one that was cut as it was written is left out.

    Raises:
        TrainingError: another line is broken, or the file is missing.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise TrainingError(f"{file}: cannot be read ({error.strerror})") from error
    read: list[dict[str, Any]] = []
    for number, line in enumerate(lines, 1):
        try:
            read.append(json.loads(line))
        except ValueError as error:
            if number < len(lines):
                raise TrainingError(f"{file} line {number}: not JSON: {error}") from error
    return read
