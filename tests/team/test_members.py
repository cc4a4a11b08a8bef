"""The team of a case through HTTP: who gets on it, who sees what, and that leaving ends it."""

import itertools
from datetime import timedelta
from uuid import UUID

import httpx

from app.core.db import Database
from app.team.audience import Audience, Visibility, audience_of, sees
from tests.makers import AMSTERDAM_DESK, now
from tests.team.table import MENTAL_HEALTH, POLICE, SOCIAL_TEAM, a_table
from tests.travel import travelling


async def test_who_accepted_sees_the_case_and_who_left_sees_nothing(client: httpx.AsyncClient, database: Database) -> None:
    """Invited: in codes. On the team: its items. Gone: not even that there is a case; the membership stays on the record."""
    table = await a_table(client, database, ggz=MENTAL_HEALTH)
    await table.read("ggz", expected=404)
    invited = await table.invite("owner", MENTAL_HEALTH)
    assert (await table.read("ggz"))["id"] == table.case
    await table.read("ggz", "/items", expected=403)
    await table.do("ggz", f"team/{invited['id']}/answer", {"accept": True}, version=1)
    assert (await table.read("ggz", "/items"))["items"] == []
    ended = await table.do("ggz", f"team/{invited['id']}/end", {"reason": "task_done"}, version=2)
    assert ended["state"] == "left"
    await table.read("ggz", expected=404)
    [kept] = (await table.read("owner", "/team"))["items"]
    assert (kept["state"], kept["reason"]) == ("left", "task_done")
    kinds = [line["kind"] for line in (await table.read("owner", "/timeline"))["items"]]
    assert kinds[-3:] == ["invited", "team_member", "team_left"]


async def test_each_sees_what_was_meant_for_it(client: httpx.AsyncClient, database: Database) -> None:
    """The database and the pure rule say the same, for every writer, reader and visibility."""
    orgs = {"owner": AMSTERDAM_DESK, "ggz": MENTAL_HEALTH, "team": SOCIAL_TEAM, "police": POLICE}
    table = await a_table(client, database, ggz=MENTAL_HEALTH, team=SOCIAL_TEAM, police=POLICE)
    await table.join("ggz", MENTAL_HEALTH)
    await table.join("team", SOCIAL_TEAM, "social_team")
    member = await table.join("police", POLICE, "police")
    written: dict[str, tuple[UUID, Audience]] = {}
    due = (now() + timedelta(days=2)).isoformat()
    for writer, visibility in itertools.product(orgs, Visibility):
        named = [SOCIAL_TEAM] if visibility is Visibility.NAMED else []
        body = {"what": "Kijken.", "dueAt": due, "visibility": visibility, "named": [str(one) for one in named]}
        made = await table.do(writer, "actions", body)
        written[made["id"]] = (orgs[writer], audience_of(visibility, named))
    await table.do("police", f"team/{member}/end", {"reason": "no_basis"}, version=2)
    for reader, organisation in orgs.items():
        if reader == "police":
            await table.read(reader, "/items", expected=404)
            continue
        seen = {one["id"] for one in (await table.read(reader, "/items"))["items"]}
        assert seen == {
            item
            for item, (writer, audience) in written.items()
            if sees(organisation, owner=AMSTERDAM_DESK, writer=writer, audience=audience, on_team=True)
        }
    told = await table.read("owner", "/items", purpose="follow_up")
    assert {one["note"] for one in told["items"]} == {"Kijken."}


async def test_an_invitation_can_be_declined_taken_back_and_runs_out(client: httpx.AsyncClient, database: Database) -> None:
    """Nobody waits for ever for an answer, and no is an answer."""
    with travelling(now() - timedelta(days=30)) as travel:
        table = await a_table(client, database, ggz=MENTAL_HEALTH, police=POLICE)
        first = await table.invite("owner", MENTAL_HEALTH)
        assert (await table.invite("owner", MENTAL_HEALTH, expected=409))["type"].endswith("already-on-team")
        path = f"team/{first['id']}/answer"
        await table.do("ggz", path, {"accept": False}, 400, version=1)
        await table.do("police", path, {"accept": True}, 404, version=1)
        await table.do("ggz", path, {"accept": False, "reason": "no_capacity"}, version=1)
        again = await table.invite("owner", MENTAL_HEALTH)
        travel.on(days=4)
        late = await table.do("ggz", f"team/{again['id']}/answer", {"accept": True}, 409, version=1)
        assert late["type"].endswith("membership-ended")
        other = await table.invite("owner", POLICE, "police")
        gone = await table.do("owner", f"team/{other['id']}/end", {"reason": "other"}, version=1)
        assert gone["state"] == "withdrawn"
        await table.read("police", expected=404)


async def test_bad_invitations_change_nothing(client: httpx.AsyncClient, database: Database) -> None:
    """To oneself, to nobody, by who doesn't own it, until a moment past: each refused with its place."""
    table = await a_table(client, database, ggz=MENTAL_HEALTH)
    assert (await table.invite("owner", AMSTERDAM_DESK, expected=400))["errors"][0]["code"] == "owner"
    assert (await table.invite("owner", table.case, expected=400))["errors"][0]["code"] == "unknown"
    await table.invite("operator", MENTAL_HEALTH, expected=403)
    await table.invite("ggz", MENTAL_HEALTH, expected=404)
    body = {"organisationId": str(MENTAL_HEALTH), "role": "other", "purpose": "safety", "answerBy": now().isoformat()}
    assert (await table.do("owner", "team", body, 400))["errors"][0]["pointer"] == "/answerBy"
    assert (await table.read("owner", "/team"))["items"] == []


async def test_a_member_acts_and_the_clock_counts_what_it_can_not_see(client: httpx.AsyncClient, database: Database) -> None:
    """The owner's hidden action is due first: a member that adds a later one must not move the deadline past it."""
    table = await a_table(client, database, ggz=MENTAL_HEALTH)
    await table.join("ggz", MENTAL_HEALTH)
    await table.do("owner", "contacts", {"way": "visit", "party": "person", "result": "reached"})
    soon, later = (now() + timedelta(hours=1), now() + timedelta(hours=2))
    hidden = {"what": "Bellen.", "dueAt": soon.isoformat(), "visibility": "owner"}
    assert (await table.do("owner", "actions", hidden))["deadlineAt"][:16] == soon.isoformat()[:16]
    assert (await table.do("ggz", "actions", {"what": "Gaan.", "dueAt": later.isoformat()}))["deadlineAt"][
        :16
    ] == soon.isoformat()[:16]
    [seen] = (await table.read("ggz", "/items"))["items"]
    done = await table.do("ggz", f"items/{seen['id']}/end", {"note": "Gedaan."}, version=1)
    assert (done["state"], done["version"]) == ("done", 2)
    outside = {"what": "Komen.", "dueAt": later.isoformat(), "assignedTo": str(POLICE)}
    assert (await table.do("ggz", "actions", outside, 400))["errors"][0]["pointer"] == "/assignedTo"
