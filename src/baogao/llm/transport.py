"""The way to a server: proxy, certificates and limits of time, and what is wrong with a way that is not open."""

from __future__ import annotations

import importlib.util
import os
import re
import socket
import ssl
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.request import getproxies, proxy_bypass

from baogao.errors import UsageError
from baogao.llm.settings import EndpointSettings

if TYPE_CHECKING:
    import httpx2

_CONNECT_SECONDS = 10.0
"""A server that does not take the connection within these is not there; its reply may take ``timeout`` seconds."""

_PROXY = re.compile(r"(?:(\w+)://)?(?:([^@/?#\s]*)@)?([\w.-]+|\[[0-9a-fA-F:.]+\])(:\d{1,5})?/?")
"""Scheme, user and password, host, port."""
_SCHEMES = ("http", "https", "socks5", "socks5h")
_OTHER_NAMES = {"socks": "socks5"}
"""What desktops write into the environment."""

_AUTHORITIES = (("SSL_CERT_FILE", "cafile"), ("SSL_CERT_DIR", "capath"), ("REQUESTS_CA_BUNDLE", "cafile"))
"""Variables that say whom to trust, and what each holds; the first that is set counts."""

# What OpenSSL calls the faults of a certificate (x509_vfy.h).
_NOT_YET, _EXPIRED, _ANOTHER_HOST, _ANOTHER_ADDRESS = 9, 10, 62, 64
_NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "UNKNOWN_PROTOCOL")
"""What OpenSSL says of a server that does not speak TLS."""
_TLS_ALERT = r"\x15\x03"
"""How the answer of a server begins that wants TLS and got none."""
SPEAKS_TLS = "it speaks TLS: https:// instead of http:// perhaps"
_PROXY_MAY_SOON = re.compile(r"(408|429|5\d\d)\b")


_Error = TypeVar("_Error", bound=BaseException)


@dataclass(frozen=True)
class Proxy:
    """A proxy of the environment."""

    shown: str
    """Its URL without a user, as it may be shown."""
    login: str
    """User and password, as they stand in its URL."""
    url: str

    @property
    def variable_value(self) -> str:
        """What to write where it wants to know who asks."""
        return self.shown.replace("://", "://USER:PASSWORD@")


def proxies() -> dict[str, Proxy]:
    """The proxies of the environment by the scheme of what is asked.

    :raises UsageError: one of them cannot be used; it is named without its password.
    """
    given, found = getproxies(), {}
    for kind in ("http", "https", "all"):
        url = given.get(kind, "").strip()
        if not url or given.get("no", "").strip() == "*":
            continue
        parts = _PROXY.fullmatch(url)
        if parts is None:
            place = _PROXY.fullmatch(url.rpartition("@")[2]) if "@" in url else None
            raise UsageError(
                f"{kind.upper()}_PROXY{f', the proxy {place[0]},' if place else ''} is not "
                "http://USER:PASSWORD@HOST:PORT; in a user or a password write / as %2F, @ as %40, ? as %3F, # as %23"
            )
        scheme = (parts[1] or "http").lower()
        place_of = f"{parts[3]}{parts[4] or ''}"
        shown, scheme = f"{scheme}://{place_of}", _OTHER_NAMES.get(scheme, scheme)
        if scheme not in _SCHEMES or int((parts[4] or ":1")[1:]) not in range(1, 65536):
            raise UsageError(f"{kind.upper()}_PROXY, the proxy {shown}, has a scheme or a port that cannot be used")
        if scheme.startswith("socks") and importlib.util.find_spec("socksio") is None:
            raise UsageError(f"{kind.upper()}_PROXY, the proxy {shown}, needs socksio: pip install 'baogao[socks]'")
        login = parts[2] or ""
        found[kind] = Proxy(shown, login, f"{scheme}://{f'{login}@' if login else ''}{place_of}")
    return found


def proxy_of(settings: EndpointSettings) -> Proxy | None:
    """The proxy that stands between here and an endpoint; none before this machine's loopback, which it cannot reach.

    :raises UsageError: a proxy of the environment cannot be used.
    """
    import httpx2

    url = httpx2.URL(settings.url)
    if settings.on_this_machine or _is_bypassed(url.host, url.port or (443 if url.scheme == "https" else 80)):
        return None
    found = proxies()
    return found.get(url.scheme) or found.get("all")


def _is_bypassed(host: str, port: int) -> bool:
    """Whether ``NO_PROXY`` names a host: by name, end of name, address, network, or with its port."""
    named = [name.strip() for name in getproxies().get("no", "").split(",")]
    if "*" in named or proxy_bypass(f"{host}:{port}"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    for name in named:
        try:
            if address in ip_network(name.strip("[]"), strict=False):
                return True
        except ValueError:  # a name
            continue
    return False


def http_client(
    settings: EndpointSettings, proxy: Proxy | None = None, transport: httpx2.AsyncBaseTransport | None = None
) -> httpx2.AsyncClient:
    """What carries an endpoint's requests.

    :param transport: what carries them instead, for record and replay: no proxy and no certificate matters then.
    :raises UsageError: a file of certificates cannot be read.
    """
    import httpx2

    from baogao.llm.body import ACCEPTED, cap_body

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody
    if transport is None and "https" in (settings.url[:5].lower(), proxy.url[:5] if proxy else ""):
        context = _trusted(settings)
    return httpx2.AsyncClient(
        transport=transport,
        timeout=httpx2.Timeout(settings.timeout, connect=_CONNECT_SECONDS),
        # What the environment says is read here, so that a proxy can be named, and counts on loopback, too.
        trust_env=False,
        proxy=_carrier(proxy, context) if proxy and transport is None else None,
        verify=context,
        headers=ACCEPTED,
        event_hooks={"response": [cap_body]},
    )


def _carrier(proxy: Proxy, context: ssl.SSLContext) -> httpx2.Proxy:
    import httpx2

    return httpx2.Proxy(proxy.url, ssl_context=context if proxy.url.startswith("https:") else None)


def _trusted(settings: EndpointSettings) -> ssl.SSLContext:
    """Whom to trust: the authorities of the system, or those that a variable names; and those of ``ca_file``."""
    import httpx2

    variable, kind = next((one for one in _AUTHORITIES if os.environ.get(one[0])), ("", ""))
    name, place = variable, os.environ.get(variable, "")
    try:
        if not variable:
            context = httpx2.create_ssl_context(trust_env=False)
        elif kind == "capath" or Path(place).is_dir():
            next(Path(place).iterdir(), None)  # OpenSSL takes any name for an empty folder
            context = ssl.create_default_context(capath=place)
        else:
            context = ssl.create_default_context(cafile=place)
        if settings.ca_file is not None:
            name, place = "ca_file", str(settings.ca_file)
            context.load_verify_locations(cafile=place)
    except ssl.SSLError:
        raise UsageError(f"{name}: {place} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)") from None
    except OSError as error:
        raise UsageError(f"{name}: cannot read {place}: {error.strerror or error}") from None
    return context


def through(settings: EndpointSettings) -> str:
    """Words on the proxy that stands between, if one does."""
    proxy = proxy_of(settings)
    return f" (through the proxy {proxy.shown})" if proxy else ""


def is_closed_way(error: BaseException | None) -> bool:
    """Whether no later request will find the way open: certificates, protocols and proxies that are wrong."""
    import httpx2

    if isinstance(error, httpx2.ProxyError):
        return not _PROXY_MAY_SOON.match(str(error))
    if isinstance(error, httpx2.RemoteProtocolError):
        return _TLS_ALERT in str(error)
    fault = _cause_of(error, ssl.SSLError) if isinstance(error, httpx2.ConnectError) else None
    return isinstance(fault, ssl.SSLCertVerificationError) or (fault is not None and fault.reason in _NO_TLS)


def closed_way(error: BaseException | None, settings: EndpointSettings) -> str:
    """What is wrong with a way for which :func:`is_closed_way` holds, and what to do."""
    import httpx2

    if isinstance(error, httpx2.ProxyError):
        return refusal_of(proxy_of(settings), str(error))
    fault = _cause_of(error, ssl.SSLError)
    if isinstance(fault, ssl.SSLCertVerificationError):
        return _certificate_words(fault)
    if fault is not None:
        return f"it does not speak TLS: http:// instead of https://, or another port, perhaps ({fault.reason})"
    return SPEAKS_TLS


def unreached(error: BaseException | None) -> str:
    """Why nothing took the connection, where that is known."""
    if isinstance(_cause_of(error, socket.gaierror), socket.gaierror):
        return "there is no host of that name, or no network"
    return "nothing listens there" if _cause_of(error, ConnectionRefusedError) else ""


def _cause_of(error: BaseException | None, kind: type[_Error]) -> _Error | None:
    """The first of an error's causes that is of a kind."""
    while error is not None and not isinstance(error, kind):
        error = error.__cause__ or error.__context__
    return error


def refusal_of(proxy: Proxy | None, said: str) -> str:
    """Words on a proxy that lets nothing through."""
    name = f"the proxy {proxy.shown}" if proxy else "the proxy"
    if said.startswith("407") or "auth" in said.lower():
        wanted = f": {proxy.variable_value}" if proxy else ""
        return f"{name} wants a user and a password, or others than it got ({said}){wanted}"
    return f"{name} refuses to connect to it ({said}); NO_PROXY names hosts that are asked without it"


def _certificate_words(error: ssl.SSLCertVerificationError) -> str:
    """Words on a certificate that is not accepted."""
    said = error.verify_message.rstrip(".")
    if error.verify_code in (_ANOTHER_HOST, _ANOTHER_ADDRESS):
        return f"its certificate is not for this host ({said}): ask it by a name that is in it; no ca_file mends that"
    if error.verify_code in (_EXPIRED, _NOT_YET):
        return f"its certificate is not valid today ({said}): renew it, or set the clock; no ca_file mends that"
    return (
        f"its certificate is signed by nobody that is trusted here ({said}): "
        "name the file of the authority, or of the certificate itself, with ca_file in [endpoint] or SSL_CERT_FILE"
    )
