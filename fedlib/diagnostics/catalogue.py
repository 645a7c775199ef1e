"""The catalogue: every code under its name, and all of them in `CODES`. The modules in `codes/` hold one topic each."""

from __future__ import annotations

from fedlib.diagnostics.codes.access import *  # noqa: F403 - each module holds codes and nothing else
from fedlib.diagnostics.codes.delegation import *  # noqa: F403
from fedlib.diagnostics.codes.discovery import *  # noqa: F403
from fedlib.diagnostics.codes.externals import *  # noqa: F403
from fedlib.diagnostics.codes.federation import *  # noqa: F403
from fedlib.diagnostics.codes.gateway_routes import *  # noqa: F403
from fedlib.diagnostics.codes.gateways import *  # noqa: F403
from fedlib.diagnostics.codes.groups import *  # noqa: F403
from fedlib.diagnostics.codes.hosts import *  # noqa: F403
from fedlib.diagnostics.codes.limits import *  # noqa: F403
from fedlib.diagnostics.codes.mesh_settings import *  # noqa: F403
from fedlib.diagnostics.codes.planning import *  # noqa: F403
from fedlib.diagnostics.codes.policies import *  # noqa: F403
from fedlib.diagnostics.codes.proxy_filters import *  # noqa: F403
from fedlib.diagnostics.codes.reading import *  # noqa: F403
from fedlib.diagnostics.codes.registry import CODES as CODES
from fedlib.diagnostics.codes.routes import *  # noqa: F403
from fedlib.diagnostics.codes.strings import *  # noqa: F403
from fedlib.diagnostics.codes.tokens import *  # noqa: F403
from fedlib.diagnostics.codes.virtual_gateways import *  # noqa: F403
from fedlib.diagnostics.codes.workspaces import *  # noqa: F403
