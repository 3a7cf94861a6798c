"""Overlapping windows over a text, and the exact merge of what was computed in them.

Every character is read in at least one window; where windows overlap, a character takes the values
of the window in which it stands farthest from an edge, so the result does not depend on order or
batching.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Window:
    """A window `[start, end)` in code points, of which `[keep_start, keep_end)` is kept."""

    start: int
    end: int
    keep_start: int
    keep_end: int


def make_windows(length: int, *, size: int, overlap: int) -> list[Window]:
    """Windows of at most `size` code points that overlap by `overlap` and keep each point once.

    Raises:
        ValueError: the overlap is not smaller than the size.
    """
    if not 0 <= overlap < size:
        raise ValueError(f"overlap must be in 0..{size - 1}, came {overlap}")
    if length <= 0:
        return []
    starts = [0]
    while starts[-1] + size < length:
        starts.append(min(starts[-1] + size - overlap, length - size))
    windows = []
    keep_start = 0
    for n, start in enumerate(starts):
        end = min(start + size, length)
        # The border lies in the middle of what this window shares with the next.
        keep_end = length if n + 1 == len(starts) else (starts[n + 1] + end) // 2
        windows.append(Window(start, end, keep_start, keep_end))
        keep_start = keep_end
    return windows


def read_windows(
    windows: list[Window], compute: Callable[[int, int], tuple[FloatArray, ...]]
) -> tuple[FloatArray, ...]:
    """Run `compute` on each window and join the kept rows.

    Args:
        windows: as `make_windows` gives them; not empty.
        compute: maps `(start, end)` to arrays of `end - start` rows each.

    Returns:
        One array for each that `compute` gives, with as many rows as the text has code points.
    """
    parts: list[tuple[FloatArray, ...]] = []
    for window in windows:
        arrays = compute(window.start, window.end)
        kept = slice(window.keep_start - window.start, window.keep_end - window.start)
        parts.append(tuple(array[kept] for array in arrays))
    return tuple(np.concatenate(columns) for columns in zip(*parts, strict=True))
