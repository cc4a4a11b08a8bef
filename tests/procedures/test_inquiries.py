"""Exploratory inquiries through HTTP: the term, the hearing, the outcome, and the relative who disagrees."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.followup import due
from tests.makers import AMSTERDAM_DESK, heard, now
from tests.team.table import MENTAL_HEALTH, SOCIAL_TEAM, Table, a_table
from tests.travel import travelling

REPORT: Final = "Moeder zegt dat hij niet meer eet."
OUTCOME: Final = {"outcome": "none", "decider": "mandated_official", "note": "Vrijwillige hulp is genoeg."}
MONDAY: Final = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)

WAIVED = {"reason": "done_by_others", "by": "coordinator"}


async def registered(table: Table, expected: int = 201, **changes: Any) -> Any:
    """An inquiry that a mother asked for, who is known to be one."""
    body = {"registeredAt": now().isoformat(), "reporter": "parent", "verified": "population_register", "note": REPORT}
    return await table.do("owner", "inquiries", {key: value for key, value in (body | changes).items() if value}, expected)


async def _only(table: Table, who: str = "owner", **params: Any) -> Any:
    [found] = (await table.read(who, "/inquiries", **params))["items"]
    return found


async def test_an_inquiry_is_due_by_the_statutory_calendar_and_ends_with_reasons(
    client: httpx.AsyncClient, database: Database
) -> None:
    """Registered, heard, asked with consent and without, decided: and whoever asked for it hears."""
    with travelling(MONDAY) as travel:
        table = await a_table(client, database)
        await table.do("owner", "contacts", {"way": "visit", "party": "person", "result": "reached"})
        await table.do("owner", "aftercare/obligations/inform_person/fulfilment", {})
        made = await registered(table)
        assert (await _only(table))["dueAt"] == "2026-09-21T22:00:00Z"  # midnight in Amsterdam, after fourteen days
        path = f"inquiries/{made['id']}"
        travel.on(days=3)
        early = await table.do("owner", f"{path}/outcome", OUTCOME, 409, version=1)
        assert early["type"].endswith("not-heard-yet")
        await table.do("owner", f"{path}/hearings", {"notHeard": "not_found"})
        travel.on(minutes=1)
        await table.do("owner", f"{path}/hearings", {"heardAt": now().isoformat(), "note": "Hij wil niet."})
        travel.on(minutes=1)
        await table.do("owner", f"{path}/parties", {"party": "general_practitioner", "consent": "refused"}, 400)
        asked = {"party": "general_practitioner", "consent": "refused", "basis": "conflict_of_duties", "answered": False}
        await table.do("owner", f"{path}/parties", asked)
        await table.do("owner", f"{path}/outcome", OUTCOME, 428)
        await table.do("owner", f"{path}/outcome", OUTCOME, version=1)
        await table.do("owner", f"{path}/hearings", {"notHeard": "refused"}, 409)
        found = await _only(table, purpose="follow_up")
        assert (found["state"], found["outcome"], found["decider"]) == ("ended", "none", "mandated_official")
        assert (found["note"], found["reasons"]) == (REPORT, OUTCOME["note"])
        steps = [(one["step"], one["notHeard"], one["consent"]) for one in found["steps"]]
        assert steps == [("hearing", "not_found", None), ("hearing", None, None), ("party_asked", None, "refused")]
        assert (found["notice"]["state"], found["notice"]["dueAt"][:10]) == ("open", "2026-09-15")
        await table.do("owner", f"{path}/notice", {"outcomeTold": True})
        assert (await _only(table))["notice"]["facts"]["outcome_told"] is True
        await table.do("owner", f"{path}/notice", {}, 409)


async def test_the_outcome_is_for_the_laws_list_and_a_relative_who_is_known_to_be_one(
    client: httpx.AsyncClient, database: Database
) -> None:
    """A neighbour hears that it was taken up; somebody who says to be a mother hears more once that is known."""
    table = await a_table(client, database)
    told = {"outcomeTold": True}
    for reporter, slug in (("neighbour", "outcome-not-for-listener"), ("parent", "relative-not-verified")):
        path = f"inquiries/{(await registered(table, reporter=reporter, verified=None))['id']}"
        await table.do("owner", f"{path}/hearings", {"notHeard": "danger"})
        await table.do("owner", f"{path}/outcome", OUTCOME, version=1)
        assert (await table.do("owner", f"{path}/notice", told, 409))["type"].endswith(slug)
        refused = await table.do("owner", f"{path}/disagreement", {}, 409)
        assert refused["type"].endswith("relative-not-verified")
    await table.do("owner", f"{path}/verification", {"verified": "identity_document"})
    await table.do("owner", f"{path}/notice", told)


async def test_a_close_relative_who_disagrees_takes_it_to_the_prosecutor(client: httpx.AsyncClient, database: Database) -> None:
    """The duty can't be cancelled, nor ended by the general door; only by handing over."""
    with travelling(MONDAY) as travel:
        table = await a_table(client, database)
        made = await registered(table)
        path = f"inquiries/{made['id']}"
        duty = await table.do("owner", f"{path}/disagreement", {"note": "Ze vindt dat hij gevaar loopt."})
        assert "nl.nodus.inquiry.disagreed.v1" in {kind for kind, _ in await heard(client, table.keys["owner"], AMSTERDAM_DESK)}
        again = await table.do("owner", f"{path}/disagreement", {}, 409)
        assert again["type"].endswith("nothing-to-hand-over")
        for body in ({"outcome": "done"}, {"outcome": "cancelled", "waiver": WAIVED}):
            refused = await table.do("owner", f"items/{duty['id']}/end", body, 409, version=1)
            assert refused["type"].endswith("ends-by-procedure")
        travel.on(days=3)
        assert (await _only(table))["prosecutorHandover"]["state"] == "open"
        await table.do("owner", f"{path}/prosecutor-handover", {"note": " "}, 400)
        await table.do("owner", f"{path}/prosecutor-handover", {"note": "OvJ Amsterdam, dossier 17."})
        done = (await _only(table, purpose="follow_up"))["prosecutorHandover"]
        assert (done["state"], done["note"], done["dueAt"][:10]) == ("done", "OvJ Amsterdam, dossier 17.", "2026-09-09")
        await table.do("owner", f"{path}/prosecutor-handover", {"note": "Nog eens."}, 409)


async def test_what_is_overdue_is_counted_by_the_cases_clock(client: httpx.AsyncClient, database: Database) -> None:
    """Also an inquiry that is written down after its term: reality is not refused, it climbs."""
    with travelling(MONDAY) as travel:
        table = await a_table(client, database)
        await table.do("owner", "contacts", {"way": "visit", "party": "person", "result": "reached"})
        await table.do("owner", "aftercare/obligations/inform_person/fulfilment", {})
        late = (MONDAY - timedelta(days=20)).isoformat()
        made = await registered(table, registeredAt=late)
        assert made["deadlineAt"] < now().isoformat()
        travel.on(minutes=1)
        async with begin(database, WORKER) as work:
            for case_id in await due.claim(work):
                await due.act(work, case_id)
        case = await table.read("owner")
        assert case["climbed"] == 1
        assert "nl.nodus.case.overdue.v1" in {kind for kind, _ in await heard(client, table.keys["owner"], AMSTERDAM_DESK)}


async def test_an_inquiry_is_the_municipalitys_alone(client: httpx.AsyncClient, database: Database) -> None:
    """No member of the team registers, sees or decides it; and one runs at a time."""
    table = await a_table(client, database, ggz=MENTAL_HEALTH, team=SOCIAL_TEAM)
    await table.join("ggz", MENTAL_HEALTH)
    body = {"registeredAt": now().isoformat()}
    await table.do("ggz", "inquiries", body, 403)
    await table.do("team", "inquiries", body, 404)
    made = await registered(table)
    running = await registered(table, 409)
    assert (running["type"].rsplit("/", 1)[-1], running["inquiryId"]) == ("inquiry-running", made["id"])
    assert (await table.read("ggz", "/inquiries"))["items"] == []
    await table.do("ggz", f"inquiries/{made['id']}/hearings", {"notHeard": "refused"}, 404)
    await table.do("ggz", f"inquiries/{made['id']}/outcome", OUTCOME, 404, version=1)
    assert "inquiry" not in {line["kind"] for line in (await table.read("ggz", "/timeline"))["items"]}


async def test_a_provider_that_owns_the_case_has_no_inquiry(client: httpx.AsyncClient, database: Database) -> None:
    """The law gives it to the municipality: the refusal says to hand the case over."""
    table = await a_table(client, database, ggz=MENTAL_HEALTH)
    async with begin(database, WORKER) as work:
        from app.cases.tables import cases

        await work.change(cases.update().where(cases.c.id == table.case).values(owner_organisation_id=MENTAL_HEALTH))
    refused = await table.do("ggz", "inquiries", {"registeredAt": now().isoformat()}, 409)
    assert refused["type"].endswith("not-municipal")


async def test_a_registration_that_can_not_be_meant_is_refused(client: httpx.AsyncClient, database: Database) -> None:
    """In the future, last year, a neighbour as a close relative, a hearing to come: each with its place."""
    table = await a_table(client, database)
    tomorrow = (now() + timedelta(days=1)).isoformat()
    for changes, pointer in (
        ({"registeredAt": tomorrow}, "/registeredAt"),
        ({"registeredAt": (now() - timedelta(days=61)).isoformat()}, "/registeredAt"),
        ({"registeredAt": "0001-01-01T00:00:00Z"}, "/registeredAt"),
        ({"reporter": "neighbour"}, "/verified"),
        ({"reporter": None}, "/verified"),
    ):
        refused = await registered(table, 400, **changes)
        assert pointer in {one["pointer"] for one in refused["errors"]}
    assert (await table.read("owner", "/inquiries"))["items"] == []
    path = f"inquiries/{(await registered(table))['id']}/hearings"
    for body in ({}, {"heardAt": tomorrow}, {"heardAt": now().isoformat(), "notHeard": "refused"}):
        assert (await table.do("owner", path, body, 400))["errors"][0]["pointer"] == "/heardAt"
    assert (await _only(table))["steps"] == []
