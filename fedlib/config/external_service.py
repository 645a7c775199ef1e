"""`ExternalService` and `ExternalEndpoint` (networking.gloo.solo.io/v2) as Gloo's schema has them."""

from __future__ import annotations

import enum
import ipaddress
from collections import Counter
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from fedlib.config.gloo import AnyCaseProtocol, Labels, Locality, PortSelector, Protocol
from fedlib.config.model import (
    Enum,
    FewItems,
    FilePath,
    IPBlock,
    Model,
    PortNumber,
    ServerName,
    SomeItems,
    domain_problem,
    one_spelling,
)
from fedlib.config.selectors import ObjectReference

_EGRESS_PROTOCOLS: Final = (Protocol.HTTP, Protocol.HTTP2, Protocol.HTTPS)


def _wildcard_host(value: str) -> str:
    problem = domain_problem(value)
    if problem:
        raise ValueError(f"'{value[:80]}' is neither a DNS name nor one that begins with `*.`: {problem}")
    return value


class ClientTLSMode(enum.StrEnum):
    """How proxies originate TLS."""

    SIMPLE = "SIMPLE"
    DISABLE = "DISABLE"
    MUTUAL = "MUTUAL"
    ISTIO_MUTUAL = "ISTIO_MUTUAL"


class ClientsideTLS(Model):
    """TLS that the caller's proxy originates."""

    sni: ServerName = ""
    """The SNI; by default the host when there is one only."""
    mode: Enum[ClientTLSMode] = ClientTLSMode.SIMPLE
    """The kind of TLS."""
    client_certificate: FilePath = ""
    """The client certificate's file in the proxy; for MUTUAL."""
    private_key: FilePath = ""
    """The file of its private key in the proxy; for MUTUAL."""
    ca_certificates: FilePath = ""
    """The file of the CA certificates in the proxy, against which the server is verified."""
    credential_name: str = ""
    """The Secret that holds what the files would."""
    insecure_skip_verify: bool | None = None
    """Whether the server is not verified."""

    @model_validator(mode="after")
    def _rules(self) -> Self:
        files = (self.client_certificate, self.private_key)
        if self.mode is ClientTLSMode.MUTUAL and not (all(files) or self.credential_name):
            raise ValueError("MUTUAL needs clientCertificate and privateKey, or credentialName")
        if self.mode is ClientTLSMode.ISTIO_MUTUAL and any((*files, self.ca_certificates, self.credential_name)):
            raise ValueError("ISTIO_MUTUAL takes Istio's certificates; leave out files and credentialName")
        if self.credential_name and any((*files, self.ca_certificates)):
            raise ValueError("set either files or credentialName")
        return self


class EgressGatewayRoutes(Model):
    """Leads traffic of the mesh through egress gateways."""

    port_match: PortNumber = 80
    """The port that clients in the mesh call; unique for each port of the ExternalService."""
    virtual_gateway_refs: FewItems[ObjectReference] = ()
    """The VirtualGateways."""


class ExternalPort(Model):
    """A port of an ExternalService."""

    number: PortNumber
    """The port that clients call."""
    target_port: PortSelector | None = None
    """The port of the endpoints; without endpoints a number, and by default the same number."""
    name: str = ""
    """The port's name."""
    protocol: AnyCaseProtocol
    """What is spoken."""
    clientside_tls: ClientsideTLS | None = None
    """TLS that the caller's proxy originates."""
    egress_gateway_routes: EgressGatewayRoutes | None = None
    """Leads traffic through egress gateways; only for hosts, and HTTP, HTTP2 and HTTPS."""

    @model_validator(mode="after")
    def _egress(self) -> Self:
        if self.egress_gateway_routes is not None and self.protocol not in _EGRESS_PROTOCOLS:
            raise ValueError(f"egressGatewayRoutes are for HTTP, HTTP2 and HTTPS, not for {self.protocol}")
        return self


class ExternalServiceSpec(Model):
    """The spec of an `ExternalService`."""

    hosts: FewItems[Annotated[str, AfterValidator(one_spelling), AfterValidator(_wildcard_host)]] = ()
    """Hosts of the service; a wildcard is allowed as the left-most label."""
    addresses: FewItems[IPBlock] = ()
    """Addresses of the service, instead of hosts."""
    ports: Annotated[SomeItems[ExternalPort], Field(max_length=128)]
    """Its ports."""
    selector: Labels = Field(default_factory=dict)
    """Labels of ExternalEndpoints; empty selects none, and the hosts are looked up in DNS."""
    subject_alt_names: FewItems[str] = ()
    """Names that the server's certificate may have."""

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if bool(self.hosts) == bool(self.addresses):
            raise ValueError("set either hosts or addresses")
        if not self.selector and any(port.target_port and port.target_port.name for port in self.ports):
            raise ValueError("a targetPort without endpoints is a number; a name needs a selector of ExternalEndpoints")
        egress = [port.egress_gateway_routes.port_match for port in self.ports if port.egress_gateway_routes]
        if egress and not self.hosts:
            raise ValueError("egressGatewayRoutes need hosts, not addresses")
        for what, values in (
            ("the port", [str(port.number) for port in self.ports]),
            ("the port name", [port.name for port in self.ports if port.name]),
            ("the host", list(self.hosts)),
            ("the portMatch", [str(number) for number in egress]),
        ):
            twice = next((value for value, count in Counter(values).items() if count > 1), None)
            if twice is not None:
                raise ValueError(f"{what} {twice} is given twice")
        return self


def _endpoint_address(value: str) -> str:
    if value.startswith("unix:///"):
        return value
    try:
        ipaddress.ip_address(value)
    except ValueError:
        name = one_spelling(value)
        if domain_problem(name) or "*" in name:
            raise ValueError(f"'{value[:80]}' is neither an IP address nor a DNS name nor unix:///<path>") from None
        return name
    return value


class EndpointPort(Model):
    """A port of an ExternalEndpoint."""

    name: str = ""
    """The port's name; required when there are several."""
    number: PortNumber
    """The port's number."""


class ExternalEndpointSpec(Model):
    """The spec of an `ExternalEndpoint`; its labels are what ExternalServices select."""

    address: Annotated[str, AfterValidator(_endpoint_address)]
    """An IP address, a DNS name or `unix:///<path of a socket>`."""
    ports: Annotated[FewItems[EndpointPort], Field(max_length=128)] = ()
    """The ports of the address."""
    locality: Locality | None = None
    """Where the endpoint is."""

    @model_validator(mode="after")
    def _names(self) -> Self:
        names = [port.name for port in self.ports]
        if len(names) > 1 and (not all(names) or len(set(names)) < len(names)):
            raise ValueError("several ports need a name each, and no name twice")
        return self
