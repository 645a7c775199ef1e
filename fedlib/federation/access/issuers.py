"""Whose the issuer of tokens is, where a gateway is brought keys for it by several workspaces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from fedlib.federation.hosts.rights import HostRights
from fedlib.federation.model.access import TokenRule

_GIVEN: Final = 0
_FROM_ITSELF: Final = 1
_FROM_ANYWHERE: Final = 2

Standing = tuple[bool, int, int]
"""What comes first when sorted."""


@dataclass(frozen=True, slots=True)
class IssuerRights:
    """Says who comes first for an issuer on a gateway.

    That is the gateway's own workspace, then whom the administrator gives the issuer's host, then who has its keys from
    that host, as nobody else can write there, and then who is imported first.
    """

    rights: HostRights
    precedence: Callable[[str, str], int]

    def standing(self, gateway: str, workspace: str, rule: TokenRule) -> Standing:
        """How near a rule of a workspace stands to its issuer on a gateway of another one."""
        imported = self.precedence(gateway, workspace)
        return imported > 0, self._nearness(workspace, rule), imported

    def _nearness(self, workspace: str, rule: TokenRule) -> int:
        host = _host(rule.issuer)
        if not host:
            return _FROM_ANYWHERE
        if self.rights.is_given(host, workspace):
            return _GIVEN
        return _FROM_ITSELF if host == _host(rule.key_set_url) else _FROM_ANYWHERE


def _host(text: str) -> str:
    """The host of a URL, or of what is written like one without its scheme; empty for all else."""
    try:
        return (urlsplit(text if "//" in text else f"//{text}").hostname or "").rstrip(".")
    except ValueError:
        return ""
