"""Scoring asks the network for nothing, onnxruntime's usage data included."""

import os
import subprocess
import sys


def test_onnxruntime_is_told_to_send_nothing_before_it_is_loaded():
    program = (
        "import os, sys, pipeline;"
        " assert 'onnxruntime' not in sys.modules;"
        " import pipeline.model;"
        " print(os.environ['ORT_DISABLE_TELEMETRY'])"
    )
    clean = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=clean, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "1"
