"""A tiny encoder with random weights and a few annotated texts."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertModel

from annotations.document import Document
from pipeline.characters import CharacterTokenizer
from tests.pipeline.marked import marked


def change_weights(encoder: Path) -> None:
    """Give an encoder folder other weights."""
    file = encoder / "model.safetensors"
    weights = {name: tensor + 1 for name, tensor in load_file(file).items()}
    save_file(weights, file, metadata={"format": "pt"})


@pytest.fixture(scope="session")
def documents() -> list[Document]:
    """Four short annotated reports."""
    return [
        marked(
            f"[[D1|{2015 + n}年]],[[Z1|高新区]][[P1|{name}项目]]总投资[[A1|{n + 2}亿元]],"
            f"已[[S1|{word}]]。\n"
            f"[[S2|推进]][[P2|{name}大道]]、[[P3|{name}公园]]建设。",
            f"P1 TotalInvestment A1; P1 HasStatus S1; P1 LocatedIn Z1; P2 HasStatus S2;"
            f" P3 HasStatus S2; S1 {status} actual; S2 under_construction future",
            name=f"report-{n}",
            year=2015 + n,
        )
        for n, (name, word, status) in enumerate(
            [
                ("甲", "开工", "under_construction"),
                ("乙", "投产", "operating"),
                ("丙", "签约", "signed"),
                ("丁", "建成", "completed"),
            ]
        )
    ]


@pytest.fixture(scope="session")
def tiny_encoder(documents, tmp_path_factory) -> Path:
    """A BERT of two layers by sixteen, as `zonefacts pretrain` would write it."""
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("encoder")
    characters = sorted({c for d in documents for c in d.text if not c.isspace()})
    tokenizer = CharacterTokenizer.from_vocabulary(characters)
    config = BertConfig(
        vocab_size=tokenizer.size,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=300,
        pad_token_id=tokenizer.pad_id,
    )
    BertModel(config).save_pretrained(folder)
    tokenizer.save(folder)
    return folder
