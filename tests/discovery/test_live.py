"""Live discovery against a double of an API server that misbehaves."""

from __future__ import annotations

import dataclasses
import json
import logging
import time
from collections import defaultdict
from collections.abc import Iterator

import pytest

from fedlib.diagnostics import Report
from fedlib.discovery.inventory import ClusterInventory
from fedlib.discovery.live import discover_live
from fedlib.discovery.live_cluster import Limits, LiveCluster
from fedlib.discovery.objects import parse_object
from tests.discovery import api_double, samples
from tests.discovery.api_double import PLURALS, ApiDouble, Trouble, serving
from tests.discovery.conftest import FAST, TOKEN, live

SERVICES = PLURALS["v1/Service"]


@pytest.fixture(autouse=True)
def no_token_in_any_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG)
    yield
    assert TOKEN not in caplog.text


def discover(server: ApiDouble, limits: Limits = FAST) -> tuple[ClusterInventory | None, list[str]]:
    report = Report()
    found = discover_live({"eu": live(server)}, report, limits=limits)
    texts = [f"{finding.code.id} {finding.message} ({finding.hint})" for finding in report]
    assert TOKEN not in repr(list(report))
    assert "secret server message" not in repr(list(report))
    return found.get("eu"), texts


def sound(server: ApiDouble) -> ClusterInventory:
    inventory, findings = discover(server)
    assert findings == []
    assert inventory is not None
    return inventory


def failure(server: ApiDouble, limits: Limits = FAST) -> str:
    """The reason why the cluster could not be read."""
    inventory, findings = discover(server, limits)
    assert inventory is None
    assert len(findings) == 1
    assert findings[0].startswith("FED101 cluster 'eu' could not be read: ")
    return findings[0].removeprefix("FED101 cluster 'eu' could not be read: ")


def expected() -> dict[str, set[str]]:
    names = defaultdict(set)
    for document in samples.cluster():
        found = parse_object(document, "eu", None, Report())
        names[type(found).__name__].add(document["metadata"]["name"])
    return names


def test_everything_is_found_in_pages(server: ApiDouble) -> None:
    inventory = sound(server)
    assert {one.name for one in inventory.namespaces} == expected()["Namespace"]
    assert {one.name for one in inventory.services} == expected()["Service"]
    assert {one.name for one in inventory.workloads} == expected()["Workload"]
    assert {one.kind for one in inventory.workloads} == {"Deployment", "StatefulSet", "DaemonSet"}
    assert len(inventory.gloo_objects) == 1
    assert inventory.gloo_objects[0].document["kind"] == "Workspace"
    assert server.authorizations == {f"Bearer {TOKEN}"}
    assert not any("secrets" in path or "internal" in path or "argoproj" in path for path in server.requests)


def test_many_pages(server: ApiDouble) -> None:
    items = [samples.service(f"s{index}") for index in range(25)]
    server.lists[SERVICES] = items
    assert len(sound(server).services) == 25
    assert server.requests[SERVICES] == 13


def test_a_cluster_without_gloo() -> None:
    with serving([samples.namespace("shop")]) as server:
        assert sound(server).gloo_objects == ()


@pytest.mark.parametrize("code", [429, 500, 503])
def test_passing_troubles_are_retried(server: ApiDouble, code: int) -> None:
    server.troubles["*"] = api_double.status(code, times=1, Retry_After="0")
    assert sound(server) is not None


def test_a_page_that_broke_off_once_is_read_again(server: ApiDouble) -> None:
    server.troubles[SERVICES] = api_double.body(b'{"kind": "ServiceList", "items": [{"metad', times=2, length=1000)
    assert len(sound(server).services) == 2


def test_an_expired_list_starts_again(server: ApiDouble) -> None:
    server.lists[SERVICES] = [samples.service(f"s{index}") for index in range(5)]
    server.troubles[SERVICES] = api_double.status(410, times=2, after=1)
    assert len(sound(server).services) == 5


def test_a_list_that_always_expires(server: ApiDouble) -> None:
    server.troubles[SERVICES] = api_double.status(410)
    assert failure(server).startswith("the list of services expired again and again before its end (HTTP 410)")
    assert server.requests[SERVICES] == 4


def test_refused_credentials(server: ApiDouble) -> None:
    server.troubles["*"] = api_double.status(401)
    assert failure(server).startswith("the credentials were refused (HTTP 401); the token may have expired (log in")
    assert sum(server.requests.values()) == 1


def test_a_token_that_expires_half_way(server: ApiDouble) -> None:
    server.lists[SERVICES] = [samples.service(f"s{index}") for index in range(5)]
    server.troubles[SERVICES] = api_double.status(401, after=1)
    assert failure(server).startswith("the list of services stopped after 2 objects: the credentials were refused")


def test_a_missing_permission_is_named(server: ApiDouble) -> None:
    server.troubles[PLURALS["v1/Node"]] = api_double.status(403)
    assert failure(server) == (
        "the user of its kubeconfig may not list nodes (HTTP 403) "
        "(grant the user a ClusterRole with `get` and `list` on nodes)"
    )


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (api_double.status(503, after=1), "the API server keeps answering HTTP 503 for services"),
        (api_double.status(404, after=1), "the API server answered HTTP 404 for services"),
    ],
)
def test_a_list_that_stops_after_its_first_page(server: ApiDouble, trouble: Trouble, reason: str) -> None:
    server.lists[SERVICES] = [samples.service(f"s{index}") for index in range(5)]
    server.troubles[SERVICES] = trouble
    assert failure(server).startswith(f"the list of services stopped after 2 objects: {reason}")


CLOSED = "the connection closed in the middle of the answer for services"


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (api_double.body(b'{"items": [', length=5000), CLOSED),
        (api_double.body(b'{"items": ['), "the answer for services is not whole: it is no valid JSON"),
        (api_double.body(b"\xff\x00 garbage"), "the answer for services is not whole: it is no valid JSON"),
        (api_double.body(b"[" * 100_000), "the answer for services is not whole: it is no valid JSON"),
        (api_double.body(b'"text"'), "the answer for services is not a Kubernetes list"),
        (api_double.body(b'{"kind": "Status"}'), "the answer for services is not a Kubernetes list"),
        (api_double.body(b'{"items": {}}'), "the answer for services is not a Kubernetes list"),
        (api_double.body(b'{"items": [], "metadata": {"continue": "x"}}'), "the list of services does not end"),
        (api_double.status(302, Location="http://127.0.0.1:1/login"), "the API server answered HTTP 302 for services"),
        (api_double.hang, "no answer for services in time"),
    ],
)
def test_answers_that_are_no_list(server: ApiDouble, trouble: Trouble, reason: str) -> None:
    server.troubles[SERVICES] = trouble
    assert failure(server, dataclasses.replace(FAST, attempts=2)).startswith(reason)


def test_a_null_list_is_empty(server: ApiDouble) -> None:
    server.troubles[SERVICES] = api_double.body(b'{"items": null, "metadata": {}}')
    assert sound(server).services == ()


@pytest.mark.parametrize("path", ["apis", "apis/admin.gloo.solo.io/v2"])
@pytest.mark.parametrize("trouble", [api_double.status(503), api_double.status(410), api_double.body(b'{"a": 1}')])
def test_group_discovery_that_fails_fails_the_cluster(server: ApiDouble, path: str, trouble: Trouble) -> None:
    server.troubles[path] = trouble
    assert "API group" in failure(server)


def test_the_deadline_holds_for_a_server_that_drips(server: ApiDouble) -> None:
    server.troubles[SERVICES] = api_double.drip
    begun = time.monotonic()
    assert failure(server, dataclasses.replace(FAST, deadline=0.5)).startswith("it was not read within 0.5 seconds")
    assert time.monotonic() - begun < 2


def test_a_server_that_is_gone() -> None:
    with serving([]) as server:
        pass
    assert failure(server).startswith("no connection to its API server (check that the API server can be reached")


def test_a_cluster_without_any_namespace() -> None:
    with serving([samples.service("web")]) as server:
        assert failure(server).startswith("its API server lists no Namespace")


def test_objects_of_a_namespace_that_was_just_deleted_are_left_out(server: ApiDouble) -> None:
    server.lists[SERVICES].append(samples.service("late", "deleted"))
    assert {service.name for service in sound(server).services} == {"web", "eastwest"}


def test_a_broken_object_is_reported_and_left_out(server: ApiDouble) -> None:
    server.lists[SERVICES][0]["spec"]["ports"] = "all"
    inventory, findings = discover(server)
    assert inventory is not None
    assert [service.name for service in inventory.services] == ["eastwest"]
    assert [finding.split()[0] for finding in findings] == ["FED105"]


def test_clusters_are_read_at_once_and_one_that_fails_does_not_touch_the_others(server: ApiDouble) -> None:
    with serving(samples.cluster()) as broken, serving(samples.cluster()) as slow:
        broken.troubles[SERVICES] = api_double.status(403)
        slow.troubles["*"] = _delayed(0.05)
        clusters = {"eu": live(server), "us": live(broken, "us"), "asia": live(slow, "asia")}
        report, steps = Report(), list[tuple[str, str, int, bool]]()
        found = discover_live(
            clusters, report, lambda name, kind, count, *, done: steps.append((name, kind, count, done)), FAST
        )
    assert list(found) == ["asia", "eu"]
    assert [finding.subject.name for finding in report] == ["us"]
    assert ("eu", "Service", 2, True) in steps
    assert ("us", "", -1, True) in steps
    assert ("eu", "", 13, True) in steps


def _delayed(seconds: float) -> Trouble:
    def trouble(_handler: api_double.Handler, _count: int) -> bool:
        time.sleep(seconds)
        return False

    return trouble


def test_more_clusters_than_threads(server: ApiDouble) -> None:
    clusters = {f"c{index}": live(server, f"c{index}") for index in range(7)}
    report = Report()
    found = discover_live(clusters, report, limits=dataclasses.replace(FAST, parallel=2))
    assert list(found) == sorted(clusters)
    assert len(report) == 0


def test_contents_of_a_kubeconfig_have_no_repr(server: ApiDouble) -> None:
    assert TOKEN not in repr(live(server))
    assert TOKEN not in repr({"eu": live(server)})


def test_nothing_of_a_raw_object_is_kept(server: ApiDouble) -> None:
    inventory = sound(server)
    text = repr(dataclasses.asdict(inventory))
    assert "hunter" not in text
    assert "managedFields" not in text
    assert "anything-private" not in text
    json.dumps(inventory.gloo_objects[0].document)


def test_no_clusters() -> None:
    assert discover_live({}, Report()) == {}


def test_a_bug_is_raised(server: ApiDouble) -> None:
    def broken(cluster: str, kind: str, count: int, *, done: bool) -> None:
        raise RuntimeError("bug")

    with pytest.raises(RuntimeError, match="bug"):
        discover_live({"eu": live(server)}, Report(), broken, FAST)


def test_kubeconfig_of_live_cluster_defaults() -> None:
    assert LiveCluster("eu").contents is None
