from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest

from annotations.errors import TrainingError
from training.config import load_config, plain_config
from training.pretrain_config import PretrainConfig

CONFIGS = Path(__file__).parents[2] / "training" / "configs"


@dataclass(frozen=True, kw_only=True)
class Inner:
    learning_rate: float = 0.1
    sizes: tuple[int, ...] = (1, 2)


@dataclass(frozen=True, kw_only=True)
class Outer:
    corpus: Path
    kind: Literal["a", "b"] = "a"
    minutes: float | None = None
    quiet: bool = False
    inner: Inner = field(default_factory=Inner)


def read(text, tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load_config(Outer, path)


def test_all_types(tmp_path):
    text = 'corpus = "x"\nkind = "b"\nminutes = 3\nquiet = true\n[inner]\nsizes = [4, 5]\n'
    config = read(text, tmp_path)
    assert config == Outer(
        corpus=Path("x"), kind="b", minutes=3.0, quiet=True, inner=Inner(sizes=(4, 5))
    )
    assert isinstance(config.minutes, float)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "missing key 'corpus', a path"),
        ('corpus = "x"\nminuts = 1', "unknown key 'minuts'; did you mean 'minutes'?"),
        ('corpus = "x"\n[inner]\nlearnin_rate = 1', "inner: unknown key 'learnin_rate'; did you"),
        ('corpus = "x"\nzzz = 1', "unknown key 'zzz'; known are corpus, kind"),
        ('corpus = "x"\nkind = "c"', "kind: expected one of 'a', 'b', got 'c'"),
        ('corpus = "x"\nminutes = "1"', "minutes: expected a number, got '1'"),
        ('corpus = "x"\nminutes = true', "minutes: expected a number, got True"),
        ('corpus = "x"\nquiet = 1', "quiet: expected true or false, got 1"),
        ('corpus = "x"\ninner = 1', "inner: expected a table, got 1"),
        ('corpus = "x"\n[inner]\nsizes = [1, 2.5]', r"sizes[1]: expected a whole number, got 2.5"),
        ("corpus = 1", "corpus: expected a path, got 1"),
        ("corpus =", "not TOML"),
    ],
)
def test_errors_are_one_line(text, message, tmp_path):
    with pytest.raises(TrainingError) as caught:
        read(text, tmp_path)
    assert message in str(caught.value)
    assert str(caught.value).count("\n") == 0
    assert str(tmp_path / "config.toml") in str(caught.value)


def test_missing_file(tmp_path):
    with pytest.raises(TrainingError, match=r"cannot be read \(No such file"):
        load_config(Outer, tmp_path / "none.toml")


def test_shipped_file_is_read_and_written_back_whole(tmp_path):
    config = load_config(PretrainConfig, CONFIGS / "pretrain.toml")
    assert plain_config(config)["optimizer"]["batch_sequences"] == 16
    assert "budget_characters" not in plain_config(config)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"budget_minutes": None}, "no budget"),
        ({"mlm_weight": 0.0, "lac_weight": 0.0}, "nothing to learn"),
    ],
)
def test_settings_that_make_no_run(changes, message):
    settings = {"corpus": Path("x"), "output": Path("y"), "budget_minutes": 1.0} | changes
    with pytest.raises(TrainingError, match=message):
        PretrainConfig(**settings)
