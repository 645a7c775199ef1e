"""6xx: the plan."""

from __future__ import annotations

from fedlib.diagnostics.codes.registry import ERROR, code

OBJECT_CONFLICT = code(
    "FED601",
    "ObjectConflict",
    ERROR,
    "it and {other} both want to write {object}",
    "rename one of them",
    "Two inputs lead to the same object (cluster, kind, namespace and name) with different contents.",
)
TOO_MANY_ENDPOINTS = code(
    "FED602",
    "TooManyEndpoints",
    ERROR,
    "host '{host}' would have {count} endpoints, more than Istio's limit of {limit}",
    "publish fewer gateway addresses with hostInfoOverrides or a load balancer",
    "Istio's schema limits the number of endpoints of a ServiceEntry.",
)
OBJECT_TOO_LARGE = code(
    "FED604",
    "ObjectTooLarge",
    ERROR,
    "the {kind} '{name}' would have {size} bytes, and an object may have {limit}",
    "split the resource, or take long texts out of it: let a server answer with them",
    "The store of a cluster refuses a larger object in the middle of an update. The object is left out.",
)
EMPTY_PLAN = code(
    "FED610",
    "EmptyPlan",
    ERROR,
    "the plan is empty, though something asks for objects: {wanted}",
    "the warnings say what has no effect; to declare nothing on purpose, take these settings and resources out",
    "An empty plan deletes what was declared before. Misspelled clusters and namespaces that nobody owns lead to one.",
)
