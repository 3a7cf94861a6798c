"""The one root error of zonefacts, with one subclass for each stage.

A message says what was expected, what came, where, and how to mend it. Commands print the message
alone and leave with a non-zero status, so a message is written for the person at the terminal.
"""


class ZonefactsError(Exception):
    """Any failure that zonefacts explains to its user."""


class SchemaError(ZonefactsError):
    """The annotation schema file is inconsistent."""


class AnnotationError(ZonefactsError):
    """An annotation does not fit its text or the scheme."""


class CorpusError(ZonefactsError):
    """A report, or a collection of reports, cannot be read."""


class PipelineError(ZonefactsError):
    """A model cannot be loaded, or a report cannot be scored."""


class EvaluationError(ZonefactsError):
    """Scores cannot be computed from what was given."""


class TrainingError(ZonefactsError):
    """A training run cannot start or go on."""
