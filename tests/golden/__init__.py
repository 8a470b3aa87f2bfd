"""Golden files: a small log and everything that the job makes of it."""
