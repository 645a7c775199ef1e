"""Policies of `resilience.policy.gloo.solo.io/v2` on the choice among endpoints: failover and outlier detection."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from fedlib.config.duration import Duration
from fedlib.config.gloo import Locality, Part
from fedlib.config.model import FewItems, Model, Section, SomeItems
from fedlib.config.policies.attachment import require_kinds
from fedlib.config.selectors import DestinationKind, DestinationSelector


class DestinationLocality(Locality):
    """A locality that takes over requests."""

    region: Part
    """The region."""
    weight: Annotated[int, Field(ge=1, le=100)] | None = None
    """The share in percent; a locality without one gets its part of the rest."""


class LocalityMapping(Model):
    """From where requests go to where."""

    from_: Annotated[Locality, Field(alias="from")]
    """The locality of the caller."""
    to: Annotated[SomeItems[DestinationLocality], Field(max_length=64)]
    """The localities that take its requests over."""

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if not self.from_.region:
            raise ValueError("'from' needs a region")
        weights = [locality.weight for locality in self.to]
        total = sum(weight for weight in weights if weight is not None)
        unweighted = weights.count(None)
        if len(weights) == unweighted:
            return self
        if (unweighted == 0 and total != 100) or total + unweighted > 100:
            raise ValueError(
                f"the weights of 'to' are {total} together; they must be 100, or leave 1 for each other one"
            )
        return self


class PriorityLabels(Model):
    """Labels that callers and endpoints may share."""

    labels: FewItems[str] = ()
    """Keys, or `key=value` pairs, the most important first."""

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if len({"=" in label for label in self.labels}) > 1:
            raise ValueError("write only keys or only key=value pairs")
        return self


class FailoverConfig(Model):
    """Which endpoints take over; without anything, the nearest."""

    locality_mappings: Annotated[FewItems[LocalityMapping], Field(max_length=64)] = ()
    """By regions, zones and parts of zones; wins over priorityLabels."""
    priority_labels: PriorityLabels | None = None
    """By labels that are shared with the caller."""


class FailoverPolicySpec(Model):
    """The spec of a `FailoverPolicy`."""

    apply_to_destinations: FewItems[DestinationSelector] = ()
    """Services and VirtualDestinations; all without an entry."""
    config: Section[FailoverConfig] = FailoverConfig()
    """Which endpoints take over."""

    @model_validator(mode="after")
    def _kinds(self) -> Self:
        require_kinds(self.apply_to_destinations, DestinationKind.SERVICE, DestinationKind.VIRTUAL_DESTINATION)
        return self


class OutlierDetectionConfig(Model):
    """When endpoints are left out for a while."""

    consecutive_errors: Annotated[int, Field(ge=1, le=2**31 - 1)] = 5
    """How many 5xx errors in a row."""
    interval: Duration = "10s"
    """How often endpoints are looked at."""
    base_ejection_time: Duration = "30s"
    """For how long, times how often it happened before."""
    max_ejection_percent: Annotated[int, Field(ge=0, le=100)] = 100
    """How many endpoints at most; 0 stands for Istio's 10."""
    consecutive_gateway_errors: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    """How many 502, 503 and 504 in a row; 0 counts none."""


class OutlierDetectionPolicySpec(Model):
    """The spec of an `OutlierDetectionPolicy`."""

    apply_to_destinations: FewItems[DestinationSelector] = ()
    """VirtualDestinations and ExternalServices; all without an entry."""
    config: Section[OutlierDetectionConfig] = OutlierDetectionConfig()
    """When endpoints are left out."""

    @model_validator(mode="after")
    def _kinds(self) -> Self:
        require_kinds(self.apply_to_destinations, DestinationKind.VIRTUAL_DESTINATION, DestinationKind.EXTERNAL_SERVICE)
        return self
