"""Hand-offs of which nobody has said what became: they are not reached, and stay ours."""

from datetime import timedelta
from typing import Final

from app.core.due import Due
from app.intake.service import hand_offs

HAND_OFFS: Final = Due(name="hand_offs", claim=hand_offs.to_chase, act=hand_offs.chase, idle=timedelta(seconds=10))
