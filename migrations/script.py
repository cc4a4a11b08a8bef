"""Carry out a script of many statements in a migration."""

from alembic import op
from sqlalchemy.util import await_only


def carry_out(script: str) -> None:
    """Many statements at once need the driver's own way of asking, in the transaction that is open."""
    raw = op.get_bind().connection.driver_connection
    assert raw is not None  # noqa: S101  a bind has a connection
    await_only(raw.execute(script))
