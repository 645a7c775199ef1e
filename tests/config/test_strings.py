"""Strings that others read: the edges of what is taken, and what is said of the rest."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from fedlib.config.strings import regex
from fedlib.config.strings.annotation import Annotations, steered
from fedlib.config.strings.formatter import OPERATORS, formatter_problem
from fedlib.config.strings.header import ChangedHeader, HeaderName, HeaderText, PlainText
from fedlib.config.strings.refused import RefusedError
from fedlib.config.strings.regex import check_regex, check_substitution, compile_regex
from fedlib.config.strings.url import URL


def takes(kind: Any, value: Any) -> bool:
    """Whether a value is of a type."""
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    "value",
    [
        "", "red", "100%%", "%%%HOSTNAME%%%", "%REQ(x-a)%", "%REQ(:path?x-a)%, %RESP(a)%", "%START_TIME%", "a\tb",
        "\u00e4",
        "%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%", "%GRPC_STATUS(NUMBER)%", "%PATH(NQ:ORIG)%", "%QUERY_PARAM(a)%",
        "%COMMON_DURATION(DS_RX_BEG:DS_TX_END:ms)%", "a" * 16_384,
    ],
)  # fmt: skip
def test_header_values_that_pass(value: str) -> None:
    """Text, operators of requests, and `%%`."""
    assert takes(HeaderText, value)


@pytest.mark.parametrize(
    "value",
    [
        "%", "100%", "%%%", "%NOPE%", "%req(x)%", "%REQ%", "%REQ()%", "%REQ(x", "%REQ(x)", "%REQ(x)%%", "%REQ(x y)%",
        "%REQ(x?y?z)%", "%REQ(x):10%", "%PROTOCOL(x)%", "%START_TIME()%", "%START_TIME(%q)%", "%START_TIME((a))%",
        "%ENVIRONMENT(HOME)%", "%FILE_CONTENT(/etc/passwd)%", "%FILTER_STATE(a)%", "%DYNAMIC_METADATA(a:b)%",
        "%METADATA(CLUSTER:a)%", "%CEL(request.path)%", "%SECRET(a)%", "%UPSTREAM_METADATA(a:b)%", "%COALESCE({})%",
        "a\nb", "a\rb", "a\x00b", "\x7f", "a" * 16_385, "\u00e4" * 8_193,
    ],
)  # fmt: skip
def test_header_values_that_do_not(value: str) -> None:
    """Broken operators, ones that show what belongs to the proxy, line breaks, and too much of anything."""
    assert not takes(HeaderText, value)


@given(st.lists(st.sampled_from(["", "a", "%%", "%HOSTNAME%", "%REQ(a?b)%", "%START_TIME(%Y)%", " ", "("])))
def test_values_in_a_row(parts: list[str]) -> None:
    """Values that pass do so one after the other, too."""
    assert formatter_problem("".join(parts)) == ""


@given(st.sampled_from(sorted(OPERATORS)), st.text(max_size=8))
def test_every_operator_ends(name: str, text: str) -> None:
    """A percent sign more is always one too many."""
    assert formatter_problem(f"%{name}{text}".replace("%", "") + "%")


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (HeaderName, [":path", "x-a", "X_a", "!#$%&'*+.^_`|~1"], ["", "x a", ":nope", "x\n", "\u00e4", "a" * 16_385]),
        (ChangedHeader, ["x-a", "Hosts"], [":path", "host", "Host", "", "x a"]),
        (PlainText, ["", "/%41%", "/a b", "\u00e4"], ["a\nb", "\x00", "a" * 16_385]),
        (
            URL,
            ["https://a.example.com", "http://a.example.com:8080/b?c=%41", "https://192.0.2.1/",
            "https://[2001:db8::1]/"],
            [
                "", "/keys", "a.example.com/keys", "file:///etc/passwd", "gopher://a", "ftp://a/b", "https://",
                "https:///a",
                "https://a.example.com:0/", "https://a.example.com:65536/", "https://u:p@a.example.com/",
                "https://a b/",
                "https://a/%4", "https://a\n/", "https://[::1/", "https://a/{b}", "https://a\\b/",
                "https://a/" + "a" * 2_048,
            ],
        ),
    ],
    ids=["HeaderName", "ChangedHeader", "PlainText", "URL"],
)  # fmt: skip
def test_edges(kind: Any, good: list[str], bad: list[str]) -> None:
    """What passes, and what does not."""
    assert [value for value in good if not takes(kind, value)] == []
    assert [value for value in bad if takes(kind, value)] == []


@pytest.mark.parametrize(
    "expression",
    [
        "", "(", "a**", "(?=a)", "(?!a)", "(?<=a)", r"\1", r"(?P=n)", r"\C", r"\p{Nope}", r"\p{Han_}", "a{1001}",
        r"\x{100}",
        r"\400", "(?<\u00e4>a)", "a" * 1_025, r"\pL" * 100, "(((a{100}){100}){100})", "\ud800",
    ],
)  # fmt: skip
def test_expressions_that_proxies_refuse(expression: str) -> None:
    """What RE2 does not know as UTF-8 or as Latin-1, what Go does not know, and what is too large."""
    assert compile_regex(expression).problem


@pytest.mark.parametrize(
    "expression", ["a", "/(a|b)/.*", r"(?i)\d+\x41", r"\p{Greek}+", "\u00e4", "(?P<n>a)", "(?<n>a)"]
)
def test_expressions_that_pass(expression: str) -> None:
    """With their groups and steps."""
    assert compile_regex(expression).problem == ""
    assert compile_regex(expression).groups == expression.count("(") - expression.count("(?i)")
    assert 0 < compile_regex(expression).steps < regex.MAX_STEPS


class Spent:
    """Counts what one namespace has spent."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.steps = 0

    def count(self, expression: str, steps: int) -> int:
        """Count every expression."""
        self.steps += steps if expression else 0
        return self.steps


def test_many_large_expressions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is small enough, and all together are not."""
    monkeypatch.setattr(regex, "MAX_STEPS_IN_ALL", 100)
    spent = Spent()
    while spent.steps + compile_regex("/items/one").steps <= 100:
        check_regex("/items/one", spent)
    with pytest.raises(RefusedError, match="more than 100 steps together"):
        check_regex("/items/one", spent)
    check_regex("/items/one")


@pytest.mark.parametrize(("substitution", "fits"), [
    ("", True), ("/a", True), (r"\0\1\2", True), (r"\\", True), ("$1", True), (r"\3", False), ("\\", False),
    (r"\a", False),
    ("\\\n", False), ("\\\u0661", False),
])  # fmt: skip
def test_substitutions(substitution: str, fits: bool) -> None:
    """A reference needs its group."""
    if fits:
        check_substitution(substitution, "(a)(b)")
    else:
        with pytest.raises(RefusedError, match="stands for nothing"):
            check_substitution(substitution, "(a)(b)")


@pytest.mark.parametrize(
    ("key", "domain"),
    [
        ("pulumi.com/waitFor", "pulumi.com"), ("PULUMI.com/waitFor", "pulumi.com"), ("a.pulumi.com/b", "pulumi.com"),
        ("argocd.argoproj.io/hook", "argoproj.io"), ("kubectl.kubernetes.io/a", "kubernetes.io"),
        ("helm.sh/hook", "helm.sh"),
        ("meta.helm.sh/release-name", "helm.sh"), ("kustomize.toolkit.fluxcd.io/prune", "fluxcd.io"),
        ("config.kubernetes.io/a", "kubernetes.io"), ("app.kubernetes.io/managed-by", "kubernetes.io"),
        ("kapp.k14s.io/a", "k14s.io"), ("networking.istio.io/exportTo", "istio.io"),
        ("cluster.solo.io/cluster", "solo.io"),
        ("external-dns.alpha.kubernetes.io/hostname", "kubernetes.io"), ("config.k8s.io/owning-inventory", "k8s.io"),
        ("a", ""), ("example.com/pulumi.com", ""), ("notpulumi.com/a", ""), ("pulumi.com.example.com/a", ""),
        ("pulumi.com", ""),
    ],
)  # fmt: skip
def test_annotations_that_steer(key: str, domain: str) -> None:
    """By their prefix and its parents, in any case of letters."""
    assert steered(key, ()) == domain
    assert steered(key, (key,)) == ""
    assert steered(key, (key.rpartition("/")[0].lower(),)) == ""


def test_annotations_that_kubernetes_takes() -> None:
    """Qualified names, and 256 KiB in all with some of it left for others."""
    assert takes(Annotations, {"a": "", "example.com/a.b_c-D": "\u00e4\n"})
    assert takes(Annotations, {"a": "b" * 258_047})
    for key in ("", "/", "a/", "/a", "-a", "a b", "a" * 64, "a_b/c", f"{'a.' * 127}a/b", "a/b/c"):
        assert not takes(Annotations, {key: ""}), key
    for much in ({"a": "b" * 258_048}, {"a": "\u00e4" * 129_024}, {f"a{i}": "b" * 2_580 for i in range(100)}):
        assert not takes(Annotations, much)
