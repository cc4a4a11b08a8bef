"""An organisation changes the areas of its own services too."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MINE = "everywhere() OR EXISTS (SELECT FROM service s WHERE s.id = service_id AND s.organisation_id = me())"


def upgrade() -> None:
    """Its own, and an administrator those of all."""
    op.execute(f"ALTER POLICY own ON service_area USING ({MINE}) WITH CHECK ({MINE})")


def downgrade() -> None:
    """An administrator only."""
    op.execute("ALTER POLICY own ON service_area USING (everywhere()) WITH CHECK (everywhere())")
