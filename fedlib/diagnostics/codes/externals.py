"""74x to 76x: ExternalServices."""

from __future__ import annotations

from fedlib.diagnostics.codes.registry import ERROR, INFO, WARNING, code

EXTERNAL_HOST_CONFLICT = code(
    "FED740",
    "ExternalHostConflict",
    ERROR,
    "host '{host}' is {what} and of {other}{how}; workspace '{workspace}' sees both",
    "keep it in one resource, let both say the same, or import one of them only",
    "Istio merges two ServiceEntries of one host, and then neither means what it says. Within a workspace the older "
    "ExternalService wins, and a VirtualDestination or federated Service always does. Of different workspaces each "
    "keeps its own; a workspace that sees both gets one copy if they say the same, and otherwise that of the "
    "workspace which it imports first (its own before all).",
)
EXTERNAL_ADDRESS_CONFLICT = code(
    "FED741",
    "ExternalAddressConflict",
    ERROR,
    "address '{address}' is one of {winner} and of {other}{how}; workspace '{workspace}' sees both",
    "give each address to one ExternalService of the workspace, or import one of them only",
    "Addresses are unique among the ExternalServices of a workspace. The older one wins. Of different workspaces each "
    "keeps its own; a workspace that sees both, with a port in common, gets that of the workspace which it imports "
    "first.",
)
EXTERNAL_HOST_SHADOWS = code(
    "FED742",
    "ExternalHostShadows",
    WARNING,
    "host '{host}' is a name in the Kubernetes DNS of cluster '{cluster}'",
    "use another host, unless the Service of this name is meant to be replaced",
    "Sidecars that see the ExternalService no longer reach the Service of that name.",
)
EXTERNAL_NO_ENDPOINTS = code(
    "FED743",
    "ExternalWithoutEndpoints",
    WARNING,
    "the selector selects no ExternalEndpoint of workspace '{workspace}'; {instead}",
    "check the labels of the ExternalEndpoints, which belong to the same workspace, or take the selector out",
    "An ExternalService without endpoints is resolved by DNS, or not at all when it has addresses or a wildcard.",
)
EXTERNAL_TARGET_PORT = code(
    "FED744",
    "ExternalTargetPortMissing",
    ERROR,
    "port {port}: {problem}",
    "a targetPort names a port, by name or number, that every selected ExternalEndpoint has",
    "The port is left out: it leads nowhere for some endpoints.",
)
EXTERNAL_ENDPOINT_UNUSABLE = code(
    "FED745",
    "ExternalEndpointUnusable",
    ERROR,
    "{endpoint} is left out: {problem}",
    "select either sockets or addresses, and one port for a socket",
    "Istio takes a Unix domain socket only for a ServiceEntry with one port, and not together with DNS names.",
)
EXTERNAL_ENDPOINT_FAMILIES = code(
    "FED746",
    "ExternalEndpointFamilies",
    WARNING,
    "{endpoint} is left out: its IPv6 address stands beside DNS names",
    "select either DNS names or IP addresses",
    "A name makes the ServiceEntry resolve by DNS, and Istio resolves a DNS cluster in one address family.",
)
EXTERNAL_CIDR_DNS = code(
    "FED747",
    "ExternalBlockResolvedByDns",
    ERROR,
    "address '{address}' is a block, and the endpoints are DNS names",
    "give the endpoints IP addresses, or write single addresses",
    "Istio refuses blocks of addresses for resolution by DNS.",
)
EXTERNAL_TCP = code(
    "FED748",
    "ExternalTcpWithoutAddress",
    WARNING,
    "port {port} speaks {protocol}, and the service has hosts but no addresses",
    "write addresses instead of hosts, or protocol TLS if clients send an SNI",
    "A TCP connection carries no host name. Sidecars take every connection to this port number, whatever its address, "
    "for this service.",
)
EXTERNAL_TARGET_PORT_IGNORED = code(
    "FED749",
    "ExternalTargetPortIgnored",
    WARNING,
    "port {port}: the targetPort has no effect for {what}",
    "select ExternalEndpoints, or name hosts without a wildcard",
    "Without endpoints or DNS the proxy connects to the address and port that the client called.",
)
EXTERNAL_INSECURE = code(
    "FED750",
    "ExternalUnverified",
    WARNING,
    "port {port}: insecureSkipVerify lets any server pose as the service",
    "name the server's CA with caCertificates or credentialName",
    "The proxy encrypts and does not check the server's certificate.",
)
EXTERNAL_CREDENTIAL = code(
    "FED751",
    "ExternalCredentialForGateways",
    WARNING,
    "port {port}: credentialName works in gateways only; sidecars originate TLS without it",
    "mount files into the sidecars and name them, or lead the port through an egress gateway with egressGatewayRoutes",
    "Istio reads the Secret of a DestinationRule in gateways. A sidecar goes by the paths of files alone.",
)
EXTERNAL_TLS_TWICE = code(
    "FED752",
    "ExternalTlsTwice",
    INFO,
    "port {port} speaks {protocol} and has clientsideTls: clients that speak TLS themselves would get it twice",
    "let clients call a port with protocol HTTP and the targetPort {target}; or take clientsideTls out",
    "With clientsideTls the proxy originates TLS. It suits HTTP routes to the port, from gateways or from sidecars.",
)
EXTERNAL_NO_SNI = code(
    "FED753",
    "ExternalWithoutSni",
    WARNING,
    "port {port}: TLS to '{host}' has no SNI",
    "set clientsideTls.sni, or name hosts without a wildcard",
    "The SNI is the host by default, and a wildcard or an address is none. Many servers need it to choose their "
    "certificate, and without it or subjectAltNames the name in the certificate is not checked.",
)
EXTERNAL_TLS_IGNORED = code(
    "FED754",
    "ExternalTlsIgnored",
    WARNING,
    "{fields} {have} no effect: {why}",
    "take {them} out, or change the mode",
    "What is written has no effect on the connection.",
)
EGRESS_GATEWAY_UNKNOWN = code(
    "FED755",
    "EgressGatewayNotFound",
    ERROR,
    "port {port}: {problem}",
    "name VirtualGateways with listeners; namespace and cluster default to those of the ExternalService itself",
    "Traffic can go through an egress gateway only when a VirtualGateway is there.",
)
EGRESS_NOT_EXPOSED = code(
    "FED756",
    "EgressNotExposed",
    ERROR,
    "port {port}: no HTTP listener of {gateway} exposes host '{host}'",
    "add the host to exposedExternalServices of an http listener without TLS or with mode ISTIO_MUTUAL",
    "An egress gateway takes requests as HTTP or in Istio's mTLS, for the hosts of its listeners.",
)
EGRESS_NOT_VISIBLE = code(
    "FED757",
    "EgressGatewayCannotSee",
    ERROR,
    "port {port}: workspace '{workspace}', which owns {gateway}, does not see the ExternalService",
    "export it (kind EXTERNAL_SERVICE) to that workspace, and import it there",
    "The egress gateway calls the external host itself, so it must know it.",
)
EGRESS_CLUSTER_WITHOUT = code(
    "FED758",
    "EgressGatewayElsewhere",
    WARNING,
    "clients in cluster '{cluster}' do not go through an egress gateway: {gateways} has none there",
    "name a VirtualGateway with gateways in that cluster, too",
    "Sidecars use egress gateways of their own cluster. Elsewhere they call the host directly.",
)
EGRESS_PORT_MATCH = code(
    "FED759",
    "EgressPortMatch",
    WARNING,
    "port {port}: portMatch {match} {problem}",
    "use a number that no other port of the ExternalService has, which clients call with plain HTTP",
    "Clients call portMatch, and their requests go through the egress gateway to the port.",
)
EGRESS_PORTS_ALIKE = code(
    "FED762",
    "EgressPortsAlike",
    ERROR,
    "port {port} goes through the same listener of {gateway} as port {other}, for the same host '{host}'",
    "lead one of the ports through another VirtualGateway",
    "The gateway sees the host of a request, and not the port that the client called. The first port has the listener.",
)
EGRESS_WILDCARD = code(
    "FED760",
    "EgressWildcard",
    ERROR,
    "host '{host}' has a wildcard and no endpoints: an egress gateway cannot tell which address was called",
    "name the hosts, or select ExternalEndpoints",
    "A gateway sees its own address as the one that was called.",
)
EGRESS_ROUTE_TABLE = code(
    "FED761",
    "EgressRouteConflict",
    WARNING,
    "host '{host}' of {external} is led through egress gateways, and for sidecars of workspace '{workspace}' the table "
    "routes it too",
    "leave the host out of the RouteTable, or take egressGatewayRoutes out",
    "Istio uses one VirtualService for a host in sidecars, the older one, and ignores the other in silence.",
)
EXTERNAL_HOST_OF_GATEWAYS = code(
    "FED763",
    "ExternalHostOfGateways",
    ERROR,
    "the host '{host}' {problem}",
    "choose another host",
    "The mesh makes up some hosts by itself, and east-west gateways pass them on. Requests that enter a cluster for "
    "such a host would be led out of the mesh, or reach what the host does not mean.",
)
EXTERNAL_HOST_SHARED = code(
    "FED764",
    "ExternalHostShared",
    INFO,
    "workspace '{workspace}' sees host '{host}' of {winner} and of {other}, which say the same: one copy serves for "
    "both",
    "nothing to do; policies for the first one count in this workspace",
    "Several teams may write the same ExternalService for a public host. Each has its own copy.",
)
ADDRESS_INSIDE = code(
    "FED765",
    "AddressInside",
    ERROR,
    "'{address}' {problem}",
    "name what is outside of the mesh; the administrator can allow an address or a name in federation:allowedAddresses",
    "Who sees the ExternalService calls from where it stands: `127.0.0.1` is the admin interface of a gateway, a "
    "link-local address has the credentials of a node, a cluster IP or a pod gets round the Service's own rules, and a "
    "gateway lets in whoever has a certificate. Blocks must not hold any of them. What a name resolves to is not known "
    "here: restrict where gateways may connect to, with a NetworkPolicy.",
)
SOCKET_IMPORTED = code(
    "FED766",
    "SocketImported",
    WARNING,
    "{endpoint} is a socket, which is for the proxies of '{owner}' only: workspace '{workspace}' does not get {what}",
    "let '{owner}' select endpoints with addresses",
    "A path leads to a socket in the pods of those who call. That of another workspace's pods, or of a gateway's, is "
    "not what the author can mean. An ExternalService without other endpoints is for nobody but its owner.",
)
TCP_NOT_IMPORTED = code(
    "FED767",
    "ExternalTcpNotImported",
    WARNING,
    "port {port} speaks {protocol}, and the service has hosts but no addresses: workspace '{workspace}', which sees "
    "it, does not get the port",
    "write addresses instead of hosts, or protocol TLS if clients send an SNI; "
    "the administrator can allow the hosts in federation:allowedAddresses",
    "A TCP connection carries no host name. Sidecars would take every connection of the other workspace to this port "
    "number, whatever its address, for this service.",
)
