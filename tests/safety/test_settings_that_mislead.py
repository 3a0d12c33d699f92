"""Settings that could send the key to another address than was meant, or end in a traceback."""

from __future__ import annotations

import json

import pytest

from tests.support.hostile import hostile

NOT_PLAIN = (
    "{} must be a plain address such as https://host:port/path: without a user or password, "
    "query, fragment, blank or backslash."
)
ADDRESSES = [
    "http://127.0.0.2:1\\@127.0.0.1",
    "https://api.test\\@other.test",
    "https://u:HIDDENpassword1@api.test",
    "https://HIDDENpassword1@api.test",
    "http://127.0.0.1#@api.test",
    "http://127.0.0.1?@api.test",
    "http://127.0.0.1/?key=HIDDENpassword1",
    "https://api.test/ ",
    " https://api.test",
    "https://api .test",
    "https://api.test\n",
    "https://api\t.test",
    "https://api.test\u202e",
    "https://[::1",
    "https://api.test:port",
    "https://api.test:99999",
    "https://api.test:0",
    "https://",
    "http://[::1%lo]/",
    "https:///api.test",
]


@pytest.mark.parametrize("name", ["api_url", "oauth_url"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_parsers_read_differently_is_refused(command, tmp_path, name, address):
    app = {"client_id": "a", "client_secret": "HIDDENpassword2", "subdomain": "acme"}
    path = tmp_path / "config.json"
    path.write_text(json.dumps({**app, "start_date": "2024-05-01T00:00:00Z", name: address}))
    run = command("--config", path)
    assert run.exit_code == 1
    expected = NOT_PLAIN if address.startswith("http") else "{} must start with https://"
    assert any(line.startswith(expected.format(name)) for line in run.lines("ERROR"))
    assert "HIDDEN" not in run.log
    assert "Traceback" not in run.log


@pytest.mark.parametrize("agent", ["\u4e2d", "a\nb", "\x1b[31m", " a", "a\u202eb"])
def test_a_user_agent_that_no_header_can_have_is_refused(tap, agent):
    with hostile() as server:
        run = tap(server.settings(user_agent=agent), "users")
        assert run.exit_code == 1
        assert run.lines("ERROR") == ["user_agent holds characters that no header can have."]
        assert server.seen == []


@pytest.mark.parametrize("token", ["pdus\nabcdef", "pdus\r\nX-Other: 1", "pdus\u4e2d", "pdus\x00a"])
def test_a_token_with_a_line_break_is_refused_with_a_line(tap, token):
    with hostile() as server:
        run = tap(server.settings(api_key=None, access_token=token), "users")
        assert run.exit_code == 1
        assert run.lines("ERROR") == ["access_token holds characters that it cannot have."]
        assert server.seen == []
