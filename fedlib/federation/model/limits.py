"""What Istio's ServiceEntry can hold, from the rules of its CRD."""

from __future__ import annotations

from typing import Final

MAX_PORTS: Final = 128
MAX_ENDPOINTS: Final = 4096
