"""87x to 89x: service isolation, access policies, trimming."""

from __future__ import annotations

from fedlib.diagnostics.codes.registry import ERROR, INFO, WARNING, code

MESH_LAYER_OFF = code(
    "FED870",
    "MeshLayerOff",
    ERROR,
    "options.serviceIsolation.enforcementLayers leaves out the mesh, so nothing would isolate workspace '{workspace}'",
    "add `mesh: true`, or remove enforcementLayers",
    "The mesh is the only layer that is translated: AuthorizationPolicies and PeerAuthentications. NetworkPolicies of "
    "the CNI are not written.",
)
NO_NETWORK_POLICY = code(
    "FED871",
    "NoNetworkPolicy",
    WARNING,
    "enforcementLayers asks for the CNI as well, and no NetworkPolicy is written",
    "remove `cni: true`; the mesh isolates without it. Write NetworkPolicies yourself where pods have no sidecar",
    "The mesh is the only layer that is translated.",
)
ACCOUNTS_UNKNOWN = code(
    "FED872",
    "ServiceAccountsUnknown",
    WARNING,
    "no service account of namespace '{namespace}' in cluster '{cluster}' is known, so its pods are refused",
    "record the ServiceAccounts of the namespace as well",
    "Isolation admits service accounts by name. Every namespace of a live cluster has at least `default`, so the "
    "recording of this one is not complete.",
)
NOT_ISOLATED = code(
    "FED873",
    "NotIsolated",
    WARNING,
    "the Service has no selector, so it cannot be isolated",
    "give it a selector, or protect what it leads to in another way",
    "Isolation selects pods by the Service's selector; the endpoints of a Service without one are not known.",
)
GATEWAY_NOT_ISOLATED = code(
    "FED874",
    "GatewayNotIsolated",
    INFO,
    "the Service leads to a gateway, which is not isolated",
    "nothing to do; Services behind the gateway are isolated where their workspace says so",
    "Clients of a gateway are outside of the mesh and have no identity in it. Isolation would refuse all of them, and "
    "at an east-west gateway all requests of other clusters.",
)
ISOLATED_PORT_UNKNOWN = code(
    "FED875",
    "IsolatedPortUnknown",
    ERROR,
    "port {port} cannot be isolated: its targetPort '{target}' is not a container port of any workload of the Service",
    "name the container port in the pod template, or use a number as targetPort",
    "The pods' proxies know a port by the container's number. Without it nothing can be written for the port.",
)
ISOLATION_WITHOUT_SIDECAR = code(
    "FED876",
    "IsolationWithoutSidecar",
    WARNING,
    "in namespace '{namespace}' nothing shows that the pods of these isolated Services get a sidecar: {services}",
    "label the namespace istio-injection=enabled or istio.io/rev=<revision>, or the pod templates "
    "sidecar.istio.io/inject=true",
    "The sidecar of a pod refuses callers. Without one, everybody who reaches the pod may call it.",
)
PORT_NOT_ISOLATED = code(
    "FED877",
    "PortNotIsolated",
    WARNING,
    "port {port} uses {protocol} and is not isolated",
    "sidecars see TCP only; protect the port with a NetworkPolicy",
    "Istio does not capture UDP and SCTP, so nothing of it can refuse callers there.",
)
CALLERS_BEHIND_GATEWAY = code(
    "FED878",
    "CallersBehindGateway",
    WARNING,
    "with clientMode tlsTermination, {service} sees clients of other clusters as {gateway}, and admits all that it "
    "lets through",
    "use clientMode auto or sniRouting, which keep the client's identity",
    "TLS of other clusters ends at the east-west gateway, which opens a connection of its own. The isolated Service "
    "must admit the gateway's service account and cannot tell its clients apart.",
)
GROUP_CALLER_REFUSED = code(
    "FED879",
    "GroupCallerRefused",
    WARNING,
    "workspace '{consumer}' imports the VirtualDestination from '{group_owner}', but {service} of '{owner}' refuses it",
    "let '{owner}' export the Service to '{consumer}', and '{consumer}' import it",
    "Who may call an isolated Service is the decision of its workspace. A VirtualDestination of another workspace that "
    "stands before it passes nothing on.",
)
IDENTITIES_SHARED = code(
    "FED880",
    "IdentitiesShared",
    WARNING,
    "what admits namespace '{namespace}' of cluster '{cluster}' (workspace '{workspace}') also admits this one: both "
    "clusters have the trust domain '{domain}'",
    "give each cluster a trust domain of its own, or let the namespace belong to one workspace in all clusters",
    "An identity is a trust domain, a namespace and a service account. Clusters that share a trust domain share the "
    "identities of namespaces with one name, and no policy can tell them apart.",
)
TRIM_NEEDS_ISOLATION = code(
    "FED895",
    "TrimNeedsIsolation",
    WARNING,
    "options.serviceIsolation.trimProxyConfig has no effect while service isolation is off",
    "set options.serviceIsolation.enabled as well, or use options.trimAllProxyConfig and TrimProxyConfigPolicies",
    "Gloo trims to what the workspace can reach as a part of service isolation only.",
)
TRIMMED_TOGETHER = code(
    "FED896",
    "TrimmedTogether",
    WARNING,
    "the Sidecar of {other} selects its pods as well, because their labels hold all of its labels",
    "give the workloads labels that tell their pods apart, such as `version`",
    "A Sidecar selects pods by the labels of one workload. Istio leaves open which one counts for a pod that several "
    "select, so trimmed workloads of this kind keep the hosts of each other, and one that is not trimmed may be.",
)
TRIM_INCLUDES_NOTHING = code(
    "FED897",
    "TrimIncludesNothing",
    WARNING,
    "config.includedDestinations selects nothing, so the policy trims nothing",
    "compare its selectors with what the workspace owns and imports; `{{}}` selects all Services",
    "A TrimProxyConfigPolicy that would leave nothing has no effect; options.trimAllProxyConfig leaves nothing.",
)
TRIM_KEEPS_ALL_PORTS = code(
    "FED898",
    "TrimKeepsAllPorts",
    INFO,
    "sidecars keep all ports of the selected destinations, not only {port}",
    "remove the port",
    "A Sidecar keeps hosts, each with all of its ports.",
)
