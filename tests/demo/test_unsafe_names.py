"""Names and messages that would act on a terminal, forge a line, or break the report."""

import json
import sys
import unicodedata

import pytest

from demo.charts import draw
from demo.outcome import show_streams
from demo.pipeline import Run, Stream, _take
from demo.printable import printable
from demo.processes import say
from demo.stores import Store, Table
from demo.tables import text_of

# A title for the window, red, the same by C1, and right to left; each with a line of its own.
UNSAFE = "\x1b]0;owned\x07\x1b[31mDB\x9b32m\u202eevil\u2066\r\nfake  1\u2028line\x7f\ud800\ufffe"
NOT_PRINTED = {"Cc", "Cs", "Zl", "Zp"}
BIDIRECTIONAL = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def unsafe_in(text):
    return {
        char
        for char in text
        if unicodedata.category(char) in NOT_PRINTED
        or unicodedata.bidirectional(char) in BIDIRECTIONAL
    }


def test_what_acts_on_a_terminal_is_replaced_and_nothing_else_is():
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    shown = printable(every)
    assert len(shown) == len(every)
    assert not unsafe_in(shown)
    replaced = {each for each, other in zip(every, shown, strict=True) if each != other}
    marks = {"\u061c", "\u200e", "\u200f"}  # of a direction, too
    assert replaced == unsafe_in(every) | marks | {"\ufffe", "\uffff"}


@pytest.mark.parametrize("name", ["محمد العلي", "김민준", "Siobhán", "👩\u200d🚒 on call"])
def test_names_of_all_languages_stay_as_they_are(name):
    assert printable(name) == name
    assert text_of(Table(("name",), [(name,)])) == f"name\n{name}"


def test_a_name_makes_one_cell_of_one_line():
    lines = text_of(Table(("name", "count"), [(UNSAFE, 1), ("next", 2)])).split("\n")
    assert len(lines) == 3
    assert lines[1] == f"�]0;owned��[31mDB�32m�evil� fake 1 line���{'1':>7}"
    assert not unsafe_in("".join(lines))


def test_a_table_of_a_run_forges_no_line(capsys):
    class Kept(Store):
        is_empty = open = how_to_look = None

        def rows(self, streams):
            return dict.fromkeys(streams, 1)

    show_streams(Run({"users": Stream(1, 1, bookmark=UNSAFE)}), Kept(), {})
    printed = capsys.readouterr().out
    assert len(printed.splitlines()) == 3
    assert not unsafe_in(printed.replace("\n", ""))


@pytest.mark.parametrize(
    "entry",
    [
        {"event": UNSAFE, "progress": True, "level": "info"},
        {"event": UNSAFE, "name": "tap-pagerduty", "level": "warning"},
        {"event": UNSAFE.replace("\n", ""), "level": "error"},
        {"event": f"Installing {UNSAFE}", "level": "info"},
    ],
)
def test_a_message_of_the_pipeline_stays_one_line(capsys, entry):
    _take(json.dumps(entry), Run())
    printed = capsys.readouterr().out
    assert "evil" in printed
    assert printed.count("\n") == len(printed.splitlines()) == 1
    assert not unsafe_in(printed[:-1])


def test_an_error_of_the_database_stays_one_line(capsys):
    say(f"PostgreSQL: {UNSAFE}", "next")
    printed = capsys.readouterr().out
    assert printed.splitlines()[1:] == ["next"]


@pytest.mark.parametrize("char", ["\x01", "\x1b", "\x7f", "\x9b", "\u202e", "\ufffe", "\uffff"])
def test_a_chart_can_be_drawn_of_any_name(char):
    rows = [(f"one{char}two", 5, 2), ("other", 3, 1)]
    [drawing] = draw("Alert noise", Table(("alert", "incidents", "noise"), rows))
    assert "one�two" in drawing.svg
    assert char not in drawing.svg
