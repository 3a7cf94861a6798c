"""The benchmark commands: what they refuse before anything is measured."""

import sys

import pytest

from benchmarks import speed


@pytest.mark.parametrize("runs", ["0", "-1", "x"])
def test_speed_wants_a_turn(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], runs: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["speed.py", "--runs", runs])
    with pytest.raises(SystemExit) as caught:
        speed.main()
    assert caught.value.code == 2
    assert "error: argument --runs: " in capsys.readouterr().err
