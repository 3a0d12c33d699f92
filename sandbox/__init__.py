"""PagerDuty in a box: a local server that looks like the PagerDuty REST API v2.

It has an account of its own, made up from a seed, and a clock of its own. It is as strict as the
real API, and can be made to misbehave. Use `Sandbox` in tests, `python -m sandbox` elsewhere.
"""

from sandbox.options import Options
from sandbox.sandbox import Sandbox

__all__ = ["Options", "Sandbox"]
