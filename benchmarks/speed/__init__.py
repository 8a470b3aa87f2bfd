"""How fast: the same job by other engines and by ours, in turn, on the same files (`make bench`)."""
