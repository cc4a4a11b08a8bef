"""A mail server of the test's own on the loopback: STARTTLS with a certificate of an authority of its own, and faults at will."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

TAKEN: Final = "250 taken"
USER, PASSWORD = "nodus", "a secret of the test"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as the server took it."""

    return_path: str
    to: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """Its headers and parts."""
        found = message_from_bytes(self.raw, policy=default)
        assert isinstance(found, EmailMessage)
        return found

    def part(self, kind: str) -> str:
        """The text of its plain or html part."""
        body = self.message.get_body((kind,))
        assert body is not None
        return str(body.get_content())


@dataclass(slots=True)
class MailServer:
    """Takes mail, or does what `fault` says: an SMTP reply at RCPT (`rcpt`) or after DATA (`data`), hang, or take it and drop, or be mute."""

    port: int = 0
    taken: list[Mail] = field(default_factory=list)
    fault: Callable[[int], str | None] = lambda _: None
    tries: int = 0
    logins: int = 0

    async def handle_RCPT(self, _server: SMTP, _s: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802
        """Whether somebody lives there."""
        self.tries += 1
        told = self.fault(self.tries)
        if told and told.startswith("rcpt "):
            return told.removeprefix("rcpt ")
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail, or not, or take it and never say so."""
        told = self.fault(self.tries)
        if told == "hang":
            await asyncio.sleep(60)
        if told is None or told in {"drop", "mute"}:
            assert isinstance(envelope.content, bytes)
            self.taken.append(Mail(str(envelope.mail_from), envelope.rcpt_tos[0], envelope.content))
        if told == "mute":
            await asyncio.sleep(60)
        if told == "drop" and server.transport:
            server.transport.close()
        return told.removeprefix("data ") if told and told.startswith("data ") else TAKEN

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, told: Any) -> AuthResult:
        """Who may send."""
        self.logins += 1
        return AuthResult(handled=False, success=(told.login, told.password) == (USER.encode(), PASSWORD.encode()))

    def to(self, address: str) -> list[Mail]:
        """What was taken for one mailbox, in order."""
        return [mail for mail in self.taken if mail.to == address]


def certified(folder: Path, host: str = "localhost") -> tuple[Path, ssl.SSLContext]:
    """An authority's certificate, and what a server for `host` shows that it signed."""
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority of the test")])
    own = _certificate(name, authority, name, authority, x509.BasicConstraints(ca=True, path_length=0))
    alternatives = x509.SubjectAlternativeName([x509.DNSName(host), x509.IPAddress(ip_address("127.0.0.1"))])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    shown = _certificate(
        subject, key, name, authority, alternatives if host == "localhost" else x509.SubjectAlternativeName([x509.DNSName(host)])
    )
    ca, both = folder / f"ca-{host}.pem", folder / f"server-{host}.pem"
    ca.write_bytes(own.public_bytes(serialization.Encoding.PEM))
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    both.write_bytes(shown.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return ca, context


def _certificate(subject: Any, key: Any, issuer: Any, signer: Any, extension: Any) -> x509.Certificate:
    at = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(at - timedelta(hours=1))
    ski = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    aki = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    made = made.not_valid_after(at + timedelta(days=1)).add_extension(
        extension, critical=isinstance(extension, x509.BasicConstraints)
    )
    return made.add_extension(ski, critical=False).add_extension(aki, critical=False).sign(signer, hashes.SHA256())


@asynccontextmanager
async def mail_server(context: ssl.SSLContext | None, *, implicit: bool = False) -> AsyncIterator[MailServer]:
    """A server that asks for STARTTLS and a login when it has a certificate."""
    handler = MailServer()

    def session() -> SMTP:
        if context is None or implicit:
            return SMTP(handler, auth_require_tls=False, ident="test")
        return SMTP(
            handler,
            tls_context=context,
            require_starttls=True,
            auth_required=True,
            authenticator=handler.authenticate,
            ident="test",
        )

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0, ssl=context if implicit else None)
    handler.port = server.sockets[0].getsockname()[1]
    try:
        yield handler
    finally:
        server.close()
