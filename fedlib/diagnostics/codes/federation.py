"""4xx: ungrouped federation."""

from __future__ import annotations

from fedlib.diagnostics.codes.registry import ERROR, INFO, WARNING, code

EXTERNAL_NAME = code(
    "FED401",
    "ExternalNameNotFederated",
    WARNING,
    "a Service of type ExternalName has no pods and is not federated",
    "call '{external_name}' itself, and leave the Service out with options.federation.serviceSelector",
    "An ExternalName Service is a DNS alias. There is nothing behind the east-west gateway that could answer.",
)
NO_SELECTOR = code(
    "FED402",
    "SelectorlessNotFederated",
    WARNING,
    "a Service without a selector is not federated",
    "give it a selector, or leave it out with options.federation.serviceSelector",
    "The home side picks the pods by the Service's selector; the endpoints of a Service without one are not known.",
)
PORT_NOT_FEDERATED = code(
    "FED403",
    "PortNotFederated",
    WARNING,
    "port {port} uses {protocol} and is not federated",
    "only TCP ports pass an east-west gateway",
    "East-west gateways carry mTLS over TCP. UDP and SCTP ports stay local.",
)
NO_PORTS = code(
    "FED404",
    "NoFederatedPort",
    WARNING,
    "none of the Service's ports can be federated",
    "expose at least one TCP port, or leave the Service out with options.federation.serviceSelector",
    "A Service without any usable port has no federated host.",
)
HEADLESS = code(
    "FED405",
    "HeadlessFederated",
    INFO,
    "the Service is headless: its federated host balances over all pods",
    "per-pod hostnames stay local to the cluster",
    "A headless Service is federated like any other. Clients that need one particular pod cannot address it.",
)
PROTOCOL_GUESSED = code(
    "FED406",
    "ProtocolUnknown",
    INFO,
    "port {port} names no protocol and is federated as TCP",
    "set appProtocol, or name the port `http`, `http-...`, `grpc`, ... to get routing by request",
    "Istio reads a port's protocol from appProtocol or from the port's name. A ServiceEntry must state one.",
)
TARGET_PORT_UNKNOWN = code(
    "FED407",
    "TargetPortUnresolved",
    ERROR,
    "the targetPort '{target}' of port {port} {problem}",
    "name the container port in the pod template, or use a number as targetPort",
    "A ServiceEntry needs the number of the container port. It is looked up by name in the Service's workloads.",
)
NO_WORKLOAD = code(
    "FED408",
    "NoWorkloadFound",
    WARNING,
    "no known workload matches the selector, so {fallback}",
    "record what runs the pods, or the Pods themselves; this is fine when they use a ServiceAccount of this namespace",
    "The service accounts of the backing workloads become the identities that clients accept. Without a known workload "
    "every service account of the namespace is accepted.",
)
HOST_TOO_LONG = code(
    "FED409",
    "HostInvalid",
    ERROR,
    "the federated host '{host}' is not a valid DNS name: {problem}",
    "shorten the Service's name or the host suffix",
    "A host has at most 253 characters, each label at most 63.",
)
HOST_SHADOWS_KUBERNETES = code(
    "FED410",
    "HostShadowsKubernetes",
    ERROR,
    "the host suffix makes '{host}' a name of the Kubernetes DNS domain of cluster '{cluster}'",
    "choose another hostSuffix or cluster name",
    "A federated host that equals a Service's own DNS name would capture local traffic.",
)
PORT_SELECTOR_MISS = code(
    "FED411",
    "PortSelectorMatchesNothing",
    WARNING,
    "options.federation.ports selects {port}, which no federated Service of workspace '{workspace}' has",
    "mend the number or the name, or remove the entry",
    "A port selector that matches nothing exposes nothing.",
)
SERVICE_SELECTOR_MISS = code(
    "FED412",
    "ServiceSelectorMatchesNothing",
    WARNING,
    "options.federation.serviceSelector[{index}] matches no Service of workspace '{workspace}'",
    "check labels, name, namespace, cluster and workspace of the selector; they are ANDed",
    "A selector that matches nothing federates nothing.",
)
NO_SIDECAR = code(
    "FED413",
    "NoSidecarInjection",
    WARNING,
    "in namespace '{namespace}' nothing shows that the pods of these federated Services get a sidecar: {services}",
    "label the namespace istio-injection=enabled or istio.io/rev=<revision>, or the pod templates "
    "sidecar.istio.io/inject=true",
    "An east-west gateway passes mTLS through to the pod, so other clusters cannot reach one without a sidecar.",
)
VIRTUAL_IP_COLLISION = code(
    "FED414",
    "VirtualIpCollision",
    INFO,
    "the virtual IP {address} of '{host}' also belongs to '{winner}', so the next candidate {chosen} is used",
    "nothing to do; the choice is the same in every run as long as both hosts exist",
    "Virtual IPs are hashes of the host. Two hosts with the same hash get different addresses in a fixed order.",
)
NAME_COLLISION = code(
    "FED415",
    "NameCollision",
    INFO,
    "'{host}' and '{winner}' give the same object name, so the objects of '{host}' carry a hash in theirs",
    "nothing to do; the choice is the same in every run as long as both hosts exist",
    "Gloo's object names replace dots by dashes, so that a-b.c and a.b-c collide.",
)
NO_SUFFIX = code(
    "FED416",
    "HostSuffixUnset",
    INFO,
    "options.federation.hostSuffix of workspace '{workspace}' is unset: hosts end in the cluster's name",
    "set hostSuffix (Solo's samples use `global`) unless you want '{example}'",
    "Gloo has no default suffix. Clients' DNS proxies resolve both forms.",
)
NO_IDENTITY = code(
    "FED417",
    "NoIdentity",
    ERROR,
    "no service account is known for the Service's pods, so clients could not check the server's identity",
    "record ServiceAccounts and Deployments of the namespace as well",
    "A remote ServiceEntry without subjectAltNames would accept any identity. Nothing is written for the Service.",
)
FEDERATED_NOTHING = code(
    "FED418",
    "NothingFederated",
    WARNING,
    "workspace '{workspace}' has federation enabled, but no Service of it is federated",
    "check its namespaces and the findings of its Services",
    "Federation is switched on without an effect.",
)

TOO_MANY_PORTS = code(
    "FED419",
    "TooManyPorts",
    ERROR,
    "the Service has {count} ports to federate, and an endpoint can have {limit}",
    "expose fewer ports with options.federation.ports",
    "Istio's schema limits the ports of a ServiceEntry's endpoint.",
)
IMPORTED_HOST_TAKEN = code(
    "FED420",
    "ImportedHostTaken",
    WARNING,
    "{service} is not federated under '{host}': its owner has {other} under this host",
    "choose another hostSuffix",
    "A workspace that federates what it imports chooses the end of the host; what the owner itself calls by it stays.",
)
