"""Users: the people who can be notified."""

from __future__ import annotations

from tap_pagerduty.client import PagerDutyStream
from tap_pagerduty.streams.common import (
    RESOURCE,
    array,
    boolean,
    properties,
    references,
    text,
    url,
)


class Users(PagerDutyStream):
    """Users of the account (`GET /users`); deleted users are not listed."""

    name = "users"
    path = "/users"
    scope = "users.read"
    schema = properties(
        *RESOURCE,
        text("name", "Full name of the user."),
        text("email", "E-mail address of the user."),
        text("time_zone", "Time zone of the user, such as `Europe/Paris`; null: the account's."),
        text("color", "Colour of the user in schedules, such as `green`."),
        text(
            "role",
            "Base role: `owner`, `admin`, `user`, `limited_user`, `observer`, "
            "`restricted_access`, `read_only_user` or `read_only_limited_user`.",
        ),
        url("avatar_url", "Address of the user's picture."),
        text("description", "What the user wrote about themselves; null when empty."),
        boolean("invitation_sent", "Whether an invitation awaits the user's answer."),
        text("job_title", "Job title; null when not given."),
        boolean("created_via_sso", "Whether single sign-on created the user."),
        references("teams", "Teams that the user belongs to."),
        references("contact_methods", "Ways to reach the user: phone, SMS, e-mail, push."),
        references("notification_rules", "Rules that say when and how the user is notified."),
        url(
            "http_cal_url",
            "Secret address of the on-call calendar over HTTP: it opens without a login. "
            "PagerDuty leaves it out of lists.",
        ),
        url(
            "web_cal_url",
            "Secret address of the on-call calendar as webcal: it opens without a login. "
            "PagerDuty leaves it out of lists.",
        ),
        boolean("billed", "Not documented by PagerDuty; seems to say if the user takes a licence."),
        array(
            "coordinated_incidents",
            "Not documented by PagerDuty; empty in every answer seen.",
        ),
    )
