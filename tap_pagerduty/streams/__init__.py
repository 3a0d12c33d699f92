"""The registry: every stream of the tap, people and structure first, then what happens."""

from __future__ import annotations

import typing as t

from tap_pagerduty.streams.escalation_policies import EscalationPolicies
from tap_pagerduty.streams.incidents import Incidents, Priorities
from tap_pagerduty.streams.log_entries import LogEntries
from tap_pagerduty.streams.notifications import Notifications
from tap_pagerduty.streams.on_call import Oncalls
from tap_pagerduty.streams.schedules import Schedules
from tap_pagerduty.streams.services import BusinessServices, Services, Vendors
from tap_pagerduty.streams.tags import Tags
from tap_pagerduty.streams.teams import Teams
from tap_pagerduty.streams.users import Users

if t.TYPE_CHECKING:
    from tap_pagerduty.client import PagerDutyStream

STREAMS: tuple[type[PagerDutyStream], ...] = (
    Users,
    Teams,
    Services,
    BusinessServices,
    Vendors,
    EscalationPolicies,
    Schedules,
    Oncalls,
    Priorities,
    Tags,
    Incidents,
    LogEntries,
    Notifications,
)
