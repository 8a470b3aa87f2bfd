"""The k-anonymous segmentation (DESIGN §5): which phrases to release, and how sessions are cut into them."""

from transforms.segmentation.count import PeopleCounts, count_people
from transforms.segmentation.cut import cut
from transforms.segmentation.inventory import Inventory, Segments, Sessions, Settings
from transforms.segmentation.solve import solve

__all__ = [
    "Inventory",
    "PeopleCounts",
    "Segments",
    "Sessions",
    "Settings",
    "count_people",
    "cut",
    "solve",
]
