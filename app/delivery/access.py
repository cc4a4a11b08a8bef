"""How an endpoint lets us in: own headers, credentials, a client certificate. Sealed as one JSON text beside the endpoint.

Sources: RFC 6750 (bearer), RFC 6749 §4.4 (client credentials), VNG ZGW authentication (HS256 JWT), RFC 8446 (client certificate).
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token that is sent as it is."""

    token: str


@dataclass(frozen=True, slots=True)
class OAuth:
    """A token is fetched with client credentials, at an address that is vetted as the receiver's own is."""

    token_url: str
    client_id: str
    client_secret: str
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class ZgwJwt:
    """A token of the ZGW APIs, made for every attempt and signed with the secret that the municipality gave out."""

    client_id: str
    secret: str
    user_id: str
    user_representation: str


Auth = Bearer | OAuth | ZgwJwt
KINDS: Final[dict[str, type[Bearer | OAuth | ZgwJwt]]] = {"bearer": Bearer, "oauth": OAuth, "zgw_jwt": ZgwJwt}


@dataclass(frozen=True, slots=True)
class Access:
    """Everything secret that an attempt needs. `certificate` is a chain in PEM, the receiver's own first; `key` is its key."""

    headers: dict[str, str] = field(default_factory=dict)
    auth: Auth | None = None
    certificate: str | None = None
    key: str | None = None

    @property
    def auth_kind(self) -> str:
        """none, bearer, oauth or zgw_jwt, as the endpoint's clear column says."""
        return next((kind for kind, made in KINDS.items() if isinstance(self.auth, made)), "none")

    def to_bytes(self) -> bytes:
        """What is sealed."""
        auth = None if self.auth is None else {"kind": self.auth_kind, **asdict(self.auth)}
        told = {"headers": self.headers, "auth": auth, "certificate": self.certificate, "key": self.key}
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, told: bytes) -> "Access":
        """What `to_bytes` told.

        Raises:
            ValueError, KeyError, TypeError: it was not `to_bytes` that told it.
        """
        read = json.loads(told)
        auth = read["auth"]
        made = None if auth is None else KINDS[auth.pop("kind")](**auth)
        return cls(read["headers"], made, read["certificate"], read["key"])
