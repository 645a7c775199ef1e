"""The base of every model of the input: frozen, strict, unknown keys refused, camelCase in YAML.

Docstrings below fields become the descriptions of the JSON Schema for editors.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, ClassVar, Final, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict
from pydantic.alias_generators import to_camel

DNS_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")


class Model(BaseModel):
    """A part of the input."""

    shapes_owner: ClassVar[bool] = False
    """Whether what holds a list of these would mean something else without a part of one; then it is left out, too."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        hide_input_in_errors=True,
    )


T = TypeVar("T")
EMPTY: Final = BeforeValidator(lambda value: () if value is None else value)
"""A key with nothing behind it is an empty list, as Kubernetes has it; the same goes for `Section`."""

ManyItems = Annotated[tuple[T, ...], Strict(strict=False), EMPTY]
"""A list in YAML, a tuple in the frozen models. Only the container is lax, not what it holds."""

Items = Annotated[tuple[T, ...], Strict(strict=False), Field(max_length=1000), EMPTY]
"""A list of at most 1,000 entries: nobody writes more, and what is done for each of them takes time for everybody."""

FewItems = Annotated[tuple[T, ...], Strict(strict=False), Field(max_length=256), EMPTY]
"""A list of at most 256 entries, of which each is held against many other things."""


def _at_least_one(value: tuple[T, ...]) -> tuple[T, ...]:
    if not value:
        raise ValueError("at least one entry is required")
    return value


SomeItems = Annotated[FewItems[T], AfterValidator(_at_least_one)]
"""A list with at least one entry, and at most 256."""

Section = Annotated[T, BeforeValidator(lambda value: {} if value is None else value)]
"""A mapping or a model that is empty when nothing stands behind its key."""

Enum = Annotated[T, Strict(strict=False)]
"""A closed set of words."""


def dns_problem(name: str, limit: int = 63) -> str:
    """Why `name` is not a DNS label of at most `limit` characters (RFC 1123); empty if it is one."""
    if not name:
        return "it is empty"
    if len(name) > limit:
        return f"it has {len(name)} characters"
    if not DNS_LABEL.fullmatch(name):
        return "it is not a DNS label"
    return ""


def label_problem(key: str, value: str) -> str:
    """Why Kubernetes does not take a label; empty if it does."""
    prefix, slash, name = key.rpartition("/")
    if (slash and host_problem(prefix.lower())) or not _LABEL_PART.fullmatch(name):
        return f"'{key[:80]}' is not the key of a label"
    if value and not _LABEL_PART.fullmatch(value):
        return f"'{value[:80]}' is not the value of a label: 63 letters, digits, '-', '_' and '.' at most"
    return ""


_LABEL_PART: Final = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")


def host_problem(host: str) -> str:
    """Why `host` is not a DNS name (RFC 1123: 253 characters, labels of 63); empty if it is one."""
    if len(host) > 253:
        return f"it has {len(host)} characters, and 253 are allowed"
    for label in host.split("."):
        problem = dns_problem(label)
        if problem:
            return f"the part '{label[:70]}': {problem}"
    return ""


def is_number(label: str) -> bool:
    """Whether programs take the last part of a host for a number, and so the host for an IP address."""
    return _NUMBER.fullmatch(label) is not None


_NUMBER: Final = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")


def _address(value: str) -> str:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        if host_problem(value.lower()):
            raise ValueError(f"'{value[:80]}' is neither an IP address nor a DNS name") from None
    return value


def domain_problem(value: str) -> str:
    """Why Istio does not take a host, which may begin with `*.`; empty if it does."""
    problem = host_problem(value.removeprefix("*.").lower())
    if problem or not is_number(value.rpartition(".")[2]):
        return problem
    return "it ends in a number, as addresses do"


def _host(value: str) -> str:
    problem = "a wildcard is not allowed" if "*" in value else domain_problem(value)
    if problem:
        raise ValueError(f"'{value[:80]}' is not a host: {problem}")
    return value


Host = Annotated[str, AfterValidator(_host)]
"""A DNS name without a wildcard."""


def one_spelling(host: str) -> str:
    """A host in small letters and without the dot of the root, so that all ways to write one host are one."""
    return host.lower().removesuffix(".")


OwnHost = Annotated[str, AfterValidator(one_spelling), AfterValidator(_host)]
"""A host that a resource wants to have, without a wildcard and in one spelling."""


def _path(value: str) -> str:
    if "-----BEGIN" in value or "\n" in value:
        raise ValueError("this is the path of a file in the proxy, and what stands here looks like the content of one")
    return value


FilePath = Annotated[str, AfterValidator(_path)]
"""The path of a file; never its content, which may be secret."""

Address = Annotated[str, AfterValidator(_address)]

_SERVER_NAME: Final = re.compile(r"[0-9A-Za-z_.*-]{0,255}")


def _server_name(value: str) -> str:
    if not _SERVER_NAME.fullmatch(value):
        raise ValueError(f"'{value[:80]}' is no SNI: letters, digits, '-', '_' and '.', 255 at most")
    return value


ServerName = Annotated[str, AfterValidator(_server_name)]
"""An SNI; Istio's own have underscores."""


def _suffix(value: str) -> str:
    problem = host_problem(value) if value else ""
    if problem:
        raise ValueError(f"'{value[:80]}' is not a DNS suffix: {problem}")
    return value


HostSuffix = Annotated[str, AfterValidator(_suffix)]


def _block(value: str) -> str:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise ValueError(f"'{value[:80]}' is neither an IP address nor a CIDR block") from None
    return value


IPBlock = Annotated[str, AfterValidator(_block)]
"""An IP address or a CIDR block."""


def _percentage(value: float) -> float:
    if value != 0 and not 0.0001 <= value <= 100:
        raise ValueError(f"{value:g} is not a percentage; write 0, or 0.0001 to 100")
    return value


Percentage = Annotated[float, AfterValidator(_percentage)]

_STATUSES: Final = frozenset({
    100, *range(200, 209), 226, *range(300, 306), 307, 308, *range(400, 418), *range(421, 425), 426, 428, 429, 431,
    *range(500, 509), 510, 511,
})  # fmt: skip
"""HTTP statuses that Envoy knows."""


def known_status(value: int) -> int:
    """Check a status.

    Raises:
        ValueError: Envoy does not know it.
    """
    if value not in _STATUSES:
        raise ValueError(f"{value} is not a status that Envoy knows, such as 403 or 503")
    return value


KnownStatus = Annotated[int, AfterValidator(known_status)]
"""An HTTP status with a name in Envoy's protocol, which refuses others in some places."""

Text = Annotated[str, Field(min_length=1)]
"""A string that is not empty."""


def _port(value: int) -> int:
    if not 1 <= value <= 65535:
        raise ValueError(f"{value} is not a port number (1 to 65535)")
    return value


PortNumber = Annotated[int, AfterValidator(_port)]

UInt32 = Annotated[int, Field(ge=0, le=2**32 - 1)]
"""A number as Envoy's protocol has it; a greater one would make proxies refuse what they are told."""

PositiveUInt32 = Annotated[int, Field(ge=1, le=2**32 - 1)]
"""The same without zero."""
