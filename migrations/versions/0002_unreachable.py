"""A contact may say that the person is unreachable, so that the case does not wait for its first contact for ever."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Allow it; no row is rewritten."""
    _allow("'reached', 'tried', 'refused', 'unreachable'")


def downgrade() -> None:
    """What was called unreachable is a try again; the case stays where it is."""
    op.execute("UPDATE contact SET result = 'tried' WHERE result = 'unreachable'")
    _allow("'reached', 'tried', 'refused'")


def _allow(results: str) -> None:
    op.execute("ALTER TABLE contact DROP CONSTRAINT contact_result_check")
    op.execute(f"ALTER TABLE contact ADD CONSTRAINT contact_result_check CHECK (result IN ({results}))")
