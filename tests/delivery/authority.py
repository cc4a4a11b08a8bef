"""An authority of a test's own, and certificates that it signed."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and its key, as PEM."""

    chain: str
    key: str


class Authority:
    """Signs certificates that nobody else trusts."""

    def __init__(self) -> None:
        """With a key and a name of its own."""
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named("test authority")
        usage = x509.KeyUsage(
            digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
            key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
        )  # fmt: skip
        made = _builder(self._name, self._name, self._key.public_key()).add_extension(usage, critical=True)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self._own = made.sign(self._key, hashes.SHA256())

    def in_file(self, folder: Path) -> str:
        """Its own certificate, as a file to trust."""
        file = folder / "authority.pem"
        file.write_bytes(self._own.public_bytes(Encoding.PEM))
        return str(file)

    def sign(self, host: str) -> Certificate:
        """A certificate for a name or an address."""
        key = ec.generate_private_key(ec.SECP256R1())
        try:
            name: x509.GeneralName = x509.IPAddress(ip_address(host))
        except ValueError:
            name = x509.DNSName(host)
        made = _builder(_named(host), self._name, key.public_key())
        made = made.add_extension(x509.SubjectAlternativeName([name]), critical=False)
        made = made.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        signed = made.sign(self._key, hashes.SHA256())
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return Certificate(signed.public_bytes(Encoding.PEM).decode(), secret.decode())

    def serving(self, host: str, folder: Path, *, asks: bool = False, takes_all: bool = False) -> ssl.SSLContext:
        """What a server for `host` needs; one that `asks` takes only clients with a certificate of this authority.

        One that `takes_all` asks as well, and takes those without one too.
        """
        own = self.sign(host)
        file = folder / f"{host}.pem"
        file.write_text(own.chain + own.key)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(file)
        if asks or takes_all:
            context.verify_mode = ssl.CERT_REQUIRED if asks else ssl.CERT_OPTIONAL
            context.load_verify_locations(self.in_file(folder))
        return context


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    at = datetime.now(UTC)
    return (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
        .serial_number(x509.random_serial_number()).not_valid_before(at - timedelta(hours=1))
        .not_valid_after(at + timedelta(days=1)).add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )  # fmt: skip
