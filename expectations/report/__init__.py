"""The steward's page of a version: static HTML that is read offline, by somebody who is no engineer."""

from expectations.report.render import render_report

__all__ = ["render_report"]
