"""A small client of the Kubernetes API for plain manifests, of the bed and of the double."""

from typing import Any, Self

import httpx2
from lightkube.config.client_adapter import Client, ConnectionParams
from lightkube.config.kubeconfig import KubeConfig

Manifest = dict[str, Any]

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
_APPLY = "application/apply-patch+yaml"


class ApiError(Exception):
    """What the API server answered instead: `reason` is Kubernetes' own (`AlreadyExists`, ...)."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        """Keep the HTTP status beside the reason."""
        super().__init__(message)
        self.status = status
        self.reason = reason


class KubernetesApi:
    """One cluster's API; safe to use from many threads."""

    def __init__(self, http: httpx2.Client, namespace: str = "default") -> None:
        """Use `from_kubeconfig` instead."""
        self.namespace = namespace
        self._http = http
        self._kinds: dict[str, dict[str, tuple[str, bool]]] = {}

    @classmethod
    def from_kubeconfig(cls, kubeconfig: Manifest, context: str | None = None) -> Self:
        """Connect as `context` (by default the current one) of a parsed kubeconfig says."""
        chosen = KubeConfig.from_dict(kubeconfig).get(context)
        if chosen is None:
            raise ValueError("the kubeconfig has no current context")
        parameters = ConnectionParams(timeout=httpx2.Timeout(60), trust_env=False)
        return cls(Client(chosen, parameters), chosen.namespace)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def is_namespaced(self, api_version: str, kind: str) -> bool:
        """Whether objects of this kind live in namespaces."""
        return self._kind(api_version, kind)[1]

    def get(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Manifest:
        """The live object."""
        return self.request("GET", self._path(api_version, kind, namespace, name))

    def list(self, api_version: str, kind: str, namespace: str | None = None) -> list[Manifest]:
        """All objects of a kind, of one namespace or of the whole cluster."""
        plural, _ = self._kind(api_version, kind)
        scope = f"/namespaces/{namespace}" if namespace else ""
        answer = self.request("GET", f"{_root(api_version)}{scope}/{plural}")
        return [{"apiVersion": api_version, "kind": kind, **item} for item in answer["items"]]

    def create(self, manifest: Manifest, manager: str, *, dry_run: bool = False) -> Manifest:
        """Create the object; fails with `AlreadyExists` if it is there."""
        path = self._path(*_kind_of(manifest), _namespace_of(manifest))
        query = _query(manager, dry_run=dry_run)
        return self.request("POST", path, manifest, query=query)

    def refusal(self, manifest: Manifest) -> str:
        """Why the API server would not create the object, unknown fields included; empty where it would."""
        path = self._path(*_kind_of(manifest), _namespace_of(manifest))
        query = _query("fedlib-test", dry_run=True) | {"fieldValidation": "Strict"}
        try:
            self.request("POST", path, manifest, query=query)
        except ApiError as error:
            return str(error)
        return ""

    def apply(self, manifest: Manifest, manager: str, *, force: bool, dry_run: bool = False) -> Manifest:
        """Server-side apply; `force` takes fields from other managers, else they conflict."""
        query = _query(manager, dry_run=dry_run) | {"force": str(force).lower()}
        return self.request("PATCH", self._path_of(manifest), manifest, query=query, content_type=_APPLY)

    def patch(
        self,
        live: Manifest,
        change: object,
        manager: str,
        *,
        content_type: str = MERGE_PATCH,
        subresource: str = "",
    ) -> Manifest:
        """Change the object that `live` names."""
        path = self._path_of(live) + (f"/{subresource}" if subresource else "")
        query = _query(manager, dry_run=False)
        return self.request("PATCH", path, change, query=query, content_type=content_type)

    def delete(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Manifest:
        """Ask for the object's deletion; finalizers may keep it for a while."""
        query = {"propagationPolicy": "Foreground"}
        return self.request("DELETE", self._path(api_version, kind, namespace, name), query=query)

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: dict[str, str] | None = None,
        content_type: str = "application/json",
    ) -> Manifest:
        """One request: the answer's JSON object, or an `ApiError`."""
        answer = self._http.request(
            method,
            path,
            params=query,
            json=body,
            headers={"Content-Type": content_type} if body is not None else None,
        )
        try:
            content: Manifest = answer.json()
        except ValueError:
            content = {"message": answer.text}
        if answer.is_error:
            reason = content.get("reason") or answer.reason_phrase
            raise ApiError(answer.status_code, reason, content.get("message") or reason)
        return content

    def _kind(self, api_version: str, kind: str) -> tuple[str, bool]:
        """The plural of a kind and whether it is namespaced, from the cluster's discovery."""
        if kind not in self._kinds.get(api_version, {}):
            served = self.request("GET", _root(api_version))["resources"]
            self._kinds[api_version] = {
                entry["kind"]: (entry["name"], entry["namespaced"]) for entry in served if "/" not in entry["name"]
            }
        try:
            return self._kinds[api_version][kind]
        except KeyError:
            message = f'no matches for kind "{kind}" in version "{api_version}"'
            raise ApiError(404, "NoMatch", message) from None

    def _path_of(self, manifest: Manifest) -> str:
        name = manifest["metadata"]["name"]
        return self._path(*_kind_of(manifest), _namespace_of(manifest), name)

    def _path(self, api_version: str, kind: str, namespace: str | None, name: str = "") -> str:
        plural, namespaced = self._kind(api_version, kind)
        scope = f"/namespaces/{namespace or self.namespace}" if namespaced else ""
        return f"{_root(api_version)}{scope}/{plural}" + (f"/{name}" if name else "")


def _root(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def _kind_of(manifest: Manifest) -> tuple[str, str]:
    return manifest["apiVersion"], manifest["kind"]


def _namespace_of(manifest: Manifest) -> str | None:
    namespace: str | None = manifest["metadata"].get("namespace")
    return namespace


def _query(manager: str, *, dry_run: bool) -> dict[str, str]:
    return {"fieldManager": manager} | ({"dryRun": "All"} if dry_run else {})
