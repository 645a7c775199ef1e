"""AdaptiveRequestConcurrencyPolicy: Envoy's adaptive concurrency filter, at the pods that serve the requests.

Solo's Envoy limits each client's requests to a destination. Upstream Envoy has the limit as a filter of listeners only:
at clients it would mix all destinations, and at the server it measures what it limits.
"""

from __future__ import annotations

from typing import Any, Final

from fedlib.config.policies.connection import AdaptiveRequestConcurrencyPolicySpec
from fedlib.istio.envoy_filters.patch import typed

_TYPE: Final = "envoy.extensions.filters.http.adaptive_concurrency.v3.AdaptiveConcurrency"
_UNAVAILABLE: Final = 503


def adaptive_concurrency(spec: AdaptiveRequestConcurrencyPolicySpec) -> dict[str, Any]:
    """The HTTP filter."""
    config = spec.config
    measured = config.min_rtt_calc_params
    status = config.concurrency_limit_exceeded_status
    settings = typed(
        _TYPE,
        gradient_controller_config={
            "sample_aggregate_percentile": {"value": config.sample_aggregate_percentile},
            "concurrency_limit_params": {
                "max_concurrency_limit": config.max_concurrency_limit,
                "concurrency_update_interval": _milliseconds(config.concurrency_update_interval_millis),
            },
            "min_rtt_calc_params": {
                "interval": _milliseconds(measured.interval_millis),
                "request_count": measured.request_count,
                "min_concurrency": measured.min_concurrency,
                "jitter": {"value": measured.jitter_percentile},
                "buffer": {"value": measured.buffer_percentile},
            },
        },
        enabled={"default_value": True, "runtime_key": "adaptive_concurrency.enabled"},
        concurrency_limit_exceeded_status={"code": status if status >= 400 else _UNAVAILABLE},
    )
    return {"name": "envoy.filters.http.adaptive_concurrency", "typed_config": settings}


def _milliseconds(value: int) -> str:
    whole, rest = divmod(value, 1000)
    return f"{whole}.{rest:03d}".rstrip("0") + "s" if rest else f"{whole}s"
