"""Next-action models on a released version: how a researcher uses one, and how rows are weighted."""
