"""0xx: reading the input."""

from __future__ import annotations

from fedlib.diagnostics.codes.registry import ERROR, INFO, WARNING, code

FILE_UNREADABLE = code(
    "FED001",
    "FileUnreadable",
    ERROR,
    "the file cannot be read: {reason}",
    "check the path (relative to the project's root, or to the stack file when it begins with ./), "
    "its permissions and its encoding",
    "A file or folder that the stack names cannot be read. Nothing is assumed about its contents.",
)
BROKEN_YAML = code(
    "FED002",
    "BrokenYaml",
    ERROR,
    "this is not valid YAML: {problem}",
    "mend the syntax at this line",
    "The YAML parser gave up. Documents that stand before the broken one are still checked.",
)
DUPLICATE_KEY = code(
    "FED003",
    "DuplicateKey",
    ERROR,
    "the key '{key}' stands twice in this mapping, first at line {line}",
    "keep one of them; YAML parsers disagree about which one counts",
    "A mapping has the same key twice. The whole document is left out, because either value may be the wrong one.",
)
YAML_BOMB = code(
    "FED004",
    "YamlBomb",
    ERROR,
    "the document's aliases expand to more than {limit} nodes or hold themselves",
    "write the repeated parts out, or split the file",
    "Aliases of aliases can make a small file expand without end. Such a document is left out.",
)
KEY_NOT_STRING = code(
    "FED005",
    "KeyNotString",
    ERROR,
    "the key '{key}' is not a string in YAML",
    "put it in quotes",
    "YAML reads unquoted keys such as 1, true or on as numbers or booleans; resource names and labels are strings.",
)
UNKNOWN_FIELD = code(
    "FED006",
    "UnknownField",
    ERROR,
    "unknown field '{field}'{suggestion}",
    "allowed here: {allowed}",
    "The field is not part of this resource's schema. A misspelled field would otherwise be dropped in silence.",
)
WRONG_TYPE = code(
    "FED007",
    "WrongType",
    ERROR,
    "'{field}' must be {expected}, not {actual}",
    "{advice}",
    "A value has the wrong type. YAML turns an unquoted true, 1 or null into something that is not a string.",
)
WRONG_VALUE = code(
    "FED008",
    "WrongValue",
    ERROR,
    "'{field}': {problem}",
    "{advice}",
    "A value has the right type but is not one of the allowed ones or breaks a rule of the schema.",
)
MISSING_FIELD = code(
    "FED009",
    "MissingField",
    ERROR,
    "the required field '{field}' is missing",
    "add it",
    "The schema requires this field.",
)
BAD_NAME = code(
    "FED010",
    "BadName",
    ERROR,
    "'{name}' cannot be the {what}: {problem}",
    "use lower-case letters, digits and '-', beginning and ending with a letter or digit, at most {limit} characters",
    "Names become parts of DNS names, of object names and of label values, whose syntax and length are limited.",
)
EMPTY_CONFIG = code(
    "FED011",
    "NothingConfigured",
    ERROR,
    "the stack declares no {what}",
    "add federation:{what} to the stack config; stacks/Pulumi.dev.yaml is a sample",
    "Without clusters there is nothing to declare objects on. An empty config would delete what was declared before.",
)
STACK_UNKNOWN = code(
    "FED012",
    "StackUnknown",
    ERROR,
    "there is no stack file {path}",
    "known stacks: {known}",
    "`--stack NAME` looks for Pulumi.NAME.yaml in the folder that stackConfigDir of Pulumi.yaml names.",
)
NO_FILES_MATCH = code(
    "FED013",
    "NoFilesMatch",
    ERROR,
    "no file matches '{pattern}'{suggestion}",
    "check the pattern; it is relative to the project's root, or to the stack file when it begins with ./",
    "A pattern of federation:files matches nothing. A moved folder must not look like 'every resource was deleted'.",
)
NOT_A_RESOURCE = code(
    "FED014",
    "NotAResource",
    ERROR,
    "this document is not a Kubernetes object: {problem}",
    "give it apiVersion, kind and metadata.name as `kubectl get -o yaml` prints them",
    "Files and inventories hold Kubernetes objects, one per document or in Lists.",
)
DUPLICATE_RESOURCE = code(
    "FED015",
    "DuplicateResource",
    ERROR,
    "{thing} is given twice, also at {other}, and differs in {fields}",
    "keep one of them; of a base and a patch of Kustomize name what `kustomize build` makes of both",
    "The same resource (kind, namespace, name and cluster) was read from two places, in files or in a cluster, that "
    "say different things. Neither is used. Times, versions and states do not count.",
)
UNSUPPORTED_KIND = code(
    "FED016",
    "UnsupportedKind",
    ERROR,
    "{kind} is not translated by this version",
    "{advice}",
    "The kind is part of Gloo's API, but nothing is emitted for it. Going on in silence would drop what it promises.",
)
UNKNOWN_KIND = code(
    "FED017",
    "UnknownKind",
    WARNING,
    "{api_version} {kind} is not a kind that this tool reads{suggestion}",
    "mend the kind if it is misspelled; without, the object has no effect",
    "An object of a recording has a kind in one of Kubernetes' own groups or of Gloo's that nothing is known of.",
)
UNSUPPORTED_FIELD = code(
    "FED018",
    "UnsupportedField",
    ERROR,
    "'{field}' is not translated by this version",
    "{advice}",
    "The field is part of Gloo's schema, but nothing is emitted for it yet. Nothing that depends on it is emitted.",
)
SECRET_UNREADABLE = code(
    "FED019",
    "SecretUnreadable",
    ERROR,
    "the secret '{key}' of this cluster's kubeconfig is not readable here",
    "`pulumi config set --secret federation:{key} < FILE` sets it; `python -m fedlib` needs a kubeconfig path or a "
    "recorded inventory instead",
    "A kubeconfig kept as a Pulumi secret can be decrypted by the Pulumi engine only.",
)
FILES_ELSEWHERE = code(
    "FED020",
    "FilesElsewhere",
    WARNING,
    "no cluster '{cluster}' is declared{suggestion}",
    "mend the name; for a management cluster that is not declared leave `cluster` out",
    "Resources of the files would live in a cluster that the stack does not have, and their references with them.",
)
TEMPLATE_NOT_RENDERED = code(
    "FED030",
    "TemplateNotRendered",
    ERROR,
    "'{gap}' is {what}",
    "{advice}",
    "Files of the stack and recordings are read as they stand. What a template or a variable leaves open would "
    "otherwise become a name that nothing has, or break the syntax of YAML.",
)
UNKNOWN_GLOO_KIND = code(
    "FED031",
    "UnknownGlooKind",
    ERROR,
    "{api_version} {kind} is no kind of Gloo Mesh that is known here{suggestion}",
    "mend apiVersion or kind; an API server that has no such kind refuses it too",
    "A resource in a group of Gloo Mesh promises something. A misspelled policy must not be dropped in silence.",
)
NOT_KUBERNETES = code(
    "FED032",
    "NotKubernetes",
    INFO,
    "{documents} no Kubernetes objects and not read: {files}",
    "nothing to do; a narrower pattern in federation:files leaves them out",
    "Values of Helm, kustomizations and the like may stand beside resources. They are not read.",
)
KUSTOMIZATION_NOT_APPLIED = code(
    "FED033",
    "KustomizationNotApplied",
    INFO,
    "what this kustomization changes was not applied: {keys}",
    "resources are read as they stand in their files; if it matters to them, run `kustomize build {folder} > all.yaml` "
    "and name that file instead",
    "Patches, prefixes, namespaces, variables and generators of Kustomize count only in what it builds.",
)
NOT_GLOOS = code(
    "FED034",
    "NotGloos",
    INFO,
    "{documents} not Gloo's: {kinds}",
    "nothing to do: what runs in a cluster is read from the cluster or its recording",
    "Of files, Gloo resources are read only. Other kinds may stand beside them.",
)
OLD_GENERATION = code(
    "FED035",
    "OldGeneration",
    ERROR,
    "{documents} of Gloo Mesh 1.x, which is not read: {kinds}",
    "write the kinds of Gloo Mesh 2.x instead: {instead}",
    "The groups *.mesh.gloo.solo.io, *.smh.solo.io and multicluster.solo.io belong to a generation with other ideas. "
    "An AccessPolicy of it promises to refuse callers, so that it is not dropped in silence.",
)
OTHER_PRODUCT = code(
    "FED036",
    "OtherProduct",
    WARNING,
    "{documents} of Gloo Gateway (Gloo Edge), which reads them itself: {kinds}",
    "leave them to Gloo Gateway; whoever wants Istio's gateways to do it writes: {instead}",
    "The groups gateway.solo.io, gloo.solo.io, enterprise.gloo.solo.io, ratelimit.solo.io and fed.*.solo.io belong to "
    "another product. Gloo Mesh does not read them, and nothing is declared for them.",
)
INERT_KIND = code(
    "FED037",
    "InertKind",
    INFO,
    "{kind} {did}, which is not done here",
    "{instead}",
    "The kind installs or describes things. It promises nothing about traffic between workspaces, so that nothing is "
    "declared for it.",
)
