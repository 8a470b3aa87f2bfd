"""The job (`benchmarks.speed.job`) as somebody who knows the engine would write it; each module is a command of its own."""
