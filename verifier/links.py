"""Who is one person, found anew from the rows of the participation file: everybody whom any row ever linked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

Row = Mapping[str, object]


def people_of(rows: Iterable[Row]) -> dict[str, str | None]:
    """Account → its person, named by the first of its accounts; None: no row ever says whose the account is.

    A search along the links, from one account after the other: linear.

    >>> rows = [("b", "x"), ("a", "x"), ("c", None), ("b", "y"), ("d", "y")]
    >>> people_of({"account": account, "person": person} for account, person in rows)
    {'a': 'a', 'b': 'a', 'd': 'a', 'c': None}
    """
    names_of: dict[str, set[str]] = defaultdict(set)
    accounts_of: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        account = str(row["account"])
        names = names_of[account]
        if row["person"] is not None:
            names.add(str(row["person"]))
            accounts_of[str(row["person"])].add(account)
    found: dict[str, str | None] = {}
    for account in sorted(names_of):
        if account in found:
            continue
        found[account] = account if names_of[account] else None
        asked = [account]
        while asked:
            for name in names_of[asked.pop()]:
                fresh = sorted(accounts_of.pop(name, set()) - found.keys())
                found |= dict.fromkeys(fresh, account)
                asked += fresh
    return found
