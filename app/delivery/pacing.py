"""How fast an endpoint may be called: evenly, without bursts. Source: CNCF http-webhook (WebHook-Allowed-Rate, a minute)."""

from datetime import timedelta


def spacing(per_minute: int | None, granted_per_minute: int | None) -> timedelta:
    """The time from one call to the next: of what its owner set and what the receiver granted, the slower."""
    named = [one for one in (per_minute, granted_per_minute) if one]
    return timedelta(minutes=1) / min(named) if named else timedelta(0)
