"""Webhook endpoints on the wire."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from app.core.http import Line, Moment, Wire
from app.delivery.access import Auth, Bearer, OAuth, ZgwJwt

Code = Annotated[str, StringConstraints(pattern=r"^GM[0-9]{4}$")]
Secret = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000, pattern=r"^[\x21-\x7e]*$")]


def _no_public_key(secret: str) -> str:
    """What looks like a key is no secret: the library that signs refuses it at every attempt."""
    if secret.startswith(("ssh-", "ecdsa-", "-----BEGIN")):
        raise ValueError("Send the secret that the municipality gave out, not a key.")
    return secret


Pem = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=32_000, pattern=r"^[\x0a\x0d\x20-\x7e]*$")]
Verification = Literal["handshake", "confirmation", "agreed"]
HEADERS: Any = Field(
    None,
    max_length=20,
    description="Headers of your own, sent with every delivery. Values are never shown again. In a change: null takes one away.",
)
VERIFICATION: Any = Field(
    None,
    description=(
        "How it is made sure that the address is yours. handshake (usual): we ask OPTIONS and send nothing before"
        " WebHook-Allowed-Origin names us. confirmation: we send a code, and you post it to …/confirmations. agreed: you state"
        " that the address was agreed with its owner, by contract. Until then we show neither your headers, credentials nor"
        " client certificate: a receiver that answers nobody without them must be agreed"
    ),
)
PER_MINUTE: Any = Field(None, ge=1, le=60_000, description="Deliveries a minute at most; the receiver may grant fewer")
CODES: Any = Field(None, max_length=400, description="Only events about these municipalities, or about none; none named: all")


class NoAuth(Wire):
    """We show no credentials."""

    kind: Literal["none"]

    def made(self) -> Auth | None:
        """As the sender uses it."""
        return None


class BearerAuth(Wire):
    """A fixed token (RFC 6750)."""

    kind: Literal["bearer"]
    token: Secret

    def made(self) -> Auth | None:
        """As the sender uses it."""
        return Bearer(self.token)


class OAuthAuth(Wire):
    """We fetch a token with client credentials (RFC 6749 §4.4) and keep it while it lasts."""

    kind: Literal["oauth"]
    token_url: Line = Field(description="https, port 443 or 8443, a host of the public internet")
    client_id: Secret
    client_secret: Secret
    scope: Line | None = None

    def made(self) -> Auth | None:
        """As the sender uses it."""
        return OAuth(self.token_url, self.client_id, self.client_secret, self.scope)


class ZgwJwtAuth(Wire):
    """A token as the ZGW APIs want it: HS256, made for every attempt."""

    kind: Literal["zgwJwt"]
    client_id: Line
    secret: Annotated[Secret, AfterValidator(_no_public_key)]
    user_id: Line = "nodus"
    user_representation: Line = "Nodus"

    def made(self) -> Auth | None:
        """As the sender uses it."""
        return ZgwJwt(self.client_id, self.secret, self.user_id, self.user_representation)


AuthIn = Annotated[NoAuth | BearerAuth | OAuthAuth | ZgwJwtAuth, Field(discriminator="kind")]


class CertificateIn(Wire):
    """What we show a receiver that asks who we are (mutual TLS). Sealed, and never shown again."""

    chain: Pem = Field(description="PEM: its own certificate first, then who signed it")
    key: Pem = Field(description="PEM, without a passphrase")


class EndpointIn(Wire):
    """A receiver of webhooks."""

    url: Line = Field(description="https, port 443 or 8443, a host of the public internet")
    types: list[Line] = Field(default_factory=list, max_length=50, description="Types or beginnings of types; none: all")
    from_start: bool = Field(False, description="Deliver everything that is kept, not only what happens from now on")
    label: Line | None = None
    preset: Literal["open_notificaties"] | None = Field(
        None, description="A hub of Open Notificaties: url ends in /api/v1/cloudevents, auth is zgwJwt; the rest follows"
    )
    verification: Verification | None = VERIFICATION
    municipality_codes: list[Code] | None = CODES
    ordering: Literal["strict", "loose"] | None = Field(
        None, description="strict (usual): a failure holds up what comes after. loose: it is tried again beside the rest"
    )
    per_minute: int | None = PER_MINUTE
    headers: dict[str, str] | None = HEADERS
    auth: AuthIn | None = None
    client_certificate: CertificateIn | None = None


class EndpointChange(Wire):
    """What to change of an endpoint; what is left out stays. null empties label, perMinute, auth and clientCertificate."""

    url: Line | None = None
    types: list[Line] | None = Field(None, max_length=50)
    state: Literal["active", "paused"] | None = None
    label: Line | None = None
    verification: Verification | None = VERIFICATION
    municipality_codes: list[Code] | None = CODES
    ordering: Literal["strict", "loose"] | None = None
    per_minute: int | None = PER_MINUTE
    headers: dict[str, str | None] | None = HEADERS
    auth: AuthIn | None = None
    client_certificate: CertificateIn | None = None


class CertificateOut(Wire):
    """What is shown of a client certificate."""

    subject: str
    ends_at: Moment


class VerificationOut(Wire):
    """How the address is made sure of, and how far that is."""

    method: str
    verified_at: Moment | None
    started_at: Moment | None = Field(description="Since when it is being verified; null once it is")
    attempts: int = Field(description="Handshakes that were tried in vain")
    next_attempt_at: Moment | None = Field(description="null: POST …/verifications starts again")
    error: str | None = Field(
        description="Why the last handshake failed: no_consent, dns, connect, tls, timeout, refused, protocol"
    )
    code_ends_at: Moment | None


class EndpointOut(Wire):
    """An endpoint, and how far its delivery is."""

    id: UUID
    url: str
    types: list[str]
    state: str = Field(description="unverified, active, paused or disabled; only an active one is sent to")
    delivered_through: int = Field(description="Every event up to this number was delivered")
    attempts: int = Field(description="Failed attempts at the next one")
    next_attempt_at: Moment
    failing_since: Moment | None
    last_error: str | None
    created_at: Moment
    version: int
    label: str | None
    preset: str | None
    verification: VerificationOut
    municipality_codes: list[str]
    ordering: str
    per_minute: int | None
    granted_per_minute: int | None = Field(description="What the receiver allowed in its handshake")
    header_names: list[str]
    auth_kind: str = Field(description="none, bearer, oauth or zgwJwt")
    client_certificate: CertificateOut | None
    disabled_reason: str | None = Field(description="gone: the receiver said 410. failing: five days without a success")
    disabled_at: Moment | None


class EndpointMade(EndpointOut):
    """A new endpoint with its secret, which is shown only here."""

    secret: str = Field(description="whsec_…: verify signatures with it, see Standard Webhooks")


class EndpointsOut(Wire):
    """The endpoints of your organisation."""

    items: list[EndpointOut]


class ConfirmationIn(Wire):
    """The code that reached the receiver."""

    code: Secret = Field(description="`data.code` of nl.nodus.endpoint.verification.v1")


class RotationIn(Wire):
    """A new secret, and how long those before it go on."""

    overlap_hours: int = Field(24, ge=0, le=168, description="So long both sign, and either verifies")
    kind: Literal["hmac", "ed25519"] = "hmac"


class SecretOut(Wire):
    """One of the secrets that sign deliveries; the secret itself is never shown again."""

    id: UUID
    kind: str
    created_at: Moment
    ends_at: Moment | None
    public_key: str | None = Field(description="whpk_…: what ed25519 signatures are verified with; null for hmac")


class SecretMade(SecretOut):
    """A new secret, shown only here."""

    secret: str | None = Field(description="whsec_…; null for ed25519, whose public key is all that a receiver needs")


class SecretsOut(Wire):
    """The secrets of an endpoint, newest first."""

    items: list[SecretOut]
