"""Settings of a command: a TOML file read into one frozen dataclass.

Tables become nested dataclasses. A key that nobody reads, a key that is missing and a value of
another type are errors of one line, since a misspelt setting that is quietly left at its default
costs a whole run.
"""

import dataclasses
import difflib
import math
import tomllib
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from annotations.errors import TrainingError

_Config = TypeVar("_Config")

# What both torch and numpy take.
MAX_SEED = 2**63 - 1


def load_config(cls: type[_Config], path: Path) -> _Config:
    """The dataclass `cls` with the values of a TOML file; paths are taken as they are written.

    Raises:
        TrainingError: the file is missing or no TOML, a key is unknown or missing, or a value is
            of another type.
    """
    return parse_config(cls, read_toml(path), where=str(path))


def read_toml(path: Path) -> dict[str, Any]:
    """The values of a TOML file.

    Raises:
        TrainingError: the file is missing or no TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TrainingError(
            f"{path}: cannot be read ({error.strerror}); give a TOML file"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TrainingError(f"{path}: not TOML: {error}") from error


def parse_config(cls: type[_Config], values: Mapping[str, Any], *, where: str) -> _Config:
    """The dataclass `cls` from a mapping; `where` begins every message.

    Raises:
        TrainingError: as `load_config`.
    """
    hints = typing.get_type_hints(cls)
    fields = {f.name: f for f in dataclasses.fields(cls) if f.init}  # type: ignore[arg-type]
    for key in values:
        if key not in fields:
            raise TrainingError(f"{where}: unknown key {key!r}{_nearest(key, list(fields))}")
    read = {}
    for name, field in fields.items():
        if name in values:
            read[name] = _convert(values[name], hints[name], f"{where}: {name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise TrainingError(f"{where}: missing key {name!r}, {_describe(hints[name])}")
    return cls(**read)


def plain_config(config: object) -> dict[str, Any]:
    """The settings as a mapping that JSON and TOML can hold; values that are None are left out."""

    def plain(value: Any) -> Any:
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return plain_config(value)
        if isinstance(value, Path):
            return str(value)
        return [plain(item) for item in value] if isinstance(value, tuple) else value

    return {
        field.name: plain(value)
        for field in dataclasses.fields(config)  # type: ignore[arg-type]
        if (value := getattr(config, field.name)) is not None
    }


def check_number(name: str, value: float, *, least: float = 0, most: float = math.inf) -> None:
    """See that a setting is within its bounds, which are part of them.

    Raises:
        TrainingError: it is not.
    """
    if not least <= value <= most:
        bounds = f"at least {least}" if most == math.inf else f"in {least}..{most}"
        raise TrainingError(f"{name} must be {bounds}, came {value}")


def _nearest(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.7)
    return f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(known)}"


def _convert(value: Any, hint: Any, where: str) -> Any:
    """The value as the hinted type.

    Raises:
        TrainingError: it is of another type.
    """
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        (inner,) = (part for part in typing.get_args(hint) if part is not types.NoneType)
        return _convert(value, inner, where)
    if dataclasses.is_dataclass(hint) and isinstance(value, Mapping):
        return parse_config(typing.cast("type", hint), value, where=where)
    if origin is dict and isinstance(value, Mapping):
        return dict(value)
    if origin is tuple and isinstance(value, list):
        inner = typing.get_args(hint)[0]
        return tuple(_convert(item, inner, f"{where}[{n}]") for n, item in enumerate(value))
    if not _is_plain(value, hint):
        raise TrainingError(f"{where}: expected {_describe(hint)}, got {value!r}")
    return hint(value) if hint in (Path, float) else value


def _is_plain(value: Any, hint: Any) -> bool:
    if typing.get_origin(hint) is typing.Literal:
        return value in typing.get_args(hint)
    # A bool is an int to Python, and to nobody who writes a configuration.
    accepted = {Path: (str,), float: (int, float)}.get(hint, (hint,))
    return type(value) in accepted


def _describe(hint: Any) -> str:
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        return " or ".join(_describe(h) for h in typing.get_args(hint) if h is not types.NoneType)
    if origin is typing.Literal:
        return "one of " + ", ".join(repr(value) for value in typing.get_args(hint))
    if origin is tuple:
        return f"a list of {_describe(typing.get_args(hint)[0])}"
    if origin is dict or dataclasses.is_dataclass(hint):
        return "a table"
    return {int: "a whole number", float: "a number", bool: "true or false", str: "a string",
            Path: "a path"}[hint]  # fmt: skip
