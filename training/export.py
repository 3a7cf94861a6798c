"""From finished runs to a model folder that scores without torch: ONNX, int8, checked."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from transformers import PreTrainedModel

from annotations.document import Document
from annotations.errors import TrainingError
from corpus.files import write_atomic
from pipeline.model import ModelSettings, load_model
from pipeline.pairs import n_features
from pipeline.relations import Thresholds
from pipeline.status import n_status_features
from pipeline.tags import tag_names, tags_of
from training.data import load_split
from training.models import PairScorer, StatusClassifier, mixed_states
from training.ner import load_ner
from training.relations import RelationConfig, encode, load_heads
from training.runs import read_config, read_metrics, run_mark

# A tag may change where two were equally likely; more change than this means a broken export.
MIN_AGREEMENT = 0.985
# Documents that an export is checked on.
_SAMPLE = 10
# Chosen on the development passages, end to end: whole facts 66.6 (mentions 78.9), against 58.6
# (77.2) with 0.75 and 0, 64.3 (78.9) with 0.5 and 0.25, 66.1 (78.0) with 0.25 and 0.4.
_TRANSITION_WEIGHT = 0.25
_PRIOR_WEIGHT = 0.25
_SMOOTHING = 0.1
# Nats for a border within a word; on the same passages mentions 80.2, relations 73.2, facts 68.9,
# against 78.9, 70.2 and 67.1 without it. From 1.5 to 3 it hardly matters how many.
_WORD_COST = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportCheck:
    """How the exported model agrees with the original on sample texts.

    `tag_agreement` is the share of characters with the same most likely tag, `state_error` the
    mean absolute difference of states relative to their mean size.
    """

    n_characters: int
    tag_agreement: float
    state_error: float
    n_bytes: int


class _EncoderGraph(nn.Module):
    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: Tensor) -> tuple[Tensor, Tensor]:
        output = self.model(input_ids=input_ids, output_hidden_states=True)
        return output.logits, mixed_states(output.hidden_states)


class _PairGraph(nn.Module):
    def __init__(self, scorer: PairScorer) -> None:
        super().__init__()
        self.scorer = scorer

    def forward(self, heads: Tensor, tails: Tensor, between: Tensor, features: Tensor) -> Tensor:
        return torch.sigmoid(self.scorer(heads, tails, between, features))


def export_model(
    relations_run: Path, output: Path, *, documents: Sequence[Document], quantize: bool = True
) -> ExportCheck:
    """Export a relations run, and the NER run that it stands on, to a model folder.

    The folder gets the model when it has passed its check; until then it is left as it was.

    Args:
        relations_run: a finished run of `train relations`.
        output: the model folder to write.
        documents: what the tagger was trained on; its tag transitions are counted, and the
            exported model is checked on the first of them.
        quantize: int8 weights; without it the graphs keep fp32.

    Raises:
        TrainingError: a run is unfinished, its tagger was trained anew since, or the exported
            model reads the texts differently.
    """
    metrics = read_metrics(relations_run)
    config = read_config(RelationConfig, relations_run)
    if metrics.get("tagger") != run_mark(Path(config.ner)):
        raise TrainingError(
            f"{relations_run}: was trained on another tagger than {config.ner} holds now; train"
            " the relations again"
        )
    model, tokenizer = load_ner(Path(config.ner))
    scorer, classifier = load_heads(
        relations_run, state_width=metrics["state_width"], config=config
    )
    thresholds = dict(metrics["thresholds"])
    settings = ModelSettings(
        name=config.name,
        window=config.window,
        overlap=config.overlap,
        thresholds=Thresholds(status=thresholds.pop("status"), relations=thresholds),
        transitions=count_transitions(documents),
        word_cost=_WORD_COST,
    )
    output.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=output) as scratch:
        made = Path(scratch)
        _export_graphs(model, scorer, classifier, output=made, quantize=quantize)
        tokenizer.save(made)
        text = json.dumps(settings.to_json(), ensure_ascii=False, indent=2)
        write_atomic(made / "model.json", f"{text}\n")
        texts = [document.text for document in documents[:_SAMPLE]]
        check = _check(model, made, texts=texts, config=config)
        if check.tag_agreement < MIN_AGREEMENT:
            raise TrainingError(
                f"{output}: the exported model agrees on {check.tag_agreement:.2%} of the tags,"
                f" wanted {MIN_AGREEMENT:.1%}; export with --no-quantize to see whether int8 is"
                " the cause"
            )
        _move_model(made, output)
    return check


def _move_model(made: Path, output: Path) -> None:
    """Put a whole model in place; `model.json` goes first and comes last, so no mixture loads."""
    (output / "model.json").unlink(missing_ok=True)
    for file in sorted(made.iterdir(), key=lambda f: f.name == "model.json"):
        file.replace(output / file.name)


def export_run(relations_run: Path, output: Path, *, quantize: bool) -> ExportCheck:
    """Export a run and check it on documents that it was trained on.

    Raises:
        TrainingError: as `export_model`.
    """
    config = read_config(RelationConfig, relations_run)
    documents = load_split(config.annotations, "train")
    return export_model(relations_run, output, documents=documents, quantize=quantize)


def count_transitions(documents: Sequence[Document]) -> tuple[tuple[float, ...], ...]:
    """Weighted log-probabilities of a tag (column) after another (row) in annotated texts.

    The tagger is trained character by character; the transitions of a hidden Markov model tell its
    decoder what follows what. As in such a model, the tagger's posteriors are divided by the priors
    of the tags, which otherwise would count twice, and mentions, which are rare, would be missed.
    """
    n_tags = len(tag_names())
    counts = np.full((n_tags, n_tags), _SMOOTHING)
    for document in documents:
        tags = tags_of(document.mentions, len(document.text))
        np.add.at(counts, (tags[:-1], tags[1:]), 1)
    scores = _TRANSITION_WEIGHT * np.log(counts / counts.sum(axis=1, keepdims=True))
    scores -= _PRIOR_WEIGHT * np.log(counts.sum(axis=0) / counts.sum())
    return tuple(tuple(row) for row in scores.round(4).tolist())


def _export_graphs(
    model: PreTrainedModel,
    scorer: PairScorer,
    classifier: StatusClassifier,
    *,
    output: Path,
    quantize: bool,
) -> None:
    width = 2 * model.config.hidden_size
    rows = torch.export.Dim("rows", min=1)
    encoder = (
        _EncoderGraph(model),
        (torch.zeros(1, 16, dtype=torch.long),),
        ["input_ids"],
        ["logits", "states"],
        ({1: torch.export.Dim("tokens", min=3, max=512)},),
    )
    pairs = (
        _PairGraph(scorer),
        (
            torch.zeros(7, 3 * width),
            torch.zeros(7, 3 * width),
            torch.zeros(7, width),
            torch.zeros(7, n_features()),
        ),
        ["heads", "tails", "between", "features"],
        ["scores"],
        ({0: rows},) * 4,
    )
    status = (
        classifier,
        (torch.zeros(7, 5 * width), torch.zeros(7, n_status_features())),
        ["states", "features"],
        ["classes", "modalities"],
        ({0: rows},) * 2,
    )
    for name, (module, example, inputs, outputs, shapes) in {
        "encoder": encoder,
        "pairs": pairs,
        "status": status,
    }.items():
        with TemporaryDirectory(dir=output) as scratch:
            plain = Path(scratch) / "plain.onnx"
            torch.onnx.export(
                module.eval(),
                example,
                str(plain),
                input_names=inputs,
                output_names=outputs,
                dynamic_shapes=shapes,
                dynamo=True,
                external_data=False,
                verbose=False,
            )
            final = plain
            if quantize and name == "encoder":
                final = Path(scratch) / "int8.onnx"
                graph = onnx.load(plain)
                # Shapes noted by the exporter contradict those that quantisation infers.
                del graph.graph.value_info[:]
                quantize_dynamic(
                    graph,
                    final,
                    weight_type=QuantType.QInt8,
                    per_channel=True,
                )
            write_atomic(output / f"{name}.onnx", final.read_bytes())


def _check(
    model: PreTrainedModel, output: Path, *, texts: Sequence[str], config: RelationConfig
) -> ExportCheck:
    exported = load_model(output)
    same = total = 0
    errors, sizes = [], []
    with torch.no_grad():
        for text in texts:
            encoded = exported.encode(text)
            original = encode(encoded.lines.text, model, exported.tokenizer, config)
            last = torch.from_numpy(original[:, : model.config.hidden_size].copy())
            tags = model.get_submodule("classifier")(last).argmax(-1).numpy()
            same += int((tags == encoded.scores.argmax(-1)).sum())
            total += len(tags)
            errors.append(float(np.abs(encoded.states - original).mean()))
            sizes.append(float(np.abs(original).mean()))
    return ExportCheck(
        n_characters=total,
        tag_agreement=same / total,
        state_error=float(np.mean(errors) / np.mean(sizes)),
        n_bytes=sum(f.stat().st_size for f in output.iterdir() if f.is_file()),
    )
