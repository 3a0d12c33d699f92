"""What the streams of one run share: the account's address and key, its pace, its time."""

from __future__ import annotations

import threading
import time
import typing as t
from contextlib import suppress
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import urlsplit

import requests

from tap_pagerduty.api.auth import AccessToken, ApiKey, OAuthApp
from tap_pagerduty.api.concurrency import Concurrency
from tap_pagerduty.api.errors import CredentialsError, StopError, TokenError, TooLargeError
from tap_pagerduty.api.prefetch import LookAhead
from tap_pagerduty.api.rate_limit import MINUTE, RateLimiter
from tap_pagerduty.api.session import MAX_RESPONSE_MB, Session
from tap_pagerduty.records.timestamps import whole_second
from tap_pagerduty.reporting.progress import Progress

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_pagerduty.api.auth import Scopes

# Source: the service regions in PagerDuty's documentation.
HOSTS = {"us": "https://api.pagerduty.com", "eu": "https://api.eu.pagerduty.com"}
# Seconds for the other region's host to respond, when this one has refused the credentials.
DIAGNOSIS_TIMEOUT = 10
# Seconds for which a host's name that has never been resolved is tried.
NAME_RESOLVED_WITHIN = 20
# Seconds to wait for the account's time before a request is sent for it.
DATE_TIMEOUT = 5


class Connection:
    """The one way to the account, used by all streams and threads of a run."""

    def __init__(self, config: Mapping[str, t.Any], scopes: Callable[[], Scopes]) -> None:
        """Read the tap's settings; nothing is sent yet.

        SCOPES returns those that an OAuth app requests, once the streams are selected.
        """
        self.url = (config.get("api_url") or HOSTS[config["region"]]).rstrip("/")
        others = {region: host for region, host in HOSTS.items() if region != config["region"]}
        # Where the account might be, unless an address has been set.
        self._other_hosts = {} if config.get("api_url") else others
        self.authenticator: ApiKey | AccessToken | OAuthApp
        if config.get("client_id"):
            self.authenticator = OAuthApp(config, others, scopes, self._new_session)
        elif token := config.get("access_token"):
            self.authenticator = AccessToken(token=token)
        else:  # without any, as in discovery, nothing is sent
            self.authenticator = ApiKey(config.get("api_key", ""))
        # Seconds: for one response, and for one request with all its retries.
        self.timeout: float = config["request_timeout_seconds"]
        self._retry_timeout: float = config["retry_timeout_seconds"]
        self._max_response_mb: int = config.get("max_response_mb", MAX_RESPONSE_MB)
        self._rate_limiters: dict[str, RateLimiter] = {}
        self._rate_settings = {
            "requests_per_second": config.get("requests_per_second"),
            "reserve_percent": config["rate_limit_reserve_percent"],
            "longest_reset": self._retry_timeout,
        }
        self._lock = threading.Lock()
        self.progress = Progress()
        self._concurrency = Concurrency(config.get("max_concurrency"))
        self.look_ahead = LookAhead(self._concurrency)
        # The account's time at the run's first response of the API's own, UTC. This machine's
        # clock may be off, and a window that ends in the account's future is not closed.
        self.date: datetime | None = None
        # The time by which the run goes; `account_clock` works it out.
        self.run_started_at: datetime | None = None
        # Whether there has been any response, and one with what was asked for.
        self.has_responded = self.has_succeeded = False
        # When the host's name was first not resolved; 0 if it was.
        self._unresolved_since = 0.0
        self._threads = threading.local()

    @property
    def retry_timeout(self) -> float:
        """Seconds for one request with all its retries."""
        limit = NAME_RESOLVED_WITHIN if self._unresolved_since else self._retry_timeout
        return min(limit, self._retry_timeout)

    def is_nowhere(self) -> bool:
        """Note that the host's name has not been resolved; return whether to give up.

        A wrong address is then likelier than a fault that passes, and `meltano config test` shows
        nothing while requests are retried. Once there has been a response, it is a fault.
        """
        if self.has_responded:
            self._unresolved_since = 0.0
            return False
        now = time.monotonic()
        self._unresolved_since = self._unresolved_since or now
        return now - self._unresolved_since > self.retry_timeout

    def limit_timeouts(self, timeout: float, retry_timeout: float) -> None:
        """Wait no longer, in seconds, for a response, and for a request with all its retries."""
        self.timeout = min(self.timeout, timeout)
        self._retry_timeout = min(self._retry_timeout, retry_timeout)
        if isinstance(self.authenticator, OAuthApp):
            self.authenticator.timeout = self.timeout

    @property
    def session(self) -> requests.Session:
        """This thread's session: its connection is kept alive, and never shared.

        Raises:
            StopError: the environment names a proxy or certificates that cannot be used.
        """
        if not hasattr(self._threads, "session"):
            self._threads.session = self._new_session(self.url)
        session: requests.Session = self._threads.session
        return session

    def _new_session(self, url: str) -> Session:
        seconds = max(self.timeout, self._retry_timeout)
        return Session(url, seconds, self._max_response_mb)

    def wait(self, budget: str) -> None:
        """Return when a request may be sent; `response_received` or `request_lost` must follow.

        BUDGET names an endpoint's own budget; it then also draws on that of the key. Empty if
        it has none.
        """
        for name in (budget, "") if budget else ("",):
            rate_limiter = self._rate_limiter(name)
            self.progress.requests_wait(rate_limiter.delay)
            rate_limiter.wait()
        self._threads.exchange = self._concurrency.begin()
        self.look_ahead.sent()

    def _end_exchange(self, budget: str, response: requests.Response | None) -> None:
        """Note for the number of requests in flight how this thread's last one ended."""
        path = urlsplit(response.url).path if response is not None else ""
        good = response is not None and (
            response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
            and response.status_code != HTTPStatus.TOO_MANY_REQUESTS
        )
        # An endpoint's path without the ids in it.
        endpoint = "/".join(path.split("/")[1::2])
        wanted = self.look_ahead.is_held_up(budget) and not self._rate_limiter(budget).delay
        self._concurrency.end(self._threads.exchange, endpoint, good=good, wanted=wanted)

    def response_received(self, budget: str, response: requests.Response) -> None:
        """Take from a response what is left of the budget, and once what time it is."""
        self._end_exchange(budget, response)
        self.has_responded = True
        if self.date is None and _is_of_the_api(response):
            with suppress(KeyError, ValueError):
                date = parsedate_to_datetime(response.headers["Date"])
                self.date = whole_second(date.astimezone(timezone.utc))
        if budget:
            # The headers report the limit that is nearest, here the endpoint's.
            self._rate_limiter("").request_lost()
        rate_limiter = self._rate_limiter(budget)
        rate_limiter.observe(response.headers)
        if rate_limiter.limit and not budget:
            self.progress.limit = rate_limiter.limit / MINUTE

    def wait_for_date(self) -> None:
        """Wait a little for the account's time, if requests are in flight that may report it."""
        self.look_ahead.wait_for(lambda: self.date is not None, DATE_TIMEOUT)

    @staticmethod
    def machine_time() -> datetime:
        """Return the time by this machine's clock, in UTC."""
        return whole_second(datetime.now(timezone.utc))

    def request_lost(self, budget: str) -> None:
        """Note that a request got no response."""
        self._end_exchange(budget, None)
        for name in {"", budget}:
            self._rate_limiter(name).request_lost()

    def rate_limited(self, budget: str, seconds: float, headers: Mapping[str, str]) -> float:
        """Hold back all requests after a 429; see `RateLimiter.limited`."""
        rate_limiter = self._rate_limiter(budget)
        seconds = rate_limiter.limited(seconds, headers)
        self.progress.requests_wait(rate_limiter.delay)
        return seconds

    @property
    def rate_limiter(self) -> RateLimiter:
        """The request budget of the credentials."""
        return self._rate_limiter("")

    def _refused_credentials_message(
        self, error: CredentialsError, headers: Mapping[str, str]
    ) -> str:
        """Return the line for people when the credentials are refused.

        The other region's host is asked, with these HEADERS, if it would take them.
        """
        sign_in = self.authenticator
        refused = f"PagerDuty refused the {sign_in.kind} at {self.url} ({error})."
        for region, host in self._other_hosts.items():
            if self._is_accepted(host, headers):
                return (
                    f"{refused} It belongs to the {region.upper()} region: set `region: {region}`."
                )
        return (
            f"{refused} Check {sign_in.setting}, and `region`: "
            f"{'a key' if sign_in.kind == 'key' else 'one'} of the other region is a usual cause."
        )

    def _is_accepted(self, host: str, headers: Mapping[str, str]) -> bool:
        try:
            with self._new_session(host) as session:
                response = session.get(
                    f"{host}/abilities",
                    headers=dict(headers),
                    auth=self.authenticator,
                    timeout=min(self.timeout, DIAGNOSIS_TIMEOUT),
                )
        except (requests.exceptions.RequestException, StopError, TokenError, TooLargeError):
            return False
        # Or refused for a scope: the host has known the credentials.
        return response.status_code in {HTTPStatus.OK, HTTPStatus.FORBIDDEN}

    def stop_message(self, error: Exception, headers: Mapping[str, str]) -> str:
        """Return the line for people about an error that stops a run (`errors.STOPPING`).

        HEADERS are those of a request, for one that finds out why the credentials are refused.
        """
        if isinstance(error, CredentialsError):
            return self._refused_credentials_message(error, headers)
        if isinstance(error, TokenError):
            return f"{error}{self.gave_up_message}. Check the network and `oauth_url`."
        return str(error)

    @property
    def gave_up_message(self) -> str:
        """What to add to a message about a request that was retried in vain."""
        return f"; given up after {self.retry_timeout} s"

    @property
    def unreachable_message(self) -> str:
        """The line for people when there is no response at all."""
        return f"Could not reach {self.url}; check the network, `region` and `api_url`."

    def foreign_message(self, error: Exception) -> str:
        """The line for people when what answers does not seem to be PagerDuty's API."""
        return (
            f"What responds at {self.url} is not PagerDuty's API ({error}); check `api_url`, and "
            "the proxy if there is one."
        )

    def _rate_limiter(self, budget: str) -> RateLimiter:
        with self._lock:
            if budget not in self._rate_limiters:
                self._rate_limiters[budget] = RateLimiter(**self._rate_settings)
            return self._rate_limiters[budget]


def _is_of_the_api(response: requests.Response) -> bool:
    """Return whether a response seems to be the API's own, and not one of a host before it.

    Those have clocks of their own, or add no `Date`.
    """
    is_page = "html" in response.headers.get("Content-Type", "")
    return response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR and not is_page
