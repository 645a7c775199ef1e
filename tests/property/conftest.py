"""How the properties are searched: the same examples in every run, or many fresh ones.

`HYPOTHESIS_PROFILE=explore pytest tests/property` looks at thirty times as many, different ones each time. `many` is
for what is said of workspaces that share nothing (`make property`): thousands of worlds, the same in every run.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

from tests.oracle.plugin import istio_oracle as istio_oracle

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

settings.register_profile(
    "repeatable", derandomize=True, database=None, deadline=None, max_examples=60, suppress_health_check=_SLOW
)
settings.register_profile(
    "explore", derandomize=False, database=None, deadline=None, max_examples=2000, suppress_health_check=_SLOW
)
settings.register_profile("many", parent=settings.get_profile("repeatable"), max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
