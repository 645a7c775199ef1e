"""Federation of services across Kubernetes clusters, at plan time."""

from __future__ import annotations

__version__ = "0.1.0"
