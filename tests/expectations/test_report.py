"""The page says the verdict, escapes everything, loads nothing, and tells a reader what to make of it."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from expectations.gates import Check
from expectations.report import render_report
from expectations.report.charts import Bar, Step, bars, funnel, support_histogram
from expectations.rule import Severity
from tests.expectations.worlds import changed, good_manifest
from transforms.decode import reasons as reject_reasons

HOSTILE = "<script>alert('x')</script>\"'&<img src=x onerror=y>{{ 7*7 }}\u202e]]>"
VOID = {"meta", "br", "link", "img", "hr", "input"}


def check(success: bool = True, severity: Severity = "critical", sentence: str = "It holds.") -> Check:
    return Check("release", "name", severity, success, sentence, "0 of 6 records fail")


PASSING = [check(), check(severity="warning")]


class Page(HTMLParser):
    """Tags with their attributes, visible text, and whether tags close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page(manifest: dict[str, Any] | None = None, checks: list[Check] = PASSING) -> Page:
    return Page(render_report(manifest or good_manifest(), checks))


def nothing_released() -> dict[str, Any]:
    manifest = good_manifest(
        released={"events": 0, "transitions": 0, "records": 0},
        share={"events": 0.0, "transitions": 0.0},
        lengths={},
        support_histogram=[],
        files=[],
        people="< 10",
        actions="< 10",
        transitions="< 10",
    )
    manifest["privacy"].update(smallest_support=None, median_support=None)
    return manifest


@pytest.mark.parametrize(
    ("checks", "kind", "headline"),
    [
        (PASSING, "published", "Published"),
        ([check(), check(False, "warning")], "warned", "Published with warnings"),
        ([check(False), check(False, "warning")], "quarantined", "Quarantined: not published"),
    ],
)
def test_the_verdict_comes_first_in_words_colour_and_icon(
    checks: list[Check], kind: str, headline: str
) -> None:
    found = page(checks=checks)
    assert found.named("section")[0]["class"] == f"verdict {kind}"
    first = [tag for tag, _ in found.tags].index("section")
    assert found.tags[first + 1][0] == "svg"
    assert f'<h2 id="verdict">{headline}</h2>' in render_report(good_manifest(), checks)
    assert found.text.index(headline) < found.text.index("From rows to release")


def test_no_checks_are_no_verdict() -> None:
    with pytest.raises(ValueError, match="at least one"):
        render_report(good_manifest(), [])


def test_nothing_released_is_said_to_be_valid() -> None:
    words = page(nothing_released()).words
    assert "Published: nothing was released" in words
    assert "That is a valid outcome" in words
    assert "This version has no data files." in words
    assert "That is a valid outcome" not in page().words


def test_a_quarantined_version_claims_no_guarantee() -> None:
    assert "Would be guaranteed, had it passed" in page(checks=[check(False)]).words
    assert "Would be guaranteed" not in page().words


def test_banners_for_what_must_be_known_first() -> None:
    assert page().named("aside") == []
    manifest = good_manifest(simulated=True, k=5)
    manifest["policy"].update(k=5, allow_low_k=True, participation="none", min_outside_unit=0)
    manifest["privacy"]["people_counted_as"] = "accounts"
    found = page(manifest)
    assert [aside["aria-label"] for aside in found.named("aside")] == [
        "Simulated data",
        "k = 5 is below 10",
        "No participation registry",
    ]
    assert "At least 5 accounts behind every record" in found.words
    assert "One account, one person" in found.words
    assert "No record gives away a single unit" not in found.words


def test_the_policy_is_stamped() -> None:
    manifest = changed(good_manifest(), "policy.purpose", "not stated")
    words = page(changed(manifest, "policy.works_agreement", "not stated")).words
    assert "Purpose not stated" in words
    assert "Works agreement not stated" in words
    assert "Works agreement BV-2026-14" in page().words
    assert (
        "Contribution to one record not limited" in page(changed(manifest, "policy.cap_per_person", 0)).words
    )


def test_failed_checks_come_first_and_all_are_there() -> None:
    checks = [
        check(sentence="A."),
        check(False, "warning", "B."),
        check(False, sentence="C."),
        check(sentence="D."),
    ]
    words = page(checks=checks).words
    assert sorted("ABCD", key=lambda name: words.index(f" {name}. ")) == list("CBAD")
    assert words.count("0 of 6 records fail") == 4


def test_every_reason_is_explained() -> None:
    named = vars(reject_reasons).items()
    names = {value for name, value in named if name.isupper() and isinstance(value, str)}
    manifest = changed(good_manifest(), "rows.rejected", dict.fromkeys(names, 10))
    assert "No explanation" not in page(manifest).words
    manifest = changed(good_manifest(), "rows.dropped", {"moon_phase": 12})
    manifest = changed(
        good_manifest(), "rows.dropped", {"seen_before": 12, "too_late": 13, "withdrawn_night": 14}
    )
    assert "No explanation" not in page(manifest).words
    manifest = changed(good_manifest(), "rows.dropped", {"moon_phase": 12})
    assert "moon phase No explanation has been written for this reason yet. 12" in page(manifest).words


def test_what_waits_is_told_as_the_manifest_tells_it() -> None:
    manifest = good_manifest(
        pool={"generation": 3, "drawn": "< 10", "late": 0, "waiting": 2400, "expired": 70}
    )
    words = page(manifest).words
    for told in (
        "< 10 events had waited",
        "0 events of earlier nights",
        "2,400 events wait",
        "70 events waited",
    ):
        assert told in words


def test_reidentification_is_told_before_and_after() -> None:
    found = page()
    words = found.words
    assert "left with at least 10 people who may have produced it" in words
    assert "1 < 10 people 0% 0% 20 150 2 21% 2.4% 0% 15 75 3 78% 12% 0% 10 50" in words
    assert "4 all but < 10 people 32% 0% 10 50" in words
    assert "Guess which record came after another Did no better than a guess" in words
    assert "which others share its people Did better than a guess" in words
    assert "(0.046 against 0.044: how alike" in words
    assert "one person produced The release is too small" in words
    assert "unit 2 50 or more people < 10 people" in words
    assert "other units together 15 or more people 44%" in words


@pytest.mark.parametrize("figures", ["< 10", "not measured"])
def test_where_no_risk_may_be_told_none_is(figures: str) -> None:
    manifest = nothing_released()
    names = ("unicity", "candidate_set", "withheld_by_unit", "attacks")
    manifest["privacy"].update(dict.fromkeys(names, figures))
    words = page(manifest).words
    assert ("Fewer people took part (< 10)" in words) == (figures == "< 10")
    assert ("Not measured." in words) == (figures != "< 10")
    assert "Singled out" not in words
    assert "by unit" not in words


def test_nothing_released_leaves_only_the_figures_of_before() -> None:
    manifest = nothing_released()
    nothing = "nothing was released"
    manifest["privacy"].update(candidate_set=nothing, attacks=nothing, withheld_by_unit=[])
    manifest["privacy"]["unicity"].update(after_linked=nothing, after_in_one_record=nothing)
    words = page(manifest).words
    assert "nothing in which anybody could be found" in words
    assert "2 21% – – – – 3 78% –" in words
    assert "Nobody’s unit is known." in words
    assert "Attacks that were tried" not in words


def test_units_that_may_not_be_told_are_not_said_to_be_unknown() -> None:
    words = page(changed(good_manifest(), "privacy.withheld_by_unit", "not shown")).words
    assert "What was withheld, by unit Not shown: even all units together are too small" in words
    assert "Nobody’s unit is known." not in words


def test_a_share_that_is_not_told_has_no_bar_that_could_be_measured() -> None:
    svg = ET.fromstring(bars("units", "t", [Bar("a", "", "50%", 0.5), Bar(HOSTILE, "", "< 10", 0.0)]))
    drawn = [r for r in svg.iter("{http://www.w3.org/2000/svg}rect") if r.get("class") != "track"]
    assert len(drawn) == 1


def test_hidden_counts_stay_hidden() -> None:
    manifest = changed(good_manifest(), "withheld.actions", {"other": "< 10"})
    line = next(line for line in render_report(manifest, PASSING).splitlines() if ">other<" in line)
    assert html.unescape(line).endswith('<td class="num">< 10</td><td class="num"></td></tr>')


def everywhere(value: Any) -> Any:
    """The same structure with something hostile at the end of every text."""
    if isinstance(value, dict):
        return {key: everywhere(item) for key, item in value.items()}
    if isinstance(value, list):
        return [everywhere(item) for item in value]
    return value + HOSTILE if isinstance(value, str) and not value.startswith("< ") else value


def test_everything_is_escaped() -> None:
    manifest = everywhere(good_manifest())
    manifest["window"]["timezone"] = HOSTILE
    for counts in (
        manifest["rows"]["rejected"],
        manifest["rows"]["dropped"],
        manifest["withheld"]["actions"],
    ):
        counts[HOSTILE] = 12
    manifest["input"]["columns_missing"] = [HOSTILE]
    text = render_report(manifest, [replace(check(), sentence=HOSTILE, observed=HOSTILE)])
    found = Page(text)
    assert not {"script", "img"} & {tag for tag, _ in found.tags}
    assert not any(name.startswith("on") for _, attributes in found.tags for name in attributes)
    assert "\u202e" not in text
    assert "{{ 7*7 }}" in found.words
    assert found.words.count("<script>alert('x')</script>") > 15
    assert page().tags[:20] == [(tag, attributes) for tag, attributes in found.tags][:20]


def test_charts_escape_and_draw() -> None:
    svg = ET.fromstring(
        funnel([Step(HOSTILE, HOSTILE, 10, HOSTILE, "raw"), Step("b", "", "< 10", "", "inner")])
    )
    space = "{http://www.w3.org/2000/svg}"
    assert svg.findtext(f"{space}title") == "From rows to released transitions"
    assert "< 10" in (svg.findtext(f"{space}desc") or "")
    bars = [rect for rect in svg.iter(f"{space}rect") if rect.get("class") != "track"]
    assert len(bars) == 1  # a hidden count has no bar that could be measured
    chart = ET.fromstring(support_histogram([[10, 40], [15, 20], [20, 0]], "people"))
    heights = [float(rect.get("height", "")) for rect in chart.iter(f"{space}rect")]
    assert heights[0] == pytest.approx(2 * heights[1])
    assert heights[2] == 0


@pytest.mark.parametrize("dark_or_print", ["prefers-color-scheme: dark", "@media print"])
def test_the_page_needs_nothing_from_anywhere(dark_or_print: str) -> None:
    text = render_report(good_manifest(), PASSING)
    found = Page(text)
    assert dark_or_print in text
    assert not {"script", "link", "img", "iframe", "object", "use", "image"} & {tag for tag, _ in found.tags}
    links = [
        value for _, attributes in found.tags for name, value in attributes.items() if name in {"href", "src"}
    ]
    assert all(value is not None and value.startswith("#") for value in links)
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", text)
    assert {meta.get("http-equiv") for meta in found.named("meta")} >= {"Content-Security-Policy"}


def test_it_can_be_read_by_a_screen_reader() -> None:
    found = page()
    ids = [attributes["id"] for _, attributes in found.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    for _, attributes in found.tags:
        for target in (attributes.get("aria-labelledby") or "").split():
            assert target in ids
        if (attributes.get("href") or "").startswith("#"):
            assert (attributes["href"] or "")[1:] in ids
    assert all(head.get("scope") in {"row", "col"} for head in found.named("th"))
    assert all(svg.get("aria-hidden") or svg.get("role") == "img" for svg in found.named("svg"))
    levels = [int(tag[1]) for tag, _ in found.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert found.named("html")[0]["lang"] == "en"


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_has_the_contrast_that_wcag_asks_for(theme: int) -> None:
    styles = re.findall(r":root \{(.*?)\}", render_report(good_manifest(), PASSING), re.DOTALL)[theme]
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", styles))
    pairs = [(ink, ground) for ink in ("ink", "soft", "link") for ground in ("page", "card")]
    pairs += [(tone, f"{tone}-card") for tone in ("good", "warn", "bad")]
    pairs += [("ink", f"{tone}-card") for tone in ("good", "warn", "bad")]
    pairs += [("soft", "track")]
    for ink, ground in pairs:
        light, dark = sorted((luminance(colours[ink]), luminance(colours[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, ground)


def test_the_same_version_gives_the_same_page() -> None:
    assert render_report(good_manifest(), PASSING) == render_report(good_manifest(), PASSING)
    given = render_report(good_manifest(), PASSING, [[10, 77]])
    assert "77" in given
