"""86x to 88x and 89x: service isolation, access policies, trimming."""

from __future__ import annotations

from fedlib.diagnostics.codes.registry import ERROR, INFO, WARNING, code

MESH_LAYER_OFF = code(
    "FED870",
    "MeshLayerOff",
    ERROR,
    "enforcementLayers leaves out the mesh, so nothing would be enforced",
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
NOT_PROTECTED = code(
    "FED873",
    "NotProtected",
    WARNING,
    "the Service has no selector, so neither isolation nor a policy can protect it",
    "give it a selector, or protect what it leads to in another way",
    "Both select pods by the Service's selector; the endpoints of a Service without one are not known.",
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
    cause="{gateway}",
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
    "what admits namespace '{namespace}' of cluster '{cluster}' (workspace '{workspace}') also admits this one: "
    "{reason}",
    "give each cluster a trust domain of its own, or let the namespace belong to one workspace in all clusters",
    "An identity is a trust domain, a namespace and a service account. Clusters that share a trust domain share the "
    "identities of namespaces with one name, and no policy can tell them apart.",
    cause="{reason}",
)
CLIENT_UNKNOWN = code(
    "FED881",
    "ClientUnknown",
    WARNING,
    "the serviceAccountSelector selects no service account of workspace '{workspace}' or of those that may call "
    "{places}, so it admits nobody there",
    "compare it with the ServiceAccounts; those of workspaces that do not import what the policy protects are not "
    "found",
    "A selector that matches nothing must not admit everybody. The entry admits its other clients only. Callers are "
    "the workspaces that import the Service, or a VirtualDestination of the same workspace before it; those that this "
    "workspace imports from are servers to it.",
)
PATTERN_INEXPRESSIBLE = code(
    "FED882",
    "PatternInexpressible",
    ERROR,
    "'{value}' has a `*` that is neither alone nor at one end only, which Istio cannot match",
    "put `*` at the beginning or at the end",
    "Istio matches values of headers and claims exactly, by prefix, by suffix or by presence.",
)
GATEWAY_NOT_PROTECTED = code(
    "FED883",
    "GatewayNotProtected",
    INFO,
    "the policy does not apply to {service}, because its pods are a gateway",
    "select a gateway with applyToWorkloads if you mean it",
    "On a gateway the policy would be about the clients of everything behind it, and at an east-west gateway it would "
    "refuse all: TLS passes through it.",
)
ACCESS_PORT_UNKNOWN = code(
    "FED884",
    "AccessPortUnknown",
    ERROR,
    "the policy cannot be enforced on port {port} of {service}: its targetPort '{target}' is not a container port of "
    "any of its workloads",
    "name the container port in the pod template, or use a number as targetPort",
    "Pods enforce a policy, by the number of the container port. Without it nothing can be written.",
)
ACCESS_NEEDS_HTTP = code(
    "FED885",
    "AccessNeedsHttp",
    WARNING,
    "the policy has conditions on HTTP requests, and port {port} of {service} is {protocol}: they admit nobody there",
    "select ports with HTTP, or leave out paths, methods, headers and requestIdentityMatcher",
    "A proxy that sees a TCP connection only ignores rules which ask for more, and admits nobody by them.",
)
DESTINATIONS_IGNORED = code(
    "FED886",
    "DestinationsIgnored",
    WARNING,
    "applyToDestinations is ignored, because applyToWorkloads is set",
    "write two policies",
    "Gloo applies an AccessPolicy to workloads or to destinations, and workloads go first.",
)
WORKLOADS_ISOLATED = code(
    "FED887",
    "WorkloadsIsolated",
    WARNING,
    "workspace '{workspace}' is isolated, so the policy adds callers to those that isolation admits and refuses none",
    "use applyToDestinations, which replaces what isolation admits",
    "Istio admits what any AuthorizationPolicy of a pod allows. Gloo's documentation rules this combination out.",
)
ALWAYS_STRICT = code(
    "FED888",
    "AlwaysStrict",
    INFO,
    "tlsMode {mode} counts as STRICT, because workspace '{workspace}' is isolated",
    "write STRICT, or leave authn out",
    "Service isolation needs the identity of every caller.",
)
EXTERNAL_ACCESS = code(
    "FED889",
    "ExternalAccess",
    ERROR,
    "the policy selects {ref}, and no pod behind it could enforce the policy",
    "write an AuthorizationPolicy for the egress gateway, or leave the ExternalService out of applyToDestinations",
    "Callers of an ExternalService leave the mesh from their own sidecars, or through an egress gateway. A policy on "
    "the gateway would be about everything that passes through it.",
)
GROUP_ACCESS = code(
    "FED890",
    "GroupAccess",
    ERROR,
    "AccessPolicies do not apply to VirtualDestinations, and this one selects {ref}",
    "select the Services behind it: {services}",
    "The pods of the Services enforce the policy, whatever host they were called by.",
)
SIDE_DOOR = code(
    "FED891",
    "SideDoor",
    WARNING,
    "port {other_port} of {other} leads to the same container port as port {port} of {service}, and still admits what "
    "isolation does",
    "select both ports with the policy",
    "Pods cannot tell by which Service they were called, so a request is admitted when any of the two admits it.",
)
PORT_CLOSED = code(
    "FED892",
    "PortClosed",
    WARNING,
    "{policy} closes port {port}: it selects another port of the same pods, and no AccessPolicy selects this one",
    "add an AccessPolicy for the port; `authzList: [{{allowedClients: [{{}}]}}]` admits everybody",
    "Pods with an AuthorizationPolicy that allows something refuse everything else, on all of their ports.",
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
ROOT_NAMESPACE_POLICY = code(
    "FED861",
    "RootNamespacePolicy",
    ERROR,
    "it is for all pods of namespace '{namespace}', Istio's root namespace in cluster '{cluster}': it would be for all "
    "pods of the mesh",
    "select pods by labels, or write what is meant for the whole mesh as an object of Istio",
    "Istio applies policies of its root namespace to all namespaces.",
)
ROOT_NAMESPACE_REACHES_OTHERS = code(
    "FED862",
    "RootNamespaceReachesOthers",
    WARNING,
    "what protects it stands in Istio's root namespace '{namespace}', and so is for all pods with the labels {labels}, "
    "also of others: {pods}",
    "give its pods a label of their own and select by it, or move it to another namespace",
    "Istio applies policies of its root namespace to pods of all namespaces that have the labels.",
)
