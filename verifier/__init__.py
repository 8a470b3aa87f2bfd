"""The independent recount of a release. It imports nothing of the anonymiser, on purpose (a test checks)."""
