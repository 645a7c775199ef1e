"""Routes and their matchers."""

from __future__ import annotations

from tests.hostile.documents import EVIL, Document, answer, attack, root, table


@attack
def routes_alike(n: int) -> list[Document]:
    return [root("r", [answer(matchers=[{"uri": {"prefix": "/a"}}]) for _ in range(n)])]


@attack
def routes_with_ten_headers(n: int) -> list[Document]:
    def matcher(i: int) -> Document:
        headers = [{"name": f"h{k}", "value": f"{(i >> k) & 1}"} for k in range(10)]
        return {"uri": {"prefix": "/a"}, "headers": [*headers, {"name": "x", "value": str(i)}]}

    return [root("r", [answer(matchers=[matcher(i)]) for i in range(n)])]


@attack
def routes_with_headers_of_few(n: int) -> list[Document]:
    """Ten of twenty headers each."""

    def chosen(i: int) -> list[Document]:
        number, names = (i * 2654435761) & 0xFFFFF, []
        for k in range(20):
            if number >> k & 1:
                names.append({"name": f"h{k}", "value": "v"})
        return names

    return [root("r", [answer(matchers=[{"headers": chosen(i)}]) for i in range(n)])]


@attack
def ored_matchers(n: int) -> list[Document]:
    matchers = [{"headers": [{"name": "a", "value": str(i)}]} for i in range(n)]
    return [root("r", [answer(matchers=matchers)])]


@attack
def ored_matchers_over_three_levels(n: int) -> list[Document]:
    def levels(prefix: str, size: int) -> list[Document]:
        return [{"headers": [{"name": prefix, "value": str(i)}]} for i in range(size)]

    def delegate(name: str) -> Document:
        return {"delegate": {"routeTables": [{"name": name, "namespace": EVIL}]}}

    return [
        root("r", [{"matchers": levels("a", n), **delegate("s")}]),
        table("s", {"http": [{"matchers": levels("b", n), **delegate("t")}]}),
        table("t", {"http": [answer(matchers=levels("c", n))]}),
    ]


@attack
def routes_with_regexes(n: int) -> list[Document]:
    http = [answer(matchers=[{"uri": {"regex": f"/a{i}(x+x+)+y"}}]) for i in range(n // 2)]
    http += [answer(matchers=[{"uri": {"exact": f"/a{i}" + "x" * 30}}]) for i in range(n // 2)]
    return [root("r", http)]


@attack
def regex_of_nothing(n: int) -> list[Document]:
    http = [
        answer(matchers=[{"uri": {"regex": "(" * n + "a" + ")*" * n}}]),
        answer(matchers=[{"uri": {"exact": "a" * n}}]),
    ]
    return [root("r", http)]


@attack
def regex_against_a_long_path(n: int) -> list[Document]:
    http = [
        answer(matchers=[{"uri": {"regex": "/(a|b|ab)*" * 40 + "c"}}]),
        answer(matchers=[{"uri": {"exact": "/ab" * n}}]),
    ]
    return [root("r", http)]


@attack
def nested_groups(n: int) -> list[Document]:
    return [root("r", [answer(matchers=[{"uri": {"regex": "(" * n + ")" * n}}])])]


@attack
def long_regex(n: int) -> list[Document]:
    return [root("r", [answer(matchers=[{"uri": {"regex": "a?" * n}}, {"uri": {"exact": "a" * n}}])])]


@attack
def long_paths(n: int) -> list[Document]:
    return [root("r", [answer(matchers=[{"uri": {"prefix": "/" + "a" * n}}])])]


@attack
def longish_paths(n: int) -> list[Document]:
    return [root("r", [answer(matchers=[{"uri": {"prefix": f"/{i}" + "a" * 2000}}]) for i in range(n)])]


@attack
def routes_with_no_case(n: int) -> list[Document]:
    return [root("r", [answer(matchers=[{"uri": {"prefix": f"/{i}/", "ignoreCase": True}}]) for i in range(n)])]


@attack
def routes_of_one_name(n: int) -> list[Document]:
    return [root("r", [answer(name="a", matchers=[{"uri": {"prefix": f"/{i}/"}}]) for i in range(n)])]


@attack
def matchers_times_selectors(n: int) -> list[Document]:
    selectors = [{"selector": {"labels": {f"k{i}": "v"}}} for i in range(min(n, 256))]
    http = [answer(matchers=[{"uri": {"prefix": f"/{i}/{k}"}} for k in range(250)]) for i in range(n // 250 + 1)]
    return [root("r", http, workloadSelectors=selectors)]
