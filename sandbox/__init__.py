"""PagerDuty in a box: a local server that looks like the PagerDuty REST API v2.

It has an account of its own, generated from a seed, and a clock of its own. It is as strict as the
real API, and can be made to misbehave. Use `Sandbox` in tests, `python -m sandbox` elsewhere.

The packages, each of which imports only from those below it:

- `server`: HTTP, authentication, rate limits, faults
- `endpoints`: which endpoints there are, by area, and what each of them returns
- `api`: what endpoints share: declarations, checks of queries, time windows, paging, errors
- `records`: records that are generated from the seed and the shapes in `shapes.txt`
- `account`: the configuration, the history of incidents, who is on call, the clock
- `values`: what records are made of: seeded random numbers, ids, timestamps, example names
"""

from sandbox.options import Options
from sandbox.sandbox import Sandbox

__all__ = ["Options", "Sandbox"]
