"""A value that breaks no rule of Gloo's schema, and that its reader refuses all the same."""

from __future__ import annotations

from fedlib.diagnostics import Code


class RefusedError(ValueError):
    """What is wrong with a value, and what to do about it; reading the input makes a finding of it.

    Attributes:
        code: the finding, whose templates take `problem` and `advice`.
        advice: what to do.
    """

    def __init__(self, code: Code, problem: str, advice: str) -> None:
        super().__init__(problem)
        self.code = code
        self.advice = advice


def size(text: str) -> int:
    """The bytes of a string as proxies count them; YAML may hold halves of characters, which have three."""
    return len(text.encode("utf-8", "surrogatepass"))
