"""What the commands of training say and how they end."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import build_app
from training.pretrain import PretrainResult

CONFIG = Path(__file__).parents[2] / "training" / "configs" / "pretrain_small.toml"


@pytest.mark.parametrize(("status", "exit_status"), [("finished", 0), ("interrupted", 130)])
def test_pretraining_ends_well_only_when_it_is_finished(
    monkeypatch: pytest.MonkeyPatch, status: str, exit_status: int
) -> None:
    monkeypatch.setattr(
        "training.pretrain.pretrain",
        lambda settings, *, quiet: PretrainResult(
            status=status, step=7, characters=28_000, n_broken=2, metrics={}
        ),
    )
    result = CliRunner().invoke(build_app(), ["pretrain", "--config", str(CONFIG)])
    assert result.exit_code == exit_status
    assert result.stdout.startswith(f"{status} at step 7, 28,000 characters: ")
    assert result.stderr.startswith("2 broken lines of ")
