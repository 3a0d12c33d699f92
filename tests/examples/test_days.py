"""The costs of a day in docs/rate-limits.md are what is measured."""

import re

import pytest

from docs.days import DAY, HOUR, SIZES, measure
from tests.docs.test_readme import document
from tests.support import harness

PAGE = document("docs/rate-limits.md")
ROWS = {
    cells[0]: cells[1:]
    for line in re.findall(r"^\| (\w+ \| [\d,]+ \| .+) \|$", PAGE, re.MULTILINE)
    for cells in [line.split(" | ")]
}


@pytest.fixture(autouse=True)
def as_it_was():
    """Put back what a tap in this process sets for the whole process."""
    with harness._as_it_was():
        yield


# The others take a minute: `python -m docs.days` measures all.
@pytest.mark.parametrize("size", SIZES[:2], ids=lambda size: size.name)
def test_a_run_each_day_costs_what_the_page_says(size):
    users, incidents, *_, requests, _ = ROWS[size.name]
    assert (users, incidents) == (f"{size.users:,}", f"{size.incidents:,}")
    day = measure(size, DAY)
    assert requests == f"{day.requests:,}"
    assert day.most == day.requests


def test_a_run_each_hour_costs_as_much_in_each_hour_of_a_small_account():
    _, _, requests, most, *_ = ROWS["small"]
    assert int(requests) == 24 * int(most)
    assert measure(SIZES[0], 12 * HOUR).requests == 2 * int(most)
