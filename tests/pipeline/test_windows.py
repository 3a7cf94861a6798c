import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.windows import make_windows, read_windows


@given(st.integers(0, 3000), st.integers(1, 300), st.data())
def test_every_point_is_kept_once_and_lies_in_its_window(length, size, data):
    overlap = data.draw(st.integers(0, size - 1))
    windows = make_windows(length, size=size, overlap=overlap)
    kept = [p for w in windows for p in range(w.keep_start, w.keep_end)]
    assert kept == list(range(length))
    assert all(w.start <= w.keep_start <= w.keep_end <= w.end for w in windows)
    assert all(w.end - w.start <= size for w in windows)


def test_points_are_kept_far_from_the_edges():
    first, second = make_windows(300, size=200, overlap=100)
    assert (first.keep_end, second.keep_start) == (150, 150)
    assert second.start == 100


def test_merge_takes_rows_of_the_keeping_window():
    windows = make_windows(10, size=6, overlap=2)
    (rows,) = read_windows(
        windows, lambda start, end: (np.arange(start, end, dtype=np.float32)[:, None],)
    )
    assert rows[:, 0].tolist() == list(range(10))


@pytest.mark.parametrize("overlap", [-1, 5, 9])
def test_overlap_must_be_smaller_than_the_window(overlap):
    with pytest.raises(ValueError, match=r"0\.\.4"):
        make_windows(10, size=5, overlap=overlap)
