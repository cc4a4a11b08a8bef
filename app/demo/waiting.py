"""Waiting on the play's clock."""

import asyncio
from datetime import datetime
from typing import Final

from app.core import clock

LONGEST_IN_LIFE: Final = 20.0


async def wait_until(moment: datetime) -> None:
    """Wait on the play's clock; once it has caught up with ours, people answer within `LONGEST_IN_LIFE` seconds."""
    while (left := (moment - clock.now()).total_seconds()) > 0:
        speed = clock.speed()
        if speed <= 1:
            await asyncio.sleep(min(left, LONGEST_IN_LIFE))
            return
        await asyncio.sleep(min(left / speed, 1.0))
