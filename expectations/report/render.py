"""A manifest and its checks as one self-contained HTML page: no script, nothing loaded, everything escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from markupsafe import Markup

from expectations.gates import verdict
from expectations.metrics import Manifest, bounds
from expectations.report import wording
from expectations.report.charts import Step, funnel, support_histogram
from expectations.report.promises import banners, guaranteed, not_promised
from expectations.report.reidentification import reidentification
from expectations.report.text import legible, number, part_of, percent, window
from expectations.rule import Check

if TYPE_CHECKING:
    from jinja2 import Environment


@dataclass(frozen=True)
class Reason:
    """A line of the tables of what was left out."""

    name: str
    explanation: str
    count: str
    share: str


def render_report(
    manifest: Manifest, checks: Sequence[Check], histogram: Sequence[Sequence[int]] | None = None
) -> str:
    """The page of a version.

    Args:
        manifest: public. checks: of all gates. histogram: (ladder value, records); None: the manifest's.

    Raises:
        ValueError: there is no check to base a verdict on.
    """
    who = manifest["privacy"]["people_counted_as"]
    bars = manifest["support_histogram"] if histogram is None else histogram
    rows, policy = manifest["rows"], manifest["policy"]
    withheld = {name: text.format(who=who) for name, text in wording.WITHHELD.items()}
    template = _environment().from_string(_resource("report.html"))
    return template.render(
        manifest=manifest,
        policy=policy,
        who=who,
        style=Markup(_resource("report.css")),  # ours, not foreign text
        window=window(manifest["window"]),
        verdict=_verdict(manifest, checks),
        banners=banners(manifest),
        funnel=funnel(_steps(manifest)),
        support=support_histogram(bars, who) if bars else None,
        bars=bars,
        rejected=_reasons(rows["rejected"], rows["read"], wording.REJECTED),
        dropped=_reasons(rows["dropped"], rows["read"], wording.DROPPED),
        withheld=_reasons(manifest["withheld"]["actions"], manifest["actions"], withheld),
        pool=[(number(manifest["pool"][name]), text.format(who=who)) for name, text in wording.POOL.items()],
        risk=reidentification(manifest["privacy"]),
        gates=[(name, title, _of_gate(checks, name)) for name, title in wording.GATES.items()],
        guaranteed=guaranteed(policy, who),
        not_promised=not_promised(policy, who),
    )


def _environment() -> Environment:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=legible, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(number=number, percent=percent)
    return environment


def _resource(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _verdict(manifest: Manifest, checks: Sequence[Check]) -> dict[str, str]:
    """The class, the headline and two sentences of the verdict."""
    found, records = verdict(checks), manifest["released"]["records"]
    critical, warnings = (
        sum(not check.success and check.severity == severity for check in checks)
        for severity in ("critical", "warning")
    )
    who, k = manifest["privacy"]["people_counted_as"], manifest["k"]
    if found == "quarantined":
        return {
            "kind": "quarantined",
            "headline": "Quarantined: not published",
            "what": "Nobody can load this version. It stays aside until a steward has looked at it.",
            "why": f"{_counted(critical, 'critical check')} and {_counted(warnings, 'warning')} failed.",
        }
    what = f"{number(records)} different records were released; each stands for at least {k:,} {who}."
    if records == 0:
        what = (
            f"Nothing was shared by enough {who} to be released, so this version holds no data. "
            "That is a valid outcome: the protection works as intended."
        )
    headline = "Published" if records else "Published: nothing was released"
    if found == "published with warnings":
        headline = "Published with warnings" if records else "Published with warnings: nothing was released"
    moot = sum(not check.applicable for check in checks)
    why = (
        f"All {len(checks) - moot:,} checks that apply passed."
        if moot
        else f"All {len(checks):,} checks passed."
    )
    if warnings:
        why = f"No critical check failed; {_counted(warnings, 'warning')} should be looked at."
    return {"kind": "warned" if warnings else "published", "headline": headline, "what": what, "why": why}


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _steps(manifest: Manifest) -> list[Step]:
    rows, actions, pairs = manifest["rows"], manifest["actions"], manifest["transitions"]
    released, who = manifest["released"]["transitions"], manifest["privacy"]["people_counted_as"]
    share = f"{percent(manifest['share']['transitions'])} of these"
    kept = part_of(rows["kept"], rows["read"])
    return [
        Step("Rows read", "lines of the logs", rows["read"], "", "raw"),
        Step(
            "Rows kept", f"usable, and of {who} taking part", rows["kept"], kept and f"{kept} of rows", "raw"
        ),
        Step("Actions", "repeats told once", actions, "", "inner"),
        Step("Transitions", "one action after another", pairs, "", "inner"),
        Step("Released transitions", f"shared by enough {who}", released, share, "released"),
    ]


def _reasons(
    counts: Mapping[str, int | str], whole: int | str, explanations: Mapping[str, str]
) -> list[Reason]:
    """Largest first; a reason that nobody has explained is shown by its name."""
    ordered = sorted(counts.items(), key=lambda item: (-bounds(item[1]).high, item[0]))
    return [
        Reason(
            name.replace("_", " "),
            explanations.get(name, wording.UNEXPLAINED),
            number(count),
            part_of(count, whole),
        )
        for name, count in ordered
    ]


def _of_gate(checks: Sequence[Check], gate: str) -> list[Check]:
    """The gate's checks: failed ones first, critical before warnings, else in the suite's order."""
    return sorted(
        (check for check in checks if check.gate == gate),
        key=lambda check: (check.success, check.severity != "critical"),
    )
