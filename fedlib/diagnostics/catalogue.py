"""The catalogue of findings. `docs/findings.md` is generated from it, and a test asserts that it is fresh.

Ranges: 0xx input, 1xx discovery, 2xx workspaces, 3xx east-west gateways, 4xx ungrouped federation, 5xx routes,
6xx the plan. A retired number is never used again.
"""

from __future__ import annotations

from typing import Final

from fedlib.diagnostics.finding import Code, Severity

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

CODES: Final[dict[str, Code]] = {}


def _code(id_: str, title: str, severity: Severity, message: str, hint: str, meaning: str) -> Code:
    if id_ in CODES:
        raise ValueError(f"{id_} is taken by {CODES[id_].title}")
    CODES[id_] = Code(id_, title, severity, message, hint, meaning)
    return CODES[id_]


# --- 0xx: reading the input -------------------------------------------------------------------------------------

FILE_UNREADABLE = _code(
    "FED001",
    "FileUnreadable",
    ERROR,
    "the file cannot be read: {reason}",
    "check the path (relative to the project's root, or to the stack file when it begins with ./) and its permissions",
    "A file or folder that the stack names cannot be read. Nothing is assumed about its contents.",
)
BROKEN_YAML = _code(
    "FED002",
    "BrokenYaml",
    ERROR,
    "this is not valid YAML: {problem}",
    "mend the syntax at this line; the documents before it were read",
    "The YAML parser gave up. Documents that stand before the broken one are still checked.",
)
DUPLICATE_KEY = _code(
    "FED003",
    "DuplicateKey",
    ERROR,
    "the key '{key}' stands twice in this mapping, first at line {line}",
    "keep one of them; YAML parsers disagree about which one counts",
    "A mapping has the same key twice. The whole document is left out, because either value may be the wrong one.",
)
YAML_BOMB = _code(
    "FED004",
    "YamlBomb",
    ERROR,
    "the document's aliases expand to more than {limit} nodes or hold themselves",
    "write the repeated parts out, or split the file",
    "Aliases of aliases can make a small file expand without end. Such a document is left out.",
)
KEY_NOT_STRING = _code(
    "FED005",
    "KeyNotString",
    ERROR,
    "the key '{key}' is not a string in YAML",
    "put it in quotes",
    "YAML reads unquoted keys such as 1, true or on as numbers or booleans; resource names and labels are strings.",
)
UNKNOWN_FIELD = _code(
    "FED006",
    "UnknownField",
    ERROR,
    "unknown field '{field}'{suggestion}",
    "allowed here: {allowed}",
    "The field is not part of this resource's schema. A misspelled field would otherwise be dropped in silence.",
)
WRONG_TYPE = _code(
    "FED007",
    "WrongType",
    ERROR,
    "'{field}' must be {expected}, not {actual}",
    "{advice}",
    "A value has the wrong type. YAML turns an unquoted true, 1 or null into something that is not a string.",
)
WRONG_VALUE = _code(
    "FED008",
    "WrongValue",
    ERROR,
    "'{field}': {problem}",
    "{advice}",
    "A value has the right type but is not one of the allowed ones or breaks a rule of the schema.",
)
MISSING_FIELD = _code(
    "FED009",
    "MissingField",
    ERROR,
    "the required field '{field}' is missing",
    "add it",
    "The schema requires this field.",
)
BAD_NAME = _code(
    "FED010",
    "BadName",
    ERROR,
    "'{name}' cannot be the {what}: {problem}",
    "use lower-case letters, digits and '-', beginning and ending with a letter or digit, at most {limit} characters",
    "Names become parts of DNS names, of object names and of label values, whose syntax and length are limited.",
)
EMPTY_CONFIG = _code(
    "FED011",
    "NothingConfigured",
    ERROR,
    "the stack declares no {what}",
    "add federation:{what} to the stack config; stacks/Pulumi.dev.yaml is a sample",
    "Without clusters there is nothing to declare objects on. An empty config would delete whatever was declared before.",
)
STACK_UNKNOWN = _code(
    "FED012",
    "StackUnknown",
    ERROR,
    "there is no stack file {path}",
    "known stacks: {known}",
    "`--stack NAME` looks for Pulumi.NAME.yaml in the folder that stackConfigDir of Pulumi.yaml names.",
)
NO_FILES_MATCH = _code(
    "FED013",
    "NoFilesMatch",
    ERROR,
    "no file matches '{pattern}'",
    "check the pattern; it is relative to the project's root, or to the stack file when it begins with ./",
    "A pattern of federation:files matches nothing. A moved folder must not look like 'every resource was deleted'.",
)
NOT_A_RESOURCE = _code(
    "FED014",
    "NotAResource",
    ERROR,
    "this document is not a Kubernetes object: {problem}",
    "give it apiVersion, kind and metadata.name as `kubectl get -o yaml` prints them",
    "Files and inventories hold Kubernetes objects, one per document or in Lists.",
)
DUPLICATE_RESOURCE = _code(
    "FED015",
    "DuplicateResource",
    ERROR,
    "{thing} is given twice, also at {other}",
    "keep one of them",
    "The same resource (kind, namespace, name and cluster) was read from two places that differ. Neither is used.",
)
UNSUPPORTED_KIND = _code(
    "FED016",
    "UnsupportedKind",
    ERROR,
    "{kind} is not translated by this version",
    "{advice}",
    "The kind is part of Gloo's API, but nothing is emitted for it. Going on in silence would drop what it promises.",
)
UNKNOWN_KIND = _code(
    "FED017",
    "UnknownKind",
    WARNING,
    "{api_version} {kind} is not a kind that this tool reads{suggestion}",
    "remove it from the files that the stack names, or mend the kind",
    "Files of the stack are meant to hold Gloo objects, and inventories Gloo and Kubernetes objects.",
)
UNSUPPORTED_FIELD = _code(
    "FED018",
    "UnsupportedField",
    ERROR,
    "'{field}' is not translated by this version",
    "{advice}",
    "The field is part of Gloo's schema, but nothing is emitted for it yet. Nothing that depends on it is emitted.",
)
SECRET_UNREADABLE = _code(
    "FED019",
    "SecretUnreadable",
    ERROR,
    "the secret '{key}' of this cluster's kubeconfig is not readable here",
    "`pulumi config set --secret federation:{key} < FILE` sets it; `python -m fedlib` needs a kubeconfig path or a "
    "recorded inventory instead",
    "A kubeconfig kept as a Pulumi secret can be decrypted by the Pulumi engine only.",
)

# --- 1xx: discovery ---------------------------------------------------------------------------------------------

CLUSTER_UNREADABLE = _code(
    "FED101",
    "ClusterUnreadable",
    ERROR,
    "cluster '{cluster}' could not be read: {reason}",
    "{advice}",
    "Discovery of a cluster failed. The run fails, because a cluster that could not be read is never taken for empty.",
)
NO_KUBECONFIG = _code(
    "FED102",
    "NoKubeconfig",
    ERROR,
    "cluster '{cluster}' has neither a kubeconfig nor a recorded inventory",
    "give it `kubeconfig: {{path: ..., context: ...}}`, or `inventory:` with a recording of `python -m fedlib snapshot`",
    "Without one of them nothing is known about the cluster.",
)
KUBECONFIG_UNUSABLE = _code(
    "FED103",
    "KubeconfigUnusable",
    ERROR,
    "the kubeconfig of cluster '{cluster}' cannot be used: {reason}",
    "check the path and the context; `kubectl config get-contexts` lists the contexts of a file",
    "The kubeconfig is missing, broken, or has no such context.",
)
NO_DEPLOY_TARGET = _code(
    "FED104",
    "NoDeployTarget",
    ERROR,
    "cluster '{cluster}' has no kubeconfig, so Pulumi cannot declare objects on it",
    "give it a kubeconfig; `make demo` and `python -m fedlib` work with the recorded inventory alone",
    "A recorded inventory says what is in a cluster, but not how to reach it.",
)
BROKEN_OBJECT = _code(
    "FED105",
    "BrokenObject",
    ERROR,
    "the object cannot be understood: {problem}",
    "record it again with `kubectl get -o yaml`, or mend the field",
    "An object of an inventory is not what a Kubernetes API server would have returned. It is left out.",
)
EMPTY_INVENTORY = _code(
    "FED106",
    "EmptyInventory",
    ERROR,
    "the inventory of cluster '{cluster}' holds no Namespace",
    "record Namespaces too: `kubectl get namespaces,services,deployments,... -A -o yaml`, or `python -m fedlib snapshot`",
    "Every cluster has namespaces, so an inventory without one is a failed recording, not an empty cluster.",
)
UNKNOWN_NAMESPACE = _code(
    "FED107",
    "UnknownNamespace",
    ERROR,
    "namespace '{namespace}' is not in the inventory of cluster '{cluster}'",
    "record the Namespace as well; its labels decide which workspace it belongs to",
    "A namespaced object was recorded without its Namespace.",
)
NOT_RECORDED = _code(
    "FED108",
    "NotRecorded",
    ERROR,
    "cluster '{cluster}' was not recorded: {reason}",
    "the old recording stays as it was; mend this and run snapshot again",
    "A recording is written as a whole or not at all, and never over files that snapshot did not write.",
)

# --- 2xx: workspaces --------------------------------------------------------------------------------------------

DUPLICATE_WORKSPACE = _code(
    "FED201",
    "DuplicateWorkspace",
    ERROR,
    "workspace '{workspace}' is declared twice, also at {other}",
    "keep one: in federation:workspaces or as a Workspace object",
    "Two declarations of one workspace would decide its membership by chance. Neither is used.",
)
DUPLICATE_SETTINGS = _code(
    "FED202",
    "DuplicateWorkspaceSettings",
    ERROR,
    "workspace '{workspace}' has more than one WorkspaceSettings, also {other}",
    "keep one; only the object named 'global' in gloo-mesh may stand beside it",
    "Gloo allows one WorkspaceSettings for each workspace. None of them is used.",
)
NAMESPACE_IN_TWO_WORKSPACES = _code(
    "FED203",
    "NamespaceInTwoWorkspaces",
    ERROR,
    "namespace '{namespace}' of cluster '{cluster}' belongs to the workspaces {workspaces}",
    "narrow workloadClusters of one of them: a namespace belongs to one workspace",
    "A Kubernetes namespace (in one cluster) can belong to one workspace only. Until this is settled it belongs to none.",
)
CLUSTER_ENTRY_EMPTY = _code(
    "FED204",
    "ClusterEntryEmpty",
    ERROR,
    "the cluster entry {entry} selects {nothing}",
    "add `namespaces: [{{name: ...}}]`; `name: '*'` means all",
    "A workloadClusters entry needs at least one namespace with a name or labels. An empty list does not mean 'all'.",
)
CONFIG_ENABLED_PARTIAL = _code(
    "FED205",
    "ConfigEnabledPartial",
    ERROR,
    "configEnabled is set on some {entries} only",
    "set it on each of them, or on none",
    "Once configEnabled is set on one entry, Gloo requires it on every entry of the same list.",
)
UNKNOWN_CLUSTER = _code(
    "FED206",
    "UnknownCluster",
    WARNING,
    "no cluster '{cluster}' is declared{suggestion}",
    "declare it in federation:clusters or mend the name",
    "A name without a wildcard matches none of the declared clusters, so this entry has no effect.",
)
UNKNOWN_WORKSPACE = _code(
    "FED207",
    "UnknownWorkspace",
    WARNING,
    "no workspace '{workspace}' exists{suggestion}",
    "mend the name, or remove the entry",
    "A name without a wildcard in importFrom or exportTo matches no workspace, so this entry has no effect.",
)
IMPORT_WITHOUT_EXPORT = _code(
    "FED208",
    "ImportWithoutExport",
    WARNING,
    "workspace '{consumer}' imports from '{owner}', but '{owner}' exports nothing to it that the import asks for",
    "add an exportTo entry for '{consumer}' to the settings of '{owner}'",
    "A resource crosses a workspace boundary only if the owner exports it and the consumer imports it.",
)
EXPORT_WITHOUT_IMPORT = _code(
    "FED209",
    "ExportWithoutImport",
    INFO,
    "workspace '{owner}' exports to '{consumer}', which does not import it",
    "nothing is shared until '{consumer}' adds an importFrom entry",
    "Both sides are needed. An export alone shares nothing.",
)
NO_SETTINGS = _code(
    "FED210",
    "NoWorkspaceSettings",
    INFO,
    "workspace '{workspace}' has no WorkspaceSettings",
    "it imports, exports and federates nothing until it has settings",
    "Every workspace needs its own settings, also when global settings exist.",
)
EMPTY_WORKSPACE = _code(
    "FED211",
    "EmptyWorkspace",
    WARNING,
    "workspace '{workspace}' selects no namespace in any cluster",
    "check workloadClusters against the namespaces and labels of the clusters",
    "No namespace of any cluster matches, so the workspace owns nothing.",
)
RESOURCE_OUTSIDE = _code(
    "FED212",
    "ResourceOutsideWorkspaces",
    WARNING,
    "namespace '{namespace}' of cluster '{cluster}' belongs to no workspace, so the resource has no effect",
    "add the namespace to a workspace, or say with `cluster:` of federation:files (or the annotation "
    "cluster.solo.io/cluster) in which cluster the resource would live",
    "A Gloo resource acts through the workspace that owns the namespace it lives in.",
)
CONFIG_DISABLED = _code(
    "FED213",
    "ConfigDisabled",
    WARNING,
    "workspace '{workspace}' does not read configuration from namespace '{namespace}' of cluster '{cluster}'",
    "set configEnabled: true there, or move the resource",
    "configEnabled is false for the namespace that the resource lives in, so it has no effect.",
)
SELECTOR_EMPTY = _code(
    "FED214",
    "WorkspaceSelectorEmpty",
    ERROR,
    "{entry} names no workspace",
    "give it `workspaces: [{{name: ...}}]` or a selector with labels; `name: '*'` means everyone",
    "An import or export entry without workspaces would share with nobody or with everyone, depending on the reader.",
)

# --- 3xx: east-west gateways ------------------------------------------------------------------------------------

NO_GATEWAY = _code(
    "FED301",
    "NoEastWestGateway",
    ERROR,
    "no east-west gateway of cluster '{cluster}' matches the settings of workspace '{workspace}'",
    "label the gateway's Service `istio: eastwestgateway`, or select it with options.eastWestGateways",
    "Services of this cluster cannot be reached from other clusters. Nothing is written for them there.",
)
GATEWAY_PORT_MISSING = _code(
    "FED302",
    "GatewayPortMissing",
    ERROR,
    "the gateway has no port {port}{suggestion}",
    "name the Service's SNI passthrough port `tls`, or select it with options.eastWestGateways[].port",
    "An east-west gateway needs a port for SNI passthrough; by default the one that is named `tls`.",
)
GATEWAY_ADDRESS_PENDING = _code(
    "FED303",
    "GatewayWithoutAddress",
    ERROR,
    "the gateway has no address that other clusters could use: {reason}",
    "wait for a new load balancer, or make it a LoadBalancer, NodePort or externalIPs Service, or set hostInfoOverrides in "
    "options.eastWestGateways",
    "Without an address the cluster's services cannot be reached from others. Nothing half-written is declared.",
)
GATEWAY_MIXED_ADDRESSES = _code(
    "FED304",
    "GatewayMixedAddresses",
    WARNING,
    "the gateways of cluster '{cluster}' mix hostnames and IPv6 addresses; the IPv6 addresses {dropped} are left out",
    "publish either hostnames or IP addresses",
    "A hostname makes the ServiceEntry resolve by DNS, and Istio resolves a DNS cluster in one address family.",
)
GATEWAY_NOT_LABELLED_NODE = _code(
    "FED305",
    "GatewayLocalityUnknown",
    INFO,
    "no node of cluster '{cluster}' has a topology.kubernetes.io/region label",
    "label the nodes; without a locality, clients cannot prefer near clusters",
    "The locality of a remote gateway's endpoints is read from the nodes of its cluster.",
)
GATEWAY_EXTERNAL_TRAFFIC_LOCAL = _code(
    "FED306",
    "GatewayNodePortLocal",
    WARNING,
    "the NodePort gateway has externalTrafficPolicy Local: nodes without a gateway pod refuse connections",
    "set externalTrafficPolicy: Cluster, or name the reachable addresses with hostInfoOverrides",
    "All nodes' addresses are used, and pods are not discovered.",
)
GATEWAY_NO_SELECTOR = _code(
    "FED307",
    "GatewayWithoutSelector",
    ERROR,
    "the gateway's Service has no selector, so the Gateway object cannot select its pods",
    "give the Service a selector",
    "Istio's Gateway object selects the gateway's pods by the labels of the Service's selector.",
)

# --- 4xx: ungrouped federation ----------------------------------------------------------------------------------

EXTERNAL_NAME = _code(
    "FED401",
    "ExternalNameNotFederated",
    WARNING,
    "a Service of type ExternalName has no pods and is not federated",
    "declare an ExternalService for the host '{external_name}'",
    "An ExternalName Service is a DNS alias. There is nothing behind the east-west gateway that could answer.",
)
NO_SELECTOR = _code(
    "FED402",
    "SelectorlessNotFederated",
    WARNING,
    "a Service without a selector is not federated",
    "give it a selector, or declare an ExternalService with ExternalEndpoints",
    "The home side picks the pods by the Service's selector; the endpoints of a Service without one are not known.",
)
PORT_NOT_FEDERATED = _code(
    "FED403",
    "PortNotFederated",
    WARNING,
    "port {port} uses {protocol} and is not federated",
    "only TCP ports pass an east-west gateway",
    "East-west gateways carry mTLS over TCP. UDP and SCTP ports stay local.",
)
NO_PORTS = _code(
    "FED404",
    "NoFederatedPort",
    WARNING,
    "none of the Service's ports can be federated",
    "expose at least one TCP port, or leave the Service out with options.federation.serviceSelector",
    "A Service without any usable port has no federated host.",
)
HEADLESS = _code(
    "FED405",
    "HeadlessFederated",
    INFO,
    "the Service is headless: its federated host balances over all pods",
    "per-pod hostnames stay local to the cluster",
    "A headless Service is federated like any other. Clients that need one particular pod cannot address it.",
)
PROTOCOL_GUESSED = _code(
    "FED406",
    "ProtocolUnknown",
    INFO,
    "port {port} names no protocol and is federated as TCP",
    "set appProtocol, or name the port `http`, `http-...`, `grpc`, ... to get routing by request",
    "Istio reads a port's protocol from appProtocol or from the port's name. A ServiceEntry must state one.",
)
TARGET_PORT_UNKNOWN = _code(
    "FED407",
    "TargetPortUnresolved",
    ERROR,
    "the targetPort '{target}' of port {port} {problem}",
    "name the container port in the pod template, or use a number as targetPort",
    "A ServiceEntry needs the number of the container port. It is looked up by name in the Service's workloads.",
)
NO_WORKLOAD = _code(
    "FED408",
    "NoWorkloadFound",
    WARNING,
    "no Deployment, StatefulSet or DaemonSet matches the selector, so {fallback}",
    "if something else runs the pods, this is fine when they use a ServiceAccount of this namespace",
    "The service accounts of the backing workloads become the identities that clients accept. Without a known workload "
    "every service account of the namespace is accepted.",
)
HOST_TOO_LONG = _code(
    "FED409",
    "HostInvalid",
    ERROR,
    "the federated host '{host}' is not a valid DNS name: {problem}",
    "shorten the Service's name or the host suffix",
    "A host has at most 253 characters, each label at most 63.",
)
HOST_SHADOWS_KUBERNETES = _code(
    "FED410",
    "HostShadowsKubernetes",
    ERROR,
    "the host suffix makes '{host}' a name of the Kubernetes DNS domain of cluster '{cluster}'",
    "choose another hostSuffix or cluster name",
    "A federated host that equals a Service's own DNS name would capture local traffic.",
)
PORT_SELECTOR_MISS = _code(
    "FED411",
    "PortSelectorMatchesNothing",
    WARNING,
    "options.federation.ports selects {port}, which no federated Service of workspace '{workspace}' has",
    "mend the number or the name, or remove the entry",
    "A port selector that matches nothing exposes nothing.",
)
SERVICE_SELECTOR_MISS = _code(
    "FED412",
    "ServiceSelectorMatchesNothing",
    WARNING,
    "options.federation.serviceSelector[{index}] matches no Service of workspace '{workspace}'",
    "check labels, name, namespace, cluster and workspace of the selector; they are ANDed",
    "A selector that matches nothing federates nothing.",
)
NO_SIDECAR = _code(
    "FED413",
    "NoSidecarInjection",
    WARNING,
    "in namespace '{namespace}' nothing shows that the pods of these federated Services get a sidecar: {services}",
    "label the namespace istio-injection=enabled or istio.io/rev=<revision>, or the pod templates "
    "sidecar.istio.io/inject=true",
    "An east-west gateway passes mTLS through to the pod, so a pod without a sidecar is unreachable from other clusters.",
)
VIRTUAL_IP_COLLISION = _code(
    "FED414",
    "VirtualIpCollision",
    INFO,
    "the virtual IP {address} of '{host}' also belongs to '{winner}', so the next candidate {chosen} is used",
    "nothing to do; the choice is the same in every run as long as both hosts exist",
    "Virtual IPs are hashes of the host. Two hosts with the same hash get different addresses in a fixed order.",
)
NAME_COLLISION = _code(
    "FED415",
    "NameCollision",
    INFO,
    "'{host}' and '{winner}' give the same object name, so the objects of '{host}' carry a hash in theirs",
    "nothing to do; the choice is the same in every run as long as both hosts exist",
    "Gloo's object names replace dots by dashes, so that a-b.c and a.b-c collide.",
)
NO_SUFFIX = _code(
    "FED416",
    "HostSuffixUnset",
    INFO,
    "options.federation.hostSuffix of workspace '{workspace}' is unset: hosts end in the cluster's name",
    "set hostSuffix (Solo's samples use `global`) unless you want '{example}'",
    "Gloo has no default suffix. Clients' DNS proxies resolve both forms.",
)
NO_IDENTITY = _code(
    "FED417",
    "NoIdentity",
    ERROR,
    "no service account is known for the Service's pods, so clients could not check the server's identity",
    "record ServiceAccounts and Deployments of the namespace as well",
    "A remote ServiceEntry without subjectAltNames would accept any identity. Nothing is written for the Service.",
)
FEDERATED_NOTHING = _code(
    "FED418",
    "NothingFederated",
    WARNING,
    "workspace '{workspace}' has federation enabled, but no Service of it is federated",
    "check its namespaces and the findings of its Services",
    "Federation is switched on without an effect.",
)

TOO_MANY_PORTS = _code(
    "FED419",
    "TooManyPorts",
    ERROR,
    "the Service has {count} ports to federate, and an endpoint can have {limit}",
    "expose fewer ports with options.federation.ports",
    "Istio's schema limits the ports of a ServiceEntry's endpoint.",
)

# --- 5xx: routes ------------------------------------------------------------------------------------------------

ROUTE_DESTINATION_UNKNOWN = _code(
    "FED501",
    "DestinationNotFound",
    ERROR,
    "route '{route}': Service {namespace}/{name} does not exist in cluster '{cluster}'{suggestion}",
    "mend the reference; namespace and cluster default to those of the RouteTable itself",
    "The route answers 500 until its destination exists. Other routes of the table live.",
)
ROUTE_DESTINATION_INVISIBLE = _code(
    "FED502",
    "DestinationNotVisible",
    ERROR,
    "route '{route}': {destination} of workspace '{owner}' is not available to workspace '{workspace}'",
    "export it from '{owner}' and import it into '{workspace}' (kind SERVICE or ALL)",
    "A route may only use destinations of its own workspace and imported ones. The route answers 500.",
)
ROUTE_NEEDS_FEDERATION = _code(
    "FED503",
    "DestinationNotFederated",
    ERROR,
    "route '{route}': {destination} is in another cluster than {clusters}, and is not federated",
    "enable options.federation in workspace '{owner}' with a serviceSelector and ports that include it",
    "A Service of another cluster is reachable through its federated host only. The route answers 500 there.",
)
ROUTE_PORT_UNKNOWN = _code(
    "FED504",
    "DestinationPortNotFound",
    ERROR,
    "route '{route}': {destination} has {problem}",
    "its ports are: {ports}",
    "A destination needs a port that the Service has; it may be left out when there is one only. The route answers 500.",
)
ROUTE_WEIGHTS = _code(
    "FED505",
    "WeightsInvalid",
    ERROR,
    "route '{route}': {problem}",
    "let all weights add up to 100, or leave some out to share the remainder",
    "Weights of a route's destinations are percentages. The route answers 500.",
)
ROUTE_TABLE_HOSTS = _code(
    "FED506",
    "RouteTableWithoutHosts",
    ERROR,
    "the RouteTable has no hosts, and delegation to it is not translated by this version",
    "give it hosts, and routes of its own to forwardTo destinations",
    "A root RouteTable needs the hosts that it routes. One without hosts serves tables that delegate to it, which is not "
    "translated yet.",
)
ROUTE_HOST_CONFLICT = _code(
    "FED507",
    "RouteHostConflict",
    ERROR,
    "host '{host}' is already routed for workspace '{workspace}' by {winner}",
    "merge the two tables, or narrow their workloadSelectors and hosts",
    "Istio uses one VirtualService for a host in sidecars and ignores others in silence. The older table wins.",
)
ROUTE_HOST_INVALID = _code(
    "FED508",
    "RouteHostInvalid",
    ERROR,
    "'{host}' is not a host: {problem}",
    "use a DNS name; a wildcard is allowed as the left-most part only",
    "Hosts of a RouteTable are DNS names.",
)
ROUTE_HOST_SHORT = _code(
    "FED509",
    "RouteHostShort",
    WARNING,
    "the host '{host}' has no dot, and Istio reads it relative to the namespace of each copy",
    "write the full name, such as {host}.<namespace>.svc.cluster.local",
    "A short name means another Service in every namespace that receives a copy of the table.",
)
ROUTE_NAME_DUPLICATE = _code(
    "FED510",
    "RouteNameDuplicate",
    WARNING,
    "the route name '{route}' stands more than once; this one becomes '{renamed}'",
    "give each route a name of its own",
    "Names of routes are unique in a table; Gloo renames duplicates in the same way.",
)
ROUTE_HOST_UNKNOWN = _code(
    "FED511",
    "RouteHostUnknown",
    WARNING,
    "no Service or federated host of workspace '{workspace}' is named '{host}'{suggestion}",
    "sidecars can only send requests for a host that resolves; check the spelling",
    "The table routes a host that nothing known to the workspace serves.",
)
ROUTE_PROTOCOL = _code(
    "FED512",
    "DestinationNotHttp",
    WARNING,
    "route '{route}': port {port} of {destination} is declared as {protocol}, and an HTTP route sends HTTP to it",
    "name the port `http...` or `grpc...`, or set its appProtocol, if it speaks HTTP",
    "An HTTP route needs a destination that speaks HTTP.",
)

# --- 6xx: the plan ----------------------------------------------------------------------------------------------

OBJECT_CONFLICT = _code(
    "FED601",
    "ObjectConflict",
    ERROR,
    "{parent} and {other} both want to write this object",
    "rename one of them",
    "Two inputs lead to the same object (cluster, kind, namespace and name) with different contents.",
)
TOO_MANY_ENDPOINTS = _code(
    "FED602",
    "TooManyEndpoints",
    ERROR,
    "host '{host}' would have {count} endpoints, more than Istio's limit of {limit}",
    "publish fewer gateway addresses with hostInfoOverrides or a load balancer",
    "Istio's schema limits the number of endpoints of a ServiceEntry.",
)
