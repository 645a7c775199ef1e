"""Long values."""

from __future__ import annotations

from tests.hostile.documents import EVIL, Document, answer, attack, deployment, group, policy, root, service


@attack
def long_word(n: int) -> list[Document]:
    return [root("r", [answer(name="a" * n)])]


@attack
def long_enum(n: int) -> list[Document]:
    return [group("g", ports=[{"number": 80, "protocol": "HTP" * n}])]


@attack
def long_enums(n: int) -> list[Document]:
    return [group("g", ports=[{"number": i % 60000 + 1, "protocol": f"HTP{i}" + "H" * 500} for i in range(n)])]


@attack
def long_labels(n: int) -> list[Document]:
    return [service("s", {"app": "a" * n}, labels={"app": "b" * n})]


@attack
def long_durations(n: int) -> list[Document]:
    config = {"retries": {"perTryTimeout": "1s" * n}}
    return [policy("resilience", "RetryTimeoutPolicy", "p", config)]


@attack
def long_duration_digits(n: int) -> list[Document]:
    return [policy("resilience", "RetryTimeoutPolicy", "p", {"requestTimeout": "1" * n + "s"})]


@attack
def long_duration_point(n: int) -> list[Document]:
    return [policy("resilience", "RetryTimeoutPolicy", "p", {"requestTimeout": "1" * n + "x"})]


@attack
def header_text_of_percents(n: int) -> list[Document]:
    config = {"appendRequestHeaders": {"x": "%A(" * n}}
    return [policy("trafficcontrol", "HeaderManipulationPolicy", "p", config)]


@attack
def header_text_of_open_variables(n: int) -> list[Document]:
    config = {"appendRequestHeaders": {"x": "%" + "A" * n}}
    return [policy("trafficcontrol", "HeaderManipulationPolicy", "p", config)]


@attack
def pem_without_end(n: int) -> list[Document]:
    ref = {"inline": "-----BEGIN PUBLIC KEY-----" * n}
    return [policy("security", "JWTPolicy", "p", {"providers": {"a": {"issuer": "i", "local": ref}}})]


@attack
def claim_levels(n: int) -> list[Document]:
    ref = {"ref": {"name": "s", "namespace": EVIL}}
    providers = {"p": {"issuer": "i", "remote": {"url": "https://a.example.com/k", "destinationRef": ref}}}
    return [
        service("s"),
        policy(
            "security",
            "JWTPolicy",
            "p",
            {"providers": providers, "claims": [{"key": "a." * n, "values": ["v"], "nestedClaimDelimiter": "."}]},
        ),
    ]


@attack
def certificates(n: int) -> list[Document]:
    text = "-----BEGIN CERTIFICATE-----" * n
    return [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "istio-ca-root-cert", "namespace": EVIL},
            "data": {"root-cert.pem": text},
        }
    ]


@attack
def certificates_of_letters(n: int) -> list[Document]:
    text = ("-----BEGIN CERTIFICATE-----" + "A" * 30) * n
    return [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "istio-ca-root-cert", "namespace": EVIL},
            "data": {"root-cert.pem": text},
        }
    ]


@attack
def istiod_images(n: int) -> list[Document]:
    found = deployment("istiod", {"app": "istiod"})
    found["spec"]["template"]["spec"]["containers"] = [{"name": "discovery", "image": ":1.1" * n}]
    return [found]


@attack
def istiod_image_of_digits(n: int) -> list[Document]:
    found = deployment("istiod", {"app": "istiod"})
    found["spec"]["template"]["spec"]["containers"] = [{"name": "discovery", "image": ":1." + "1" * n + "/"}]
    return [found]


@attack
def key_of_brackets(n: int) -> list[Document]:
    return [policy("security", "JWTPolicy", "p", {"providers": {"a": {"issuer": "i", "local": {"inline": "[" * n}}}})]


@attack
def proxy_config(n: int) -> list[Document]:
    found = deployment("d", {"app": "d"})
    found["spec"]["template"]["metadata"]["annotations"] = {"proxy.istio.io/config": "ISTIO_META_DNS_CAPTURE" + " " * n}
    return [found]
