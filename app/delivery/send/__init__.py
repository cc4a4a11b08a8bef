"""What is sent to webhook endpoints, to which, and when."""

import asyncio

from app.core.db import Database
from app.core.settings import Settings
from app.core.wake import Bell
from app.delivery.send.sender import Sender


async def run(database: Database, settings: Settings, bell: Bell, stop: asyncio.Event) -> None:
    """Send webhooks until `stop`."""
    await Sender(database, settings, bell, stop).run()
