"""`ClientTLSPolicy` (security.policy.gloo.solo.io/v2) as Gloo's schema has it."""

from __future__ import annotations

from typing import Any, Self

from pydantic import model_validator

from fedlib.config.model import FewItems, Model, Section, ServerName
from fedlib.config.selectors import DestinationSelector


class ClientTLSConfig(Model):
    """Parameters of TLS."""

    sni: ServerName | None = None
    """The SNI; the destination's first host by default."""
    credential_name: str = ""
    """The Secret with certificates, in the namespace of each proxy."""


class SimpleTLS(Model):
    """TLS without a client certificate."""

    config: Section[ClientTLSConfig] = ClientTLSConfig()
    """Its parameters."""


class MutualTLS(Model):
    """TLS with a client certificate."""

    config: Section[ClientTLSConfig] = ClientTLSConfig()
    """Its parameters."""

    @model_validator(mode="after")
    def _certificate(self) -> Self:
        if not self.config.credential_name:
            raise ValueError("mutual needs config.credentialName, the Secret with the client certificate")
        return self


class ClientTLSPolicySpec(Model):
    """The spec of a `ClientTLSPolicy`."""

    apply_to_destinations: FewItems[DestinationSelector] = ()
    """Which destinations; all without an entry."""
    disable: dict[str, Any] | None = None
    """No TLS; an empty object."""
    simple: SimpleTLS | None = None
    """TLS without a client certificate."""
    mutual: MutualTLS | None = None
    """TLS with a client certificate."""
    istio_mutual: dict[str, Any] | None = None
    """TLS with Istio's certificates; an empty object."""

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if sum(mode is not None for mode in (self.disable, self.simple, self.mutual, self.istio_mutual)) != 1:
            raise ValueError("set one of disable, simple, mutual and istioMutual")
        return self
