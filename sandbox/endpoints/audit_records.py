"""Audit records, of the whole account and of single records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.account.configuration import KINDS, bare_reference
from sandbox.api.declarations import declare
from sandbox.api.record_list import RecordList, list_of
from sandbox.api.windows import audit_window
from sandbox.endpoints.recurring import list_of_numbers, numbers_between, time_of
from sandbox.values.timestamps import UTC, add_months, write_time

if TYPE_CHECKING:
    from sandbox.api.endpoint import GeneratedEndpoint, Query
    from sandbox.values.json_types import Record

_AUDIT = "/audit/records"
_AUDIT_STEP = 5 * 3600
_FIRST_AUDIT = 1_606_867_200  # 2 December 2020: nothing was recorded before


def _audit_record(query: Query, number: int) -> Record:
    made = dict(query.records.make(_AUDIT, (), number, UTC))
    random = query.seeded.random("audit", number)
    kind = random.pick(("users", "teams", "services", "escalation_policies", "schedules"))
    root = query.account.configuration.reference(kind, query.seeded.some_id(kind, random))
    actor = query.account.configuration.reference("users", query.seeded.some_id("users", random))
    if random.one_in(5):
        actor = bare_reference("PAPIKEY", "api_key_reference", query.seeded.texts.word)
    root = {name: root[name] for name in ("id", "type", "summary", "self")}
    at = time_of(query, _AUDIT, number, _AUDIT_STEP)
    made["execution_time"] = write_time("zf", at, UTC, random.below(1_000_000))
    made["root_resource"] = root
    made["actors"] = None if random.one_in(9) else [actor]
    if made["details"]:
        made["details"] = {"resource": root, **made["details"]}
    return made


def audit_records(query: Query) -> RecordList:
    """List the audit records of the window, newest first; nothing is older than 12 months."""
    oldest = max(_FIRST_AUDIT, add_months(query.now, -12))
    numbers = numbers_between(query, _AUDIT, _AUDIT_STEP, oldest)
    rows = list_of_numbers(numbers, lambda number: _audit_record(query, number))
    kinds = query.many("root_resource_types[]")
    if not kinds:
        return rows
    types = {f"{KINDS[each][0]}_reference" for each in kinds if each in KINDS}
    found = [each for each in rows.all() if each["root_resource"]["type"] in types]
    return list_of(found, lambda record: record)


def _audit_of(query: Query) -> list[Record]:
    return [
        each for each in audit_records(query).all() if each["root_resource"]["id"] == query.ids[0]
    ]


def _audit(path: str, prefix: str = "") -> GeneratedEndpoint:
    early = "ip-allow-lists" if "ip_allow" in path else None
    return declare(
        path,
        "records",
        "cursor",
        _audit_of if prefix else audit_records,
        scope="audit_records.read",
        ability="audit_trail",
        admin=not prefix,
        early_access=early,
        window=audit_window,
        choices="actor_type=user_reference,api_key_reference,app_reference "
        "method_type=browser,oauth,api_token,identity_provider,other "
        "actions[]=create,update,delete "
        f"root_resource_types[]={','.join(KINDS)},ip_allow_lists",
        filters="actor_type=actors.type actor_id=actors.id method_type=method.type "
        "method_truncated_token=method.truncated_token actions[]=action",
    )


_AUDITED = ("users", "teams", "services", "schedules", "escalation_policies", "ip_allow_lists")
AUDIT_RECORDS = (
    _audit(_AUDIT),
    *(_audit(f"/{each}/{{id}}/audit/records", each) for each in (*_AUDITED, "v3/schedules")),
)
