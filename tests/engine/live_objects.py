"""What the double does to live objects: the same requests as the real provider since 4.29.

An object is created with a plain create, which fails when it exists, and changed with a
server-side apply. Before that, the provider's own manager takes over what it created and what
`kubectl` wrote since; the fields of any other manager stay and conflict, unless forced.
"""

import re
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any

from .kubernetes_api import JSON_PATCH, ApiError, KubernetesApi, Manifest

_TAKEN_OVER = ("pulumi-kubernetes", "pulumi-resource-kubernetes", "kubectl", "before-first-apply")
_FORCE = "pulumi.com/patchForce"

_READ_ONLY = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "uid",
)


@dataclass(frozen=True, slots=True)
class LiveObjects:
    """The objects of one cluster, as one provider configuration treats them."""

    api: KubernetesApi
    upserts: bool = False
    forces: bool = False

    def create(self, inputs: Manifest, manager: str, *, dry_run: bool) -> Manifest:
        """Create the object; `AlreadyExists` unless the provider upserts."""
        if not self.upserts:
            return self.api.create(inputs, manager, dry_run=dry_run)
        return self.api.apply(inputs, manager, force=True, dry_run=dry_run)

    def update(self, inputs: Manifest, manager: str, *, dry_run: bool) -> Manifest:
        """Apply the object, with what is the provider's own already."""
        live = self.read(inputs, inputs["metadata"]["name"], inputs["metadata"].get("namespace"))
        annotations = inputs["metadata"].get("annotations") or {}
        force = self.forces or annotations.get(_FORCE) == "true"
        if not dry_run:
            self._take_over(live, manager)
            return self.api.apply(inputs, manager, force=force, dry_run=False)
        try:
            return self.api.apply(inputs, manager, force=force, dry_run=True)
        except ApiError as conflict:
            # A dry run cannot take over first, so it looks past what would be taken over.
            if not all(name.startswith(_TAKEN_OVER) for name in _conflicting(conflict)):
                raise
            return self.api.apply(inputs, manager, force=True, dry_run=True)

    def read(self, kind: Manifest, name: str, namespace: str | None) -> Manifest:
        """The live object with the API version and kind of `kind`."""
        return self.api.get(kind["apiVersion"], kind["kind"], name, namespace)

    def delete(self, state: Manifest, name: str, namespace: str | None, seconds: float) -> None:
        """Delete the object and wait until it is gone; an absent one is fine."""
        deadline = monotonic() + seconds
        try:
            self.api.delete(state["apiVersion"], state["kind"], name, namespace)
            while monotonic() < deadline:
                self.read(state, name, namespace)
                sleep(0.2)
        except ApiError as gone:
            if gone.status != 404:
                raise
            return
        raise TimeoutError(f"{namespace}/{name} is still there: a finalizer keeps it")

    def _take_over(self, live: Manifest, manager: str) -> None:
        """Make the provider's manager own what it and `kubectl` wrote, so that it can remove it."""
        entries = _managers_of(live)
        taken = [entry for entry in entries if _is_taken_over(entry)]
        if not taken:
            return
        ours = [e for e in entries if e["manager"] == manager and e["operation"] == "Apply"]
        owned: dict[str, Any] = {}
        for entry in [*ours, *taken]:
            owned = _union(owned, entry["fieldsV1"])
        merged = {**taken[0], "manager": manager, "operation": "Apply", "fieldsV1": owned}
        kept = [entry for entry in entries if entry not in (*ours, *taken)]
        metadata = "/metadata"
        change = [
            {"op": "replace", "path": f"{metadata}/managedFields", "value": [*kept, merged]},
            {
                "op": "replace",
                "path": f"{metadata}/resourceVersion",
                "value": live["metadata"]["resourceVersion"],
            },
        ]
        self.api.patch(live, change, manager, content_type=JSON_PATCH)


def without_read_only(manifest: Manifest) -> Manifest:
    """The manifest without the metadata that only the API server writes."""
    metadata = manifest.get("metadata") or {}
    kept = {key: value for key, value in metadata.items() if key not in _READ_ONLY}
    return {**manifest, "metadata": kept}


def _managers_of(live: Manifest) -> list[Manifest]:
    managers: list[Manifest] = live["metadata"].get("managedFields") or []
    return managers


def _conflicting(error: ApiError) -> list[str]:
    """The managers that an apply conflicts with; another error conflicts with a nameless one."""
    return re.findall(r'conflicts? with "([^"]+)"', str(error)) or [""]


def _is_taken_over(entry: Manifest) -> bool:
    name: str = entry["manager"]
    applied_by_kubectl = entry["operation"] == "Apply" and name == "kubectl"
    written = entry["operation"] == "Update" and name.startswith(_TAKEN_OVER)
    return (applied_by_kubectl or written) and not entry.get("subresource")


def _union(one: Manifest, other: Manifest) -> Manifest:
    """Both sets of fields, in the tree form of `fieldsV1`."""
    both = {key: _union(one.get(key, {}), fields) for key, fields in other.items()}
    return {**one, **both}
