"""What annotators say about a text: the scheme, documents, formats, checks and agreement."""
