"""One AuthorizationPolicy for each selector of pods.

Pods with an AuthorizationPolicy that allows refuse what none of theirs allows. With one for each port, as Gloo has it,
a pod refuses the ports whose policy has not arrived yet. So all that is admitted by one selector is one object, which
arrives at once, and an edit of it is one change. Rules that refuse, and those that are only logged, need not be
together with anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from fedlib.federation.model.access import AccessRules, Action, Rule

Key = tuple[str, str, tuple[tuple[str, str], ...], bool]


def merge_rules(parts: Iterable[AccessRules]) -> tuple[AccessRules, ...]:
    """Merge what allows by selector, what counts apart from what is only logged; the first by age names it."""
    by_selector: dict[Key, list[AccessRules]] = defaultdict(list)
    merged: list[AccessRules] = []
    for part in parts:
        if part.action is Action.ALLOW:
            selector = tuple(sorted(part.selector.items()))
            by_selector[part.cluster, part.namespace, selector, part.dry_run].append(part)
        else:
            merged.append(part)
    for found in by_selector.values():
        ordered = sorted(found, key=lambda part: part.age)
        rules = _joined(rule for part in ordered for rule in part.rules)
        causes = tuple(dict.fromkeys(cause for part in ordered for cause in part.causes))
        shared_with = tuple(sorted({name for part in ordered for name in part.shared_with}))
        merged.append(replace(ordered[0], rules=rules, causes=causes, shared_with=shared_with))
    return tuple(sorted(merged, key=lambda one: (one.cluster, one.namespace, one.stem)))


def _joined(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules by port; those that differ in their ports only are one, because they may list many principals."""
    alike: dict[object, list[tuple[Rule, set[int]]]] = defaultdict(list)
    for rule in rules:
        anywhere = replace(rule, ports=())
        listed = alike[_outline(rule)]
        ports = next((ports for other, ports in listed if other == anywhere), None)
        if ports is None:
            listed.append((anywhere, set(rule.ports)))
        else:
            ports.update(rule.ports)
    joined = [replace(rule, ports=tuple(sorted(ports))) for listed in alike.values() for rule, ports in listed]
    return tuple(sorted(joined, key=lambda rule: rule.ports))


def _outline(rule: Rule) -> object:
    """What equal rules have in common, without the lists of principals: those are long, and many rules share one."""
    sources = [
        (replace(source, principals=None), source.principals and (len(source.principals), source.principals[0]))
        for source in rule.sources
    ]
    return (bool(rule.ports), tuple(sources), replace(rule, ports=(), sources=()))
