"""Certificate authorities: a root for the whole mesh, and one below it for each cluster's istiod."""

import subprocess
from pathlib import Path

_DAYS = "2"
_EXTENSIONS = """\
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectAltName = DNS:istiod.istio-system.svc
"""


class Root:
    """The common root of trust, in a directory of its own."""

    def __init__(self, openssl: Path, directory: Path) -> None:
        """Make the root's key and certificate."""
        self.openssl = openssl
        self._directory = directory
        directory.mkdir(mode=0o700)
        self.certificate = directory / "root-cert.pem"
        self._key = directory / "root-key.pem"
        self._run(
            "req", "-x509", "-sha256", "-days", _DAYS, *self._new_key(self._key, "root"), "-out", self.certificate
        )

    def intermediate(self, cluster: str) -> Path:
        """A directory with what istiod reads as its `cacerts`."""
        home = self._directory / cluster
        home.mkdir()
        key, request, certificate = home / "ca-key.pem", home / "request.pem", home / "ca-cert.pem"
        extensions = home / "extensions"
        extensions.write_text(_EXTENSIONS)
        self._run("req", *self._new_key(key, cluster), "-out", request)
        self._sign(request, extensions, certificate)
        (home / "root-cert.pem").write_bytes(self.certificate.read_bytes())
        (home / "cert-chain.pem").write_bytes(certificate.read_bytes() + self.certificate.read_bytes())
        return home

    def server(self, host: str, *others: str) -> Path:
        """A file with the key and the certificate of a server of this name, and of others."""
        key, request, certificate = (self._directory / f"{host}.{end}" for end in ("key", "request", "pem"))
        extensions = self._directory / f"{host}.extensions"
        extensions.write_text(f"subjectAltName = {', '.join(f'DNS:{name}' for name in (host, *others))}\n")
        self._run("req", *self._new_key(key, host), "-out", request)
        self._sign(request, extensions, certificate)
        key.write_bytes(key.read_bytes() + certificate.read_bytes())
        return key

    def _sign(self, request: Path, extensions: Path, certificate: Path) -> None:
        signer: list[str | Path] = ["-CA", self.certificate, "-CAkey", self._key, "-CAcreateserial"]
        made: list[str | Path] = ["-extfile", extensions, "-in", request, "-out", certificate]
        self._run("x509", "-req", "-sha256", "-days", _DAYS, *signer, *made)

    def _new_key(self, file: Path, name: str) -> list[str | Path]:
        return ["-newkey", "rsa:2048", "-nodes", "-keyout", file, "-subj", f"/O=mesh/CN={name}"]

    def _run(self, *arguments: str | Path) -> None:
        subprocess.run([self.openssl, *arguments], check=True, capture_output=True)
