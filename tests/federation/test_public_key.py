"""Public keys in PEM, as openssl wrote them, to JSON Web Key Sets."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from fedlib.federation.access.public_key import key_set
from tests.web_keys import GOOD, WRONG

MODULUS = int(
    "D189011E8A69A54187D648FF3CC3542353A90EF35784EA9B7E9E5B4BB1604FCC6D1E480B86A533826F35BA1B99C3B0989D4BA41B8331DD64"
    "D2C7604B5B06EE7F31B5175F38044264E8DBC9C5E1D1A6BE6F1C59F3240BA52544AF08A682D15F0F6DE741E2CFEB1E1194EECD5E6C0FD688"
    "D737442BC68A5C6C9575B746C46CCD01",
    16,
)
RSA = """-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDRiQEeimmlQYfWSP88w1QjU6kO
81eE6pt+nltLsWBPzG0eSAuGpTOCbzW6G5nDsJidS6QbgzHdZNLHYEtbBu5/MbUX
XzgEQmTo28nF4dGmvm8cWfMkC6UlRK8IpoLRXw9t50Hiz+seEZTuzV5sD9aI1zdE
K8aKXGyVdbdGxGzNAQIDAQAB
-----END PUBLIC KEY-----
"""
RSA_ALONE = """-----BEGIN RSA PUBLIC KEY-----
MIGJAoGBANGJAR6KaaVBh9ZI/zzDVCNTqQ7zV4Tqm36eW0uxYE/MbR5IC4alM4Jv
NbobmcOwmJ1LpBuDMd1k0sdgS1sG7n8xtRdfOARCZOjbycXh0aa+bxxZ8yQLpSVE
rwimgtFfD23nQeLP6x4RlO7NXmwP1ojXN0QrxopcbJV1t0bEbM0BAgMBAAE=
-----END RSA PUBLIC KEY-----
"""
P521 = """-----BEGIN PUBLIC KEY-----
MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQBS8q2tva+rGjwKGAG/xxtUp0MR5Ts
/cDhDwCXnQw6wOZlSCJH8g7UuCtq8oUKLaDYjVcHfsqinBx9fctoNl0IADUBcZ9U
iZVzlaFE14jrQjciixgJpxeuha6OMtxWo2XgpND4RXDRRdReYa0wRcbnXIk4BJDB
sg6O4J6ZDw/S0U6LnCg=
-----END PUBLIC KEY-----
"""


def _keys(text: str) -> list[dict[str, Any]]:
    found = key_set(text)
    assert found is not None
    keys: list[dict[str, Any]] = json.loads(found)["keys"]
    return keys


def _number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=="), "big")


@pytest.mark.parametrize("text", [RSA, RSA_ALONE, f"\n  {RSA}\n"])
def test_rsa(text: str) -> None:
    (key,) = _keys(text)
    assert (key["kty"], _number(key["n"]), _number(key["e"])) == ("RSA", MODULUS, 65537)


def test_elliptic_curve() -> None:
    (key,) = _keys(P521)
    assert (key["kty"], key["crv"]) == ("EC", "P-521")
    assert len(base64.urlsafe_b64decode(key["x"] + "==")) == len(base64.urlsafe_b64decode(key["y"] + "==")) == 66


def test_several_keys_in_one_text() -> None:
    assert [key["kty"] for key in _keys(RSA + P521)] == ["RSA", "EC"]


def test_json_web_keys() -> None:
    key = {**_keys(RSA)[0], "kid": "1"}
    assert _keys(json.dumps(key)) == _keys(json.dumps({"keys": [key]})) == [key]
    assert _keys(json.dumps({**key, "x5c": ["MIIB"]})) == [key], "certificates are not needed"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        "3",
        "[" * 100_000,
        '{"keys": []}',
        '{"keys": [1]}',
        '{"keys": 1}',
        '{"a": 1}',
        "-----BEGIN PUBLIC KEY-----\n!\n-----END PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\n\n-----END PUBLIC KEY-----",
        RSA.replace("MIGfMA0G", "MIGfMA0H"),
        RSA.replace("BEGIN PUBLIC", "BEGIN CERTIFICATE"),
    ],
)
def test_what_is_no_public_key(text: str) -> None:
    assert key_set(text) is None


def test_private_keys_are_none() -> None:
    """Also where JSON spells the members that only private keys have with escapes."""
    assert key_set('{"kty": "EC", "crv": "P-256", "x": "a", "y": "b", "\\u0064": "secret"}') is None
    assert key_set('{"keys": [{"kty": "oct", "k": "secret"}]}') is None


@pytest.mark.parametrize("key", GOOD)
def test_keys_that_proxies_take(key: dict[str, Any]) -> None:
    """With the members that verifying needs."""
    (found,) = _keys(json.dumps(key))
    assert {name: found.get(name) for name in key if name != "use"} == {n: v for n, v in key.items() if n != "use"}


@pytest.mark.parametrize("key", WRONG)
def test_keys_that_proxies_refuse(key: dict[str, Any]) -> None:
    """They are left out; without any other there is no set."""
    assert key_set(json.dumps(key)) is None
    assert key_set(json.dumps({"keys": [key, GOOD[0]]})) == key_set(json.dumps(GOOD[0]))


def test_keys_for_encryption() -> None:
    """Identity providers publish them beside the others; no token is verified with them."""
    encryption = {**GOOD[0], "alg": "RSA-OAEP", "use": "enc"}
    assert _keys(json.dumps({"keys": [encryption, GOOD[4]]})) == [GOOD[4]]
    assert key_set(json.dumps(encryption)) is None
