"""Windows of annotated documents as a `datasets.Dataset`, ready for batches."""

import re
from collections.abc import Iterable, Iterator

import numpy as np
import torch
from datasets import Dataset, Features, Sequence, Value
from torch import Tensor

from annotations.document import Document, Mention
from pipeline.characters import CharacterTokenizer
from pipeline.lines import join_lines
from pipeline.tags import tags_of
from pipeline.windows import make_windows

# Positions that carry no tag: special tokens and padding.
IGNORE = -100

FEATURES = Features(
    {
        "input_ids": Sequence(Value("int32")),
        "labels": Sequence(Value("int16")),
    }
)


# Behind these a sum is told as one without 元, too: 投资8亿.
_BARE = re.compile(r"[万亿][余多]?(?=元$)")


def needless_currency(mentions: Iterable[Mention]) -> set[int]:
    """Offsets of the 元 that sums are told as such without: 投资8亿."""
    return {m.end - 1 for m in mentions if m.label == "AMOUNT" and _BARE.search(m.text)}


def make_examples(
    documents: Iterable[Document],
    tokenizer: CharacterTokenizer,
    *,
    window: int,
    overlap: int,
    bare_sums: float = 0.0,
    seed: int = 1,
) -> Dataset:
    """One row a window: token ids with the special tokens at both ends, and a tag for each.

    Windows are cut from the texts with joined lines.

    Args:
        documents: annotated texts.
        tokenizer: one token for each code point.
        window: most code points in a row.
        overlap: code points that neighbouring windows share.
        bare_sums: the share of documents whose sums lose their 元.
        seed: draws these documents.
    """
    generator = np.random.default_rng(seed)
    rows: list[dict[str, list[int]]] = []
    for document in documents:
        lines = join_lines(document.text)
        ids = tokenizer.encode(lines.text)
        mentions = lines.read(document).mentions
        tags = tags_of(mentions, len(lines.text))
        if generator.random() < bare_sums:
            dropped = needless_currency(mentions)
            kept = [at for at in range(len(ids)) if at not in dropped]
            ids, tags = [ids[at] for at in kept], [tags[at] for at in kept]
        for part in make_windows(len(ids), size=window, overlap=overlap):
            row_ids = [tokenizer.cls_id, *ids[part.start : part.end], tokenizer.sep_id]
            row_tags = [IGNORE, *tags[part.start : part.end], IGNORE]
            rows.append({"input_ids": row_ids, "labels": row_tags})
    return Dataset.from_list(rows, features=FEATURES)


def batches(
    examples: Dataset,
    *,
    batch_size: int,
    tokenizer: CharacterTokenizer,
    masked: float,
    generator: np.random.Generator,
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Shuffled batches of ids, attention mask and labels, each of shape (rows, longest row).

    Args:
        examples: as of `make_examples`.
        batch_size: most rows in a batch.
        tokenizer: gives the ids of [PAD] and [MASK].
        masked: the share of characters that are replaced by [MASK].
        generator: draws the order and what is masked.
    """
    order = generator.permutation(len(examples))
    for first in range(0, len(order), batch_size):
        rows = examples[order[first : first + batch_size].tolist()]
        longest = max(len(ids) for ids in rows["input_ids"])
        ids = torch.full((len(rows["input_ids"]), longest), tokenizer.pad_id)
        labels = torch.full_like(ids, IGNORE)
        mask = torch.zeros_like(ids)
        for n, (row_ids, row_labels) in enumerate(
            zip(rows["input_ids"], rows["labels"], strict=True)
        ):
            ids[n, : len(row_ids)] = torch.tensor(row_ids)
            labels[n, : len(row_labels)] = torch.tensor(row_labels)
            mask[n, : len(row_ids)] = 1
        if masked:
            is_hidden = torch.from_numpy(generator.random(ids.shape) < masked) & (labels != IGNORE)
            ids[is_hidden] = tokenizer.mask_id
        yield ids, mask, labels
