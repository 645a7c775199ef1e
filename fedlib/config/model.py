"""The base of every model of the input: frozen, strict, unknown keys refused, camelCase in YAML.

Docstrings below fields become the descriptions of the JSON Schema for editors.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Final, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict
from pydantic.alias_generators import to_camel

DNS_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")


class Model(BaseModel):
    """A part of the input."""

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
Items = Annotated[tuple[T, ...], Strict(strict=False), BeforeValidator(lambda value: () if value is None else value)]
"""A list in YAML, a tuple in the frozen models. Only the container is lax, not what it holds.

A key with nothing behind it is an empty list, as Kubernetes has it; the same goes for `Section`.
"""


def _at_least_one(value: tuple[T, ...]) -> tuple[T, ...]:
    if not value:
        raise ValueError("at least one entry is required")
    return value


SomeItems = Annotated[Items[T], AfterValidator(_at_least_one)]
"""A list with at least one entry."""

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


def host_problem(host: str) -> str:
    """Why `host` is not a DNS name (RFC 1123: 253 characters, labels of 63); empty if it is one."""
    if len(host) > 253:
        return f"it has {len(host)} characters, and 253 are allowed"
    for label in host.split("."):
        problem = dns_problem(label)
        if problem:
            return f"the part '{label[:70]}': {problem}"
    return ""


def _address(value: str) -> str:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        if host_problem(value.lower()):
            raise ValueError(f"'{value[:80]}' is neither an IP address nor a DNS name") from None
    return value


def _host(value: str) -> str:
    problem = "a wildcard is not allowed" if "*" in value else host_problem(value.lower())
    if not problem and value.rpartition(".")[2].isdigit():
        problem = "its last part has digits only"
    if problem:
        raise ValueError(f"'{value[:80]}' is not a host: {problem}")
    return value


Host = Annotated[str, AfterValidator(_host)]
"""A DNS name without a wildcard."""


def _path(value: str) -> str:
    if "-----BEGIN" in value or "\n" in value:
        raise ValueError("this is the path of a file in the proxy, and what stands here looks like the content of one")
    return value


FilePath = Annotated[str, AfterValidator(_path)]
"""The path of a file; never its content, which may be secret."""

Address = Annotated[str, AfterValidator(_address)]


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


def _port(value: int) -> int:
    if not 1 <= value <= 65535:
        raise ValueError(f"{value} is not a port number (1 to 65535)")
    return value


PortNumber = Annotated[int, AfterValidator(_port)]

UInt32 = Annotated[int, Field(ge=0, le=2**32 - 1)]
"""A number as Envoy's protocol has it; a greater one would make proxies refuse what they are told."""

PositiveUInt32 = Annotated[int, Field(ge=1, le=2**32 - 1)]
"""The same without zero."""

_TOKEN: Final = re.compile(r":?[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def _header_name(value: str) -> str:
    if not _TOKEN.fullmatch(value):
        raise ValueError(f"'{value[:80]}' is not the name of a header")
    return value


HeaderName = Annotated[str, AfterValidator(_header_name)]
"""The name of a header (RFC 9110), or of a pseudo-header such as `:authority`."""

_VARIABLE: Final = re.compile(r"%%|%[A-Z][A-Z0-9_]*(\([^()]*\))?(:\d+)?%")


def _header_text(value: str) -> str:
    if any(ord(character) < 32 and character != "\t" for character in value):
        raise ValueError("the value of a header has one line and no control characters")
    if "%" in _VARIABLE.sub("", value):
        raise ValueError("a single % begins one of Envoy's variables, such as %HOSTNAME%; write %% for a percent sign")
    return value


HeaderText = Annotated[str, AfterValidator(_header_text)]
"""The value of a header that Envoy sets; a proxy refuses all of its routes for the sake of a broken one."""

_RE2_ONLY: Final = re.compile(r"\\(?:[pP](?:\{\^?\w+\}|\w)|[CzQE])")
_BROKEN: Final = (
    "missing )",
    "unbalanced",
    "unterminated",
    "nothing to repeat",
    "bad character range",
    "bad escape (end",
)


def regex(value: str) -> str:
    """Check an expression by the rules that all dialects have; what is RE2's alone is not looked at.

    Raises:
        ValueError: the expression is broken.
    """
    try:
        re.compile(_RE2_ONLY.sub("x", value))
    except re.error as error:
        if error.msg.startswith(_BROKEN):
            raise ValueError(f"'{value[:80]}' is not a regular expression: {error.msg}") from None
    except (RecursionError, OverflowError):
        raise ValueError("the regular expression is too large") from None
    return value


Regex = Annotated[str, AfterValidator(regex)]
"""An RE2 expression."""
