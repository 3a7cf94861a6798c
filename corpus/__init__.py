"""Texts in: reports and collections of reports, read and cut into paragraphs."""
