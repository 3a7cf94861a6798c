"""Scores against gold annotations, with intervals, and the reports that show them."""
