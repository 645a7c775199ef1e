"""Python's cyclic garbage collector, which costs much here and finds nothing."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """Pause the collector: a compile makes millions of objects and no cycles, and scanning them costs most.

    It is for whoever compiles, around all that they do with the result: the first collection after the compile would
    scan everything once more.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
