"""Run the tap as a module: `python -m tap_pagerduty`."""

from __future__ import annotations

from tap_pagerduty.tap import TapPagerDuty

TapPagerDuty.cli()
