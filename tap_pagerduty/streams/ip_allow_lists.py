"""IP allow lists: from where the account may be used."""

from __future__ import annotations

from tap_pagerduty.api.pagination import WHOLE
from tap_pagerduty.streams.common import array, key, properties, text
from tap_pagerduty.sync.client import PagerDutyStream


class IpAllowLists(PagerDutyStream):
    """Lists of the networks from which the account may be used (`GET /ip_allow_lists`)."""

    name = "ip_allow_lists"
    path = "/ip_allow_lists"
    headers = {"X-EARLY-ACCESS": "ip-allow-lists"}
    scope = "ip_allow_lists.read"
    plan = "early access to IP allow lists, and the role of a global admin or account owner"
    paginator = WHOLE
    selected_by_default = False
    schema = properties(
        key("id", "Id that PagerDuty gave the list; never reused."),
        text("type", "Kind of record: `ip_allow_list`."),
        text("state", "Whether it is enforced: `enabled` or `disabled`."),
        array(
            "cidr_entries",
            "Networks that are allowed.",
            text("cidr", "Range of IPv4 addresses, such as `192.0.2.0/24`."),
            text("description", "What the network is; null when empty."),
        ),
    )
