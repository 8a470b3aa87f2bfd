"""What the users of the data are told after an erasure: which versions are gone. Nobody's name, and no count of people."""

from __future__ import annotations

from collections.abc import Sequence

from etl.erasure_request import Request


def erasure_notice(withdrawn: Sequence[str], unknown: Sequence[str]) -> str:
    """The notice, as public text.

    Whether a version that stays holds something of the people erased is not told: it would say something about them.

    Args:
        withdrawn: the versions that were withdrawn because of it.
        unknown: versions whose contributors are not known any more.
    """
    said = ["Data of people was erased on request from everything that is kept for coming versions."]
    if withdrawn:
        names = ", ".join(withdrawn)
        said.append(
            f"Withdrawn, whole: {names}. Delete your copies of these versions and do not use them again; train anew what "
            "was trained on them, where you can. `desirepath pull` gets the versions that are left."
        )
    else:
        said.append(
            "Published versions stay as they are: no record in them is of fewer people than their k, and none says whose it "
            "is. There is nothing to do."
        )
    if withdrawn and unknown:
        said.append(
            f"Who contributed to {', '.join(unknown)} is not known any more (retention time): these versions stay."
        )
    return "\n".join(said) + "\n"


def traces_found(request: Request) -> str:
    """What there is of the people, for whoever decides about the request; not for publication."""
    rows = ", ".join(f"{kind} {number:,}" for kind, number in request.rows.items())
    rows = rows or "none (check the spelling, if there should be something)"
    contributed = ", ".join(request.contributed) or "none"
    unknown = ", ".join(request.unknown) or "none"
    return (
        f"rows of theirs: {rows}\n"
        f"live versions that hold something of theirs: {contributed}\n"
        f"live versions of which that is not known any more: {unknown}\n"
        "dry run: nothing was changed\n"
    )
