"""990 to 999: what is more than one workspace may ask for."""

from __future__ import annotations

from fedlib.diagnostics.codes.registry import ERROR, INFO, code

TOO_MUCH = code(
    "FED990",
    "TooMuch",
    ERROR,
    "{problem}; {limit} are allowed",
    "{advice}",
    "Some things multiply: matchers with those of delegating routes, ports with endpoints, selectors with pods. What "
    "would make an object that no cluster takes, or keep the run busy for all other teams, is left out.",
)
WORKSPACE_TOO_MUCH = code(
    "FED991",
    "WorkspaceTooMuch",
    ERROR,
    "{problem}; workspace '{workspace}' may have {limit} in all",
    "{advice}",
    "All teams wait for one run, so each workspace gets a part of it that is far above what people need. The oldest "
    "resources come first; what goes beyond the limit is left out, and other workspaces notice nothing.",
)
NOT_COMPARED = code(
    "FED992",
    "NotCompared",
    INFO,
    "{what} were not compared with all others: that takes more than {limit} comparisons for workspace '{workspace}'",
    "{advice}",
    "Some warnings come from comparing things of a workspace with each other: routes with earlier ones, ports with "
    "those of other Services. For each workspace there is a limit to that, and beyond it there may be more to say.",
)
MORE_MISTAKES = code(
    "FED993",
    "MoreMistakes",
    ERROR,
    "{count} more mistakes from here on are not listed",
    "mend the ones that are listed; often they have one cause",
    "The first mistakes of a resource, and the first 5,000 of a namespace, are reported one by one. A file that a "
    "program wrote may have more.",
)
