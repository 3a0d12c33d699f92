"""The account: everything in it, and the means to change it while it is being read."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from sandbox.account.added_records import added_record
from sandbox.account.company_configuration import CompanyConfiguration
from sandbox.account.company_incidents import CompanyIncidents
from sandbox.account.company_times import CompanyTimes
from sandbox.account.configuration import KINDS, Configuration
from sandbox.account.incident_generator import IncidentGenerator
from sandbox.account.incident_state import Event, Facts
from sandbox.account.incident_store import IncidentStore
from sandbox.account.incident_times import IncidentTimes
from sandbox.account.incident_view import IncidentView
from sandbox.account.initial_configuration import DELETED, InitialConfiguration
from sandbox.account.log_entry_timeline import Timeline
from sandbox.account.log_entry_view import LogEntryView
from sandbox.account.search_cache import SearchCache
from sandbox.values.ids import IdKind, short_id
from sandbox.values.seeded_random import hash_of
from sandbox.values.timestamps import When, moment_of

if TYPE_CHECKING:
    from sandbox.account.clock import Clock
    from sandbox.options import Options
    from sandbox.values.json_types import Record

_BY_HAND = 900_000_000
"""`incident_number` of the first incident that was created by hand, less one."""


class Account:
    """A PagerDuty account.

    Changes happen at the virtual now, or `at=` another time (seconds, ISO 8601, datetime); `by=`
    is the id of the user who acts. Each writes the log entry that PagerDuty would write and moves
    the incident's `updated_at`, unless its description says otherwise.
    """

    def __init__(self, options: Options, clock: Clock, born: float) -> None:
        """Open the account as of `born`: then it had `options.incidents` incidents."""
        seed = options.seed
        self.lock = threading.RLock()
        self.clock = clock
        self._incident_ids = IdKind("Q", seed, 1)
        self._entry_ids = IdKind("R", seed, 2)
        self._notification_ids = IdKind("P", seed, 3)
        self._seed = seed
        incident_times, generator, self.initial_configuration = self._profile(options)
        self.configuration = self._configuration(options.subdomain)
        first = max(0, incident_times.before(int(born) + 1) - options.incidents)
        self.incident_store = IncidentStore(generator, incident_times, clock, first)
        self.timeline = Timeline(self.incident_store, clock)
        self.searches = SearchCache()
        self.incident_view = IncidentView(self.configuration, self.incident_store, self._entry_ids)
        self.log_entry_view = LogEntryView(
            self.configuration,
            self.incident_store,
            self.incident_view,
            (self._entry_ids, self._notification_ids),
            (options.incident_embed_short, options.embed_lag),
            is_plain=options.profile == "company",
        )

    @property
    def version(self) -> tuple[int, int]:
        """Distinguish one condition of the account from another."""
        return self.incident_store.version, self.configuration.version

    # -- finding -------------------------------------------------------------------------------

    def serial_of(self, own: str) -> int | None:
        """Find an incident by its id; by its number too, as the API does."""
        if own.isdigit():
            number = int(own)
            if number > _BY_HAND:
                return self._existing(self.incident_store.by_hand(number - _BY_HAND - 1))
            return self._existing(number - 1)
        return self._existing(self._incident_ids.decode(own))

    def key_of_entry(self, own: str) -> int | None:
        """Find the key of a log entry by its id."""
        return self.timeline.find(self._entry_ids.decode(own))

    def _existing(self, serial: int | None) -> int | None:
        return serial if serial is not None and self.incident_store.exists(serial) else None

    def _serial(self, own: str) -> int:
        serial = self.serial_of(own)
        if serial is None:
            msg = f"no incident {own}"
            raise KeyError(msg)
        return serial

    # -- changing incidents --------------------------------------------------------------------

    def create_incident(self, *, at: When = None, notify: bool = True, **over: Any) -> str:  # noqa: ANN401
        """Create a triggered incident; gives its id.

        `over`: title, urgency, incident_key, service_id, escalation_policy_id, priority_id,
        user_id (whom it is assigned to); any other name is a field of the record to be just so.
        Writes a trigger and (unless `notify` is false) a notify log entry.
        """
        with self.lock:
            facts = self._new_facts(self._at(at), over)
            events = [Event(facts.created_at, "trigger")]
            if notify:
                events.append(Event(facts.created_at, "notify", facts.assignee))
            self.incident_store.add(facts, events)
            self.timeline.add(facts.serial, range(len(events)))
            return facts.id

    def acknowledge(self, incident: str, *, at: When = None, by: str | None = None) -> None:
        """Acknowledge an incident."""
        self._happen(incident, "acknowledge", at, by or self._somebody())

    def resolve(self, incident: str, *, at: When = None, by: str | None = None) -> None:
        """Resolve an incident."""
        self._happen(incident, "resolve", at, by or self._somebody())

    def reopen(self, incident: str, *, at: When = None, by: str | None = None) -> None:
        """Make a resolved incident triggered again."""
        self._happen(incident, "reopen", at, by or self._somebody())

    def merge(self, source: str, into: str, *, at: When = None, by: str | None = None) -> None:
        """Merge an incident into another: resolve on the source, link on the target."""
        with self.lock:
            by = by or self._somebody()
            self._happen(source, "merge", at, by, self._serial(into))
            self._happen(into, "link", at, by, self._serial(source))

    def reassign(
        self, incident: str, user_id: str, *, at: When = None, by: str | None = None
    ) -> None:
        """Assign an incident to another user."""
        self._happen(incident, "assign", at, by or self._somebody(), user_id)

    def hand_over(
        self, incident: str, policy_id: str, *, at: When = None, by: str | None = None
    ) -> None:
        """Assign an incident to another escalation policy, and so to its teams."""
        with self.lock:
            self.reassign(incident, self._somebody(1), at=at, by=by)
            policy = self.configuration.get("escalation_policies", policy_id)
            teams = [team.id for team in policy["teams"]] if policy else []
            self._happen(incident, "change_policy", at, by, (policy_id, teams))

    def escalate(self, incident: str, user_id: str | None = None, *, at: When = None) -> None:
        """Escalate an incident to a user of the next level."""
        with self.lock:
            self._happen(incident, "escalate", at, None, user_id or self._somebody(1))

    def reprioritise(
        self,
        incident: str,
        priority_id: str | None,
        *,
        at: When = None,
        by: str | None = None,
    ) -> None:
        """Give an incident another priority, or none."""
        with self.lock:
            old = self.incident_store.state(self._serial(incident)).priority
            self._happen(incident, "priority", at, by or self._somebody(), (old, priority_id))

    def snooze(
        self, incident: str, seconds: float, *, at: When = None, by: str | None = None
    ) -> None:
        """Snooze an incident."""
        self._happen(incident, "snooze", at, by or self._somebody(), int(seconds))

    def change_urgency(
        self, incident: str, urgency: str, *, at: When = None, by: str | None = None
    ) -> None:
        """Make an incident's urgency high or low."""
        self._happen(incident, "urgency", at, by, urgency)

    def add_note(self, incident: str, text: str, *, at: When = None, by: str | None = None) -> None:
        """Add a note to an incident."""
        self._happen(incident, "annotate", at, by or self._somebody(), text)

    def set_custom_field(  # noqa: PLR0913
        self,
        incident: str,
        name: str,
        value: Any,  # noqa: ANN401
        *,
        custom: bool = True,
        at: When = None,
        by: str | None = None,
    ) -> None:
        """Set a field: custom_field_value_change_log_entry, or field_value_change_log_entry."""
        with self.lock:
            old = self.incident_store.state(self._serial(incident)).fields.get(name)
            action = "custom_field" if custom else "field"
            self._happen(incident, action, at, by or self._somebody(), (name, value, old))

    def retitle(self, incident: str, title: str, *, at: When = None) -> None:
        """Change an incident's title; PagerDuty writes NO log entry."""
        self._happen(incident, "retitle", at, None, title)

    def change_service(self, incident: str, service_id: str, *, at: When = None) -> None:
        """Move an incident to another service; PagerDuty writes NO log entry."""
        self._happen(incident, "change_service", at, None, service_id)

    def override(self, incident: str, /, **fields: Any) -> None:  # noqa: ANN401
        """Make fields of the incident's record just so; neither log entry nor `updated_at`."""
        with self.lock:
            serial = self._serial(incident)
            self.timeline.touch(serial)
            self.incident_store.override(serial, **fields)

    # -- crowds --------------------------------------------------------------------------------

    def burst(self, count: int, *, at: When = None, seconds: float = 1, **over: Any) -> list[str]:  # noqa: ANN401
        """Create `count` incidents within `seconds` from `at` on; gives their ids."""
        with self.lock:
            start = self._at(at)
            crowd = []
            for number in range(count):
                facts = self._new_facts(start + int(number * seconds / count), over, number)
                crowd.append((facts, [Event(facts.created_at, "trigger")]))
            self.incident_store.add_many(crowd)
            self.timeline.add_many((facts.serial, range(1)) for facts, _ in crowd)
            return [facts.id for facts, _ in crowd]

    def burst_log_entries(
        self,
        count: int,
        *,
        at: When = None,
        seconds: float = 1,
        incident: str | None = None,
    ) -> str:
        """Write `count` annotate log entries within `seconds` from `at` on; gives the incident.

        All of them belong to one incident: the given one, or a new one.
        """
        with self.lock:
            start = self._at(at)
            incident = incident or self.create_incident(at=start, notify=False)
            serial, by = self._serial(incident), self._somebody()
            self._extend(
                serial,
                [
                    Event(start + int(number * seconds / count), "annotate", by, f"Note {number}")
                    for number in range(count)
                ],
            )
            return incident

    # -- changing configuration ----------------------------------------------------------------

    def create(self, kind: str, /, **over: Any) -> str:  # noqa: ANN401
        """Add a record to a list (users, teams, services, …); gives its id."""
        if kind == "incidents":
            return self.create_incident(**over)
        with self.lock:
            _known(kind)
            count = self.configuration.made(kind)
            own = over.pop("id", None) or short_id(self._seed, hash_of(*kind.encode()), count)
            record = added_record(kind, own, count, self.initial_configuration)
            self.configuration.put(kind, _with(record, over))
            return str(own)

    def update(self, kind: str, own: str, /, **changes: Any) -> None:  # noqa: ANN401
        """Change fields of a record."""
        with self.lock:
            _known(kind)
            record = self.configuration.get(kind, own)
            if record is None:
                msg = f"no {kind} {own}"
                raise KeyError(msg)
            self.configuration.put(kind, _with(record, changes))

    def delete(self, kind: str, own: str) -> None:
        """Delete a record; what refers to it goes on doing so."""
        with self.lock:
            _known(kind)
            self.configuration.remove(kind, own)

    # -- internals -----------------------------------------------------------------------------

    def _profile(
        self, options: Options
    ) -> tuple[IncidentTimes, IncidentGenerator, InitialConfiguration]:
        """Make what distinguishes one kind of account from another."""
        seed, per_day = options.seed, options.incidents / options.days
        if options.profile == "company":
            company = CompanyConfiguration(seed, options.subdomain)
            moments = CompanyTimes(seed, per_day)
            return moments, CompanyIncidents(seed, moments, company, self._incident_ids), company
        configuration = InitialConfiguration(seed, options.subdomain)
        times = IncidentTimes(seed, per_day)
        generator = IncidentGenerator(
            seed, options.incidents, times, configuration, self._incident_ids
        )
        return times, generator, configuration

    def _configuration(self, subdomain: str) -> Configuration:
        configuration = Configuration(subdomain)
        for kind, records in self.initial_configuration.records().items():
            for record in records:
                configuration.put(kind, record)
            for gone in self.initial_configuration.ids[kind][len(records) - DELETED.get(kind, 0) :]:
                configuration.remove(kind, gone)
        return configuration

    def _at(self, at: When) -> int:
        return self.clock.now() if at is None else moment_of(at)

    def _somebody(self, place: int = 0) -> str:
        return self.initial_configuration.responders()[place]

    def _happen(
        self,
        incident: str,
        action: str,
        at: When,
        by: str | None,
        value: Any = None,  # noqa: ANN401
    ) -> None:
        """Let something happen to an incident."""
        with self.lock:
            event = Event(self._at(at), action, by, value)
            self._extend(self._serial(incident), [event])

    def _extend(self, serial: int, events: list[Event]) -> None:
        self.timeline.touch(serial)
        self.timeline.add(serial, self.incident_store.append(serial, events))

    def _new_facts(self, at: int, over: dict[str, Any], ahead: int = 0) -> Facts:
        serial = self.incident_store.next_serial(ahead)
        over = dict(over)
        ids, number = (
            self.initial_configuration.ids,
            self.incident_store.hand_number(serial) + _BY_HAND + 1,
        )
        chance = hash_of(self._seed, serial)
        place = chance % (len(ids["services"]) - 1)
        return Facts(
            serial=serial,
            id=self._incident_ids.encode(serial),
            number=number,
            created_at=at,
            title=str(over.pop("title", f"Incident {number} by hand")),
            service=over.pop("service_id", ids["services"][place]),
            policy=over.pop(
                "escalation_policy_id", self.initial_configuration.policy_of_service(place)
            ),
            teams=over.pop("team_ids", self.initial_configuration.teams_of_service(place)),
            urgency=over.pop("urgency", "high"),
            key=over.pop("incident_key", f"{chance:016x}{hash_of(chance):016x}"),
            priority=over.pop("priority_id", None),
            assignee=over.pop("user_id", self._somebody(2)),
            alerts=1,
            oddities=chance | 1,
            over=over,
        )


def _known(kind: str) -> None:
    if kind not in KINDS:
        msg = f"no such list: {kind} (there are {', '.join(KINDS)})"
        raise KeyError(msg)


def _with(record: Record, changes: dict[str, Any]) -> Record:
    """Change a copy of a record; its summary follows its name."""
    changed = {**record, **changes}
    name = "label" if "label" in record else "name"
    if name in changes and "summary" not in changes:
        changed["summary"] = changes[name]
    return changed
