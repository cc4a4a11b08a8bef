"""The token that the APIs of municipalities ask for. Source: VNG, ZGW authentication and authorisation (JWT, HS256)."""

from datetime import datetime

import jwt

from app.delivery.access import ZgwJwt


def zgw_token(auth: ZgwJwt, at: datetime) -> str:
    """A token made at `at`; receivers refuse one that is older than an hour, so each attempt has its own."""
    claims = {
        "iss": auth.client_id,
        "iat": int(at.timestamp()),
        "client_id": auth.client_id,
        "user_id": auth.user_id,
        "user_representation": auth.user_representation,
    }
    return jwt.encode(claims, auth.secret, algorithm="HS256")
