"""What is worst stands first: the order of the wall, without a database."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from app.console.wall.seen import Asked, Hour, Lacking, Late, Lying, Oversight, Talk, Undelivered, Wall
from app.console.wall.troubles import troubles

AT: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)
MINUTE: Final = timedelta(minutes=1)


def a_wall(**told: Any) -> Wall:
    """A wall on which all is well, but for what is told."""
    well: dict[str, Any] = {"at": AT, "talks": (), "waiting": 0, "waits_since": None, "hour": Hour(0, 0, 0, None), "more": False}
    well |= dict.fromkeys(("offers", "late", "lying", "gaps", "silences"), ())
    return Wall(**{**well, "callbacks": 0, "callbacks_since": None, "oversight": Oversight(watched_at=AT)} | told)


def an_offer(urgency: str, asked: int, until: int) -> Asked:
    """Asked so many minutes ago, to be answered in so many."""
    offered, by = AT - asked * MINUTE, AT + until * MINUTE
    return Asked(uuid4(), uuid4(), "K7M4", urgency, "Ede", "Meldpunt", "0800", offered, by)


def a_gap(line: str, starts: int, *, acknowledged: bool = False, roster: UUID | None = None) -> Lacking:
    """From so many hours ahead, eight hours long."""
    begin = AT + timedelta(hours=starts)
    return Lacking(
        uuid4(), line, "Ede", 3, "Crisisdienst", roster, begin, begin + timedelta(hours=8), "no_shift", "contracted", acknowledged
    )


def kinds(wall: Wall) -> list[tuple[str, bool]]:
    """What is told, and whether it is acute."""
    return [(one.kind, one.acute) for one in troubles(wall)]


def test_where_all_is_well_nothing_is_told() -> None:
    """Who watches must be able to rest: calls that go on, offers with time left and gaps next week are no trouble."""
    talk = Talk(uuid4(), "K7M4", "active", AT)
    coming = a_gap("crisis", 48)
    assert kinds(a_wall(talks=[talk], offers=[an_offer("urgent", 5, 25)], gaps=[coming])) == []


def test_what_is_acute_stands_above_what_can_wait() -> None:
    """Whatever the subject: somebody reads the first line, and acts on it."""
    late = Late(uuid4(), "K7M4", "normal", "Ede", "Meldpunt", "follow_up", AT - MINUTE, 1)
    wall = a_wall(
        late=[late, Late(uuid4(), "AB12", "crisis", "Ede", "Meldpunt", "first_contact", AT - MINUTE, 1)],
        gaps=[a_gap("crisis", -1), a_gap("outreach", -1), a_gap("crisis", 20)],
        offers=[an_offer("acute", 9, -4), an_offer("urgent", 28, 2), an_offer("normal", 900, -10)],
        lying=[Lying(uuid4(), "K7M4", "normal", "Ede", "Meldpunt", AT - timedelta(days=20))],
        waiting=2,
        waits_since=AT - 2 * MINUTE,
        callbacks=1,
        callbacks_since=AT - MINUTE,
        talks=[Talk(uuid4(), "K7M4", "left", AT - 20 * MINUTE)],
        oversight=Oversight(
            endpoints=[
                Undelivered(uuid4(), "Meldpunt", "0800", why, AT, int(why == "pressing"), 3) for why in ("pressing", "failing")
            ],
            mailboxes=1, broken=1, watched_at=None, watch_is_silent=True,
        ),
    )  # fmt: skip
    found = kinds(wall)
    assert [kind for kind, acute in found if acute] == [
        "watch", "broken", "caller", "endpoint_pressing", "offer_late", "late_first_contact", "gap_now",
    ]  # fmt: skip
    assert {kind for kind, acute in found if not acute} == {
        "callbacks", "draft", "endpoint_failing", "offers_late", "offer_soon", "cases_late", "lying", "gaps_now", "gap_soon", "mail",
    }  # fmt: skip
    assert [acute for _, acute in found] == sorted((acute for _, acute in found), reverse=True)


def test_a_caller_who_waits_shortly_is_no_alarm() -> None:
    """A telephone that rings is the trade; a minute of it is not."""
    assert kinds(a_wall(waiting=1, waits_since=AT - timedelta(seconds=59))) == []
    assert kinds(a_wall(waiting=1, waits_since=AT - timedelta(seconds=60))) == [("caller", True)]


def test_a_gap_that_somebody_works_on_no_longer_cries() -> None:
    """It stays in sight until it is filled, but makes no sound; and it leads to the roster that lacks somebody."""
    roster = uuid4()
    [known] = troubles(a_wall(gaps=[a_gap("crisis", -1, acknowledged=True, roster=roster)]))
    assert (known.acute, known.href) == (False, f"/rosters/{roster}")


def test_the_same_trouble_keeps_its_name() -> None:
    """Otherwise the tone would sound at every refresh."""
    wall = a_wall(offers=[an_offer("acute", 9, -4)], callbacks=2, callbacks_since=AT)
    assert [one.key for one in troubles(wall)] == [one.key for one in troubles(wall)]
    assert len({one.key for one in troubles(wall)}) == 2


def test_an_offer_without_time_is_full() -> None:
    """Its bar neither runs over nor divides by nothing."""
    assert an_offer("acute", 0, 0).share(AT) == 0
    assert an_offer("acute", 10, -5).share(AT) == 1
    assert an_offer("urgent", 10, 20).share(AT) == 1 / 3
