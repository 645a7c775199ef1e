"""Files that one workspace can write to keep a reader of YAML busy, each of about as many bytes as it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

Text = Callable[[int], str]

_OBJECT: Final = "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: evil}\n"


def _value(value: str) -> str:
    return f"{_OBJECT}spec: {value}\n"


def _documents(document: str) -> Text:
    return lambda size: document * max(1, size // len(document))


def _lines(line: Callable[[int], str]) -> Text:
    return lambda size: _OBJECT + "".join(map(line, range(max(1, size // len(line(9999))))))


def _doubling(size: int) -> str:
    """Each anchor holds the one before twice."""
    levels = min(size // 30, 5_000)
    return _OBJECT + "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, levels))


def _merges(size: int) -> str:
    levels = min(size // 40, 5_000)
    return (
        _OBJECT
        + "a0: &a0 {k: v}\n"
        + "".join(f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}]}}\n" for i in range(1, levels))
    )


def _many_aliases(size: int) -> str:
    """One list, and as many aliases of it as fit."""
    return _OBJECT + f"a: &a [{'x, ' * 100}]\nb: [{'*a, ' * (size // 4)}]\n"


_SMALL_BOMB: Final = (
    "---\na: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
    "c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c, *c, *c, *c]\n"
)
"""It has as many nodes as a small document may have."""

TEXTS: Final[dict[str, Text]] = {
    "aliases_that_double": _doubling,
    "merges_that_double": _merges,
    "aliases_of_one_list": _many_aliases,
    "documents_of_aliases": _documents(_SMALL_BOMB),
    "an_object_of_aliases": _documents(
        _SMALL_BOMB.replace("---\n", f"---\n{_OBJECT}spec:\n")
        .replace("\na:", "\n  a:")
        .replace("\nb:", "\n  b:")
        .replace("\nc:", "\n  c:")
        .replace("\nd:", "\n  d:")
    ),
    "brackets": lambda size: _value("[" * size),
    "brackets_that_close": lambda size: _value("[" * (size // 2) + "]" * (size // 2)),
    "braces": lambda size: _value("{a: " * (size // 4)),
    "steps": lambda size: _OBJECT + "".join(" " * i + "a:\n" for i in range(int((2 * size) ** 0.5))),
    "dashes": lambda size: _OBJECT + "spec:\n" + "- " * (size // 2),
    "questions": lambda size: _OBJECT + "? " * (size // 2),
    "shallow_brackets": _documents("---\n" + "[" * 90 + "]" * 90 + "\n"),
    "documents": _documents("---\n"),
    "comments": _documents("# nothing\n"),
    "empty_lines": lambda size: "\n" * size,
    "digits": lambda size: _value("1" * size),
    "hexadecimal": lambda size: _value("0x" + "f" * size),
    "octal": lambda size: _value("0" + "7" * size),
    "binary": lambda size: _value("0b" + "1" * size),
    "underscores": lambda size: _value("1" + "_0" * (size // 2)),
    "sixties": lambda size: _value("1" + ":1" * (size // 2)),
    "decimals": lambda size: _value("0." + "1" * size),
    "exponents": _lines(lambda i: f"k{i}: 1e999999{i}\n"),
    "almost_a_number": lambda size: _value("1" * size + "x"),
    "almost_a_date": _lines(lambda i: f"k{i}: 9999-99-99T99:99:99.999999999{i}\n"),
    "many_numbers": _lines(lambda i: f"k{i}: {'9' * 4000}{i}\n"),
    "a_long_name": lambda size: _OBJECT.replace("name: s", f"name: {'a' * size}"),
    "a_long_kind": lambda size: (
        f"apiVersion: networking.gloo.solo.io/v2\nkind: {'a' * size}\nmetadata: {{name: s, namespace: evil}}\n"
    ),
    "a_long_key": lambda size: _OBJECT + f"? {'k' * size}\n: v\n",
    "a_long_string": lambda size: _value(f'"{"x" * size}"'),
    "escapes": lambda size: _value('"' + "\\u0041" * (size // 6) + '"'),
    "surrogates": lambda size: _value('"' + "\\ud800" * (size // 6) + '"'),
    "folded": lambda size: _OBJECT + "spec: >\n" + "  a\n\n" * (size // 5),
    "same_keys": _lines(lambda _: "spec: {}\n"),
    "many_keys": _lines(lambda i: f"key{i}: v\n"),
    "many_keys_of_a_spec": lambda size: _OBJECT + "spec:\n" + "".join(f"  key{i}: v\n" for i in range(size // 12)),
    "numbers_as_keys": _lines(lambda i: f"{i}: v\n"),
    "lists_as_keys": _lines(lambda i: f"? [{i}]\n: v\n"),
    "tags": _lines(lambda i: f"k{i}: !!python/object:os.system x\n"),
    "long_tags": lambda size: _value(f"!<{'t' * size}> x"),
    "anchors": _lines(lambda i: f"k{i}: &k{i} v\n"),
    "control_characters": lambda size: _value('"' + "\\x1b[2J\\a" * (size // 8) + '"'),
    "broken_at_the_end": lambda size: _OBJECT + "".join(f"k{i}: v\n" for i in range(size // 9)) + "}",
    "half_an_emoji_each": _lines(lambda i: f"k{i}: \U0001f600\n"),
}
"""From a size to the text of a file."""
