"""Pages in one file that ask for nothing: what the browser of facts and the score report share.

A page is a template with its style and its script inside; the content security policy names both
by their hash and forbids every request. Data go in as JSON in blocks in which no character can end
the block, and scripts put them on the page as text only.
"""

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from annotations.schema import load_schema

# The Chinese terms beside the English names of the schema.
TERMS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "label": {
            "ZONE": "园区",
            "PROJECT": "项目",
            "COMPANY": "企业",
            "AMOUNT": "金额",
            "DATE": "时间",
            "STATUS": "进度",
        },
        "status": {
            "planned": "谋划",
            "negotiating": "在谈",
            "signed": "签约",
            "under_construction": "在建",
            "completed": "建成",
            "operating": "投产",
            "stopped": "停止",
        },
        "modality": {"actual": "已然", "future": "未然"},
        "role": {
            "total": "总投资",
            "contracted": "签约资金",
            "completed": "完成投资",
            "annual": "年度投资",
            "other": "其他资金",
        },
    }
)

_PLACE = re.compile(r"\{\{(\w+)\}\}")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Inside a data block `<` could end it, and the line separators end a line of a script.
_UNSAFE = "<>&\u2028\u2029"


def template(package: str, name: str) -> str:
    """The text of a file in the folder `templates` of a package."""
    return files(package).joinpath("templates", name).read_text(encoding="utf-8")


def render_page(
    page: str, *, title: str, style: str, script: str, blocks: Mapping[str, object]
) -> str:
    """A page with everything in it.

    Args:
        page: the template, with places `{{title}}`, `{{style}}`, `{{script}}`, `{{style_hash}}`,
            `{{script_hash}}` and one for every block.
        title: plain text.
        style: goes behind the shared style and the colours of the labels.
        script: goes behind the shared script.
        blocks: JSON data, by the name of their place.
    """
    style = _tones() + template("pipeline", "page.css") + style
    script = template("pipeline", "page.js") + script
    parts = {
        "title": escape(title),
        "style": style,
        "script": script,
        "style_hash": _hash(style),
        "script_hash": _hash(script),
        **{name: embeddable(data) for name, data in blocks.items()},
    }
    return _PLACE.sub(lambda match: parts[match[1]], page)


def embeddable(data: object) -> str:
    """JSON that no text in it can end, wherever a page has it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate has no UTF-8 form; one replacement character keeps the offsets.
    text = _LONE_SURROGATE.sub("\ufffd", text)
    for mark in _UNSAFE:
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text


def without_nothing(value: Any) -> Any:
    """JSON without the keys that hold nothing: they would be half of a page."""
    if isinstance(value, dict):
        kept = {name: without_nothing(part) for name, part in value.items()}
        return {name: part for name, part in kept.items() if part not in (None, [], "")}
    return [without_nothing(part) for part in value] if isinstance(value, list) else value


def _hash(text: str) -> str:
    """The source expression that lets a content security policy accept exactly this text."""
    return f"sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode('ascii')}"


def _tones() -> str:
    """The colours of the labels, drawn towards black or white as the page asks for."""
    labels = load_schema().labels.values()
    tones = "".join(
        f"--tone-{label.name}:color-mix(in oklab,{label.color} var(--keep),var(--toward));"
        for label in labels
    )
    classes = "".join(f".{label.name}{{--tone:var(--tone-{label.name})}}" for label in labels)
    return f":root{{{tones}}}{classes}\n"
