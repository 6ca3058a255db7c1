"""Connections that go to the public internet only, and whose answers have a deadline.

Pool classes for urllib3, and the adapter through which requests uses them.
"""

import http.client
import io
import socket
import time
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any

import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

# A whole answer may take this many read time-outs: a server that drips resets the time-out with each byte.
PATIENCE = 4
_NAT64 = IPv6Network("64:ff9b::/96")


class NotPublic(Exception):
    """The host's address is not one of the public internet."""


def public(address: str) -> bool:
    """Tell whether an IP address is one of the public internet, also when one is wrapped in another."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip_address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None)
        if inner is not None:
            ip = inner
    return ip.is_global and not ip.is_multicast


def _checked(sock: socket.socket) -> socket.socket:
    # The peer of the open socket, not a look-up before: a name may resolve to something else a moment later.
    if not public(sock.getpeername()[0]):
        sock.close()
        raise NotPublic
    return sock


class _Timed(io.RawIOBase):
    """An answer's bytes, until its deadline."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        super().__init__()
        self._raw, self._sock = raw, sock
        self._timeout = sock.gettimeout() or 60.0
        self._deadline = time.monotonic() + PATIENCE * self._timeout

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the whole answer took too long")
        self._sock.settimeout(min(self._timeout, left))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Timed(self.fp.detach(), sock))


class _Connection(HTTPConnection):
    response_class = _Answer


class _SecureConnection(HTTPSConnection):
    response_class = _Answer


class _PublicConnection(_Connection):
    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn())


class _PublicSecureConnection(_SecureConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn())


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _PublicPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _PublicConnection


class _PublicSecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _PublicSecureConnection


class Adapter(HTTPAdapter):
    """Sends requests over kept connections, at most `per_host` of them to a host at once.

    With `public_only` they raise `NotPublic` for private hosts.
    """

    def __init__(self, per_host: int, *, public_only: bool) -> None:
        self._pools: dict[str, type[urllib3.HTTPConnectionPool]] = (
            {"http": _PublicPool, "https": _PublicSecurePool}
            if public_only
            else {"http": _Pool, "https": _SecurePool}
        )
        super().__init__(pool_connections=64, pool_maxsize=per_host)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools of the classes above."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools
