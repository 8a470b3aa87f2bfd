"""Give the tool what nobody should: `python -m tests.fuzz`. No input of a user may end as a bug (exit code 70)."""
