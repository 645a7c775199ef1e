"""What istiod makes of the objects of the golden cases is what the real Envoy takes.

Istio hands strings of tenants on as they are, and a proxy that refuses one refuses all changes from then on.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.engine.golden_objects import distinct_objects
from tests.engine.validators import Envoy, Istioctl, culprits
from tests.web_keys import GOOD, WRONG

pytestmark = pytest.mark.engine

REFUSED: Final[dict[str, list[dict[str, Any]]]] = yaml.safe_load(
    Path(__file__).with_name("refused_by_envoy.yaml").read_text(encoding="utf-8")
)
ROUTE: Final = {"route": [{"destination": {"host": "catalog.shop-backend.svc.cluster.local", "port": {"number": 80}}}]}


def test_envoy_takes_every_object(envoy: Envoy) -> None:
    """Routes, listeners, clusters and filters of all of them."""
    objects = [(str(one), one.placed.kind, one.spec) for one in distinct_objects()]
    assert {kind for _, kind, _ in objects} >= set(REFUSED)
    assert envoy.refused([one for one in objects if one[1] != "EnvoyFilter"]) == {}


def test_istio_takes_every_object(istioctl: Istioctl) -> None:
    """Istio's admission webhook refuses more than its schemas say."""
    refused = culprits(distinct_objects(), lambda some: istioctl.refusal([one.manifest() for one in some]))
    assert {str(one): refusal for one, refusal in refused} == {}


def test_istio_refuses_a_wrong_object(istioctl: Istioctl) -> None:
    """The validation is as strict as the test above needs it to be."""
    spec = {"hosts": ["*.example.com", "shop.example.com"], "http": [ROUTE]}
    metadata = {"name": "shop", "namespace": "default"}
    manifest = {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": metadata, "spec": spec}
    assert "duplicate hosts" in istioctl.refusal([manifest])


def test_envoy_takes_our_keys_and_no_others(envoy: Envoy) -> None:
    """A set without a key that it knows makes a proxy refuse its listener, so we are as strict as it is."""
    sets = {json.dumps({"keys": [key]}): key in GOOD for key in (*GOOD, *WRONG)}
    objects = [(keys, "RequestAuthentication", {"jwtRules": [{"jwks": keys}]}) for keys in sets]
    assert set(envoy.refused(objects)) == {keys for keys, good in sets.items() if not good}


@pytest.mark.parametrize(("kind", "index"), [(kind, index) for kind in REFUSED for index in range(len(REFUSED[kind]))])
def test_envoy_refuses_a_wrong_string(envoy: Envoy, kind: str, index: int) -> None:
    """Each string is where Envoy looks at it: the test above would see a wrong one."""
    spec = REFUSED[kind][index]
    if kind == "VirtualService":
        spec = {"hosts": ["shop.example.com"], "http": [{**ROUTE, **spec}]}
    if kind == "DestinationRule":
        spec = {"host": "catalog", "trafficPolicy": {"portLevelSettings": [{"port": {"number": 80}, **spec}]}}
    assert set(envoy.refused([("it", kind, spec)])) == {"it"}
