"""What happens by itself: a handoff that nobody has confirmed is told of; its words are kept for a month."""

from datetime import timedelta
from typing import Final

from app.boards.service import confirming
from app.core.due import Due

UNCONFIRMED: Final = Due(
    name="unconfirmed_handoffs", claim=confirming.unconfirmed, act=confirming.tell, idle=timedelta(seconds=20)
)
TO_DESTROY: Final = Due(name="handoffs_to_destroy", claim=confirming.to_destroy, act=confirming.destroy, idle=timedelta(hours=1))
