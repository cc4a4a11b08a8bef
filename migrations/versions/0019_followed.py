"""A transfer of an exchange knows its hand-off; a case whose call was an error can be ended by its owner, and had back."""

from migrations.script import carry_out

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE phone_transfer ADD COLUMN hand_off_id uuid;
COMMENT ON COLUMN phone_transfer.hand_off_id IS 'The hand-off of the call that this transfer is.';
"""
DOWN = """
ALTER TABLE phone_transfer DROP COLUMN hand_off_id;
"""


def upgrade() -> None:
    """Transfers of before have no hand-off."""
    carry_out(UP)


def downgrade() -> None:
    """Hand-offs stay, without the transfer that they were."""
    carry_out(DOWN)
