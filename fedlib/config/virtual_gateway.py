"""`VirtualGateway` (networking.gloo.solo.io/v2) as Gloo's schema has it."""

from __future__ import annotations

import enum
from collections import Counter
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, BeforeValidator, Strict, model_validator

from fedlib.config.gloo import ObjectSelector, PortSelector
from fedlib.config.model import (
    Enum,
    FewItems,
    FilePath,
    Items,
    Model,
    SomeItems,
    dns_problem,
    domain_problem,
)
from fedlib.config.selectors import WorkloadSelector
from fedlib.config.untranslated import Later


class AppProtocol(enum.StrEnum):
    """What a listener speaks."""

    GRPC = "GRPC"
    GRPC_WEB = "GRPC-WEB"
    HTTP = "HTTP"
    HTTP_PROXY = "HTTP_PROXY"
    HTTP2 = "HTTP2"
    HTTPS = "HTTPS"
    TCP = "TCP"
    TLS = "TLS"
    MONGO = "MONGO"
    REDIS = "REDIS"
    MYSQL = "MYSQL"


_PLAIN_HTTP: Final = (
    AppProtocol.HTTP, AppProtocol.GRPC, AppProtocol.GRPC_WEB, AppProtocol.HTTP_PROXY, AppProtocol.HTTP2,
)  # fmt: skip
_PLAIN_TCP: Final = (AppProtocol.TCP, AppProtocol.MONGO, AppProtocol.REDIS, AppProtocol.MYSQL)


class TLSMode(enum.StrEnum):
    """What a gateway does with TLS."""

    PASSTHROUGH = "PASSTHROUGH"
    SIMPLE = "SIMPLE"
    MUTUAL = "MUTUAL"
    AUTO_PASSTHROUGH = "AUTO_PASSTHROUGH"
    ISTIO_MUTUAL = "ISTIO_MUTUAL"


class TLSProtocolVersion(enum.StrEnum):
    """Versions of TLS."""

    TLS_AUTO = "TLS_AUTO"
    TLSV1_0 = "TLSv1_0"
    TLSV1_1 = "TLSv1_1"
    TLSV1_2 = "TLSv1_2"
    TLSV1_3 = "TLSv1_3"


class TLSParameters(Model):
    """Versions and ciphers."""

    minimum_protocol_version: Enum[TLSProtocolVersion] = TLSProtocolVersion.TLS_AUTO
    """The least version; by default 1.2."""
    maximum_protocol_version: Enum[TLSProtocolVersion] = TLSProtocolVersion.TLS_AUTO
    """The highest version."""
    cipher_suites: Items[str] = ()
    """Ciphers, as Envoy names them; required below 1.2."""

    @model_validator(mode="after")
    def _old_versions(self) -> Self:
        old = (TLSProtocolVersion.TLSV1_0, TLSProtocolVersion.TLSV1_1)
        if self.minimum_protocol_version in old and not self.cipher_suites:
            raise ValueError(f"{self.minimum_protocol_version} needs cipherSuites")
        return self


class TLSFiles(Model):
    """Files in the gateway's pods."""

    server_cert: FilePath = ""
    """The certificate's file."""
    private_key: FilePath = ""
    """The private key's file."""
    ca_certs: FilePath = ""
    """The file of the CA certificates against which clients are verified."""


class TLSConfig(Model):
    """TLS of a listener."""

    secret_name: str = ""
    """The Secret with the certificate, in the namespace of each gateway."""
    files: TLSFiles | None = None
    """The certificate in files, instead of a Secret."""
    verify_subject_alt_name: Items[str] = ()
    """Names that a client's certificate may have."""
    parameters: TLSParameters | None = None
    """Versions and ciphers."""
    mode: Enum[TLSMode] = TLSMode.PASSTHROUGH
    """What the gateway does with TLS."""

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if self.secret_name and self.files is not None:
            raise ValueError("set either secretName or files")
        files = self.files or TLSFiles()
        if self.mode is TLSMode.ISTIO_MUTUAL and (self.secret_name or self.files is not None):
            raise ValueError("ISTIO_MUTUAL takes Istio's certificates; leave out secretName and files")
        if self.mode is TLSMode.SIMPLE and not (self.secret_name or (files.server_cert and files.private_key)):
            raise ValueError("SIMPLE needs secretName, or files.serverCert and files.privateKey")
        complete = files.server_cert and files.private_key and files.ca_certs
        if self.mode is TLSMode.MUTUAL and not (self.secret_name or complete):
            raise ValueError("MUTUAL needs secretName, or files with serverCert, privateKey and caCerts")
        return self


def _filter_host(value: str) -> str:
    namespace, _, name = value.rpartition("/")
    if namespace and namespace not in ("*", ".") and dns_problem(namespace):
        raise ValueError(f"'{namespace[:80]}' is not a namespace: {dns_problem(namespace)}")
    problem = "" if name == "*" else domain_problem(name)
    if problem:
        raise ValueError(f"'{name[:80]}' is neither a DNS name nor one that begins with `*.`: {problem}")
    return value


FilterHost = Annotated[str, AfterValidator(_filter_host)]
"""`[<namespace>/]<host>`; the namespace may be `*` or `.`, and the host may begin with a wildcard."""


class RouteTableFilter(Model):
    """RouteTables that may use a listener."""

    host: FilterHost
    """The hosts that they may have."""
    selector: ObjectSelector | None = None
    """Which tables; `{}` selects all of this workspace, and nothing selects none."""
    allowed_routes: Later = None
    """Restricts routes to functions in a cloud."""


class ExternalServiceFilter(Model):
    """ExternalServices that a listener leads to."""

    host: FilterHost
    """The hosts that they may have."""
    selector: ObjectSelector | None = None
    """Which ExternalServices."""


class Listener(Model):
    """A port on which the gateways listen."""

    port: PortSelector
    """The port of the gateways' Services."""
    tls: TLSConfig | None = None
    """TLS of the listener."""
    https_redirect: bool | None = None
    """Whether requests are redirected to https."""
    http: dict[str, Any] | None = None
    """Serves HTTP; an empty object."""
    tcp: dict[str, Any] | None = None
    """Serves TCP; an empty object, and the default."""
    allowed_route_tables: Items[RouteTableFilter] = ()
    """Which RouteTables may use the listener; all without an entry."""
    exposed_external_services: Items[ExternalServiceFilter] = ()
    """Which ExternalServices the listener leads to; all without an entry."""
    app_protocol: (
        Annotated[AppProtocol, Strict(strict=False), BeforeValidator(lambda v: v.upper() if isinstance(v, str) else v)]
        | None
    ) = None
    """What is spoken; by default HTTP, HTTPS, TCP or TLS by the other fields."""

    @property
    def protocol(self) -> AppProtocol:
        """What is spoken, set or by default."""
        return self.app_protocol or self._protocols()[0]

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that it serves, without their namespaces and in small letters; `*` when nothing restricts them."""
        hosts = [one.host for one in self.allowed_route_tables]
        hosts += [one.host for one in self.exposed_external_services]
        return tuple(dict.fromkeys(host.rpartition("/")[2].lower() for host in hosts)) or ("*",)

    @property
    def first_host(self) -> str:
        """The host that tells listeners of one port and protocol apart."""
        hosts = [f.host for f in self.allowed_route_tables] or [f.host for f in self.exposed_external_services]
        return hosts[0] if hosts else "*"

    def _protocols(self) -> tuple[AppProtocol, ...]:
        """What may be spoken, the default first."""
        if self.http is not None:
            return _PLAIN_HTTP if self.tls is None else (AppProtocol.HTTPS,)
        return _PLAIN_TCP if self.tls is None else (AppProtocol.TLS,)

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if self.http is not None and self.tcp is not None:
            raise ValueError("set only one of http and tcp")
        if self.tls is not None and self.https_redirect is not None:
            raise ValueError("set only one of tls and httpsRedirect")
        if self.http is None and self.https_redirect is not None:
            raise ValueError("httpsRedirect needs http: {}")
        if self.app_protocol not in (None, *self._protocols()):
            kind = f"{'a tcp' if self.http is None else 'an http'} listener {'with' if self.tls else 'without'} tls"
            raise ValueError(f"{kind} speaks {', '.join(self._protocols())}, not {self.app_protocol}")
        return self


class VirtualGatewaySpec(Model):
    """The spec of a `VirtualGateway`."""

    workloads: FewItems[WorkloadSelector] | None = None
    """The gateways: by the Service's name, or by the labels that the Service selects; all when unset."""
    listeners: SomeItems[Listener]
    """The ports on which they listen."""

    @model_validator(mode="after")
    def _rules(self) -> Self:
        protocols: dict[PortSelector, AppProtocol] = {}
        for listener in self.listeners:
            known = protocols.setdefault(listener.port, listener.protocol)
            if known is not listener.protocol:
                raise ValueError(f"listeners on port {listener.port} speak both {known} and {listener.protocol}")
        same = Counter((listener.port, listener.first_host) for listener in self.listeners)
        twice = next((key for key, count in same.items() if count > 1), None)
        if twice is not None:
            raise ValueError(f"two listeners on port {twice[0]} begin with the host '{twice[1]}'; make them one")
        return self
