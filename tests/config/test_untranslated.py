"""Fields that are known and not translated are found by name, wherever they stand."""

from __future__ import annotations

from fedlib.config.policies.ext_auth import ExtAuthPolicySpec
from fedlib.config.policies.jwt import JWTPolicySpec
from fedlib.config.route_table import RouteTableSpec
from fedlib.config.untranslated import untranslated, untranslated_below


def test_only_what_is_set_is_found() -> None:
    step = {"passThroughAuth": {"grpc": {"address": "auth.shop:9000", "tlsConfig": {}}}}
    policy = ExtAuthPolicySpec.model_validate({
        "config": {"glooAuth": {"configs": [{"ldap": {}}, step], "booleanExpr": "a"}},
    })  # fmt: skip
    configs = ("config", "glooAuth", "configs")
    assert list(untranslated_below(policy)) == [
        ("config", "glooAuth", "booleanExpr"),
        (*configs, 0, "ldap"),
        (*configs, 1, "passThroughAuth", "grpc", "tlsConfig"),
    ]


def test_values_of_mappings_are_looked_at() -> None:
    provider = {"local": {"inline": "key"}, "customDelimiter": ";"}
    policy = JWTPolicySpec.model_validate({"config": {"providers": {"a": provider}}})
    assert list(untranslated_below(policy)) == [("config", "providers", "a", "customDelimiter")]


def test_defaults_written_out_are_not_set() -> None:
    table = RouteTableSpec.model_validate({
        "hosts": ["a.b"], "virtualGateways": [], "tcp": None, "applyToDestinations": [], "http": [{"forwardTo": {}}],
    })  # fmt: skip
    assert list(untranslated(table)) == []
