"""The utility that k costs: how well models trained on a version foretell what people it has never seen do next."""
