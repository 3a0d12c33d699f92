"""The site that `make docs` has built, looked at in a real browser: `make test-docs`."""

import functools
import threading
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urldefrag, urljoin

import pytest
from selenium.webdriver.support.wait import WebDriverWait

from tests.support.browser import DESKTOP, PHONE, asked, resize
from tests.support.project import ROOT

SITE = ROOT / "site"
PAGES = sorted(str(path.relative_to(SITE)) for path in SITE.rglob("*.html"))
# Seconds for a page's diagrams to be drawn.
PATIENCE = 30
pytestmark = pytest.mark.skipif(not PAGES, reason="there is no site: see `make test-docs`")
# Made by Sphinx, without a text of ours.
WITHOUT_HEADING = ("search.html", "genindex.html")


@pytest.fixture(scope="module")
def address():
    """The site as a host would serve it; a browser runs no script module from a file."""
    handler = functools.partial(Quiet, directory=str(SITE))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def do_GET(self):
        """Send a file; the icon that a browser asks any site for, we have none."""
        if self.path == "/favicon.ico":
            self.send_response(HTTPStatus.NO_CONTENT)
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def opened(browser, address, request):
    """The browser with a page that is drawn to its end."""
    for log in ("browser", "performance"):
        browser.get_log(log)
    browser.get(address + request.param)
    drawn = "return [...document.querySelectorAll('.mermaid')].every(e => e.querySelector('svg'))"
    WebDriverWait(browser, PATIENCE).until(lambda _: browser.execute_script(drawn))
    return browser


every_page = pytest.mark.parametrize("opened", PAGES, indirect=True)


def test_there_are_pages():
    assert {"index.html", "quick-start.html", "streams/core.html", "diagram.html"} <= {*PAGES}


@every_page
def test_a_page_is_whole(opened, address):
    # A browser that has just started asks for pages of its own, at chrome://.
    others = [url for url in asked(opened) if not url.startswith((address, "chrome:", "data:"))]
    assert others == []
    assert [entry for entry in opened.get_log("browser") if entry["level"] != "INFO"] == []
    if not opened.current_url.endswith(WITHOUT_HEADING):
        assert opened.execute_script("return document.querySelectorAll('h1').length") == 1


@every_page
def test_its_links_lead_somewhere(opened, address):
    links = opened.execute_script("return [...document.links].map(link => link.href)")
    within = [link for link in links if link.startswith(address)]
    assert within
    for link in {*within}:
        page, anchor = urldefrag(urljoin(opened.current_url, link))
        file = SITE / (unquote(page.removeprefix(address)) or "index.html")
        assert file.is_file(), link
        if anchor and file.suffix == ".html":
            assert f'id="{unquote(anchor)}"' in file.read_text(encoding="utf-8"), link


@every_page
@pytest.mark.parametrize("width", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_it_fits_its_width(opened, width):
    resize(opened, width)
    assert opened.execute_script("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("opened", ["search.html?q=acknowledged"], indirect=True)
def test_the_search_finds_what_is_there(opened):
    found = "return [...document.querySelectorAll('#search-results li a')].map(a => a.href)"
    links = WebDriverWait(opened, PATIENCE).until(lambda _: opened.execute_script(found))
    assert any("incremental" in link or "streams" in link for link in links)
