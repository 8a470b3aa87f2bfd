"""Recounts that share nothing with the project but the published files."""
