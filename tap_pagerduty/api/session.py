"""The HTTP session of a thread: where it connects to, and the bounds of each exchange."""

from __future__ import annotations

import ipaddress
import typing as t
from pathlib import Path
from urllib.parse import urlsplit

import requests
from requests.utils import select_proxy
from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from tap_pagerduty.api.deadline import Deadline, WatchedAdapter
from tap_pagerduty.api.errors import StopError, TooLargeError
from tap_pagerduty.compat import override

if t.TYPE_CHECKING:
    from collections.abc import MutableMapping

# Megabytes: the largest body of a response, unless the settings say otherwise.
MAX_RESPONSE_MB = 100
# Values (commas) for each megabyte that a body may have. Decoded, one takes up to 100 bytes,
# however small it is in the body; those of PagerDuty have 30 bytes and more there.
_VALUES_PER_MB = 40_000
# Bytes that are read at a time, and decompressed at a time: more than a usual page has.
_PIECE = 1 << 20

_PROXY_SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")


class Session(requests.Session):
    """A session for one address.

    It follows no redirects, uses no proxy for this machine, reads the whole body on `send`,
    and stops if that is too large or takes too long.
    """

    def __init__(self, url: str, seconds: float, megabytes: int = MAX_RESPONSE_MB) -> None:
        """Take the address, and the bounds for each response: SECONDS and MEGABYTES.

        Raises:
            StopError: what the environment says of proxies or certificates cannot be used.
        """
        super().__init__()
        self._seconds, self._megabytes = seconds, megabytes
        # What the environment says of proxies and certificates, asked once: with each request
        # it would take a tenth of the CPU, and `send`, which the SDK uses, leaves out
        # `REQUESTS_CA_BUNDLE`.
        found = self.merge_environment_settings(url, {}, None, None, None)
        self.verify = found["verify"]
        # A proxy's "this machine" is another one, and http would show it the key.
        self.proxies = {} if is_this_machine(urlsplit(url).hostname) else found["proxies"]
        self.trust_env = False
        self.stream = True  # `send` reads the body
        for scheme in ("https://", "http://"):
            self.mount(scheme, WatchedAdapter())
        _check_proxy(url, self.proxies)
        if isinstance(self.verify, str) and not Path(self.verify).exists():
            msg = f"REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names {self.verify}, which is not there."
            raise StopError(msg)

    @override
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return None: the key and the records are of one host, and a redirect may be of any."""

    @override
    def send(self, request: requests.PreparedRequest, **kwargs: t.Any) -> requests.Response:
        """Return the response to a request, with its body.

        Raises:
            TooLargeError: the body is larger than is read.
            requests.exceptions.RequestException: the connection failed, or the response took
                too long; its `response` has the headers, if they were there.
        """
        response: requests.Response | None = None
        try:
            with Deadline(self._seconds):
                response = super().send(request, **{**kwargs, "stream": True})
                # Where `content` looks for it, which would read any size, in pieces of 10 KB.
                response._content = self._body(response)  # noqa: SLF001
        except requests.exceptions.RequestException as error:
            error.response = response if error.response is None else error.response
            raise
        return response

    def _body(self, response: requests.Response) -> bytes:
        pieces, size, values = [], 0, 0
        for piece in response.iter_content(_PIECE):
            pieces.append(piece)
            size += len(piece)
            if size > len(piece):  # a usual page is one piece, and has not too many
                values += (pieces[0].count(b",") if not values else 0) + piece.count(b",")
            most_values = self._megabytes * _VALUES_PER_MB
            if size > self._megabytes * 1_000_000:
                what = f"a body of more than {self._megabytes} MB"
            elif values > most_values:
                what = f"more than {most_values:,} values"
            else:
                continue
            response.close()
            msg = (
                f"{response.status_code} with {what}; raise `max_response_mb` if that can be right"
            )
            raise TooLargeError(msg, response)
        return b"".join(pieces)


def is_this_machine(host: str | None) -> bool:
    """Return whether a host is a loopback address, or `localhost`."""
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


def _check_proxy(url: str, proxies: MutableMapping[str, str]) -> None:
    """Return if requests to URL can be sent by their proxy, if they have one."""
    proxy = select_proxy(url, proxies)
    if not proxy:
        return
    try:
        parts = parse_url(proxy if "://" in proxy else f"http://{proxy}")
        is_usable = bool(parts.host) and parts.scheme in _PROXY_SCHEMES
    except (HTTPError, ValueError):
        is_usable = False
    if not is_usable:
        msg = (
            f"The proxy that the environment names for {url} cannot be used: write it as "
            f"http://host:port, in {urlsplit(url).scheme.upper()}_PROXY."
        )
        raise StopError(msg)
