"""The memory of large response bodies does not stay with the process."""

import ctypes

import pytest

from tap_pagerduty.api.memory import THRESHOLD, give_back_bodies


class Library:
    def __init__(self):
        self.calls = []

    def mallopt(self, option, value):
        self.calls.append((option, value))
        return 1


def test_bodies_larger_than_the_threshold_are_mapped(monkeypatch):
    library = Library()
    monkeypatch.setattr(ctypes, "CDLL", lambda _: library)
    give_back_bodies()
    assert library.calls == [(-3, THRESHOLD)]
    assert THRESHOLD < 200_000  # a page of a hundred incidents or log entries is larger


@pytest.mark.parametrize("fault", [OSError, AttributeError, TypeError])
def test_another_c_library_does_no_harm(monkeypatch, fault):
    def missing(_):
        raise fault

    monkeypatch.setattr(ctypes, "CDLL", missing)
    give_back_bodies()
