"""Measurements that are run by hand, each a package of its own."""
