"""How the properties are searched: the same examples in every run, or many fresh ones.

`HYPOTHESIS_PROFILE=explore pytest tests/property` looks at a hundred times as many, different ones each time.
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
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
