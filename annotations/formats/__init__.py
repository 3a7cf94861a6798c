"""Exchange formats; each module reads a path to documents and renders documents to files."""
