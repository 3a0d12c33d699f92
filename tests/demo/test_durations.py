"""Durations are written as people say them, in tables and on the axes of charts."""

import pytest

from demo.durations import DAY, HOUR, duration, kind_of, label_of, marks
from demo.tables import cell_of


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "0 s"),
        (0.5, "30 s"),
        (1, "1 min"),
        (59.4, "59 min"),
        (59.6, "1 h"),
        (72, "1 h 12 min"),
        (23 * HOUR + 59.6, "1 d"),
        (DAY, "1 d"),
        (3 * DAY + 4 * HOUR, "3 d 4 h"),
        (2 * DAY - 10, "2 d"),
        (12.4 * DAY, "12 d"),
        (1500 * DAY, "1,500 d"),
    ],
)
def test_durations(minutes, said):
    assert duration(minutes) == said


@pytest.mark.parametrize("longest", [0, 0.2, 1, 7, 55, 61, 135, 300, 2_000, 50_000, 900_000])
def test_an_axis_has_few_round_marks(longest):
    found = marks(longest)
    assert found[0] == 0
    assert found[-1] >= longest
    assert 2 <= len(found) <= 6
    assert len({duration(each) for each in found}) == len(found)


def test_columns_are_named_without_their_unit():
    assert label_of("median_minutes_to_acknowledge") == "median to acknowledge"
    assert label_of("minutes_open") == "open for"
    assert [kind_of(name) for name in ("minutes_open", "hours", "hour", "noise_percent", "at")] == [
        *("minutes", "hours", "", "percent", "")
    ]


def test_cells_are_what_a_person_reads():
    assert cell_of(72.0, "p90_minutes_to_resolve") == "1 h 12 min"
    assert cell_of(168.0, "hours_at_night") == "168 h"
    assert cell_of(12.6, "noise_percent") == "13 %"
    assert cell_of(1234, "number") == "#1234"
    assert cell_of(1234, "incidents") == "1,234"
    assert cell_of(None, "minutes_open") == "-"
