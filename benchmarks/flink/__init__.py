"""The nightly job on a real Apache Flink cluster of several processes: the same bytes, also when workers are killed."""
