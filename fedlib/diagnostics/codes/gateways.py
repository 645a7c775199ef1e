"""3xx: east-west gateways."""

from __future__ import annotations

from fedlib.diagnostics.codes.registry import ERROR, INFO, WARNING, code

NO_GATEWAY = code(
    "FED301",
    "NoEastWestGateway",
    WARNING,
    "no east-west gateway of cluster '{cluster}' matches the settings of workspace '{workspace}'",
    "label the gateway's Service `istio: eastwestgateway`, or select it with options.eastWestGateways; its namespace "
    "must be one of Istio's (federation:istioNamespaces)",
    "Services of this cluster cannot be reached from other clusters: there groups do without its pods, and nothing is "
    "written for its hosts. Everything else goes on.",
)
GATEWAY_PORT_MISSING = code(
    "FED302",
    "GatewayPortMissing",
    ERROR,
    "{gateway} has no port {port}{suggestion}",
    "name the Service's SNI passthrough port `tls`, or select it with options.eastWestGateways[].port",
    "An east-west gateway needs a port for SNI passthrough; by default the one that is named `tls`.",
)
GATEWAY_ADDRESS_PENDING = code(
    "FED303",
    "GatewayWithoutAddress",
    WARNING,
    "the gateway has no address that other clusters could use: {reason}",
    "wait for a new load balancer; or give the Service type LoadBalancer or NodePort, or externalIPs; or set "
    "hostInfoOverrides in options.eastWestGateways",
    "Without an address the cluster's Services cannot be reached from others: there groups do without its pods, and "
    "nothing is written for its hosts until it has one. Everything else goes on.",
)
GATEWAY_MIXED_ADDRESSES = code(
    "FED304",
    "GatewayMixedAddresses",
    WARNING,
    "the gateways of cluster '{cluster}' mix hostnames and IPv6 addresses; the IPv6 addresses {dropped} are left out",
    "publish either hostnames or IP addresses",
    "A hostname makes the ServiceEntry resolve by DNS, and Istio resolves a DNS cluster in one address family.",
)
GATEWAY_NOT_LABELLED_NODE = code(
    "FED305",
    "GatewayLocalityUnknown",
    INFO,
    "no node of cluster '{cluster}' has a topology.kubernetes.io/region label",
    "label the nodes; without a locality, clients cannot prefer near clusters",
    "The locality of a remote gateway's endpoints is read from the nodes of its cluster.",
)
GATEWAY_EXTERNAL_TRAFFIC_LOCAL = code(
    "FED306",
    "GatewayNodePortLocal",
    WARNING,
    "the NodePort gateway has externalTrafficPolicy Local: nodes without a gateway pod refuse connections",
    "set externalTrafficPolicy: Cluster, or name the reachable addresses with hostInfoOverrides",
    "All nodes' addresses are used, and pods are not discovered.",
)
GATEWAY_NO_SELECTOR = code(
    "FED307",
    "GatewayWithoutSelector",
    ERROR,
    "the gateway's Service has no selector, so the Gateway object cannot select its pods",
    "give the Service a selector",
    "Istio's Gateway object selects the gateway's pods by the labels of the Service's selector.",
)
GATEWAY_ELSEWHERE = code(
    "FED308",
    "GatewayElsewhere",
    WARNING,
    "it is labelled as an east-west gateway and is not used: namespace '{namespace}' of cluster '{cluster}' is not one "
    "of Istio's",
    "name the namespace in federation:istioNamespaces if the gateway is yours; otherwise remove the label",
    "An east-west gateway is an endpoint of every host of its cluster. The administrator says where gateways stand; "
    "a label can be set by everybody.",
)
GATEWAY_NOT_EAST_WEST = code(
    "FED309",
    "GatewayNotEastWest",
    ERROR,
    "workspace '{workspace}' selects {service}, and nothing says that it is an east-west gateway",
    "label the Service `istio: eastwestgateway`, or select it in the global settings",
    "What the selected gateway passes through would be opened on it for everybody. A workspace chooses among the "
    "east-west gateways that there are; others are made one by their label or by the administrator.",
)
GATEWAY_PORT_TAKEN = code(
    "FED310",
    "GatewayPortTaken",
    ERROR,
    "workspace '{workspace}' selects port {port} of {service}, which is {number} of its pods: {what}",
    "select the port for SNI passthrough, 15443 in Istio's charts, or the one where TLS ends",
    "A gateway's pods listen for one thing on a port. Istio uses some itself, and the listeners of VirtualGateways go "
    "first: who may choose a port must not take it away from others.",
)
