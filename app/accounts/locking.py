"""How long nobody can sign in after wrong passwords: long enough against guessing, short enough for a night on duty."""

from datetime import datetime, timedelta
from typing import Final

FREE: Final = 5  # ⚙ wrong passwords in a row before any wait
LONGEST: Final = timedelta(minutes=15)  # ⚙


def locked_until(failures: int, at: datetime) -> datetime | None:
    """Until when after so many failures in a row, the last at `at`: one minute, then twice as long each time."""
    if failures < FREE:
        return None
    return at + min(timedelta(minutes=2 ** min(failures - FREE, 10)), LONGEST)
