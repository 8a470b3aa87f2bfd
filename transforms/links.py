"""Which accounts are one person: connected components over every link that the participation file ever recorded.

Links merge people and never split them: two accounts of one person that counted twice would undo every other promise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Node = tuple[str, str]
Row = Mapping[str, object]


def people_by_account(rows: Iterable[Row]) -> dict[str, str | None]:
    """Account → person: the least name of a person in its connected component (union-find, Tarjan 1975).

    Args:
        rows: `account` and `person` (None: the row links nothing), of any status, date and order.

    Returns:
        Every account named; None where no link names a person.

    >>> links = [("a", "p"), ("a", "q"), ("b", "q"), ("printer", None)]
    >>> people_by_account([{"account": account, "person": person} for account, person in links])
    {'a': 'p', 'b': 'p', 'printer': None}
    """
    parent: dict[Node, Node] = {}

    def root(node: Node) -> Node:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    accounts: dict[str, Node] = {}
    for row in rows:
        account = accounts.setdefault(str(row["account"]), ("account", str(row["account"])))
        if row["person"] is not None:
            ends = root(account), root(("person", str(row["person"])))
            # People before accounts: the root of a component that has a person is its least person's name.
            low, high = sorted(ends, key=lambda node: (node[0] != "person", node[1]))
            parent[high] = low
    roots = {name: root(account) for name, account in accounts.items()}
    return {name: top if kind == "person" else None for name, (kind, top) in roots.items()}
