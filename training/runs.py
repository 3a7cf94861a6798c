"""Run folders: the configuration as run, metrics, weights, a model card, and a mark when done."""

import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from annotations.errors import TrainingError
from corpus.files import write_atomic
from training.config import parse_config, plain_config

_Config = TypeVar("_Config")

_DONE = "done.json"


def start_run(folder: Path, config: Any, *, data: str) -> bool:
    """Make the folder and write the configuration; False if this run is already finished.

    An unfinished run begins anew, with whatever configuration, since nothing of it is taken over.

    Args:
        folder: the run folder.
        config: the settings, a dataclass.
        data: fingerprint of what is trained on.

    Raises:
        TrainingError: the folder holds a finished run with another configuration or other data.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(plain_config(config), ensure_ascii=False, indent=2)
    file = folder / "config.json"
    if (folder / _DONE).exists():
        done = json.loads((folder / _DONE).read_text(encoding="utf-8"))
        if not _is_same(config, json.loads(file.read_text(encoding="utf-8"))):
            raise TrainingError(
                f"{folder}: holds a run with another configuration; give another --output or"
                " remove it"
            )
        # Runs of an earlier version do not say what they were trained on.
        if done.get("data", data) != data:
            raise TrainingError(
                f"{folder}: holds a run on other annotations or another tagger, or of another"
                " version; give another --output or remove it"
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
        TrainingError: the folder holds no finished run.
    """
    if not (folder / _DONE).exists():
        raise TrainingError(f"{folder}: no finished run there (no {_DONE})")
    metrics: dict[str, Any] = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    return metrics


def read_config(cls: type[_Config], folder: Path) -> _Config:
    """The configuration that a run was started with.

    Raises:
        TrainingError: the folder holds no run, or one of another kind.
    """
    file = folder / "config.json"
    if not file.exists():
        raise TrainingError(f"{folder}: no run there (no config.json)")
    return parse_config(cls, json.loads(file.read_text(encoding="utf-8")), where=str(file))
