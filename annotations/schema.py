"""The annotation schema: labels, relation signatures, status classes and fact slots."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from annotations.errors import SchemaError


@dataclass(frozen=True, slots=True)
class Label:
    """One mention label, with the colour that views give it."""

    name: str
    color: str
    description: str


@dataclass(frozen=True, slots=True)
class RelationType:
    """One relation type: the labels it joins and, for money, the role it gives the sum."""

    name: str
    head: str
    tail: str
    role: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The whole scheme, read once from `schema.toml`."""

    version: int
    labels: Mapping[str, Label]
    relations: Mapping[str, RelationType]
    status_label: str
    status_classes: tuple[str, ...]
    modalities: tuple[str, ...]
    fact_slots: tuple[str, ...]


def parse_schema(data: Mapping[str, Any]) -> Schema:
    """Build a schema from the parsed TOML table.

    Raises:
        SchemaError: a key is missing, or a relation or the status block names an unknown label.
    """
    try:
        labels = {name: Label(name=name, **fields) for name, fields in data["labels"].items()}
        relations = {
            name: RelationType(name, fields["head"], fields["tail"], fields.get("role"))
            for name, fields in data["relations"].items()
        }
        schema = Schema(
            version=data["version"],
            labels=MappingProxyType(labels),
            relations=MappingProxyType(relations),
            status_label=data["status"]["label"],
            status_classes=tuple(data["status"]["classes"]),
            modalities=tuple(data["status"]["modalities"]),
            fact_slots=tuple(data["facts"]["slots"]),
        )
    except (KeyError, TypeError) as error:
        raise SchemaError(f"schema.toml: a key is missing or unknown: {error}") from error
    used = {schema.status_label}.union(*({r.head, r.tail} for r in relations.values()))
    if unknown := sorted(used - labels.keys()):
        raise SchemaError(
            f"schema.toml: labels {unknown} are used by relations or status but not defined under"
            f" [labels], which has {sorted(labels)}"
        )
    return schema


@cache
def load_schema() -> Schema:
    """The shipped schema (read once a process)."""
    text = files("annotations").joinpath("schema.toml").read_text(encoding="utf-8")
    return parse_schema(tomllib.loads(text))
