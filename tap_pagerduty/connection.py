"""What the streams of one run share: the account's address and key, its pace, its time."""

from __future__ import annotations

import threading
import typing as t
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

import requests

from tap_pagerduty.auth import ApiKey
from tap_pagerduty.pacing import Pacer
from tap_pagerduty.prefetch import Workers
from tap_pagerduty.progress import Progress
from tap_pagerduty.windows import whole_second

if t.TYPE_CHECKING:
    from collections.abc import Mapping

# Source: the service regions in PagerDuty's documentation.
HOSTS = {"us": "https://api.pagerduty.com", "eu": "https://api.eu.pagerduty.com"}
# Seconds for which a key's limit holds: it is told per minute ("Rate Limiting").
WINDOW = 60


class Connection:
    """The one way to the account, used by all streams and threads of a run."""

    def __init__(self, config: Mapping[str, t.Any]) -> None:
        """Read the tap's settings; nothing is sent yet."""
        self.url = (config.get("api_url") or HOSTS[config["region"]]).rstrip("/")
        self.authenticator = ApiKey(config.get("api_key", ""))
        # Seconds: for one answer, and for one request with all its retries.
        self.timeout: float = config["request_timeout_seconds"]
        self.retry_timeout: float = config["retry_timeout_seconds"]
        self._pacers: dict[str, Pacer] = {}
        self._pace = {
            "requests_per_second": config.get("requests_per_second"),
            "reserve_percent": config["rate_limit_reserve_percent"],
        }
        self._lock = threading.Lock()
        self.progress = Progress()
        self.workers = Workers(config["max_concurrency"])
        # The account's time at the run's first answer, UTC. This machine's clock may be
        # off, and a window that ends in the account's future is not closed.
        self.started_at: datetime | None = None
        self._threads = threading.local()

    @property
    def session(self) -> requests.Session:
        """This thread's session: its connection is kept alive, and never shared."""
        if not hasattr(self._threads, "session"):
            self._threads.session = self._new_session()
        session: requests.Session = self._threads.session
        return session

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        # What the environment says of proxies and certificates, asked once: with each request
        # it would take a tenth of the CPU, and `send`, which the SDK uses, leaves out
        # `REQUESTS_CA_BUNDLE`.
        found = session.merge_environment_settings(self.url, {}, None, None, None)
        session.proxies, session.verify = found["proxies"], found["verify"]
        session.trust_env = False
        # The body is read in one go, by `answers.decode`.
        session.stream = True
        return session

    def wait(self, budget: str) -> None:
        """Return when a request may be sent; `answered` or `lost` must follow.

        BUDGET names an endpoint's own budget, besides which it draws on the key's; empty
        if it has none.
        """
        for name in ("", budget) if budget else ("",):
            pacer = self._pacer(name)
            self.progress.waits(pacer.held)
            pacer.wait()

    def answered(self, budget: str, response: requests.Response) -> None:
        """Take from an answer what is left of the budget, and once what time it is."""
        if self.started_at is None:
            try:
                now = parsedate_to_datetime(response.headers["Date"])
            except (KeyError, ValueError):
                now = datetime.now(timezone.utc)
            self.started_at = whole_second(now.astimezone(timezone.utc))
        if budget:
            # The headers tell of the limit that is nearest, here the endpoint's.
            self._pacer("").lost()
        pacer = self._pacer(budget)
        pacer.observe(response.headers)
        if pacer.limit and not budget:
            self.progress.limit = pacer.limit / WINDOW

    def lost(self, budget: str) -> None:
        """Take note that a request got no answer."""
        for name in {"", budget}:
            self._pacer(name).lost()

    def refused(self, budget: str, seconds: float) -> None:
        """Hold all requests back after one came too fast (429), for so many seconds."""
        self._pacer(budget).pause(seconds)

    def _pacer(self, budget: str) -> Pacer:
        with self._lock:
            if budget not in self._pacers:
                self._pacers[budget] = Pacer(**self._pace)
            return self._pacers[budget]
