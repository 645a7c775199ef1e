"""What the program may expect of the Kubernetes provider, be it the real plugin or the double."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from .control_plane import Cluster
from .kubernetes_api import ApiError, Manifest
from .program import Engine, ProgramStack, RunFailedError

pytestmark = pytest.mark.engine

API = "networking.istio.io/v1"
KIND = "ServiceEntry"
NAMESPACE = "provider"


@dataclass
class Declared:
    """What the program declares; a test edits it between two runs."""

    objects: dict[str, Manifest]
    annotations: dict[str, str] | None = None
    import_id: str | None = None
    context: str | None = "ap"
    identifier: str = "ap"
    kubeconfig: str | None = None


@dataclass
class Scenario:
    """A stack of one provider, the cluster behind it, and what the program declares there."""

    stack: ProgramStack
    cluster: Cluster
    declared: Declared

    def live(self, name: str = "catalog") -> Manifest:
        """The live object."""
        return self.cluster.api.get(API, KIND, name, NAMESPACE)


@pytest.fixture(scope="module")
def cluster(clusters: dict[str, Cluster]) -> Cluster:
    """A cluster with a namespace for this module."""
    clusters["ap"].create_namespaces(NAMESPACE)
    return clusters["ap"]


@pytest.fixture
def scenario(engine: Engine, cluster: Cluster, project: Path) -> Iterator[Scenario]:
    """A program with one ServiceEntry that is not deployed yet."""
    declared = Declared({"catalog": spec()})
    stack = engine.stack("provider", project, program(cluster, declared))
    yield Scenario(stack, cluster, declared)
    cluster.delete_all(API, KIND, NAMESPACE)


def spec(**changes: object) -> Manifest:
    """A host outside the mesh."""
    port = {"number": 443, "name": "tls", "protocol": "TLS"}
    return {"hosts": ["catalog.example.com"], "ports": [port], "resolution": "DNS", **changes}


def program(cluster: Cluster, declared: Declared) -> Callable[[], None]:
    """A program that declares what `declared` says when it runs."""

    def declare() -> None:
        provider = kubernetes.Provider(
            cluster.name,
            kubeconfig=declared.kubeconfig or str(cluster.kubeconfig),
            context=declared.context,
            cluster_identifier=declared.identifier,
        )
        for name, body in declared.objects.items():
            kubernetes.apiextensions.CustomResource(
                f"ap/{KIND}/{NAMESPACE}/{name}",
                api_version=API,
                kind=KIND,
                metadata=kubernetes.meta.v1.ObjectMetaArgs(
                    name=name, namespace=NAMESPACE, annotations=declared.annotations
                ),
                spec=body,
                opts=pulumi.ResourceOptions(provider=provider, import_=declared.import_id),
            )

    return declare


def test_an_existing_object_is_not_overwritten_but_can_be_adopted(scenario: Scenario) -> None:
    """A create fails on an object that is there; `import_` takes it over and changes it."""
    metadata = {"name": "catalog", "namespace": NAMESPACE}
    scenario.cluster.create({"apiVersion": API, "kind": KIND, "metadata": metadata, "spec": spec(resolution="NONE")})
    with pytest.raises(RunFailedError, match="already exists"):
        scenario.stack.up()

    scenario.declared.import_id = f"{NAMESPACE}/catalog"
    assert scenario.stack.up().names("import")
    assert scenario.live()["spec"]["resolution"] == "DNS"


def test_a_field_that_the_program_drops_is_removed(scenario: Scenario) -> None:
    """An update removes what an earlier run wrote."""
    scenario.declared.objects["catalog"] = spec(exportTo=["."])
    scenario.stack.up()
    assert scenario.live()["spec"]["exportTo"] == ["."]

    scenario.declared.objects["catalog"] = spec()
    assert scenario.stack.up().names("update")
    assert "exportTo" not in scenario.live()["spec"]


def test_an_object_deleted_by_hand_comes_back(scenario: Scenario) -> None:
    """`refresh` notices that an object is gone, `up` creates it again."""
    scenario.stack.up()
    scenario.cluster.api.delete(API, KIND, "catalog", NAMESPACE)
    assert scenario.stack.refresh().names("delete")
    assert scenario.stack.up().names("create")
    assert scenario.live()


def test_fields_of_another_manager_conflict_until_forced(scenario: Scenario) -> None:
    """The changes of a controller are not overwritten without `pulumi.com/patchForce`."""
    scenario.stack.up()
    scenario.cluster.edit(scenario.live(), {"spec": {"resolution": "NONE"}}, "a-controller")
    scenario.stack.refresh()
    with pytest.raises(RunFailedError, match='conflict with "a-controller"'):
        scenario.stack.up()

    scenario.declared.annotations = {"pulumi.com/patchForce": "true"}
    scenario.stack.up()
    assert scenario.live()["spec"]["resolution"] == "DNS"


def test_a_preview_asks_the_api_server(scenario: Scenario) -> None:
    """What the API server would refuse fails the preview, and a preview changes nothing."""
    scenario.declared.objects["catalog"] = spec(resolution="NEVER")
    with pytest.raises(RunFailedError, match=r"spec\.resolution"):
        scenario.stack.preview()
    with pytest.raises(ApiError):
        scenario.live()


def test_only_another_cluster_replaces_the_objects(scenario: Scenario) -> None:
    """The same cluster in a kubeconfig given otherwise changes the provider, not its objects."""
    scenario.stack.up()
    scenario.declared.kubeconfig = scenario.cluster.kubeconfig.read_text()
    moved = scenario.stack.preview()
    assert moved.names("update", prefix="pulumi:providers:") == {"ap"}
    assert moved.names("same")

    scenario.declared.identifier = "elsewhere"
    assert scenario.stack.preview().names("replace")


def test_strict_mode_wants_a_context(scenario: Scenario) -> None:
    """Strict mode refuses a provider that would use the current context."""
    scenario.stack.edit_config(lambda config: config.update({"kubernetes:strictMode": "true"}))
    scenario.declared.context = None
    with pytest.raises(RunFailedError, match='strict mode requires Provider "context"'):
        scenario.stack.preview()


def test_an_unreachable_cluster_fails_and_is_named_without_its_token(scenario: Scenario) -> None:
    """`up` fails with the reason; the kubeconfig stays out of it."""
    content = scenario.cluster.kubeconfig.read_text()
    port = content.split("127.0.0.1:")[1].split()[0]
    scenario.declared.kubeconfig = content.replace(f":{port}", ":1")
    with pytest.raises(RunFailedError, match="unreachable") as failure:
        scenario.stack.up()
    assert content.split("token: ")[1].split()[0] not in str(failure.value)
