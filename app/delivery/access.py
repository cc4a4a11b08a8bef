"""How an endpoint lets us in: own headers, credentials, a client certificate. Sealed as one JSON text beside the endpoint.

Sources: RFC 6750 (bearer), RFC 6749 §4.4 (client credentials), VNG ZGW authentication (HS256 JWT), RFC 8446 (client certificate).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final

from app.core.errors import FieldError, Invalid


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


# RFC 9110 §7.6.1 and §7.2: of the connection, not of the message; the rest is ours to say, or signed.
NOT_YOURS: Final = frozenset(
    {"host", "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect", "accept-encoding"}
    | {"date", "proxy-connection"}
)
OURS: Final = ("content-", "webhook-", "proxy-", "ce-")
NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
VALUE: Final = re.compile(r"[\x21-\x7e](?:[\t\x20-\x7e]{0,1998}[\x21-\x7e])?")
MOST_HEADERS: Final = 20  # ⚙


def merged(held: Mapping[str, str], changes: Mapping[str, str | None]) -> dict[str, str]:
    """Own headers after a change: None takes one away, names are the same in capitals and small letters (RFC 7396, RFC 9110)."""
    touched = {name.lower() for name in changes}
    kept = {name: value for name, value in held.items() if name.lower() not in touched}
    return kept | {name: value for name, value in changes.items() if value is not None}


def vet_headers(headers: Mapping[str, str], auth_kind: str) -> None:
    """Refuse own headers that would break the connection, what we sign, or what `auth` says.

    Raises:
        Invalid: names the rule; never a name or a value that was sent.
    """
    names = [name.lower() for name in headers]
    if len(headers) > MOST_HEADERS or len(set(names)) < len(names):
        raise _refused(f"Send at most {MOST_HEADERS} headers, each name once.", "headers")
    if not all(NAME.fullmatch(name) for name in headers):
        raise _refused("The name of a header has letters, digits and hyphens, at most 100.", "header_name")
    if not all(VALUE.fullmatch(value) for value in headers.values()):
        raise _refused("The value of a header is one line of 1 to 2000 visible ASCII characters.", "header_value")
    if any(name in NOT_YOURS or name.startswith(OURS) for name in names):
        raise _refused(
            "Host, Content-*, webhook-*, ce-* and the headers of the connection are set by us. Choose another name.",
            "header_reserved",
        )
    if auth_kind != "none" and "authorization" in names:
        raise _refused("Authorization is made from `auth`. Leave this header out, or set auth to none.", "header_auth")


def _refused(sentence: str, code: str) -> Invalid:
    return Invalid(sentence, errors=[FieldError("/headers", code, sentence)])
