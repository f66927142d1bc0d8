"""Certificates made for a test by openssl, and a model server on loopback that shows one of them."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from llm.fake_server import FakeServer, Script

_CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def openssl(folder: Path, *arguments: str) -> None:
    """Run openssl in a folder."""
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def make_authority(folder: Path) -> None:
    """``authority.pem`` with its key, which signs the others."""
    subject = ("-subj", "/CN=An authority of tests", "-addext", "keyUsage=critical,keyCertSign")
    files = ("-keyout", "authority.key", "-out", "authority.pem")
    openssl(folder, "req", "-x509", *_CURVE, "-days", "30", *subject, *files)


def make_certificate(folder: Path, name: str, host: str = "IP:127.0.0.1", *, days: int = 30) -> None:
    """``NAME.pem`` with its key, signed by the authority.

    :param days: for which it is valid from now on; one that is negative has expired.
    """
    openssl(folder, "req", *_CURVE, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", "/CN=a server")
    (folder / f"{name}.cnf").write_text(f"subjectAltName={host}\nauthorityKeyIdentifier=keyid\n", encoding="ascii")
    signed_by = ("-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial")
    files = ("-in", f"{name}.csr", "-out", f"{name}.pem", "-extfile", f"{name}.cnf")
    openssl(folder, "x509", "-req", *signed_by, *files, "-days", str(days))


@contextmanager
def secured_server(script: Script, certificate: Path) -> Iterator[FakeServer]:
    """A model server that speaks TLS; its ``url`` still says http."""
    with FakeServer(script) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        server.secure(context)
        yield server
