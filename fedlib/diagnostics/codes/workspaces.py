"""2xx: workspaces."""

from __future__ import annotations

from fedlib.diagnostics.codes.registry import ERROR, INFO, WARNING, code

DUPLICATE_WORKSPACE = code(
    "FED201",
    "DuplicateWorkspace",
    ERROR,
    "workspace '{workspace}' is declared twice, also at {other}, and differs in {fields}",
    "keep one: in federation:workspaces or as a Workspace object",
    "Two declarations of one workspace would decide its membership by chance. Neither is used.",
)
DUPLICATE_SETTINGS = code(
    "FED202",
    "DuplicateWorkspaceSettings",
    ERROR,
    "workspace '{workspace}' has more than one WorkspaceSettings, also {other}, which differs in {fields}",
    "keep one; only the object named 'global' in gloo-mesh may stand beside it",
    "Gloo allows one WorkspaceSettings for each workspace. None of them is used.",
)
NAMESPACE_IN_TWO_WORKSPACES = code(
    "FED203",
    "NamespaceInTwoWorkspaces",
    ERROR,
    "namespace '{namespace}' of cluster '{cluster}' belongs to the workspaces {workspaces}",
    "narrow workloadClusters of one of them: a namespace belongs to one workspace",
    "A namespace of a cluster can belong to one workspace only. Until this is settled it belongs to none.",
    cause="{namespace} {workspaces}",
)
CLUSTER_ENTRY_EMPTY = code(
    "FED204",
    "ClusterEntryEmpty",
    ERROR,
    "the cluster entry {entry} selects {nothing}",
    "add `namespaces: [{{name: ...}}]`; `name: '*'` means all",
    "A workloadClusters entry needs at least one namespace with a name or labels. An empty list does not mean 'all'.",
)
CONFIG_ENABLED_PARTIAL = code(
    "FED205",
    "ConfigEnabledPartial",
    ERROR,
    "configEnabled is set on some {entries} only",
    "set it on each of them, or on none",
    "Once configEnabled is set on one entry, Gloo requires it on every entry of the same list.",
)
UNKNOWN_CLUSTER = code(
    "FED206",
    "UnknownCluster",
    WARNING,
    "no cluster '{cluster}' is declared{suggestion}",
    "declare it in federation:clusters or mend the name",
    "A name without a wildcard matches none of the declared clusters, so this entry has no effect.",
)
UNKNOWN_WORKSPACE = code(
    "FED207",
    "UnknownWorkspace",
    WARNING,
    "no workspace '{workspace}' exists{suggestion}",
    "mend the name, or remove the entry",
    "A name without a wildcard in importFrom or exportTo matches no workspace, so this entry has no effect.",
)
IMPORT_WITHOUT_EXPORT = code(
    "FED208",
    "ImportWithoutExport",
    WARNING,
    "workspace '{consumer}' imports from '{owner}', but '{owner}' exports nothing to it that the import asks for",
    "add an exportTo entry for '{consumer}' to the settings of '{owner}'",
    "A resource crosses a workspace boundary only if the owner exports it and the consumer imports it.",
)
EXPORT_WITHOUT_IMPORT = code(
    "FED209",
    "ExportWithoutImport",
    INFO,
    "workspace '{owner}' exports to '{consumer}', which does not import it",
    "nothing is shared until '{consumer}' adds an importFrom entry",
    "Both sides are needed. An export alone shares nothing.",
)
NO_SETTINGS = code(
    "FED210",
    "NoWorkspaceSettings",
    INFO,
    "workspace '{workspace}' has no WorkspaceSettings",
    "it imports, exports and federates nothing until it has settings",
    "Every workspace needs its own settings, also when global settings exist.",
)
EMPTY_WORKSPACE = code(
    "FED211",
    "EmptyWorkspace",
    WARNING,
    "workspace '{workspace}' selects no namespace in any cluster",
    "check workloadClusters against the namespaces and labels of the clusters",
    "No namespace of any cluster matches, so the workspace owns nothing.",
)
RESOURCE_OUTSIDE = code(
    "FED212",
    "ResourceOutsideWorkspaces",
    WARNING,
    "namespace '{namespace}' of cluster '{cluster}' belongs to no workspace, so the resource has no effect",
    "add the namespace to a workspace, or say with `cluster:` of federation:files (or the annotation "
    "cluster.solo.io/cluster) in which cluster the resource would live",
    "A Gloo resource acts through the workspace that owns the namespace it lives in.",
)
CONFIG_DISABLED = code(
    "FED213",
    "ConfigDisabled",
    WARNING,
    "workspace '{workspace}' does not read configuration from namespace '{namespace}' of cluster '{cluster}'",
    "set configEnabled: true there, or move the resource",
    "configEnabled is false for the namespace that the resource lives in, so it has no effect.",
)
SELECTOR_EMPTY = code(
    "FED214",
    "WorkspaceSelectorEmpty",
    ERROR,
    "{entry} names no workspace",
    "give it `workspaces: [{{name: ...}}]` or a selector with labels; `name: '*'` means everyone",
    "An import or export entry without workspaces would share with nobody or with everyone, depending on the reader.",
)
WORKSPACE_ELSEWHERE = code(
    "FED215",
    "WorkspaceElsewhere",
    WARNING,
    "the {kind} is ignored: one that is found in a cluster counts in namespace '{expected}' only",
    "move it to '{expected}', or name its file in federation:files",
    "Gloo reads Workspaces and KubernetesClusters in its own namespace. Whoever may write to another one must not "
    "decide who owns which namespaces.",
)
CLUSTER_ANNOTATION_IGNORED = code(
    "FED216",
    "ClusterAnnotationIgnored",
    WARNING,
    "the annotation {annotation} is ignored: the resource was found in cluster '{cluster}' and acts there",
    "remove the annotation; it is for resources in files, which stand in no cluster",
    "Whoever may write to one cluster could otherwise act as a workspace of another one.",
)
NAMESPACE_BY_LABEL = code(
    "FED217",
    "NamespaceByLabel",
    INFO,
    "workspace '{workspace}' owns namespaces because of their labels alone: {namespaces}",
    "nothing to do if you trust whoever labels namespaces; a `name` beside the labels narrows them",
    "Whoever may label a namespace decides by it which workspace the namespace belongs to: its Services get the "
    "workspace's hosts, and its service accounts are admitted as the workspace's.",
)
NAMESPACE_LABEL_YIELDS = code(
    "FED218",
    "NamespaceLabelYields",
    WARNING,
    "namespace '{namespace}' of cluster '{cluster}' has labels that workspace '{workspace}' selects, and '{owner}' "
    "selects it by name: it belongs to '{owner}'",
    "remove the label from the namespace, or take the name out of workloadClusters of '{owner}'",
    "A name is written by the administrator, a label by whoever may label the namespace. The name counts.",
)
ISTIO_NAMESPACE_MISS = code(
    "FED219",
    "IstioNamespaceMiss",
    WARNING,
    "no cluster has a namespace '{pattern}'",
    "mend the name or take it out",
    "Gateways and istiod are found in the namespaces that istioNamespaces names, and nowhere else.",
)
RESOURCE_OF_OTHERS = code(
    "FED220",
    "ResourceOfOthers",
    ERROR,
    "a file of workspace '{author}' has {resource}, and may not: {problem}",
    "move it to a namespace of '{author}'; or to files without `workspace:`, if the administrator writes them",
    "Files with `workspace:` in federation:files may be written by the workspace's team. What they say of others does "
    "not count.",
)
FILES_OF_NOBODY = code(
    "FED221",
    "FilesOfNobody",
    ERROR,
    "no workspace '{workspace}' exists{suggestion}, so nothing in its files counts",
    "mend the name in federation:files",
    "Files with `workspace:` count in namespaces of that workspace only.",
)
CLUSTER_STATED_TWICE = code(
    "FED230",
    "ClusterStatedTwice",
    WARNING,
    "{field} of cluster '{cluster}' is '{here}' here, and '{used}' in {where}, which counts",
    "let both say the same",
    "The stack and a KubernetesCluster say different things about one cluster. Selectors of Workspaces ask for its "
    "labels, and names of Services end in its domain.",
)
WORKSPACE_OF_UNKNOWN_CLUSTERS = code(
    "FED231",
    "WorkspaceOfUnknownClusters",
    ERROR,
    "no cluster that workspace '{workspace}' names is declared: {clusters}{suggestion}",
    "mend the name, or declare the cluster in federation:clusters; workspaces of other clusters belong to other stacks",
    "Every entry of workloadClusters names unknown clusters, so that the workspace owns nothing, and what was "
    "declared for it would be deleted.",
)
SHARED_NOTHING = code(
    "FED232",
    "SharedNothing",
    WARNING,
    "{entry} selects nothing{suggestion}",
    "compare kind, name, namespace, cluster and labels with what is there; they are ANDed",
    "An entry of exportTo says which resources of the workspace are meant, or one of importFrom which of those that "
    "are exported to it, and there is none.",
)
WORKSPACE_SELECTOR_MISS = code(
    "FED233",
    "WorkspaceSelectorMatchesNothing",
    WARNING,
    "{entry} selects no workspace",
    "compare the pattern and the labels with the Workspaces; they are ANDed",
    "An import or export for workspaces that do not exist has no effect.",
)
