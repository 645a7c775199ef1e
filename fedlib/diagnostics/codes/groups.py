"""70x to 73x: grouped federation."""

from __future__ import annotations

from fedlib.diagnostics.codes.registry import ERROR, INFO, WARNING, code

GROUP_SELECTOR_MISS = code(
    "FED700",
    "GroupSelectorMatchesNothing",
    WARNING,
    "services[{index}] matches no Service that workspace '{workspace}' owns or imports",
    "check labels, name, namespace, cluster and workspace of the selector, which are ANDed; a Service of another "
    "workspace must be exported and imported (kind SERVICE or ALL)",
    "A selector that matches nothing adds nothing to the group.",
)
GROUP_SEVERAL_SERVICES = code(
    "FED701",
    "GroupSelectsSeveralServices",
    WARNING,
    "in cluster '{cluster}' the group takes {used} and leaves out {others}",
    "select one Service for each cluster: add a name or a label to the selectors",
    "A group has at most one backing Service in each cluster. Of several the oldest is used, as Gloo does it; its own "
    "ones come before imported ones, and those in the order of importFrom.",
)
GROUP_SERVICE_UNUSABLE = code(
    "FED702",
    "GroupServiceWithoutPods",
    WARNING,
    "{service} cannot stand behind the group: {problem}",
    "select Services with pods; an ExternalService stands for hosts outside the mesh",
    "Clients and gateways find the pods of a group by the selector of its backing Service.",
)
GROUP_TARGET_PORT_MISSING = code(
    "FED703",
    "GroupTargetPortMissing",
    ERROR,
    "the targetPort {port} is not a TCP port of everything behind the group: it is missing on {services}",
    "name a port, by number or by name, that all of them have",
    "A group has the same ports in every cluster. A port that one backing lacks would fail for the requests that reach "
    "it. Without a targetPort the port's own number is used.",
)
GROUP_PORT_CONFLICT = code(
    "FED704",
    "GroupPortConflict",
    WARNING,
    "the backing Services declare different protocols for port {port}: {protocols}",
    "give the ports the same appProtocol, or the same prefix of their name, in every cluster",
    "What the Multi-Cluster Services API calls a PortConflict. The same request is then treated differently, depending "
    "on the cluster that serves it.",
)
GROUP_PROTOCOL_DIFFERS = code(
    "FED705",
    "GroupProtocolDiffers",
    WARNING,
    "port {port} of the group speaks {protocol}, and port {target} of {service} is declared as {declared}",
    "change the protocol here, or the Service's appProtocol or the name of its port",
    "Clients speak the group's protocol and the server's sidecar expects the Service's. TCP carries anything.",
)
GROUP_NO_SIDECAR = code(
    "FED706",
    "GroupWithoutSidecar",
    WARNING,
    "nothing shows that the pods of {service} get a sidecar",
    "label the namespace '{namespace}' istio-injection=enabled or istio.io/rev=<revision>, or the pod templates "
    "sidecar.istio.io/inject=true",
    "Clients speak mTLS to every backing of a group that has backings in several clusters, and a gateway passes it "
    "through to the pod: pods without a sidecar answer neither remote nor local clients.",
    cause="{service.cluster} {namespace}",
)
GROUP_UNREACHABLE = code(
    "FED715",
    "GroupUnreachable",
    WARNING,
    "other clusters cannot reach {service}: cluster '{cluster}' has no usable east-west gateway",
    "see the findings of the gateways",
    "Clients of a group in other clusters reach its pods through the gateway of the pods' cluster. Without one "
    "they have the pods of the other clusters.",
    cause="{cluster}",
)
GROUP_EMPTY = code(
    "FED707",
    "GroupEmpty",
    WARNING,
    "nothing stands behind the group: requests to it fail",
    "check its selectors and the findings of its Services",
    "The host of a group without any backing resolves, and every request to it answers 503.",
)
GROUP_ONE_BACKING = code(
    "FED708",
    "GroupWithOneBacking",
    INFO,
    "the group has a backing Service in cluster '{cluster}' only, and clients in {count} clusters",
    "run the Service in another cluster too, if the group should survive the loss of this one",
    "A group with a single survivor has nothing to fail over to.",
)
GROUP_OF_HOSTS = code(
    "FED709",
    "GroupWithoutSelectors",
    INFO,
    "the group selects nothing, so its hosts are good for routes only",
    "write a RouteTable for its hosts",
    "A VirtualDestination with hosts and no selectors makes its hosts resolve. A RouteTable says where requests go.",
)
GROUP_WITHOUT_HOST = code(
    "FED710",
    "GroupWithoutHost",
    WARNING,
    "the VirtualDestination has no host, so nobody can call it",
    "add an entry to hosts",
    "Gloo's schema allows a VirtualDestination without hosts. Nothing is written for one.",
)
GROUP_HOST_INVALID = code(
    "FED711",
    "GroupHostInvalid",
    ERROR,
    "the host '{host}' cannot be used: {problem}",
    "choose another host",
    "East-west gateways serve a group under its host, followed by its workspace and `local-only`, which must be a DNS "
    "name as well.",
)
GROUP_HOST_FEDERATED = code(
    "FED712",
    "GroupHostIsFederated",
    ERROR,
    "the host '{host}' {what}",
    "choose a host outside the names of ungrouped federation",
    "One host can stand for one thing: requests would reach either, depending on what Istio reads first.",
)
GROUP_HOST_CONFLICT = code(
    "FED713",
    "GroupHostConflict",
    ERROR,
    "the host '{host}' belongs to {winner}: {where}",
    "give one of the two VirtualDestinations another host; the administrator can settle whose host it is in "
    "federation:hosts",
    "Istio merges ServiceEntries of one host, so that requests for one group would reach the pods of the other. Two "
    "groups of one workspace cannot have the same host: the older one keeps it. Groups of different workspaces can, "
    "unless their pods are in one namespace, or behind an east-west gateway that knows them by this host alone "
    "(`clientMode: tlsTermination`, `groupShape: workloadEntry`): then the owner of the namespace keeps it, or the "
    "workspace whose name comes first.",
)
GROUP_HOST_SHADOWS = code(
    "FED714",
    "GroupHostShadowsKubernetes",
    WARNING,
    "the host '{host}' falls into the Kubernetes DNS domain of cluster '{cluster}'",
    "choose another host, unless the group is meant to replace the Service of that name",
    "Clients that see the group no longer reach the Kubernetes Service of that name by its name.",
)
GROUP_TOO_MANY_PORTS = code(
    "FED716",
    "GroupTooManyPorts",
    ERROR,
    "the group has {count} ports, and an endpoint can have {limit}",
    "divide the ports among several VirtualDestinations",
    "Istio's schema limits the ports of a ServiceEntry's endpoint.",
)
GROUP_MIXED_ADDRESSES = code(
    "FED717",
    "GroupMixedAddresses",
    WARNING,
    "the gateways of cluster '{named}' have hostnames and those of cluster '{sixth}' IPv6 addresses",
    "publish the gateways of all clusters in one way: hostnames, IPv4 or IPv6 addresses",
    "A hostname makes the group resolve by DNS, and Istio resolves a DNS cluster in one address family: proxies that "
    "use IPv4 do not reach the IPv6 addresses.",
)
GROUP_SHAPE_SETTINGS = code(
    "FED718",
    "GroupShapeNeedsSettings",
    WARNING,
    "with groupShape workloadEntry, requests that enter cluster '{cluster}' may leave it again, and its Services may "
    "send requests to gateways, unless the mesh is set up for it",
    "set ISTIO_META_REQUESTED_NETWORK_VIEW={network} on the gateway's pods and "
    "PILOT_ENABLE_K8S_SELECT_WORKLOAD_ENTRIES=false on istiod; or use groupShape localOnlyHost, which needs neither",
    "In Gloo's shape the gateway knows the pods of its cluster and the gateways of the others under one host, and "
    "plain Services select the WorkloadEntries of gateways. The two settings prevent it; neither can be read from the "
    "objects of a cluster. Nothing prevents that other ServiceEntries with the same selector, as those of ungrouped "
    "federation, select the WorkloadEntries as well.",
)
TERMINATION_PORT_MISSING = code(
    "FED719",
    "GatewayTerminationPortMissing",
    ERROR,
    "{gateway} has no port {port} where TLS could end{suggestion}",
    "name the port of the gateway's Service `https`, or select it with options.eastWestGateways[].tlsTerminationPort",
    "In the client mode tlsTermination, an east-west gateway ends TLS on a port of its own; by default the one that is "
    "named `https`.",
)
GROUP_TERMINATION_PORTS = code(
    "FED720",
    "GroupTerminationPorts",
    ERROR,
    "with tlsTermination, these ports need a VirtualDestination of their own: {ports}",
    "divide the ports among several VirtualDestinations, or use the client mode sniRouting",
    "A gateway that ends TLS tells the ports of one host apart by the requests' authority, which other protocols than "
    "HTTP do not have.",
)
GROUP_TLS_TERMINATED = code(
    "FED721",
    "GroupTlsEndsAtGateway",
    INFO,
    "clients of other clusters reach the pods with the identity of the east-west gateway",
    "let access policies of the pods admit the gateway's service account; the clients' own identities are not checked",
    "In the client mode tlsTermination, mTLS ends at the gateway, which opens a connection of its own to the pods.",
)
SUBSET_EMPTY = code(
    "FED722",
    "SubsetWithoutPods",
    WARNING,
    "no workload behind {destination} has pods with the labels of the subset: {subset}",
    "mend the labels, or deploy the version before requests are sent to it",
    "Requests for a subset without pods answer 503.",
)
SUBSET_TERMINATED = code(
    "FED723",
    "SubsetEndsAtGateway",
    ERROR,
    "in other clusters, requests for the subset {subset} of {destination} reach any pod, because their TLS ends at the "
    "gateway",
    "use the client mode sniRouting, or a VirtualDestination for each version",
    "A gateway that ends TLS sees requests, not the subset for which a client made its connection.",
)
GROUP_EXTERNAL_MISS = code(
    "FED724",
    "GroupExternalSelectorMatchesNothing",
    WARNING,
    "externalServices[{index}] matches no ExternalService that workspace '{workspace}' owns or imports",
    "check labels, name, namespace, cluster and workspace of the selector, which are ANDed; an ExternalService of "
    "another workspace must be exported and imported (kind EXTERNAL_SERVICE or ALL)",
    "A selector that matches nothing adds nothing to the group.",
)
GROUP_EXTERNAL_UNUSABLE = code(
    "FED725",
    "GroupExternalWithoutAddress",
    WARNING,
    "'{address}' of {external} cannot stand behind the group, as it is not one address for all who call it",
    "name hosts without wildcards or single addresses in the ExternalService, or select ExternalEndpoints there",
    "The group calls its endpoints by address. With a wildcard or a block of addresses only the client knows which one "
    "it means, and a host without a dot or a socket means something else for each workspace that sees the group.",
)
GROUP_MIXED = code(
    "FED726",
    "GroupMixesServicesAndExternalServices",
    ERROR,
    "ExternalServices cannot stand beside Services that are reached through east-west gateways by SNI",
    "set clientMode: {{tlsTermination: {{}}}}, or leave the ExternalServices to a VirtualDestination of their own and "
    "divide requests with a RouteTable",
    "The SNI of a group's gateways is a setting of the host as a whole, with mTLS, which external servers do not "
    "speak. Where TLS ends at the gateway, Istio decides on mTLS endpoint by endpoint.",
)
GROUP_EXTERNAL_TLS = code(
    "FED727",
    "GroupExternalTls",
    ERROR,
    "{external} originates TLS, so it must be the only one behind the group",
    "leave it to a VirtualDestination of its own, and divide requests with a RouteTable",
    "TLS settings belong to a host as a whole: those of one ExternalService would apply to all that is behind it.",
)
HOST_OF_FOREIGN_SERVICE = code(
    "FED728",
    "HostOfForeignService",
    ERROR,
    "the host '{host}' {problem}",
    "choose another host; a RouteTable of your own workspace can lead its requests elsewhere",
    "Clients that see the VirtualDestination or ExternalService would no longer reach what has that name, or will "
    "have it. Kubernetes' DNS completes `name`, `name.ns`, `name.ns.svc` and `name.ns.svc.<domain>`; a workspace can "
    "take such a name in namespaces that are its own in every cluster, or when federation:hosts gives it the name.",
)
