"""The k-anonymous segmentation (DESIGN §5): which phrases to release, and how sessions are cut into them."""

from transforms.segmentation.cut import cut
from transforms.segmentation.inventory import Inventory, Segments, Sessions, Settings
from transforms.segmentation.solve import solve

__all__ = ["Inventory", "Segments", "Sessions", "Settings", "cut", "solve"]
