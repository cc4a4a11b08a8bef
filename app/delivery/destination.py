"""Which addresses we never call: a webhook's URL is somebody else's wish, and must not reach into our own network (SSRF)."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from app.core.errors import FieldError, Invalid

PORTS: Final = frozenset({443, 8443})
# What Python calls global and yet leads inside: carrier-grade NAT, and IPv4 wrapped for translation.
NOT_OURS_TO_CALL: Final = tuple(map(ip_network, ("100.64.0.0/10", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))
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
    parts = urlsplit(url.strip())
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise _refused("The port is not a number.") from None
    if parts.scheme != "https" and not (private_allowed and parts.scheme == "http"):
        raise _refused("Only https is called.")
    if not parts.hostname or parts.username or parts.password or parts.fragment:
        raise _refused("Name a host, and neither a user nor a fragment.")
    if port not in PORTS and not private_allowed:
        raise _refused("Only the ports 443 and 8443 are called.")
    if not private_allowed and (literal := _literal(parts.hostname)) and not may_be_called(literal):
        raise _refused("This is not an address of the public internet.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Destination(parts.scheme, parts.hostname, port, path)


def may_be_called(address: Address) -> bool:
    """Whether an address is one of the public internet."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return may_be_called(address.ipv4_mapped)
    if not address.is_global or address.is_multicast:
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


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _refused(sentence: str) -> DestinationRefused:
    return DestinationRefused(sentence, errors=[FieldError("/url", "destination", sentence)])
