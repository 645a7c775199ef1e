"""Workloads: whatever runs pods, seen through its pod template, or through the pods themselves.

Each reader answers None for what runs nothing: a ReplicaSet scaled to zero, a Job that ended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from fedlib.diagnostics import Ref
from fedlib.diagnostics.source import Origin
from fedlib.discovery.fields import Part
from fedlib.discovery.inventory import Workload
from fedlib.discovery.istio_settings import is_istiod, read_istiod

_ENDED: Final = ("Succeeded", "Failed")


def is_mesh_annotation(key: str) -> bool:
    """Whether an annotation is Istio's or Gloo's. Others may hold anything, also secrets."""
    return key.partition("/")[0].endswith(("istio.io", "solo.io"))


def mesh_annotations(metadata: Part) -> dict[str, str]:
    """The annotations of Istio and Gloo."""
    return {key: value for key, value in metadata.strings("annotations").items() if is_mesh_annotation(key)}


def _read_template(part: Part, ref: Ref, origin: Origin | None) -> Workload:
    return _workload(part, part.part("spec").part("template"), ref, origin)


def _read_rollout(part: Part, ref: Ref, origin: Origin | None) -> Workload | None:
    """A Rollout of Argo. With a `workloadRef` it runs the template of that Deployment, which is read by itself."""
    return None if part.part("spec").data.get("workloadRef") else _read_template(part, ref, origin)


def _read_replicas(part: Part, ref: Ref, origin: Origin | None) -> Workload | None:
    return None if part.part("spec").data.get("replicas") == 0 else _read_template(part, ref, origin)


def _read_job(part: Part, ref: Ref, origin: Origin | None) -> Workload | None:
    conditions = part.part("status").parts("conditions")
    ended = any(one.text("type") in ("Complete", "Failed") and one.text("status") == "True" for one in conditions)
    return None if ended else _read_template(part, ref, origin)


def _read_cron_job(part: Part, ref: Ref, origin: Origin | None) -> Workload:
    return _workload(part, part.part("spec").part("jobTemplate").part("spec").part("template"), ref, origin)


def _read_pod(part: Part, ref: Ref, origin: Origin | None) -> Workload | None:
    return None if part.part("status").text("phase") in _ENDED else _workload(part, part, ref, origin)


WORKLOAD_READERS: Final[Mapping[tuple[str, str], Callable[[Part, Ref, Origin | None], Workload | None]]] = {
    ("apps", "Deployment"): _read_template,
    ("apps", "StatefulSet"): _read_template,
    ("apps", "DaemonSet"): _read_template,
    ("apps", "ReplicaSet"): _read_replicas,
    ("apps.openshift.io", "DeploymentConfig"): _read_template,
    ("argoproj.io", "Rollout"): _read_rollout,
    ("batch", "CronJob"): _read_cron_job,
    ("batch", "Job"): _read_job,
    ("extensions", "DaemonSet"): _read_template,
    ("extensions", "Deployment"): _read_template,
    ("extensions", "ReplicaSet"): _read_replicas,
    ("", "Pod"): _read_pod,
    ("", "ReplicationController"): _read_replicas,
}
"""Readers by API group and kind; the versions of a group say the same of what is read."""


def _workload(part: Part, template: Part, ref: Ref, origin: Origin | None) -> Workload:
    """A workload of an object and the pod template (or pod) in it."""
    metadata, spec = template.part("metadata"), template.part("spec")
    labels = metadata.strings("labels")
    return Workload(
        cluster=ref.cluster,
        namespace=ref.namespace,
        kind=ref.kind,
        name=ref.name,
        api_version=part.text("apiVersion"),
        labels=labels,
        annotations=mesh_annotations(metadata),
        service_account=spec.text("serviceAccountName") or spec.text("serviceAccount") or "default",
        container_ports=_container_ports(spec),
        controller=_controller(part.part("metadata")),
        istiod=read_istiod(labels, spec.parts("containers")) if is_istiod(part.data) else None,
        origin=origin,
    )


def _container_ports(spec: Part) -> dict[str, int]:
    """Named ports of containers and of init containers that go on running."""
    sidecars = [one for one in spec.parts("initContainers") if one.text("restartPolicy") == "Always"]
    ports: dict[str, int] = {}
    for container in (*spec.parts("containers"), *sidecars):
        for port in container.parts("ports"):
            number, name = port.required_port("containerPort"), port.text("name")
            if name:
                ports.setdefault(name, number)
    return ports


def _controller(metadata: Part) -> tuple[str, str, str]:
    """What made this object: apiVersion, kind and name; empty where nothing did."""
    owners = [one for one in metadata.parts("ownerReferences") if one.data.get("controller") is True]
    return (owners[0].text("apiVersion"), owners[0].text("kind"), owners[0].text("name")) if owners else ("", "", "")
