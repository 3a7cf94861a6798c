import numpy as np

from corpus.segment import paragraphs
from pipeline.states import SpanStates
from pipeline.status import n_status_features, status_features
from tests.pipeline.marked import marked


def test_shapes_and_cues():
    document = marked(
        "[[P1|甲项目]]力争年内[[S1|开工]]。[[P2|乙项目]]已[[S2|投产]]。",
        "S1 under_construction future; S2 operating actual",
    )
    found = [m for m in document.mentions if m.label == "STATUS"]
    states = SpanStates(np.ones((len(document.text), 4), dtype=np.float32))
    vectors, features = status_features(document.text, states, found, paragraphs(document.text))
    assert vectors.shape == (2, 20)
    assert features.shape == (2, n_status_features())
    # Each sees its own sentence: the class cue of the word and the future cue of the first.
    assert features[0, 3] == 1.0
    assert features[1, 5] == 1.0
    assert features[0, 8] > 0
    assert features[1, 8] == 0
