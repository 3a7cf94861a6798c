"""Training the two heads that read the fine-tuned encoder's states: pairs and status values."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import PreTrainedModel

from annotations.document import Document, Mention
from annotations.errors import TrainingError
from annotations.schema import load_schema
from pipeline.characters import CharacterTokenizer
from pipeline.lines import JoinedText, join_lines
from pipeline.pairs import Pairs, enumerate_pairs, n_features, pair_states
from pipeline.relations import Thresholds, allowed_columns, decode_relations, relation_names
from pipeline.states import SpanStates
from pipeline.status import n_status_features, sentences_of, status_features
from pipeline.windows import FloatArray, make_windows, read_windows
from training.config import MAX_SEED, check_number
from training.data import fingerprint
from training.models import PairScorer, StatusClassifier, mixed_states
from training.ner import Progress, check_windows, load_ner
from training.runs import finish_run, run_mark, start_run

# Thresholds are tried in this order; among equals the one nearest to one half wins.
_GRID = (0.5, 0.45, 0.55, 0.4, 0.6, 0.35, 0.65, 0.3, 0.7)
# With fewer gold relations of a type than this, its threshold is not tuned. Where probabilities
# are right, that of the best F1 is half of this F1 (Lipton, Elkan and Naryanaswamy 2014, Optimal
# Thresholding of Classifiers to Maximize F1 Measure); rare types reach some 0.6.
_MIN_TUNING = 15
_UNTUNED = 0.3
# A status that a reader would tie to something stays even when its owner is unsure.
_LEAST_STATUS = 0.3
_STATUS_BATCH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationConfig:
    """Settings of `zonefacts train relations`.

    `ner` is a finished tagger run; thresholds are tuned on the development split of `development`.
    `epochs` are the pair head's; the status head, which has far fewer rows, has its own.
    """

    name: str
    ner: str
    annotations: tuple[str, ...]
    development: tuple[str, ...] = ()
    epochs: int = 30
    status_epochs: int = 40
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    width: int = 128
    dropout: float = 0.3
    window: int = 254
    overlap: int = 64
    seed: int = 1


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A document as the heads read it.

    `vectors` and `between` are as `pair_states` gives them, `targets` and `allowed` have the shape
    (pairs, relations), `status` is what `status_features` gives for `status_mentions`.
    """

    document: Document
    pairs: Pairs
    vectors: FloatArray
    between: FloatArray
    targets: FloatArray
    allowed: FloatArray
    status_mentions: tuple[Mention, ...]
    status: tuple[FloatArray, FloatArray]


def train_relations(
    config: RelationConfig,
    documents: Sequence[Document],
    folder: Path,
    *,
    development: Sequence[Document] = (),
    on_epoch: Callable[[Progress], None] = lambda _: None,
) -> None:
    """Train both heads on `documents` and write the run folder; a finished run is left as it is.

    The least probability of each relation type is tuned on `development`, with gold mentions; for
    types with too few relations there it is 0.3. `on_epoch` hears of the pair head's epochs, which
    take nearly all of the time.

    Raises:
        TrainingError: there is no tagger run or nothing to learn from, a setting makes no sense,
            or the folder holds another run.
    """
    _check_settings(config)
    tagger = run_mark(Path(config.ner))
    features = f"{n_features()} {n_status_features()}"
    data = f"{fingerprint(documents)} {fingerprint(development)} {tagger} {features}"
    if not start_run(folder, config, data=data):
        return
    torch.manual_seed(config.seed)
    began = time.monotonic()
    model, tokenizer = load_ner(Path(config.ner))
    check_windows(model, window=config.window, overlap=config.overlap)
    prepared = [
        prepare(d, model, tokenizer, config, is_alone_too=True) for d in documents if d.mentions
    ]
    _check_targets(prepared)
    width = prepared[0].between.shape[1]
    # Each head is made as its training begins: both draw from one seed, in this order.
    scorer = _new_scorer(config, state_width=width)
    pair_loss = _fit_pairs(scorer, prepared, config, on_epoch=on_epoch)
    classifier = _new_classifier(config, state_width=width)
    status_loss = _fit_status(classifier, prepared, config)
    thresholds = tune_thresholds(
        scorer, [prepare(d, model, tokenizer, config) for d in development if d.mentions]
    )
    save_file(scorer.state_dict(), folder / "pairs.safetensors")
    save_file(classifier.state_dict(), folder / "status.safetensors")
    finish_run(
        folder,
        {
            "pair_loss": pair_loss,
            "status_loss": status_loss,
            "thresholds": {**thresholds.relations, "status": thresholds.status},
            "state_width": width,
            "tagger": tagger,
            "n_pairs": sum(len(p.targets) for p in prepared),
            "seconds": round(time.monotonic() - began, 1),
        },
        data=data,
    )


def _new_scorer(config: RelationConfig, *, state_width: int) -> PairScorer:
    return PairScorer(
        state_width=state_width,
        n_features=n_features(),
        n_relations=len(relation_names()),
        width=config.width,
        dropout=config.dropout,
    )


def _new_classifier(config: RelationConfig, *, state_width: int) -> StatusClassifier:
    return StatusClassifier(
        state_width=state_width,
        n_features=n_status_features(),
        n_classes=len(load_schema().status_classes),
        n_modalities=len(load_schema().modalities),
        width=config.width,
        dropout=config.dropout,
    )


def load_heads(
    folder: Path, *, state_width: int, config: RelationConfig
) -> tuple[PairScorer, StatusClassifier]:
    """The trained heads of a run.

    Raises:
        TrainingError: they read other features than this version makes.
    """
    scorer = _new_scorer(config, state_width=state_width)
    classifier = _new_classifier(config, state_width=state_width)
    try:
        scorer.load_state_dict(load_file(folder / "pairs.safetensors"))
        classifier.load_state_dict(load_file(folder / "status.safetensors"))
    except RuntimeError as error:
        raise TrainingError(
            f"{folder}: its heads read other features than this version of zonefacts makes; train"
            " the relations again"
        ) from error
    return scorer.eval(), classifier.eval()


@torch.no_grad()
def encode(
    text: str, model: PreTrainedModel, tokenizer: CharacterTokenizer, config: RelationConfig
) -> FloatArray:
    """States of a text, shape (characters, 2 * hidden size), read in windows as in scoring."""
    ids = torch.tensor(tokenizer.encode(text))
    ends = torch.tensor([tokenizer.cls_id]), torch.tensor([tokenizer.sep_id])

    def compute(start: int, end: int) -> tuple[FloatArray, ...]:
        row = torch.cat([ends[0], ids[start:end], ends[1]])[None]
        output = model(input_ids=row, output_hidden_states=True)
        return (mixed_states(output.hidden_states)[0, 1:-1].numpy(),)

    windows = make_windows(len(text), size=config.window, overlap=config.overlap)
    return read_windows(windows, compute)[0]


def prepare(
    document: Document,
    model: PreTrainedModel,
    tokenizer: CharacterTokenizer,
    config: RelationConfig,
    *,
    is_alone_too: bool = False,
) -> _Prepared:
    """What the heads read of an annotated document, and what they are to say.

    With `is_alone_too` each STATUS stands there twice: read in its document, and in its sentence
    alone.
    """
    lines = join_lines(document.text)
    document = lines.read(document)
    pairs = enumerate_pairs(lines.text, document.mentions, lines.paragraphs)
    names = relation_names()
    index = {m.id: n for n, m in enumerate(document.mentions)}
    row_of = pairs.rows()
    targets = np.zeros((len(pairs.heads), len(names)), dtype=np.float32)
    for relation in document.relations:
        # A gold pair that is no candidate (too far apart) cannot be learnt; it counts as a miss.
        row = row_of.get((index[relation.head], index[relation.tail]))
        if row is not None:
            targets[row, names.index(relation.type)] = 1.0
    columns = {label: allowed_columns(label) for label in load_schema().labels}
    allowed = np.array(
        [columns[document.mentions[t].label] for t in pairs.tails], dtype=np.float32
    ).reshape(targets.shape)
    states = SpanStates(encode(lines.text, model, tokenizer, config))
    vectors, between = pair_states(states, document.mentions, pairs)
    found = tuple(m for m in document.mentions if m.id in document.status)
    readings = [(found, status_features(lines.text, states, found, lines.paragraphs))]
    # The passages are long, and what is not plain in them is mostly planned: a head that never saw
    # a sentence alone takes short news for plans.
    for (start, end), group in _by_sentence(lines, found) if is_alone_too else ():
        text = lines.text[start:end]
        alone = tuple(replace(m, start=m.start - start, end=m.end - start) for m in group)
        states = SpanStates(encode(text, model, tokenizer, config))
        readings.append((alone, status_features(text, states, alone, [(0, len(text))])))
    vectors_of, cues_of = zip(*(features for _, features in readings), strict=True)
    return _Prepared(
        document=document,
        pairs=pairs,
        vectors=vectors,
        between=between,
        targets=targets,
        allowed=allowed,
        status_mentions=tuple(mention for group, _ in readings for mention in group),
        status=(np.concatenate(vectors_of), np.concatenate(cues_of)),
    )


def _by_sentence(
    lines: JoinedText, mentions: Sequence[Mention]
) -> Iterator[tuple[tuple[int, int], tuple[Mention, ...]]]:
    """Each sentence that holds mentions, with them."""
    found = zip(sentences_of(lines.text, mentions, lines.paragraphs), mentions, strict=True)
    # Annotators' files may hold mentions in any order.
    for sentence, group in groupby(sorted(found, key=itemgetter(0)), key=itemgetter(0)):
        yield sentence, tuple(mention for _, mention in group)


def _check_settings(config: RelationConfig) -> None:
    """See that the settings make sense, whatever the tagger.

    Raises:
        TrainingError: one does not.
    """
    for name in ("epochs", "status_epochs", "width"):
        check_number(name, getattr(config, name), least=1)
    check_number("seed", config.seed, most=MAX_SEED)
    check_number("dropout", config.dropout, most=1)
    for name in ("learning_rate", "weight_decay"):
        check_number(name, getattr(config, name))


def _check_targets(prepared: Sequence[_Prepared]) -> None:
    """See that both heads have something to learn from.

    Raises:
        TrainingError: there are no two candidate pairs in any document, or no status value.
    """
    missing = []
    if not any(len(item.targets) > 1 for item in prepared):
        missing.append("no paragraph with a PROJECT and other mentions")
    if not any(item.document.status for item in prepared):
        missing.append("no STATUS with its class")
    if missing:
        raise TrainingError(f"nothing to train on: {' and '.join(missing)} in the documents")


def _pair_scores(scorer: PairScorer, item: _Prepared) -> Tensor:
    arrays = (
        item.vectors,
        item.pairs.heads,
        item.pairs.tails,
        item.between,
        item.pairs.features,
    )
    return scorer.score_indexed(*map(torch.from_numpy, arrays))


def _fit_pairs(
    scorer: PairScorer,
    prepared: Sequence[_Prepared],
    config: RelationConfig,
    *,
    on_epoch: Callable[[Progress], None],
) -> list[float]:
    usable = [item for item in prepared if len(item.targets) > 1]
    optimizer = torch.optim.AdamW(
        scorer.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
    )
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(
        optimizer, T_max=config.epochs * len(usable)
    )
    generator = np.random.default_rng(config.seed)
    history = []
    began = time.monotonic()
    scorer.train()
    for epoch in range(1, config.epochs + 1):
        total = n_cells = 0.0
        for n in generator.permutation(len(usable)):
            item = usable[n]
            logits = _pair_scores(scorer, item)
            allowed = torch.from_numpy(item.allowed)
            cells = nn.functional.binary_cross_entropy_with_logits(
                logits, torch.from_numpy(item.targets), weight=allowed, reduction="sum"
            )
            optimizer.zero_grad()
            # Long documents weigh by the root of their pairs, not by the pairs.
            (cells / float(allowed.sum()) ** 0.5).backward()
            nn.utils.clip_grad_norm_(scorer.parameters(), 5.0)
            optimizer.step()
            schedule.step()
            total += float(cells.detach())
            n_cells += float(allowed.sum())
        history.append(round(total / n_cells, 5))
        on_epoch(Progress(epoch, config.epochs, history[-1], time.monotonic() - began))
    scorer.eval()
    return history


def _fit_status(
    classifier: StatusClassifier, prepared: Sequence[_Prepared], config: RelationConfig
) -> list[float]:
    schema = load_schema()
    states, features, classes, modalities = [], [], [], []
    for item in prepared:
        states.append(item.status[0])
        features.append(item.status[1])
        for mention in item.status_mentions:
            value = item.document.status[mention.id]
            classes.append(schema.status_classes.index(value.status_class))
            modalities.append(schema.modalities.index(value.modality))
    inputs = torch.from_numpy(np.concatenate(states)), torch.from_numpy(np.concatenate(features))
    targets = torch.tensor(classes), torch.tensor(modalities)
    optimizer = torch.optim.AdamW(
        classifier.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
    )
    n_batches = -(-len(targets[0]) // _STATUS_BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(
        optimizer, T_max=config.status_epochs * n_batches
    )
    generator = torch.Generator().manual_seed(config.seed)
    history = []
    classifier.train()
    for _ in range(config.status_epochs):
        losses = []
        for rows in torch.randperm(len(targets[0]), generator=generator).split(_STATUS_BATCH):
            by_class, by_modality = classifier(inputs[0][rows], inputs[1][rows])
            loss = nn.functional.cross_entropy(by_class, targets[0][rows])
            loss = loss + nn.functional.cross_entropy(by_modality, targets[1][rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(float(loss.detach()))
        history.append(round(float(np.mean(losses)), 5))
    classifier.eval()
    return history


@torch.no_grad()
def tune_thresholds(scorer: PairScorer, development: Sequence[_Prepared]) -> Thresholds:
    """For each type the least probability with the best F1 on `development`, from gold mentions."""
    names = relation_names()
    chosen = dict.fromkeys(names, _UNTUNED)
    scored = [
        (item, torch.sigmoid(_pair_scores(scorer, item)).numpy())
        for item in development
        if len(item.targets)
    ]
    best = dict.fromkeys(names, -1.0)
    for least in _GRID:
        options = Thresholds(relations=dict.fromkeys(names, least), status=_LEAST_STATUS)
        counts = {name: [0, 0, 0] for name in names}
        for item, scores in scored:
            gold = {(r.type, r.head, r.tail) for r in item.document.relations}
            found = {
                (r.type, r.head, r.tail)
                for r in decode_relations(
                    item.document.text, item.document.mentions, item.pairs, scores, options
                )
            }
            for name in names:
                mine = {key for key in found if key[0] == name}
                theirs = {key for key in gold if key[0] == name}
                counts[name][0] += len(mine & theirs)
                counts[name][1] += len(mine)
                counts[name][2] += len(theirs)
        for name, (both, n_found, n_gold) in counts.items():
            if n_gold >= _MIN_TUNING and 2 * both / (n_found + n_gold) > best[name] + 1e-9:
                best[name] = 2 * both / (n_found + n_gold)
                chosen[name] = least
    return Thresholds(relations=chosen, status=_LEAST_STATUS)
