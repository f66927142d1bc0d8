"""The guard of conftest.py."""

from __future__ import annotations

import socket

import pytest

OUTSIDE = ("192.0.2.1", 80)


def test_the_outside_is_closed() -> None:
    """A test that speaks to another machine fails, and no library can swallow that."""
    with socket.socket() as one, pytest.raises(pytest.fail.Exception, match="mark it `network`"):
        one.connect(OUTSIDE)


def test_loopback_is_open() -> None:
    """Servers on this machine can be asked."""
    with socket.socket() as server, socket.socket() as one:
        server.bind(("127.0.0.1", 0))
        server.listen()
        one.connect(server.getsockname())
        assert one.getpeername() == server.getsockname()
