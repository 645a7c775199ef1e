"""Causes: whatever is in effect is a cause of an object, and nothing else changes an object."""

from __future__ import annotations

import copy
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from fedlib.compilation import Compilation
from fedlib.diagnostics import Ref, Severity
from fedlib.diagnostics.cause import Why
from fedlib.distribution.causes import effects_of, find_causes
from tests.golden_case import GOLDEN, compile_case

OF_A_KIND = 6
"""How many resources of one kind are left out in a topic: all of them say little more, and take a minute."""

TOPICS = sorted(path.name for path in GOLDEN.iterdir() if path.is_dir())


class Coordinate(NamedTuple):
    """What a change of an object is about, whatever its name."""

    cluster: str
    kind: str
    namespace: str
    parent: Ref


Objects = dict[Coordinate, dict[str, set[Ref]]]
"""For each coordinate the specs, each with the resources that are causes of it."""


def _objects(compilation: Compilation) -> Objects:
    assert compilation.snapshot is not None
    finder = find_causes(compilation.snapshot)
    found: Objects = defaultdict(dict)
    for one in compilation.plan.declarations:
        causes, spec = set(finder.of(one.lineage)), json.dumps([one.spec, dict(one.annotations)], sort_keys=True)
        for cluster, namespaces in one.places.items():
            for namespace in namespaces:
                found[Coordinate(cluster, one.kind, namespace, one.lineage.parent)][spec] = causes
    return found


def _documents(topic: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted((GOLDEN / topic).glob("*.in.yaml")):
        try:
            document = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeError):
            continue  # a case about text that is not YAML
        if isinstance(document, dict) and isinstance(document.get("config"), dict):
            yield path, document


def _explained(ref: Ref, changed: Ref, *compilations: Compilation) -> bool:
    """Whether a finding relates a resource to what was translated to an object: one yields to the other."""
    for finding in (one for compilation in compilations for one in compilation.report):
        about = {finding.subject, *finding.related}
        if finding.severity is not Severity.INFO and (ref in about or changed in about or ref.name in finding.message):
            return True
    return False


@pytest.mark.parametrize("topic", TOPICS)
def test_leaving_a_resource_out_changes_what_it_is_a_cause_of(topic: str, tmp_path: Path) -> None:
    """And nothing else, but for what had yielded to it, which a finding says."""
    tried: Counter[str] = Counter()
    for path, document in _documents(topic):
        resources = document["config"].get("federation:resources")
        before = compile_case(path)
        if not isinstance(resources, list) or before.snapshot is None:
            continue
        objects = _objects(before)
        for index, ref in _named(resources, before):
            tried[ref.kind] += 1
            if tried[ref.kind] > OF_A_KIND:
                continue
            changed = copy.deepcopy(document)
            changed["config"]["federation:resources"].pop(index)
            other = tmp_path / "case.in.yaml"
            other.write_text(yaml.safe_dump(changed), encoding="utf-8")
            after = compile_case(other)
            if after.snapshot is None:
                continue
            left = _objects(after)
            for at in objects.keys() | left.keys():
                old, new = objects.get(at, {}), left.get(at, {})
                gone = [causes for spec, causes in old.items() if spec not in new]
                unexplained = old.keys() != new.keys() and not (gone and all(ref in causes for causes in gone))
                assert not unexplained or _explained(ref, at.parent, before, after), (path.name, ref, at)


def _named(resources: list[Any], compilation: Compilation) -> Iterator[tuple[int, Ref]]:
    """The resources that the compile knows by their names, but for clusters, of which everything is made."""
    assert compilation.snapshot is not None
    for index, one in enumerate(resources):
        metadata = one.get("metadata") if isinstance(one, dict) else None
        if isinstance(metadata, dict) and one.get("kind") != "KubernetesCluster":
            key = (one.get("kind"), metadata.get("name"), metadata.get("namespace", ""))
            found = [ref for ref in compilation.snapshot.inputs if (ref.kind, ref.name, ref.namespace) == key]
            if len(found) == 1:
                yield index, found[0]


@pytest.mark.parametrize("topic", TOPICS)
def test_whatever_is_in_effect_is_a_cause(topic: str) -> None:
    """Policies with targets, RouteTables, VirtualGateways, groups, external resources; or a finding says why not."""
    for path, _ in _documents(topic):
        compilation = compile_case(path)
        if compilation.snapshot is None or compilation.decisions is None:
            continue
        causes = effects_of(compilation.plan, compilation.snapshot)
        told = {ref for finding in compilation.report for ref in (finding.subject, *finding.related)}
        without = [ref for ref in _in_effect(compilation) if ref not in causes and ref not in told]
        assert [ref for ref in without if not _does_nothing(ref, path)] == [], path.name


def _does_nothing(ref: Ref, path: Path) -> bool:
    """Policies that say what holds anyway, and one whose server is refused with a finding about the server."""
    return (path.name, ref.name) in {("proxy-protocol.in.yaml", "first"), ("ext-auth-addresses.in.yaml", "secret")}


def _in_effect(compilation: Compilation) -> set[Ref]:
    decisions = compilation.decisions
    assert decisions is not None
    found = {ref for ref, count in decisions.policies.counts.items() if count}
    for routed in decisions.routes:
        found.add(routed.table.ref)
        found.update(table.table.ref for route in routed.routes for table in route.tables)
    found.update(gateway.resource.ref for gateway in decisions.virtual_gateways)
    found.update(group.resource.ref for group in decisions.groups)
    for external in decisions.externals:
        found.update((external.resource.ref, *(endpoint.ref for endpoint in external.endpoints)))
    return found


def test_entries_of_settings_are_causes() -> None:
    """Federation, export and import, each with its own place, of what they make possible."""
    compilation = compile_case(GOLDEN / "visibility" / "workspaces-by-labels-and-glob.in.yaml")
    assert compilation.snapshot is not None
    effects = effects_of(compilation.plan, compilation.snapshot)
    found = {(cause.why, cause.path) for one in effects.values() for cause, _ in one.causes}
    assert (Why.EXPORTS, ("exportTo", 0)) in found
    assert (Why.IMPORTS, ("importFrom", 0)) in found
    assert any(why is Why.FEDERATES and path[:2] == ("options", "federation") for why, path in found)


def test_a_policy_of_the_owner_is_inherited_by_importers() -> None:
    """The reason says so where the object is another workspace's."""
    whys = set()
    for path, _ in _documents("inheritance"):
        compilation = compile_case(path)
        if compilation.snapshot is not None:
            effects = effects_of(compilation.plan, compilation.snapshot)
            whys |= {
                cause.why for ref, one in effects.items() if ref.kind.endswith("Policy") for cause, _ in one.causes
            }
    assert {Why.APPLIES, Why.INHERITED} <= whys
