"""Tables of several teams on one host of a gateway: two that some request matches are never passed over in silence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from random import Random
from typing import Any, Final

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from fedlib.compilation import compile_federation
from fedlib.config.load import read_configuration
from fedlib.config.stack_file import StackFile
from fedlib.diagnostics import Report
from fedlib.diagnostics.source import Source
from tests.golden_case import GOLDEN, read_inventory

Plain = dict[str, Any]

CASE: Final = GOLDEN / "gateway-routes" / "tables-that-share-a-host.in.yaml"
NAMESPACES: Final = ("shop-backend", "shop-web")

PATHS: Final = ("/", "/a", "/A", "/a/b", "/ab", "/b", "/b1", "/1")
URIS: Final[tuple[Plain | None, ...]] = (
    None,
    *({"exact": path} for path in ("/a", "/a/b", "/b")),
    *({"prefix": path} for path in ("/a", "/a/b", "/b", "/ab")),
    {"exact": "/A", "ignoreCase": True},
    {"prefix": "/A", "ignoreCase": True},
    *({"regex": regex} for regex in ("/a", "/a.*", "/b[0-9]?", "/(a|b)", "/a/.+", "/ab?")),
)
ANY: Final[Plain] = {}
VALUES: Final = (None, "1", "2")
CONDITIONS: Final[tuple[Plain, ...]] = (
    {"name": "x"},
    {"name": "X", "value": "1"},
    {"name": "x", "value": "2"},
    {"name": "x", "value": "[12]", "regex": True},
)


@dataclass(frozen=True)
class Request:
    """What Envoy sees of a request to the host."""

    path: str
    method: str
    header: str | None
    parameter: str | None


REQUESTS: Final = [Request(*parts) for parts in product(PATHS, ("GET", "PUT"), VALUES, VALUES)]


def _matcher(dice: Random) -> Plain:
    matcher: Plain = {}
    uri = dice.choice(URIS)
    if uri is not None:
        matcher["uri"] = uri
    if dice.random() < 0.3:
        matcher["method"] = dice.choice(("GET", "PUT"))
    if dice.random() < 0.4:
        matcher["headers"] = [{**dice.choice(CONDITIONS), "invertMatch": dice.random() < 0.4}]
    if dice.random() < 0.2:
        matcher["queryParameters"] = [{**dice.choice(CONDITIONS), "name": "q"}]
    return matcher


def _table(dice: Random, namespace: str) -> Plain:
    routes = [
        {
            "name": f"route-{index}",
            "matchers": [_matcher(dice) for _ in range(dice.choice((1, 1, 1, 2, 0)))],
            "directResponse": {"status": 200},
        }
        for index in range(dice.randint(1, 2))
    ]
    return {
        "apiVersion": "networking.gloo.solo.io/v2",
        "kind": "RouteTable",
        "metadata": {"name": "table", "namespace": namespace, "annotations": {"cluster.solo.io/cluster": "eu"}},
        "spec": {
            "hosts": ["shared.example.com"],
            "virtualGateways": [{"name": "north-south", "namespace": "istio-gateways"}],
            "http": routes,
        },
    }


def _shared(tables: list[Plain]) -> list[str]:
    """What FED529 says of tables beside the gateway of the golden case."""
    document = yaml.safe_load(CASE.read_text(encoding="utf-8"))
    config = {key.removeprefix("federation:"): value for key, value in document["config"].items()}
    config["resources"] = [one for one in config["resources"] if one["kind"] == "VirtualGateway"] + tables
    report = Report()
    stack = StackFile("test", CASE.parent, Source("Pulumi.test.yaml"), config)
    configuration = read_configuration(stack, report)
    compile_federation(configuration, read_inventory(document, stack, report), report)
    assert not report.has_errors, list(report)
    return [finding.message for finding in report if finding.code.id == "FED529"]


def _holds(condition: Plain, value: str | None) -> bool:
    wanted: str = condition.get("value", "")
    fits = value is not None and (not wanted or re.fullmatch(wanted, value) is not None)
    return fits is not condition.get("invertMatch", False)


def _path_fits(uri: Mapping[str, Any], path: str) -> bool:
    if "regex" in uri:
        return re.fullmatch(uri["regex"], path) is not None
    wanted: str = uri.get("exact", uri.get("prefix"))
    if uri.get("ignoreCase"):
        wanted, path = wanted.lower(), path.lower()
    return path == wanted if "exact" in uri else path.startswith(wanted)


def _fits(matcher: Plain, request: Request) -> bool:
    return (
        ("uri" not in matcher or _path_fits(matcher["uri"], request.path))
        and matcher.get("method", request.method) == request.method
        and all(_holds(one, request.header) for one in matcher.get("headers", ()))
        and all(_holds(one, request.parameter) for one in matcher.get("queryParameters", ()))
    )


def _matched(table: Plain) -> Iterator[Request]:
    for route in table["spec"]["http"]:
        for matcher in route["matchers"] or [ANY]:
            yield from (request for request in REQUESTS if _fits(matcher, request))


@settings(max_examples=150)
@given(st.integers(0, 2**64))
def test_tables_that_a_request_matches_both_of_are_reported(seed: int) -> None:
    dice = Random(seed)
    tables = [_table(dice, namespace) for namespace in NAMESPACES]
    both = set(_matched(tables[0])) & set(_matched(tables[1]))
    assert not both or _shared(tables)


def test_it_says_nothing_where_no_request_matches_both() -> None:
    """Not of everything that is apart, but of what differs in path, method or a value."""
    apart: list[tuple[Plain, Plain]] = [
        ({"uri": {"prefix": "/a"}}, {"uri": {"prefix": "/b"}}),
        ({"uri": {"exact": "/a"}}, {"uri": {"prefix": "/a/"}}),
        ({"uri": {"regex": "/a/.+"}}, {"uri": {"prefix": "/b"}}),
        ({"method": "GET"}, {"method": "PUT"}),
        ({"headers": [{"name": "x", "value": "1"}]}, {"headers": [{"name": "X", "value": "2"}]}),
        ({"headers": [{"name": "x"}]}, {"headers": [{"name": "x", "invertMatch": True}]}),
        ({"queryParameters": [{"name": "q", "value": "1"}]}, {"queryParameters": [{"name": "q", "value": "2"}]}),
    ]
    for matchers in apart:
        tables = [_table(Random(0), namespace) for namespace in NAMESPACES]
        for table, matcher in zip(tables, matchers, strict=True):
            table["spec"]["http"] = [{"matchers": [matcher], "directResponse": {"status": 200}}]
        assert not _shared(tables), matchers
        assert not set(_matched(tables[0])) & set(_matched(tables[1])), matchers
