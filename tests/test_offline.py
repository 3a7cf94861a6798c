"""The guard that keeps the tests off the network works, and leaves this machine alone."""

import socket
import urllib.error
import urllib.request

import pytest

BLOCKED = ["192.0.2.1", "8.8.8.8", "2001:db8::1", "example.org"]


@pytest.mark.parametrize("host", BLOCKED)
def test_connecting_elsewhere_raises(host):
    with pytest.raises(RuntimeError, match="tests are offline"):
        socket.create_connection((host, 80), timeout=1)


@pytest.mark.parametrize("method", ["connect", "connect_ex"])
def test_a_bare_socket_is_guarded_too(method):
    with socket.socket() as bare, pytest.raises(RuntimeError, match="tests are offline"):
        getattr(bare, method)(("192.0.2.1", 80))


def test_a_datagram_raises():
    with (
        socket.socket(type=socket.SOCK_DGRAM) as bare,
        pytest.raises(RuntimeError, match="tests are offline"),
    ):
        bare.sendto(b"x", ("192.0.2.1", 53))


def test_name_lookup_raises():
    with pytest.raises(RuntimeError, match=r"example\.org"):
        socket.getaddrinfo("example.org", 443)


def test_a_download_raises():
    with pytest.raises((RuntimeError, urllib.error.URLError), match="tests are offline"):
        urllib.request.urlopen("http://example.org/", timeout=1)


def test_loopback_works():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=5) as client,
    ):
        peer, _ = server.accept()
        with peer:
            client.sendall("在建".encode())
            assert peer.recv(16).decode() == "在建"
