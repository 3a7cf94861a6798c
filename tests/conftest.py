"""No test reaches beyond this machine: a socket to anywhere but the loopback interface raises."""

import ipaddress
import socket

import pytest

_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex
_sendto = socket.socket.sendto
_getaddrinfo = socket.getaddrinfo


class NetworkBlockedError(RuntimeError):
    """A test tried to leave this machine."""


def _check(host: object) -> None:
    if host in (None, "", "localhost", b"localhost"):
        return
    name = host.decode() if isinstance(host, bytes) else str(host)
    try:
        local = ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        local = False
    if not local:
        raise NetworkBlockedError(f"tests are offline, but this one wants {name!r}")


def _check_address(family: int, address: object) -> None:
    if family in (socket.AF_INET, socket.AF_INET6):
        _check(address[0] if isinstance(address, tuple) else address)


def _blocked_connect(self: socket.socket, address: object) -> None:
    _check_address(self.family, address)
    return _connect(self, address)


def _blocked_connect_ex(self: socket.socket, address: object) -> int:
    _check_address(self.family, address)
    return _connect_ex(self, address)


def _blocked_sendto(self: socket.socket, data: bytes, *rest: object) -> int:
    _check_address(self.family, rest[-1])
    return _sendto(self, data, *rest)


def _blocked_getaddrinfo(host: object, *args: object, **kwargs: object) -> object:
    _check(host)
    return _getaddrinfo(host, *args, **kwargs)


@pytest.fixture(autouse=True, scope="session")
def _offline():
    """Guards every test; libraries that would download something fail at once and by name."""
    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", _blocked_connect)
    patch.setattr(socket.socket, "connect_ex", _blocked_connect_ex)
    patch.setattr(socket.socket, "sendto", _blocked_sendto)
    patch.setattr(socket, "getaddrinfo", _blocked_getaddrinfo)
    patch.setenv("HF_HUB_OFFLINE", "1")
    patch.setenv("TRANSFORMERS_OFFLINE", "1")
    yield
    patch.undo()
