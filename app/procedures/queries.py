"""What procedures ask that items don't tell."""

from typing import Final

from sqlalchemy import text

JUDGEMENTS_TOLD: Final = text("SELECT judgements_told(:table_id) AS told")
IS_FROZEN: Final = text("SELECT is_frozen(:case_id) AS frozen")
