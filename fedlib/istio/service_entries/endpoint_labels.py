"""Labels of gateways as endpoints: those of the pods behind them, as far as somebody asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

TLS_MODE: Final = "security.istio.io/tlsMode"


def endpoint_labels(
    selector: Mapping[str, str], versions: Iterable[Mapping[str, str]], keys: frozenset[str]
) -> list[dict[str, str]]:
    """The labels of each endpoint that stands for pods with these labels behind a gateway, sorted."""
    common = {**selector, TLS_MODE: "istio"}
    distinct = {tuple(sorted((key, labels[key]) for key in keys & labels.keys())) for labels in versions} or {()}
    return [dict(sorted({**dict(items), **common}.items())) for items in sorted(distinct)]
