"""The job under a scheduler: killed, interrupted, run again."""
