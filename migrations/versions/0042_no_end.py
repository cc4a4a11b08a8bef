"""An account ends when somebody ends it: the key as which it acts has no end of its own."""

from migrations.script import carry_out

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

CHECK = "ALTER TABLE api_key DROP CONSTRAINT api_key_check; ALTER TABLE api_key ADD CONSTRAINT api_key_check CHECK (%s);"
A_YEAR = "expires_at > created_at AND expires_at <= created_at + interval '367 days'"


def upgrade() -> None:
    """Nobody has the token of an account's key; its password opens it."""
    carry_out(CHECK % f"({A_YEAR}) OR expires_at = '9999-01-01Z'")
    carry_out("UPDATE api_key SET expires_at = '9999-01-01Z' WHERE id IN (SELECT id FROM account);")


def downgrade() -> None:
    """A year from its making, or from now where that is over."""
    carry_out("UPDATE api_key SET expires_at = created_at + interval '366 days' WHERE expires_at = '9999-01-01Z';")
    carry_out(CHECK % A_YEAR)
