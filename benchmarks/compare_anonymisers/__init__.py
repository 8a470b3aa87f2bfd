"""Compare anonymisers: ours, the literature's and the obvious ones, on the same sessions at the same guarantee."""
