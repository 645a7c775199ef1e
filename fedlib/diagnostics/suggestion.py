"""`did you mean`: the known word that is nearest to one that is not known.

Holding two words against each other takes some microseconds, which is too much for thousands of words and thousands of
known ones. So a suggestion is looked for when a finding with it is recorded, and the report says when it is enough.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

LONGEST_WORD: Final = 253
"""Names of Kubernetes and of DNS are no longer, and nothing longer is ever meant."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Text in a finding that ends with a `did you mean` where a known word is near.

    Attributes:
        word: the word that is not known.
        known: the known words, or what makes them.
        before: what stands before the suggestion, in any case.
        around: what is put around the known word, such as the rest of a host.
        otherwise: the next thing to look for where nothing is near.
    """

    word: str
    known: Iterable[str] | Callable[[], Iterable[str]]
    before: str = ""
    around: tuple[str, str] = ("", "")
    otherwise: Suggestion | None = None

    def found(self, left: int) -> tuple[str, int]:
        """The text, and how much of `left` remains after looking for it; nothing is looked for where none is left."""
        if left <= 0:
            return self.before, left
        known = [*(self.known() if callable(self.known) else self.known)]
        left -= cost(self.word, known)
        near = nearest(self.word, known) if left > 0 else ""
        if not near and self.otherwise is not None:
            text, left = self.otherwise.found(left)
            return self.before + text, left
        return self.before + (f"; did you mean '{near.join(self.around)}'?" if near else ""), left

    def __str__(self) -> str:
        """Render the text, at whatever cost."""
        return self.found(1 << 62)[0]


def suggest(word: str, known: Iterable[str] | Callable[[], Iterable[str]]) -> Suggestion:
    """A `did you mean` for `word`."""
    return Suggestion(word, known)


def cost(word: str, known: Iterable[str]) -> int:
    """How long `nearest` takes at the worst, in comparisons of two words of twenty letters."""
    return sum(1 + len(word) * len(one) // 400 for one in known if len(one) <= LONGEST_WORD)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is nearest to `word`; empty when none is near."""
    if len(word) > LONGEST_WORD:
        return ""
    by_lower = {name.lower(): name for name in sorted(known, reverse=True) if len(name) <= LONGEST_WORD}
    near = difflib.get_close_matches(word.lower(), sorted(by_lower), n=1, cutoff=0.6)
    return by_lower[near[0]] if near else ""
