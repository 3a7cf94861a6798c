"""The scoring model: one encoder pass for each window, then tags, links and status values.

A model folder holds `model.json` (name, window, thresholds), `tokenizer.json`, and three ONNX
graphs: `encoder.onnx` (characters to tag scores and states), `pairs.onnx` and `status.onnx`. Every
window is run on its own with one thread, so the result is the same bytes whatever the batch, the
number of workers or the order of the inputs.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from annotations.document import Document, Mention, Relation, StatusValue, renumber
from annotations.errors import PipelineError
from annotations.schema import load_schema
from pipeline.characters import CharacterTokenizer
from pipeline.decode import decode_mentions, log_softmax, make_steps
from pipeline.enumerations import split_closing_counts
from pipeline.lines import JoinedText, join_lines
from pipeline.pairs import enumerate_pairs, n_features, pair_states
from pipeline.relations import Thresholds, decode_relations, relation_names
from pipeline.rules.builders import name_investors
from pipeline.rules.sites import name_parks
from pipeline.rules.statuses import is_denied, told_class, told_modality
from pipeline.rules.topics import without_parts
from pipeline.states import SpanStates
from pipeline.status import n_status_features, status_features
from pipeline.tags import tag_names
from pipeline.windows import FloatArray, make_windows, read_windows
from pipeline.words import paragraph_starts, shipped_segmenter, shipped_segmenter_hash

FORMAT = 2
_FILES = ("model.json", "tokenizer.json", "encoder.onnx", "pairs.onnx", "status.onnx")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """What `model.json` holds.

    `transitions` scores a tag (column) after another (row); `word_cost` is what decoding charges
    for a border of a mention within a word, in nats.
    """

    name: str
    window: int
    overlap: int
    thresholds: Thresholds
    transitions: tuple[tuple[float, ...], ...]
    word_cost: float

    def to_json(self) -> dict[str, Any]:
        """The settings with what a loader checks: format, tags, relations, features, segmenter."""
        schema = load_schema()
        return {
            "format": FORMAT,
            "name": self.name,
            "window": self.window,
            "overlap": self.overlap,
            "thresholds": {**self.thresholds.relations, "status": self.thresholds.status},
            "transitions": [list(row) for row in self.transitions],
            "word_cost": self.word_cost,
            "schema_version": schema.version,
            "tags": list(tag_names()),
            "relations": list(relation_names()),
            "n_pair_features": n_features(),
            "n_status_features": n_status_features(),
            "segmenter": shipped_segmenter_hash(),
        }


def read_settings(folder: Path) -> ModelSettings:
    """Read and check `model.json`.

    Raises:
        PipelineError: a file is missing, or the model was made for another schema or version.
    """
    missing = [name for name in _FILES if not (folder / name).is_file()]
    if missing:
        raise PipelineError(
            f"{folder}: no model there, missing {', '.join(missing)}; give a folder written by"
            " `zonefacts export`"
        )
    path = folder / "model.json"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        # Another format may have other keys.
        _check_same(path, "format", data["format"], FORMAT)
        thresholds = dict(data["thresholds"])
        settings = ModelSettings(
            name=data["name"],
            window=data["window"],
            overlap=data["overlap"],
            thresholds=Thresholds(status=thresholds.pop("status"), relations=thresholds),
            transitions=tuple(tuple(map(float, row)) for row in data["transitions"]),
            word_cost=float(data["word_cost"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise PipelineError(f"{path}: not readable: {error!r}") from error
    _check_same(path, "thresholds", sorted(thresholds), sorted(relation_names()))
    n_tags = len(tag_names())
    shapes = [len(settings.transitions), *map(len, settings.transitions)]
    if shapes != [n_tags] * (n_tags + 1) or not settings.word_cost >= 0:
        raise PipelineError(
            f"{path}: expected {n_tags} x {n_tags} transitions and a word_cost of 0 or more; export"
            " the run again"
        )
    expected = settings.to_json()
    for key in ("tags", "relations", "n_pair_features", "n_status_features", "segmenter"):
        _check_same(path, key, data.get(key), expected[key])
    return settings


def _check_same(path: Path, key: str, found: object, expected: object) -> None:
    if found != expected:
        raise PipelineError(
            f"{path}: {key} is {found}, this version of zonefacts wants {expected}; export the run"
            " again"
        )


@dataclass(frozen=True, slots=True)
class Encoded:
    """What the encoder makes of a text, a row for each character of the text with joined lines.

    `scores` has the shape (characters, tags), `states` (characters, width).
    """

    lines: JoinedText
    scores: FloatArray
    states: FloatArray


class Model:
    """Tags and links texts; made by `load_model`."""

    def __init__(self, folder: Path) -> None:
        self.settings = read_settings(folder)
        self.name = self.settings.name
        self._steps = make_steps(
            np.array(self.settings.transitions, dtype=np.float32),
            word_cost=self.settings.word_cost,
        )
        self.tokenizer = CharacterTokenizer.from_folder(folder)
        self._encoder = _session(folder / "encoder.onnx")
        self._pairs = _session(folder / "pairs.onnx")
        self._status = _session(folder / "status.onnx")

    def annotate(
        self,
        text: str,
        *,
        id: str,  # noqa: A002 - the name of the field that it fills
        source: str = "",
        year: int | None = None,
    ) -> Document:
        """Tag and link one text.

        Args:
            text: the report, of any length; all of it is read.
            id: becomes `Document.id`.
            source: where the text came from.
            year: year of the report, which relative dates resolve against.
        """
        if not text.strip():
            return Document(id=id, text=text, year=year, source=source)
        given = Document(id=id, text=text, year=year, source=source)
        return self.annotate_encoded(given, self.encode(text))

    def annotate_encoded(self, given: Document, encoded: Encoded) -> Document:
        """Tag and link the text of a document, of which `encode` was called before."""
        lines, spans = encoded.lines, SpanStates(encoded.states)
        mentions = decode_mentions(
            lines.text,
            log_softmax(encoded.scores),
            lines.paragraphs,
            steps=self._steps,
            starts=paragraph_starts(lines.text, lines.paragraphs, shipped_segmenter()),
        )
        mentions = name_investors(lines.text, split_closing_counts(lines.text, mentions))
        mentions = without_parts(lines.text, name_parks(lines.text, mentions))
        mentions = tuple(
            m
            for m in mentions
            if m.label != load_schema().status_label or not is_denied(lines.text, *m.span)
        )
        relations, mentions = self.link(lines, spans, mentions)
        found = replace(
            given,
            text=lines.text,
            mentions=mentions,
            relations=relations,
            status=self.classify(lines, spans, mentions, year=given.year),
        )
        return renumber(lines.write(found))

    def relate(self, document: Document) -> Document:
        """The document's own mentions, linked and classified anew."""
        if not document.mentions:
            return replace(document, relations=(), status={})
        encoded = self.encode(document.text)
        lines, spans = encoded.lines, SpanStates(encoded.states)
        mentions = lines.read(document).mentions
        relations, _ = self.link(lines, spans, mentions)
        status = self.classify(lines, spans, mentions, year=document.year)
        return replace(document, relations=relations, status=status)

    def encode(self, text: str) -> Encoded:
        """Scores and states of a text that is not blank."""
        lines = join_lines(text)
        ids = np.array(self.tokenizer.encode(lines.text), dtype=np.int64)
        first, last = self.tokenizer.cls_id, self.tokenizer.sep_id

        def compute(start: int, end: int) -> tuple[FloatArray, ...]:
            row = np.concatenate([[first], ids[start:end], [last]])[None]
            logits, states = self._encoder.run(None, {"input_ids": row})
            return logits[0, 1:-1], states[0, 1:-1]

        windows = make_windows(len(ids), size=self.settings.window, overlap=self.settings.overlap)
        scores, states = read_windows(windows, compute)
        return Encoded(lines, scores, states)

    def link(
        self, lines: JoinedText, states: SpanStates, mentions: tuple[Mention, ...]
    ) -> tuple[tuple[Relation, ...], tuple[Mention, ...]]:
        """Relations, and the mentions without each STATUS that no project could be found for."""
        pairs = enumerate_pairs(lines.text, mentions, lines.paragraphs)
        relations: tuple[Relation, ...] = ()
        if len(pairs.heads):
            vectors, between = pair_states(states, mentions, pairs)
            inputs = {
                "heads": vectors[pairs.heads],
                "tails": vectors[pairs.tails],
                "between": between,
                "features": pairs.features,
            }
            scores = self._pairs.run(None, inputs)[0]
            relations = decode_relations(
                lines.text, mentions, pairs, scores, self.settings.thresholds
            )
        tied = {relation.tail for relation in relations}
        label = load_schema().status_label
        return relations, tuple(m for m in mentions if m.label != label or m.id in tied)

    def classify(
        self,
        lines: JoinedText,
        states: SpanStates,
        mentions: tuple[Mention, ...],
        *,
        year: int | None,
    ) -> Mapping[str, StatusValue]:
        """Class and modality of every STATUS mention, by mention id; `year` is the report's."""
        schema = load_schema()
        found = [m for m in mentions if m.label == schema.status_label]
        if not found:
            return {}
        vectors, features = status_features(lines.text, states, found, lines.paragraphs)
        classes, modalities = self._status.run(None, {"states": vectors, "features": features})
        # What is stopped is told by its words, so that no stage that the head does not know is.
        classes[:, list(schema.status_classes).index("stopped")] = -np.inf
        return {
            mention.id: StatusValue(
                told_class(lines.text, *mention.span)
                or schema.status_classes[int(classes[n].argmax())],
                told_modality(lines.text, *mention.span, year=year)
                or schema.modalities[int(modalities[n].argmax())],
            )
            for n, mention in enumerate(found)
        }


def load_model(folder: Path | None = None) -> Model:
    """The model in `folder`, or the shipped one.

    Raises:
        PipelineError: the folder holds no model, or one of another version.
    """
    return Model(folder or Path(str(files("pipeline").joinpath("model"))))


def _session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises classes of its own
        raise PipelineError(f"{path}: not a graph that onnxruntime can run: {error}") from error
