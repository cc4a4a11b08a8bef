"""Which addresses we never call: a webhook's URL is somebody else's wish, and must not reach into our own network (SSRF)."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from app.core.errors import FieldError, Invalid

PORTS: Final = frozenset({443, 8443})
# What Python calls global, or did in some version, and yet leads inside or nowhere: carrier-grade NAT, protocols and relays,
# documentation, and IPv4 wrapped for translation. Source: IANA special-purpose address registries.
_IPV4: Final = ("100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24")
_IPV6: Final = ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/23", "3fff::/20")
NOT_OURS_TO_CALL: Final = tuple(map(ip_network, _IPV4 + _IPV6))
GLOBAL_UNICAST: Final = IPv6Network("2000::/3")  # what lies outside is translated, local, or given out to nobody
Address = IPv4Address | IPv6Address


class DestinationRefused(Invalid):
    """A URL that we don't call."""

    slug, title = "destination-refused", "This address can't receive webhooks"


@dataclass(frozen=True, slots=True)
class Destination:
    """A URL that may be called, once its host resolves to addresses that may be."""

    scheme: str
    host: str
    port: int
    path: str


def destination(url: str, *, private_allowed: bool = False) -> Destination:
    """Read the URL of a receiver.

    Args:
        url: https, no user, no fragment, port 443 or 8443.
        private_allowed: demo and tests: also http, any port.

    Raises:
        DestinationRefused: it is another kind of URL; says which rule.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise _refused("The host or the port can't be read.") from None
    if parts.scheme != "https" and not (private_allowed and parts.scheme == "http"):
        raise _refused("Only https is called.")
    if not parts.hostname or parts.username is not None or parts.password is not None or parts.fragment:
        raise _refused("Name a host, and neither a user nor a fragment.")
    host = _host(parts.hostname)
    if port not in PORTS and not private_allowed:
        raise _refused("Only the ports 443 and 8443 are called.")
    if not private_allowed and (literal := _literal(host)) and not may_be_called(literal):
        raise _refused("This is not an address of the public internet.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Destination(parts.scheme, host, port, path)


def may_be_called(address: Address) -> bool:
    """Whether an address is one of the public internet."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return may_be_called(address.ipv4_mapped)
    if not address.is_global or address.is_multicast:
        return False
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    return not any(address.version == network.version and address in network for network in NOT_OURS_TO_CALL)


def vetted(addresses: Iterable[str], *, private_allowed: bool = False) -> str:
    """The address to connect to, out of all that a host has; refused when even one of them is not public.

    Raises:
        DestinationRefused: there is none, or one leads inside.
    """
    found = [ip_address(one.split("%")[0]) for one in addresses]
    if not found:
        raise _refused("The host has no address.")
    if not private_allowed and not all(map(may_be_called, found)):
        raise _refused("The host leads to an address that is not of the public internet.")
    return str(found[0])


def _host(named: str) -> str:
    """The host in the letters of DNS. An address in another spelling (decimal, octal, hexadecimal) is refused."""
    try:
        host = named if named.isascii() else named.encode("idna").decode()
    except UnicodeError:
        raise _refused("The host is not a name that DNS knows.") from None
    last = host.rstrip(".").rpartition(".")[2]
    if (last.isdigit() or last.startswith("0x")) and _literal(host) is None:
        raise _refused("Write an address of four numbers from 0 to 255, without leading zeros.")
    return host


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _refused(sentence: str) -> DestinationRefused:
    return DestinationRefused(sentence, errors=[FieldError("/url", "destination", sentence)])
