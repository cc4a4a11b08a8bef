"""An organisation changes the areas of its own services too; who is away or can be reached is looked at at once."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MINE = "everywhere() OR EXISTS (SELECT FROM service s WHERE s.id = service_id AND s.organisation_id = me())"


# Gaps are looked for when the number of the directory has risen: a shift in doubt is one too.
DOUBTS = {"unavailability": "INSERT OR UPDATE OR DELETE", "participant": "UPDATE"}


def upgrade() -> None:
    """Its own, and an administrator those of all."""
    for table, when in DOUBTS.items():
        op.execute(f"CREATE TRIGGER numbers AFTER {when} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION number_directory()")
    op.execute(f"ALTER POLICY own ON service_area USING ({MINE}) WITH CHECK ({MINE})")


def downgrade() -> None:
    """An administrator only; who is away is looked at within the hour."""
    for table in DOUBTS:
        op.execute(f"DROP TRIGGER numbers ON {table}")
    op.execute("ALTER POLICY own ON service_area USING (everywhere()) WITH CHECK (everywhere())")
