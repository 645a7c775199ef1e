"""34x and 35x: settings of Istio without which requests fail, or mean something else."""

from __future__ import annotations

from fedlib.diagnostics.codes.registry import ERROR, INFO, WARNING, code

MESH_SETTINGS_UNKNOWN = code(
    "FED340",
    "MeshSettingsUnknown",
    INFO,
    "Istio's settings in cluster '{cluster}' could not be looked at: {reason}",
    "{advice}; until then check docs/prerequisites.md yourself",
    "Findings about Istio's settings are missing for this cluster. Nothing is taken for right or wrong.",
)
TRUST_DOMAIN_DIFFERS = code(
    "FED341",
    "TrustDomainDiffers",
    ERROR,
    "the trust domain of cluster '{cluster}' is '{actual}', and the stack says '{stated}'",
    "write `trustDomain: {actual}` for the cluster in the stack (without it, the cluster's name is taken)",
    "Clients accept the identities of the Service's pods only, and these begin with the trust domain.",
)
TRUST_DOMAINS_REFUSED = code(
    "FED342",
    "OtherTrustDomainsRefused",
    ERROR,
    "servers of cluster '{cluster}' refuse the trust domains of their clients in other clusters: {domains}",
    "set PILOT_SKIP_VALIDATE_TRUST_DOMAIN=true on istiod there (chart value `env`), or use one trust domain",
    "Sidecars refuse client certificates of other trust domains unless istiod tells them not to look: requests from "
    "other clusters end with 503.",
)
TRUST_DOMAINS_MERGED = code(
    "FED343",
    "TrustDomainsMerged",
    WARNING,
    "trustDomainAliases of cluster '{cluster}' name trust domains of other clusters: {domains}",
    "set PILOT_SKIP_VALIDATE_TRUST_DOMAIN=true on istiod and remove the aliases",
    "An AuthorizationPolicy for a client of one of these clusters admits the same namespace and service account of all "
    "of them.",
)
CLUSTER_LOCAL_TRUST_DOMAIN = code(
    "FED344",
    "ClusterLocalTrustDomain",
    WARNING,
    "cluster '{cluster}' has the trust domain 'cluster.local', and others have another one",
    "give it a trust domain of its own in the mesh config and in the stack",
    "In AuthorizationPolicies Istio takes `cluster.local` for the trust domain of the cluster that reads the policy: "
    "clients of the cluster with that name are refused elsewhere, and their namesakes there are admitted.",
)
ROOTS_DIFFER = code(
    "FED345",
    "RootsDiffer",
    WARNING,
    "proxies of cluster '{cluster}' trust no root certificate that those of {others} trust",
    "give the istiods of all clusters intermediates of one root (`cacerts`); federated bundles of SPIRE do it too",
    "Without a common root neither side believes the other's certificate: requests to other clusters end with 503.",
)
DNS_CAPTURE_OFF = code(
    "FED346",
    "DnsCaptureOff",
    WARNING,
    "sidecars of cluster '{cluster}' do not answer DNS, so applications cannot resolve federated hosts: {namespaces}",
    'set meshConfig.defaultConfig.proxyMetadata.ISTIO_META_DNS_CAPTURE to "true" and restart the pods; a ProxyConfig '
    "object or DNS of your own that knows the hosts does it too",
    "Federated hosts are in no DNS server. Sidecars that capture DNS resolve them to virtual IPs.",
)
SELECT_PODS_OFF = code(
    "FED347",
    "SelectPodsOff",
    ERROR,
    "istiod of cluster '{cluster}' has PILOT_ENABLE_SERVICEENTRY_SELECT_PODS=false",
    "remove the variable; Istio's default is true",
    "The ServiceEntries of federated Services select pods. With this setting they have no endpoints: 503.",
)
AUTO_MTLS_OFF = code(
    "FED348",
    "AutoMtlsOff",
    ERROR,
    "the mesh config of cluster '{cluster}' has enableAutoMtls: false",
    "remove it; Istio's default is true",
    "Clients send mTLS to the gateways of other clusters because endpoints say that they take it, which counts only "
    "with automatic mTLS.",
)
ISTIO_NOT_SERVED = code(
    "FED349",
    "IstioNotServed",
    ERROR,
    "cluster '{cluster}' does not serve networking.istio.io/v1{others}",
    "install Istio 1.22 or newer there",
    "The objects that are declared have this API version.",
)
ISTIO_TOO_OLD = code(
    "FED350",
    "IstioTooOld",
    WARNING,
    "istiod of cluster '{cluster}' is version {version}",
    "upgrade to Istio 1.22 or newer",
    "Older versions do not serve networking.istio.io/v1 unless newer CRDs are installed, and nobody tries them.",
)
ISTIO_VERSIONS_DIFFER = code(
    "FED351",
    "IstioVersionsDiffer",
    INFO,
    "clusters run different versions of Istio: {versions}",
    "nothing to do while you upgrade",
    "Every version reads the same objects; what one of them does differently shows in its clusters only.",
)
NAMESPACE_NOT_WATCHED = code(
    "FED352",
    "NamespaceNotWatched",
    ERROR,
    "istiod of cluster '{cluster}' does not look at a namespace that federation needs: {namespace}",
    "give it the labels that discoverySelectors of {config} select, or let these select it",
    "Istio ignores pods, Services and objects of namespaces that its discoverySelectors do not select.",
)
TRUST_DOMAIN_UNKNOWN = code(
    "FED353",
    "TrustDomainUnknown",
    INFO,
    "nobody says the trust domain of cluster '{cluster}': identities are written for '{assumed}', and Istio's own "
    "default is 'cluster.local'",
    "write `trustDomain: ...` for the cluster in the stack, as trustDomain of its mesh config has it",
    "Neither the stack states it nor was the mesh config seen. With a wrong one every request between clusters ends "
    "with 503, as clients accept the identities of other pods only.",
)
ISTIOD_ELSEWHERE = code(
    "FED355",
    "IstiodElsewhere",
    WARNING,
    "it looks like Istio's, and is not looked at: namespace '{namespace}' of cluster '{cluster}' is not one of Istio's",
    "name the namespace in federation:istioNamespaces if istiod runs there",
    "Settings of the mesh count where the administrator says. Whoever owns another namespace can label a Deployment "
    "`app: istiod` and write a ConfigMap `istio`, and must not speak for the cluster.",
)
IP_FAMILIES_UNSURE = code(
    "FED356",
    "IpFamiliesUnsure",
    INFO,
    "Services of cluster '{cluster}' have {others}, and none of Istio's does: hosts get virtual IPs of {used} only",
    "write `ipFamilies` for the cluster in the stack ({key}) if its pods have both",
    "Which IP families a cluster has is read from Services in Istio's namespaces, in kube-system, and the API server's "
    "own: what one team asks for must not change the addresses of all hosts.",
)
