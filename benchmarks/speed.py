"""Speed and memory of scoring, beside the LAC + jionlp baseline, on the seed reports.

Run:  python benchmarks/speed.py [--model DIR] [--runs N]
It needs the extra evaluate.

Systems take turns in one process tree, so that a machine whose speed drifts does not favour one;
the ratio is the median over the turns, with a bootstrap interval.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from annotations.document import Document
from evaluation.baselines import run_baseline
from pipeline.model import load_model

SEEDS = Path(__file__).parents[1] / "seeds"
RESAMPLES = 2000


def read_seeds() -> list[Document]:
    """The seed reports without annotations."""
    return [
        Document(id=path.stem, text=path.read_bytes().decode("utf-8"), year=2020)
        for path in sorted(SEEDS.glob("*.txt"))
    ]


def seconds(action: Callable[[], object]) -> float:
    """Wall-clock seconds of one call."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def score_command(model: Path | None) -> None:
    """The whole command as a user runs it, start included."""
    with tempfile.TemporaryDirectory() as output:
        command = [str(Path(sys.executable).with_name("zonefacts")), "score", str(SEEDS)]
        command += ["--output", output]
        if model:
            command += ["--model", str(model)]
        subprocess.run([*command, "--quiet"], check=True)  # noqa: S603 - our own command


def interval(values: list[float], *, seed: int = 13) -> tuple[float, float, float]:
    """Median and the 95 percent bootstrap interval of it."""
    generator = np.random.default_rng(seed)
    array = np.array(values)
    medians = np.median(array[generator.integers(0, len(array), (RESAMPLES, len(array)))], axis=1)
    low, high = np.percentile(medians, [2.5, 97.5])
    return float(np.median(array)), float(low), float(high)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, help="model folder; without it the shipped model")
    parser.add_argument("--runs", type=int, default=5, help="turns of each system")
    arguments = parser.parse_args()
    if arguments.runs < 1:
        parser.error(f"argument --runs: expected 1 or more, got {arguments.runs}")
    documents = read_seeds()
    n_characters = sum(len(d.text) for d in documents)
    load = seconds(lambda: load_model(arguments.model))
    model = load_model(arguments.model)
    systems: dict[str, Callable[[], object]] = {
        "zonefacts, one thread": lambda: [model.annotate(d.text, id=d.id) for d in documents],
        "LAC + jionlp": lambda: run_baseline("lac", documents),
        "zonefacts score, whole command": lambda: score_command(arguments.model),
    }
    times: dict[str, list[float]] = {name: [] for name in systems}
    for name, action in systems.items():
        if name != "zonefacts score, whole command":
            action()
    for _ in range(arguments.runs):
        for name, action in systems.items():
            times[name].append(seconds(action))
    table = Table(title=f"{n_characters:,} characters, {arguments.runs} turns, medians")
    for column in ("system", "seconds", "95 % interval", "characters/s"):
        table.add_column(column, justify="left" if column == "system" else "right")
    for name, values in times.items():
        median, low, high = interval(values)
        table.add_row(
            name, f"{median:.2f}", f"{low:.2f} to {high:.2f}", f"{n_characters / median:,.0f}"
        )
    console = Console()
    console.print(table)
    ours, theirs = times["zonefacts, one thread"], times["LAC + jionlp"]
    ratio = interval([b / a for a, b in zip(ours, theirs, strict=True)])
    console.print(
        f"zonefacts is {ratio[0]:.2f} ({ratio[1]:.2f} to {ratio[2]:.2f}) times as fast as"
        " LAC + jionlp, which tags only; loading the model takes"
        f" {load:.2f} s"
    )
    # ru_maxrss counts KiB on Linux and bytes on macOS.
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
    console.print(f"peak memory of the score command: {peak / 2**20:,.0f} MiB")


if __name__ == "__main__":
    main()
