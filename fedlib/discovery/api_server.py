"""An API server's lists, read to the end or not at all: paged, retried, and within a deadline.

lightkube's own `list` cannot ask for one page again (its iterator is dead after an error) and its models leave out
fields, so the requests are made here, on lightkube's logged-in HTTP client.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar

import httpx2
import orjson
from lightkube.core.exceptions import ConfigError

from fedlib.config.api_groups import group_of
from fedlib.diagnostics.source import as_mapping
from fedlib.discovery.answer_body import ENCODING, BodyError, decoded
from fedlib.discovery.kinds import Resource, is_gloo_group
from fedlib.discovery.live_cluster import Limits

T = TypeVar("T")

_LATER: Final = "try again later; a recorded inventory (`inventory:`) works without the cluster"
_REACH: Final = "check that the API server can be reached from here (address, VPN, proxy)"
_LOG_IN: Final = "log in again or renew the token of the kubeconfig, and check with `kubectl get namespaces`"

_GROUP_VERSION: Final = re.compile(r"[a-z0-9.-]+/[a-z0-9]+")
_PLURAL: Final = re.compile(r"[a-z0-9]+")
"""Subresources (`workspaces/status`) have a slash and are not listed."""

_RETRIED: Final = frozenset({429, 500, 502, 503, 504})


class UnreadableError(Exception):
    """Why a cluster cannot be read, in words for people, and what they can do about it."""

    def __init__(self, reason: str, advice: str = _LATER) -> None:
        super().__init__(reason)
        self.reason = reason
        self.advice = advice


class ForbiddenError(UnreadableError):
    """The user of the kubeconfig may not look."""


class _AbsentError(UnreadableError):
    """There is no such object (404)."""


class _PassingError(Exception):
    """A trouble that may be over at the next attempt; `pause` is what the server asks for."""

    def __init__(self, reason: str, advice: str = _LATER, pause: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.advice = advice
        self.pause = pause


class _ExpiredError(Exception):
    """The server has forgotten the continue token (410 Gone)."""


class ApiServer:
    """The API server of one cluster, used by one thread. Its deadline runs from its construction."""

    def __init__(self, client: httpx2.Client, limits: Limits) -> None:
        self._client = client
        self._limits = limits
        self._end = time.monotonic() + limits.deadline

    def list_all(self, resource: Resource, take: Callable[[Any], T | None], count: Callable[[int], None]) -> list[T]:
        """All objects of a kind, each turned by `take` as soon as its page is there; None is left out.

        `count` learns after each page how many there are.

        Raises:
            UnreadableError: the list could not be read to its end.
        """
        for _ in range(self._limits.restarts + 1):
            try:
                return self._list_once(resource, take, count)
            except _ExpiredError:
                continue
        raise UnreadableError(f"the list of {resource.plural} expired again and again before its end (HTTP 410)")

    def read(self, path: str, what: str) -> Mapping[str, Any] | None:
        """One object; None when there is none.

        Raises:
            ForbiddenError: the user may not read it.
            UnreadableError: it could not be read.
        """
        try:
            return self._get(path, {}, what)
        except _AbsentError:
            return None

    def groups(self) -> list[Mapping[str, Any]]:
        """All API groups that are served."""
        return self._items(self._get("apis", {}, "API groups"), "groups", "API groups")

    def serves(self, resource: Resource, groups: Iterable[Mapping[str, Any]]) -> bool:
        """Whether a kind is served; `groups` are the served groups. What everybody has is not asked for."""
        group = group_of(resource.api_version)
        if "." not in group:
            return True
        if not any(one.get("name") == group for one in groups):
            return False
        what = f"the API group {group}"
        kinds = self.read(f"apis/{resource.api_version}", what)
        return kinds is not None and any(
            one.get("name") == resource.plural for one in self._items(kinds, "resources", what)
        )

    def gloo_resources(self, groups: Iterable[Mapping[str, Any]]) -> list[Resource]:
        """The kinds of all groups of Gloo Mesh among the served ones, at each group's preferred version."""
        found = []
        for group in groups:
            name, preferred = group.get("name"), as_mapping(group.get("preferredVersion")).get("groupVersion")
            if not (isinstance(name, str) and is_gloo_group(name)):
                continue
            if not isinstance(preferred, str) or not _GROUP_VERSION.fullmatch(preferred):
                raise UnreadableError(f"the API group {name} has no preferred version", _REACH)
            kinds = self._get(f"apis/{preferred}", {}, f"the API group {name}")
            for kind in self._items(kinds, "resources", f"the API group {name}"):
                plural, verbs = str(kind.get("name")), kind.get("verbs")
                if _PLURAL.fullmatch(plural) and isinstance(verbs, list) and "list" in verbs:
                    found.append(Resource(preferred, str(kind.get("kind")), plural))
        return sorted(found, key=lambda resource: (resource.api_version, resource.kind))

    def _list_once(self, resource: Resource, take: Callable[[Any], T | None], count: Callable[[int], None]) -> list[T]:
        found: list[T] = []
        read = 0
        for page in self._pages(resource):
            for item in page:
                # items of a list say neither their kind nor their version
                typed = {"apiVersion": resource.api_version, "kind": resource.kind} if isinstance(item, dict) else {}
                taken = take({**item, **typed} if typed else item)
                if taken is not None:
                    found.append(taken)
            read += len(page)
            count(read)
        return found

    def _pages(self, resource: Resource) -> Iterator[list[Any]]:
        params = {"limit": str(self._limits.page)}
        read = 0
        while True:
            try:
                answer = self._get(resource.path, params, resource.plural)
            except UnreadableError as error:
                if read:
                    stopped = f"the list of {resource.plural} stopped after {read} objects: {error.reason}"
                    raise UnreadableError(stopped, error.advice) from None
                raise
            page = self._items(answer, "items", resource.plural)
            read += len(page)
            if read > self._limits.objects:
                raise UnreadableError(f"the list of {resource.plural} does not end after {read} objects", _REACH)
            yield page
            token = as_mapping(answer.get("metadata")).get("continue")
            if not token:
                return
            if not isinstance(token, str) or token == params.get("continue"):
                raise UnreadableError(f"the list of {resource.plural} does not end", _REACH)
            params["continue"] = token

    def _items(self, answer: Mapping[str, Any], key: str, what: str) -> list[Any]:
        items = answer.get(key, "absent")
        if items is None and key == "items":
            return []  # how Go writes an empty list
        if not isinstance(items, list) or (key != "items" and not all(isinstance(item, dict) for item in items)):
            raise UnreadableError(f"the answer for {what} is not a Kubernetes list", _REACH)
        return items

    def _get(self, path: str, params: Mapping[str, str], what: str) -> Mapping[str, Any]:
        for attempt in range(1, self._limits.attempts + 1):
            try:
                return self._decode(self._body(path, params, what), what)
            except _PassingError as error:
                if attempt == self._limits.attempts:
                    raise UnreadableError(error.reason, error.advice) from None
                self._pause(attempt, error)
        raise AssertionError("the last attempt returns or raises")

    def _pause(self, attempt: int, error: _PassingError) -> None:
        pause = self._limits.backoff * 2 ** (attempt - 1) if error.pause is None else error.pause
        pause = min(pause, self._limits.longest_pause)
        if pause >= self._left():
            raise UnreadableError(error.reason, error.advice)
        time.sleep(pause)

    def _left(self) -> float:
        """Seconds until the deadline."""
        left = self._end - time.monotonic()
        if left <= 0:
            reason = f"it was not read within {self._limits.deadline:g} seconds"
            raise UnreadableError(reason, "check how the API server does; a recorded inventory works without it")
        return left

    def _body(self, path: str, params: Mapping[str, str], what: str) -> bytes:
        """The body of an answer. Messages of libraries are not shown: they may hold credentials."""
        left = self._left()
        timeout = httpx2.Timeout(min(self._limits.read, left), connect=min(self._limits.connect, left))
        try:
            headers = {"Accept-Encoding": ENCODING}
            with self._client.stream("GET", path, params=params, headers=headers, timeout=timeout) as response:
                if response.status_code != httpx2.codes.OK:
                    raise _refusal(response, what, listing=bool(params))
                chunks = []
                encoding = response.headers.get("Content-Encoding", "")
                for chunk in decoded(response.iter_raw(), encoding, self._limits.largest):
                    chunks.append(chunk)
                    self._left()
                return b"".join(chunks)
        except BodyError as error:
            raise UnreadableError(f"the answer for {what} cannot be read: {error}", _REACH) from None
        except httpx2.RequestError as error:
            raise _trouble(error, what) from None
        except (ConfigError, OSError, ValueError, KeyError, TypeError):
            # raised while lightkube asks a credential plugin or reads a token file
            reason = "no credentials: the plugin or token file of its kubeconfig failed"
            raise UnreadableError(reason, _LOG_IN) from None

    def _decode(self, body: bytes, what: str) -> Mapping[str, Any]:
        try:
            answer = orjson.loads(body)  # strict: it takes no text that is not Unicode, and no deep nesting
        except ValueError:
            raise _PassingError(f"the answer for {what} is not whole: it is no valid JSON", _REACH) from None
        if not isinstance(answer, dict):
            raise UnreadableError(f"the answer for {what} is not a Kubernetes list", _REACH)
        return answer


def _refusal(response: httpx2.Response, what: str, *, listing: bool) -> Exception:
    code = response.status_code
    if code == httpx2.codes.GONE and listing:
        return _ExpiredError()
    if code == httpx2.codes.UNAUTHORIZED:
        return UnreadableError("the credentials were refused (HTTP 401); the token may have expired", _LOG_IN)
    if code == httpx2.codes.FORBIDDEN:
        advice = f"grant the user a ClusterRole with `get` and `list` on {what}"
        verb = "list" if listing else "get"
        return ForbiddenError(f"the user of its kubeconfig may not {verb} {what} (HTTP 403)", advice)
    if code == httpx2.codes.NOT_FOUND and not listing:
        return _AbsentError(f"the API server answered HTTP {code} for {what}", _REACH)
    if code in _RETRIED:
        after = response.headers.get("Retry-After", "")
        pause = float(after) if after.isdecimal() else None
        return _PassingError(f"the API server keeps answering HTTP {code} for {what}", _LATER, pause)
    return UnreadableError(f"the API server answered HTTP {code} for {what}", _REACH)


def _trouble(error: httpx2.RequestError, what: str) -> Exception:
    text = str(error).lower()
    if isinstance(error, httpx2.ConnectError) and "certificate" in text:
        return UnreadableError("its certificate is not trusted", "check certificate-authority-data of the kubeconfig")
    if isinstance(error, httpx2.LocalProtocolError | httpx2.UnsupportedProtocol):
        return UnreadableError("the request could not be written: is there a line break in its token?", _LOG_IN)
    reasons: tuple[tuple[type[httpx2.RequestError], str], ...] = (
        (httpx2.ProxyError, "the proxy refused the connection"),
        (httpx2.ConnectTimeout, "it does not answer: connecting timed out"),
        (httpx2.TimeoutException, f"no answer for {what} in time"),
        (httpx2.ConnectError, "no connection to its API server"),
    )
    closed = f"the connection closed in the middle of the answer for {what}"
    return _PassingError(next((reason for kind, reason in reasons if isinstance(error, kind)), closed), _REACH)
