"""From the text of a report to mentions, relations and facts.

import pipeline

nlp = pipeline.load()
doc = nlp(text)
doc.ents, doc._.relations, doc._.facts
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language

# From 1.32 on onnxruntime sends usage data to its maker unless it is told not to before it is
# imported. Scoring asks the network for nothing.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")


def load(model: Path | None = None) -> "Language":
    """A spaCy pipeline that finds mentions, relations and facts.

    Args:
        model: A folder written by `zonefacts export`; None for the shipped model.

    Raises:
        PipelineError: the folder holds no model that fits this version.
    """
    # spaCy takes a second to import, and scoring does without it.
    from pipeline.nlp import load as load_language  # noqa: PLC0415

    return load_language(model)
