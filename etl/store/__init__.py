"""Where a registry's objects lie: a local folder, or any file system that fsspec knows."""

from etl.store.opening import is_url, open_store, root_of
from etl.store.protocol import Store

__all__ = ["Store", "is_url", "open_store", "root_of"]
