"""Filter exits: incidents that no longer pass the filters, whose rows have to show it."""

from __future__ import annotations

import typing as t

from tap_pagerduty.records.paths import dig
from tap_pagerduty.records.timestamps import instant

if t.TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from tap_pagerduty.records import Record

# Log entries that PagerDuty documents, and that change no urgency.
URGENCY_KEPT = frozenset(
    f"{kind}_log_entry"
    for kind in (
        *("acknowledge", "annotate", "assign", "custom_field_value_change", "delegate"),
        *("escalate", "exhaust_escalation_path", "notify", "reach_ack_limit"),
        *("reach_trigger_limit", "repeat_escalation_path", "resolve", "snooze", "trigger"),
        "unacknowledge",
    )
)


class FilterExits:
    """Decides which incidents are due, where the API has listed them without the filters.

    Those are the ones that the filters let through; and the ones that they do not, if their
    row may be from a time when they did. That is so if the incident was created before the
    end of an earlier run, and has changed since in what it is filtered by; or if that cannot
    be ruled out. A change of urgency writes a log entry, of service or teams it need not.
    """

    def __init__(
        self,
        config: Mapping[str, t.Any],
        state: Mapping[str, str],
        changes_since: datetime,
        end: datetime,
    ) -> None:
        """Take the settings, the incidents' state, and the range of the run.

        CHANGES_SINCE is where it starts to read changes, END where it stops to read incidents.

        The state has `seen_until`, the END of a run, from before its first record; so it
        covers what a run has loaded that was killed, too.
        """
        self._wanted = {
            setting: frozenset(config.get(setting) or ())
            for setting in ("team_ids", "service_ids", "urgencies")
        }
        seen = [instant(state[name]) for name in ("created_until", "seen_until") if name in state]
        self._seen_until = max(seen, default=None)
        self._changes_since, self._end = changes_since, end

    def is_due(self, incident: Record, entries: Collection[str] = ()) -> bool:
        """Return whether an incident is due, by the types of its new log ENTRIES, if any."""
        created = instant(incident["created_at"]) if incident.get("created_at") else None
        if created and created > self._end:
            return False  # the next run reads it
        outside = self._outside(incident)
        if not outside:
            return True
        if self._seen_until is None or (created and created > self._seen_until):
            return False
        if "urgencies" in outside:
            return not URGENCY_KEPT.issuperset(entries)
        changed = incident.get("updated_at")
        return bool(entries) or not changed or instant(changed) >= self._changes_since

    def _outside(self, incident: Record) -> set[str]:
        """Return the settings that do not let an incident through, by what it has."""
        found = {
            "team_ids": {team.get("id") for team in incident.get("teams") or ()},
            "service_ids": {dig(incident, "service.id")},
            "urgencies": {incident.get("urgency")},
        }
        property_of = {"team_ids": "teams", "service_ids": "service", "urgencies": "urgency"}
        return {
            setting
            for setting, wanted in self._wanted.items()
            if wanted and property_of[setting] in incident and wanted.isdisjoint(found[setting])
        }
