"""Pretraining, fine-tuning and export; the only package that needs torch."""
