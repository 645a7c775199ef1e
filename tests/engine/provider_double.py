"""A test double of the Pulumi Kubernetes provider: the real protocol, the real API servers.

It stands in where the real plugin is not installed. It behaves as the real one (4.34) where a
program of custom resources can tell: resource ids, previews by dry run, drift, replacement,
conflicts. It does not name objects by itself, await readiness, render YAML or know Helm.
"""

# ruff: noqa: N802 - the methods' names are the protocol's
import secrets
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import metadata
from typing import TypeAlias

import grpc
import httpx2
from google.protobuf import empty_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from .kubernetes_api import ApiError, Manifest
from .live_objects import LiveObjects, without_read_only
from .properties import differences, has_unknown, plain, prune, to_struct
from .provider_config import ConfigurationError, connect, failures_of, replaced_by

VERSION = metadata.version("pulumi-kubernetes")

_MANAGER = "__fieldManager"
_IDENTITY = ("apiVersion", "kind", "metadata.name", "metadata.namespace")
_NO_PREVIEW = ("AlreadyExists", "Forbidden", "NotFound", "NoMatch")
_SECONDS_TO_DELETE = 60.0
_LARGEST_MESSAGE = 400 * 1024 * 1024

Context: TypeAlias = grpc.ServicerContext


class KubernetesDouble(provider_pb2_grpc.ResourceProviderServicer):
    """One provider resource of a program: one cluster.

    The engine unwraps and marks secrets by itself for a provider that does not accept them, and
    asks `Configure` for what a provider that shakes no hands supports: both keep this short.
    """

    def __init__(self) -> None:
        """Wait for `Configure`."""
        self._objects: LiveObjects | None = None
        self._unreachable = "the provider is not configured"

    def GetPluginInfo(self, request: empty_pb2.Empty, context: Context) -> plugin_pb2.PluginInfo:
        """The version that the double behaves like."""
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetSchema(self, request: provider_pb2.GetSchemaRequest, context: Context) -> provider_pb2.GetSchemaResponse:
        """A schema without types: those of custom resources are in no schema anyway."""
        return provider_pb2.GetSchemaResponse(schema=f'{{"name": "kubernetes", "version": "{VERSION}"}}')

    def Cancel(self, request: empty_pb2.Empty, context: Context) -> empty_pb2.Empty:
        """The engine ends the process next."""
        return empty_pb2.Empty()

    def CheckConfig(self, request: provider_pb2.CheckRequest, context: Context) -> provider_pb2.CheckResponse:
        """Accept the provider's arguments as they are, strict mode's rules kept."""
        is_default = request.name.startswith("default") or "::default" in request.urn
        failures = [
            provider_pb2.CheckFailure(property=failure.property, reason=failure.reason)
            for failure in failures_of(plain(request.news), is_default_provider=is_default)
        ]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def DiffConfig(self, request: provider_pb2.DiffRequest, context: Context) -> provider_pb2.DiffResponse:
        """Replace the provider, and so its objects, only when it means another cluster."""
        old, new = plain(request.old_inputs or request.olds), plain(request.news)
        changed = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
        if not changed:
            return _no_changes()
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME,
            diffs=changed,
            replaces=replaced_by(old, new, changed),
        )

    def Configure(self, request: provider_pb2.ConfigureRequest, context: Context) -> provider_pb2.ConfigureResponse:
        """Connect; a cluster that cannot be reached fails what is asked of it later."""
        prefix = "kubernetes:config:"
        try:
            objects = connect({k.removeprefix(prefix): v for k, v in request.variables.items()})
            objects.api.request("GET", "/version")
            self._objects = objects
        except (ConfigurationError, ApiError, httpx2.TransportError) as error:
            self._unreachable = f"configured Kubernetes cluster is unreachable: {error}"
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(self, request: provider_pb2.CheckRequest, context: Context) -> provider_pb2.CheckResponse:
        """Fill in the default namespace; the double wants names to be given."""
        inputs = without_read_only(plain(request.news))
        failures = []
        if not inputs["metadata"].get("name"):
            reason = "the double does not make up names"
            failures.append(provider_pb2.CheckFailure(property="metadata.name", reason=reason))
        if self._objects and not inputs["metadata"].get("namespace"):
            with _reported(context, request.urn):
                try:
                    api = self._objects.api
                    if api.is_namespaced(inputs["apiVersion"], inputs["kind"]):
                        inputs["metadata"]["namespace"] = api.namespace
                except ApiError as error:
                    if error.reason not in _NO_PREVIEW:
                        raise
        return provider_pb2.CheckResponse(inputs=to_struct(inputs), failures=failures)

    def Diff(self, request: provider_pb2.DiffRequest, context: Context) -> provider_pb2.DiffResponse:
        """Compare the program with the last known live object, as far as inputs shape it."""
        known = prune(without_read_only(plain(request.olds)), plain(request.old_inputs))
        new = without_read_only(plain(request.news))
        changes = {
            path: change
            for path, change in differences(known, new)
            if not any(_is_within(path, ignored) for ignored in request.ignoreChanges)
        }
        if not changes:
            return _no_changes()
        replaces = [path for path in changes if path in _IDENTITY]
        same_place = not any(path.startswith("metadata.") for path in replaces)
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME,
            replaces=replaces,
            deleteBeforeReplace=bool(replaces) and same_place,
            hasDetailedDiff=True,
            detailedDiff={
                path: provider_pb2.PropertyDiff(
                    kind=getattr(provider_pb2.PropertyDiff, change + "_REPLACE" * (path in replaces)),
                    inputDiff=change == "DELETE",
                )
                for path, change in changes.items()
            },
        )

    def Create(self, request: provider_pb2.CreateRequest, context: Context) -> provider_pb2.CreateResponse:
        """Create the object; a preview does it as a dry run."""
        inputs = plain(request.properties)
        manager = f"pulumi-kubernetes-{secrets.token_hex(4)}"
        if request.preview and (has_unknown(inputs) or self._objects is None):
            return provider_pb2.CreateResponse(properties=request.properties)
        with _reported(context, f"creation of {request.urn} failed"):
            try:
                live = self._reachable().create(inputs, manager, dry_run=request.preview)
            except ApiError as error:
                if request.preview and error.reason in _NO_PREVIEW:
                    return provider_pb2.CreateResponse(properties=request.properties)
                raise
        return provider_pb2.CreateResponse(
            id="" if request.preview else _id_of(live),
            properties=_state(live, manager, preview=request.preview),
        )

    def Update(self, request: provider_pb2.UpdateRequest, context: Context) -> provider_pb2.UpdateResponse:
        """Apply the object with the manager that created it; a preview does it as a dry run."""
        inputs = plain(request.news)
        manager = _manager_in(plain(request.olds))
        if request.preview and (has_unknown(inputs) or self._objects is None):
            return provider_pb2.UpdateResponse(properties=request.news)
        with _reported(context, f"update of {request.urn} failed"):
            live = self._reachable().update(inputs, manager, dry_run=request.preview)
        return provider_pb2.UpdateResponse(properties=_state(live, manager, preview=request.preview))

    def Read(self, request: provider_pb2.ReadRequest, context: Context) -> provider_pb2.ReadResponse:
        """The live object: drift for `refresh`, everything for `import` and `get`."""
        namespace, name = _parse_id(request.id)
        inputs, state = plain(request.inputs), plain(request.properties)
        if "kind" not in inputs:
            inputs = {**_kind_in(request.urn), "metadata": {"name": name, "namespace": namespace}}
        with _reported(context, f"reading {request.urn} failed"):
            try:
                live = self._reachable().read(inputs, name, namespace)
            except ApiError as error:
                if error.status == 404:
                    return provider_pb2.ReadResponse()  # the object is gone
                raise
        return provider_pb2.ReadResponse(
            id=request.id,
            properties=_state(live, _manager_in(state)),
            inputs=to_struct(prune(without_read_only(live), inputs)),
        )

    def Delete(self, request: provider_pb2.DeleteRequest, context: Context) -> empty_pb2.Empty:
        """Delete the object and wait until it is gone."""
        namespace, name = _parse_id(request.id)
        state = plain(request.properties)
        seconds = request.timeout or _SECONDS_TO_DELETE
        with _reported(context, f"deletion of {request.urn} failed"):
            self._reachable().delete(state, name, namespace, seconds)
        return empty_pb2.Empty()

    def _reachable(self) -> LiveObjects:
        if self._objects is None:
            raise ConfigurationError(self._unreachable)
        return self._objects


@contextmanager
def _reported(context: Context, doing: str) -> Iterator[None]:
    """Turn what can go wrong with a cluster into the engine's diagnostics."""
    try:
        yield
    except (ApiError, ConfigurationError, TimeoutError, httpx2.TransportError) as error:
        context.abort(grpc.StatusCode.UNKNOWN, f"{doing}: {error}")


def _no_changes() -> provider_pb2.DiffResponse:
    return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)


def _state(live: Manifest, manager: str, *, preview: bool = False) -> object:
    """What the stack's state keeps of a live object."""
    kept = {key: value for key, value in live.items() if not (preview and key == "status")}
    return to_struct({**kept, _MANAGER: manager})


def _manager_in(state: Manifest) -> str:
    manager: str = state.get(_MANAGER) or f"pulumi-kubernetes-{secrets.token_hex(4)}"
    return manager


def _id_of(live: Manifest) -> str:
    namespace, name = live["metadata"].get("namespace"), live["metadata"]["name"]
    return f"{namespace}/{name}" if namespace else str(name)


def _parse_id(id_: str) -> tuple[str | None, str]:
    namespace, _, name = id_.rpartition("/")
    return namespace or None, name


def _kind_in(urn: str) -> Manifest:
    """The API version and kind in the type of a URN: `kubernetes:group/version:Kind`."""
    _, api_version, kind = urn.split("::")[2].rsplit("$", 1)[-1].split(":")
    return {"apiVersion": api_version.removeprefix("core/"), "kind": kind}


def _is_within(path: str, parent: str) -> bool:
    return path == parent or path.startswith((f"{parent}.", f"{parent}["))


def main() -> None:
    """Serve on a free port, written to standard output, until the engine goes away."""
    options = [
        ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
        ("grpc.max_send_message_length", _LARGEST_MESSAGE),
    ]
    server = grpc.server(ThreadPoolExecutor(max_workers=64), options=options)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(KubernetesDouble(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)  # noqa: T201 - this is how the engine learns the port
    sys.stdin.read()


if __name__ == "__main__":
    main()
