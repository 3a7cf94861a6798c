"""Dataclasses to JSON values and back, by their type hints.

Only what `evaluation.model` uses: dataclasses, tuples of one type, string mappings, strings,
numbers, None and unions of one type with None. Floats are rounded to six digits.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from annotations.errors import EvaluationError

T = TypeVar("T")

_DIGITS = 6


def encode(value: object) -> Any:
    """The JSON value of a dataclass, or of anything in it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: encode(of_key) for key, of_key in value.items()}
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    return round(value, _DIGITS) if isinstance(value, float) else value


def decode(kind: type[T], data: object) -> T:
    """The dataclass whose JSON value this is.

    Raises:
        EvaluationError: a key is missing or unknown, or a value has another type.
    """
    result: T = _decode(kind, data, where=kind.__name__)
    return result


def _decode(kind: Any, data: object, *, where: str) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is UnionType:
        if data is None and NoneType in arguments:
            return None
        (kind,) = (argument for argument in arguments if argument is not NoneType)
        return _decode(kind, data, where=where)
    if is_dataclass(kind) and isinstance(kind, type):
        return _decode_dataclass(kind, data, where=where)
    if origin is tuple and isinstance(data, list):
        item = arguments[0]
        return tuple(_decode(item, value, where=f"{where}[{n}]") for n, value in enumerate(data))
    if origin is Mapping and isinstance(data, Mapping):
        return {
            key: _decode(arguments[1], value, where=f"{where}.{key}") for key, value in data.items()
        }
    return _plain(kind, data, where=where)


def _plain(kind: Any, data: object, *, where: str) -> object:
    if kind is float and isinstance(data, int | float) and not isinstance(data, bool):
        return float(data)
    if isinstance(kind, type) and type(data) is kind:
        return data
    raise EvaluationError(f"{where}: expected {kind}, got {data!r}")


def _decode_dataclass(kind: type, data: object, *, where: str) -> object:
    hints = _hints(kind)
    if not isinstance(data, Mapping) or data.keys() != hints.keys():
        keys = sorted(data) if isinstance(data, Mapping) else data
        raise EvaluationError(f"{where}: expected the keys {sorted(hints)}, got {keys}")
    values = {
        name: _decode(hint, data[name], where=f"{where}.{name}") for name, hint in hints.items()
    }
    return kind(**values)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
