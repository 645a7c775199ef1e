"""80x to 83x: policies, what they apply to and what they do."""

from __future__ import annotations

from fedlib.diagnostics.codes.registry import ERROR, INFO, WARNING, code

POLICY_CONFLICT = code(
    "FED800",
    "PolicyConflict",
    WARNING,
    "conflicts with existing policy applied to {target}. Skipping applying {policy} to {names}; {winner} is older",
    "let each policy of a kind select targets of its own, or delete one of the two",
    "One policy of a kind applies to a target, and the oldest one does. The younger one still applies to what nothing "
    "else of its kind selects. Its status is FAILED.",
    fails=True,
)
POLICY_SELECTS_NOTHING = code(
    "FED801",
    "PolicySelectsNothing",
    INFO,
    "the {policy} applies to nothing",
    "compare its selectors with the labels of what its workspace owns and imports",
    "A policy without targets is accepted and has no effect.",
)
POLICY_SKIPS_FEDERATED_HOST = code(
    "FED802",
    "PolicySkipsFederatedHost",
    WARNING,
    "it applies to the Service's own name in its own cluster, and not to {hosts}",
    "put the Service behind a VirtualDestination and select that, if requests to other clusters need the policy",
    "A federated host of a single Service takes no policy; a group does. The policy is followed by those who call the "
    "Service by its plain name in its own cluster.",
)
POLICY_OF_IMPORTER = code(
    "FED803",
    "PolicyOfImporter",
    WARNING,
    "it does not apply to {names}: federation:policyInheritance is `source`",
    "set the policy in the workspace that owns the destination, or use policyInheritance: override",
    "By the rules of Gloo 2.5 the owner's policies count for everybody who imports a destination.",
)
FAILOVER_WITHOUT_OUTLIER_DETECTION = code(
    "FED810",
    "FailoverWithoutOutlierDetection",
    WARNING,
    "no OutlierDetectionPolicy applies to {destinations}, and without one endpoints are not chosen by locality",
    "apply an OutlierDetectionPolicy to the same VirtualDestination, or give the mappings weights, which distribute",
    "Istio prefers near endpoints, and leaves failing ones, when outlier detection is on. A FailoverPolicy alone "
    "changes nothing, unless its mappings have weights. A plain Service takes no OutlierDetectionPolicy.",
)
FAILOVER_MAPPING_IGNORED = code(
    "FED811",
    "FailoverMappingLimited",
    WARNING,
    "of this mapping Istio does less than it says: {problem}",
    "give all mappings weights, or none; without weights name one region in `from`, and another one in `to`",
    "Istio distributes by weights, over regions, zones and parts of zones, or fails over from one region to one other.",
)
FAILOVER_REGION_UNKNOWN = code(
    "FED812",
    "FailoverRegionUnknown",
    WARNING,
    "no node of any cluster is in the region '{region}'{suggestion}",
    "the regions of the nodes are: {known}",
    "Localities come from the node label topology.kubernetes.io/region. A mapping of another region matches nothing.",
)
FAILOVER_REGION_EMPTY = code(
    "FED813",
    "FailoverRegionEmpty",
    WARNING,
    "nothing behind {destinations} is in the region '{region}'",
    "name a region in which a cluster has a backing Service",
    "Requests cannot be sent to a region in which nothing stands behind the destination.",
)
FAILOVER_REGION_MISSING = code(
    "FED814",
    "FailoverRegionMissing",
    WARNING,
    "no node of cluster '{cluster}' says its region, and the policy maps regions for {destinations}",
    "set the label topology.kubernetes.io/region on the nodes",
    "Callers without a region match no mapping, and endpoints without one are in none.",
)
FAILOVER_LABEL_MISSING = code(
    "FED815",
    "FailoverLabelMissing",
    WARNING,
    "the priority label '{label}' tells no endpoints of {destinations} apart: {problem}",
    "use labels of localities or networks, or labels that all pods have",
    "An endpoint behind an east-west gateway stands for pods there. It has the labels of theirs that policies want, "
    "and the ones that istiod derives from locality and network.",
)
EJECTION_NEVER = code(
    "FED816",
    "EjectionNever",
    WARNING,
    "a maxEjectionPercent of {limit} is too low for {destinations}: {problem}",
    "leave maxEjectionPercent out; 100 is Gloo's default",
    "Envoy ejects an endpoint only as long as the limit is kept. An explicit 0 stands for Istio's default of 10 %.",
)
EJECTION_LIMITED = code(
    "FED817",
    "EjectionLimited",
    INFO,
    "at most {limit} % of the endpoints of {destinations} are ejected: with more than {pods} pods in cluster "
    "'{cluster}' some requests stay there when all of them fail",
    "leave maxEjectionPercent out; 100 is Gloo's default",
    "Requests leave a cluster completely when all of its pods are ejected. Each address of a remote gateway counts as "
    "one endpoint, however many pods are behind it.",
)
OUTLIER_ONE_LOCALITY = code(
    "FED818",
    "OutlierDetectionInOneLocality",
    INFO,
    "all that stands behind {destinations} is in {locality}: requests are spread over {clusters}, not local first",
    "nothing, if that is what you want; otherwise label the nodes of each cluster with their zones",
    "Outlier detection turns the preference of near endpoints on. Endpoints of one locality are equally near.",
)
PANIC_WITHOUT_OUTLIER_DETECTION = code(
    "FED819",
    "PanicThresholdWithoutOutlierDetection",
    WARNING,
    "healthyPanicThreshold has no effect on {destinations}, to which no OutlierDetectionPolicy applies",
    "apply an OutlierDetectionPolicy to the same destination, or leave the threshold out",
    "Without outlier detection, or an active health check by a gateway, no endpoint is ever unhealthy.",
)
CLIENT_TLS_BREAKS_GATEWAYS = code(
    "FED821",
    "ClientTlsBreaksGateways",
    ERROR,
    "with '{mode}' requests to other clusters fail for {destinations}: east-west gateways pass Istio's mTLS only",
    "use istioMutual, or let the policy select other destinations",
    "A request reaches the pods of another cluster by the SNI of Istio's mTLS. Other TLS settings of the client break "
    "that.",
)
CREDENTIAL_AT_SIDECARS = code(
    "FED822",
    "CredentialNameAtSidecars",
    WARNING,
    "gateways read the Secret '{secret}', and sidecars do not",
    "send the requests through an egress gateway, or mount the certificates into the pods yourself",
    "Istio reads `credentialName` of a DestinationRule in gateways. Sidecars start TLS without the certificates of the "
    "Secret.",
)
POLICY_NOT_IN_NAMESPACE = code(
    "FED823",
    "PolicyNotInNamespace",
    WARNING,
    "clients in namespace '{namespace}' of cluster '{cluster}' follow the policies of workspace '{workspace}' for "
    "{destinations}, and not this one",
    "apply the policy in workspace '{workspace}', which owns the group",
    "The backing Service's namespace holds the one DestinationRule of the group in its cluster, with the policies of "
    "the group's owner. A second one in the same namespace would be dropped by Istio.",
)
FAILOVER_LOCALITIES_OVERLAP = code(
    "FED824",
    "FailoverLocalitiesOverlap",
    ERROR,
    "localities overlap {where}, which Istio refuses for mappings with weights",
    "name each region or zone once; a region is all of its zones",
    "Istio refuses the whole DestinationRule. The mapping is left out.",
)
CORS_MAX_AGE = code(
    "FED825",
    "CorsMaxAgeInSeconds",
    WARNING,
    "a maxAge of {age} is not written as it is: Istio takes whole seconds, one at least",
    "write whole seconds; with nothing browsers remember an answer for some seconds",
    "Parts of seconds are cut off, and zero is left out.",
)
OUTLIER_DETECTION_OF_TCP = code(
    "FED826",
    "OutlierDetectionOfTcp",
    INFO,
    "on port {port} of {destinations} only connections that are refused count as errors",
    "nothing, if pods that fail go away; declare the port as HTTP, HTTP2 or GRPC if it speaks that",
    "Envoy sees no statuses on a TCP port. Behind a sidecar that lives, an application that crashed still accepts "
    "connections, as a real mesh shows, so that nothing is ejected.",
)
FAILOVER_LABEL_VARIES = code(
    "FED827",
    "FailoverLabelVaries",
    INFO,
    "behind the gateways of cluster '{cluster}' are pods of {destinations} with different values of the priority label "
    "'{label}': requests that go there reach any of them",
    "use a VirtualDestination for each value, or a RouteTable with subsets, where clients must reach one value only",
    "Labels choose among endpoints, and in another cluster the gateway is the endpoint. It comes first when one of its "
    "pods has the label that the client prefers, and passes a connection on to any pod, as a real mesh shows.",
)
