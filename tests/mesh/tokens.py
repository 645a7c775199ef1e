"""JSON Web Tokens: an issuer with a key of its own, made when a test needs it."""

import json
import subprocess
from base64 import urlsafe_b64encode
from pathlib import Path
from time import time
from typing import Any


class Issuer:
    """Somebody who signs tokens with an RSA key."""

    def __init__(self, openssl: Path, directory: Path, name: str) -> None:
        """Make the key; `name` is the claim `iss`."""
        self._openssl, self._key, self.name = openssl, directory / "issuer.pem", name
        self._run("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", str(self._key))
        self.public_key = self._run("pkey", "-in", str(self._key), "-pubout").decode()

    def token(self, *, lives: int = 600, **claims: Any) -> str:
        """A token that ends in as many seconds."""
        payload = {"iss": self.name, "sub": "somebody", "exp": int(time()) + lives, **claims}
        signed = f"{_text({'alg': 'RS256', 'typ': 'JWT'})}.{_text(payload)}"
        signature = self._run("dgst", "-sha256", "-sign", str(self._key), given=signed.encode())
        return f"{signed}.{_base64(signature)}"

    def _run(self, *arguments: str, given: bytes = b"") -> bytes:
        return subprocess.run([self._openssl, *arguments], input=given, check=True, capture_output=True).stdout


def _text(content: dict[str, Any]) -> str:
    return _base64(json.dumps(content).encode())


def _base64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
