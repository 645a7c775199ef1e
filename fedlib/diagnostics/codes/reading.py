"""0xx: reading the input."""

from __future__ import annotations

from fedlib.diagnostics.codes.registry import ERROR, WARNING, code

FILE_UNREADABLE = code(
    "FED001",
    "FileUnreadable",
    ERROR,
    "the file cannot be read: {reason}",
    "check the path (relative to the project's root, or to the stack file when it begins with ./) and its permissions",
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
    "{thing} is given twice, also at {other}",
    "keep one of them",
    "The same resource (kind, namespace, name and cluster) was read from two places that differ. Neither is used.",
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
    "remove it from the files that the stack names, or mend the kind",
    "Files of the stack are meant to hold Gloo objects, and inventories Gloo and Kubernetes objects.",
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
