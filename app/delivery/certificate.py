"""The certificate with which we show a receiver who we are: read, and refused when it could not work.

Sources: RFC 5280 (X.509), RFC 7468 (PEM), RFC 8446 §4.4.2 (the own certificate first, then who signed it).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509 import Certificate, load_pem_x509_certificates

from app.core.errors import FieldError, Invalid

LEAST_RSA_BITS: Final = 2048
CHAIN: Final = "/clientCertificate/chain"
KEY: Final = "/clientCertificate/key"
LONGEST_SUBJECT: Final = 300


@dataclass(frozen=True, slots=True)
class Shown:
    """What everybody may see of it."""

    subject: str
    ends_at: datetime


def examine(chain: str, key: str, at: datetime) -> Shown:
    """What the certificate says of itself, once it is one that can be used at `at`.

    Raises:
        Invalid: it can't be read, the key is another's or locked, or its time is not now; says which and what to do.
    """
    own = _read(chain)
    if _public(own) != _public_of(key):
        raise _refused(
            KEY, "not_its_key", "This key does not belong to the first certificate. Send the chain with its own first."
        )
    if isinstance(made := own.public_key(), RSAPublicKey) and made.key_size < LEAST_RSA_BITS:
        raise _refused(CHAIN, "weak", f"An RSA key of less than {LEAST_RSA_BITS} bits is refused by TLS. Have a new one made.")
    if own.not_valid_after_utc <= at:
        raise _refused(CHAIN, "expired", "This certificate has ended. Send its successor.")
    if own.not_valid_before_utc > at:
        raise _refused(CHAIN, "not_yet", "This certificate does not hold yet. Send it again when it does.")
    return Shown(own.subject.rfc4514_string()[:LONGEST_SUBJECT] or "without a subject", own.not_valid_after_utc)


def _read(chain: str) -> Certificate:
    try:
        return load_pem_x509_certificates(chain.encode())[0]
    except (ValueError, UnsupportedAlgorithm):
        raise _refused(
            CHAIN, "certificate", "This is no certificate in PEM. It begins with -----BEGIN CERTIFICATE-----, its own first."
        ) from None


def _public(own: Certificate) -> bytes:
    try:
        return own.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, UnsupportedAlgorithm):
        raise _refused(CHAIN, "certificate", "Its kind of key is not supported. Use RSA, ECDSA or Ed25519.") from None


def _public_of(key: str) -> bytes:
    try:
        read = load_pem_private_key(key.encode(), password=None)
    except TypeError:
        raise _refused(KEY, "locked", "This key has a passphrase. Send it without: it is sealed here.") from None
    except (ValueError, UnsupportedAlgorithm):
        raise _refused(KEY, "key", "This is no private key in PEM. It begins with -----BEGIN PRIVATE KEY-----.") from None
    return read.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _refused(pointer: str, code: str, sentence: str) -> Invalid:
    return Invalid(sentence, errors=[FieldError(pointer, code, sentence)])
