"""What hangs on an endpoint, a mailbox or an offer belongs to whose that is; a function with more rights is not everybody's."""

from migrations.script import carry_out

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

# A policy looks at the row's own organisation only: a row of mine at another's endpoint would be signed and sent as theirs. A row
# may be written beside its endpoint in one statement, so that its insert can't be checked by a policy: its reference is.
HANGS_ON = {
    "webhook_secret": ("webhook_endpoint", "endpoint_id"),
    "webhook_message": ("webhook_endpoint", "endpoint_id"),
    "notice": ("mailbox", "mailbox_id"),
    "notice_mail": ("mailbox", "mailbox_id"),
}
OWNED = ("webhook_endpoint", "mailbox")
# What refers to an offer is written after it, when it can be looked at.
ASKED = ("notice", "task_mark")
MINE = "organisation_id = me() AND EXISTS (SELECT FROM offer o WHERE o.id = offer_id AND o.organisation_id = me())"
# Attempts have no reference, as they outlive their endpoint; only the worker makes them.
ATTEMPTS = "REVOKE INSERT ON webhook_attempt FROM nodus_app;"
FUNCTION = "municipality_of(uuid)"


def upgrade() -> None:
    """Nothing that there is changes."""
    for table in OWNED:
        carry_out(f"ALTER TABLE {table} ADD CONSTRAINT {table}_whose UNIQUE (organisation_id, id);")
    for table, (on, column) in HANGS_ON.items():
        carry_out(
            f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_fkey, ADD CONSTRAINT {table}_{column}_fkey"
            f" FOREIGN KEY (organisation_id, {column}) REFERENCES {on} (organisation_id, id) ON DELETE CASCADE;"
        )
    carry_out("DROP INDEX webhook_endpoint_of_organisation; DROP INDEX mailbox_of_organisation;")
    carry_out("".join(f"ALTER POLICY own ON {table} WITH CHECK ({MINE});" for table in ASKED) + ATTEMPTS)
    carry_out(
        f"REVOKE EXECUTE ON FUNCTION {FUNCTION} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {FUNCTION} TO nodus_app, nodus_worker;"
    )


def downgrade() -> None:
    """As it was."""
    carry_out(
        f"REVOKE EXECUTE ON FUNCTION {FUNCTION} FROM nodus_app, nodus_worker; GRANT EXECUTE ON FUNCTION {FUNCTION} TO PUBLIC;"
    )
    carry_out("GRANT INSERT ON webhook_attempt TO nodus_app;")
    for table in ASKED:  # a check can't be taken from a policy
        carry_out(f"DROP POLICY own ON {table}; CREATE POLICY own ON {table} TO nodus_app USING (organisation_id = me());")
    carry_out("CREATE INDEX webhook_endpoint_of_organisation ON webhook_endpoint (organisation_id);")
    carry_out("CREATE INDEX mailbox_of_organisation ON mailbox (organisation_id, id);")
    for table, (on, column) in HANGS_ON.items():
        carry_out(
            f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_fkey, ADD CONSTRAINT {table}_{column}_fkey"
            f" FOREIGN KEY ({column}) REFERENCES {on} ON DELETE CASCADE;"
        )
    for table in OWNED:
        carry_out(f"ALTER TABLE {table} DROP CONSTRAINT {table}_whose;")
