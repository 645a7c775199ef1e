"""77x to 79x: VirtualGateways."""

from __future__ import annotations

from fedlib.diagnostics.codes.registry import ERROR, WARNING, code

VIRTUAL_GATEWAY_SELECTS_NOTHING = code(
    "FED770",
    "VirtualGatewaySelectsNothing",
    ERROR,
    "no gateway Service of workspace '{workspace}' is selected",
    "select one with workloads: by the Service's name, or by the labels of its selector; gateways are Services whose "
    "selector has a label `istio`, or whose pods have the annotation `inject.istio.io/templates: gateway`",
    "A VirtualGateway is carried by gateways of its own workspace. Without one nothing listens.",
)
VIRTUAL_GATEWAY_ENTRY_UNUSED = code(
    "FED771",
    "VirtualGatewayEntryUnused",
    WARNING,
    "{entry} selects no gateway Service of workspace '{workspace}'",
    "mend the entry or take it out; labels are those of the Service's selector, and the kind is KUBE",
    "An entry of `workloads` that selects nothing has no effect.",
)
VIRTUAL_GATEWAY_UNLIKELY = code(
    "FED772",
    "VirtualGatewayUnlikely",
    WARNING,
    "{service} is selected, and nothing shows that its pods are Istio gateways",
    "check the name and labels; the annotation `inject.istio.io/templates: gateway` of the pods shows it",
    "Gloo takes discovered gateways only. Here a Service that is selected by name or labels counts as one.",
)
LISTENER_PORT_MISSING = code(
    "FED773",
    "ListenerPortMissing",
    ERROR,
    "listener {listener}: no selected gateway Service has a TCP port {port}{suggestion}",
    "name a port of the Service, not of its pods",
    "A listener's port is that of the gateways' Services; the Gateway object gets the port of the pods behind it.",
)
LISTENER_PORT_PARTLY_MISSING = code(
    "FED774",
    "ListenerPortPartlyMissing",
    WARNING,
    "listener {listener}: {service} has no TCP port {port}, and other selected gateways have one",
    "give the Service the port, or select fewer gateways with workloads",
    "The listener exists on the other gateways only.",
)
LISTENER_TARGET_PORT = code(
    "FED775",
    "ListenerTargetPortUnknown",
    ERROR,
    "listener {listener}: the targetPort '{target}' of port {port} of {service} {problem}",
    "write the number of the container port as the targetPort of the Service",
    "The Gateway object needs the number of the port on which the gateway's pods listen.",
)
LISTENER_CONFLICT = code(
    "FED776",
    "ListenerConflict",
    ERROR,
    "listener {listener}: port {port} of {service} is taken by listener {other} of {winner}: {problem}",
    "give them different hosts and the same protocol, or make them one listener",
    "Listeners of one port speak the same protocol and differ in their first host. The older one wins.",
)
LISTENER_TLS_IGNORED = code(
    "FED777",
    "ListenerTlsIgnored",
    WARNING,
    "listener {listener}: TLS mode {mode} ignores {fields}",
    "{advice}",
    "PASSTHROUGH, the default mode, terminates no TLS and so needs no certificate; only MUTUAL looks at clients.",
)
LISTENER_PASSTHROUGH_HTTP = code(
    "FED778",
    "ListenerPassthroughHttp",
    WARNING,
    "listener {listener}: it is an http listener with TLS mode {mode}, so HTTP routes get no requests from it",
    "set mode SIMPLE or MUTUAL to end TLS at the gateway, or tcp: {{}} for routes by SNI",
    "What passes through stays encrypted, and routes can only look at the SNI.",
)
LISTENER_EXPOSES_EVERYTHING = code(
    "FED779",
    "ListenerExposesEverything",
    WARNING,
    "listener {listener}: AUTO_PASSTHROUGH for the host '*' leads to every Service that the gateway knows",
    "name hosts in allowedRouteTables; east-west gateways get their Gateway objects without a VirtualGateway",
    "With AUTO_PASSTHROUGH the SNI names the Service, and no route is needed.",
)
LISTENER_CIPHERS = code(
    "FED780",
    "ListenerCiphersUnknown",
    WARNING,
    "listener {listener}: {ciphers} {are} left out",
    "the API reference of VirtualGateway lists the known ciphers, each once",
    "Gloo ignores unknown and repeated ciphers, and so does Istio.",
)
LISTENER_TLS_VERSIONS = code(
    "FED781",
    "ListenerTlsVersions",
    ERROR,
    "listener {listener}: minimumProtocolVersion {minimum} is above maximumProtocolVersion {maximum}",
    "raise the maximum or lower the minimum",
    "No handshake could succeed.",
)
VIRTUAL_GATEWAY_WITHOUT_PODS = code(
    "FED782",
    "VirtualGatewayWithoutPods",
    ERROR,
    "no pods of its own namespace are known that {service} selects ({labels})",
    "deploy the gateway first, or mend the selector of its Service",
    "A Gateway object selects pods by labels, in every namespace. Without pods of its own it can only reach those of "
    "others, now or later.",
)
VIRTUAL_GATEWAY_REACHES_OTHERS = code(
    "FED783",
    "VirtualGatewayReachesOthers",
    ERROR,
    "{service} selects {labels}, and so have pods of others: {pods}",
    "give the gateway's pods a label of their own and select by it, or set PILOT_SCOPE_GATEWAY_TO_NAMESPACE=true on "
    "istiod",
    "Istio applies a Gateway to pods with its labels in all namespaces: its listeners, redirects and TLS settings "
    "would show on gateways of other workspaces.",
)
PODS_LIKE_A_GATEWAY = code(
    "FED784",
    "PodsLikeAGateway",
    WARNING,
    "its pods have the labels of {gateway} ({labels}), and Istio applies Gateways to pods of all namespaces",
    "give the pods other labels, or set PILOT_SCOPE_GATEWAY_TO_NAMESPACE=true on istiod",
    "If these pods are gateways, they get the listeners of that gateway too. The gateway goes on as it is.",
)
