"""Addresses of machines: which are this one, which are listed."""

import socket
from collections.abc import Collection
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network


def network_of(written: object) -> Network:
    """An address or a CIDR block. Raises ValueError, also for a block that holds every address there is."""
    network = ip_network(str(written).strip())
    if not network.prefixlen:
        raise ValueError("holds every address")
    return network


def is_listed(host: str, networks: Collection[Network]) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in networks)


def is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether the address, or the name localhost, leads to this machine alone; no other name is looked up."""
    return host == "localhost" or (is_address(host) and ip_address(host).is_loopback)


def listens_to_others(host: str) -> bool:
    """Whether a server that listens there can be reached from another machine. A name is looked up as the server does.

    One that cannot be looked up is for the server to complain of.
    """
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return not is_loopback(str(found[0][4][0]).partition("%")[0])
