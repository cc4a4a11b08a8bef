"""Every command of the page of a case, sent as its form: what it does is read back through the API."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.console.case.commands import COMMANDS
from app.core.db import Database
from tests.console.case.desk import Desk, at_a_desk, local, shown
from tests.console.case.making import a_case
from tests.makers import AMSTERDAM_DESK, a_token, now
from tests.team.table import MENTAL_HEALTH, POLICE, SOCIAL_TEAM
from tests.travel import travelling

HERE = "".join(Path(__file__).with_name(f"test_case_{one}.py").read_text(encoding="utf-8") for one in ("commands", "beside"))


@pytest.fixture
async def desk(client: httpx.AsyncClient, database: Database) -> AsyncIterator[Desk]:
    """Amsterdam's desk, with a case that it has accepted."""
    async with at_a_desk(database, await a_case(client, database), AMSTERDAM_DESK) as found:
        yield found


async def test_every_command_is_tried() -> None:
    """A form that nobody ever sent is a form that doesn't work."""
    assert not [name for name in COMMANDS if f'"{name}"' not in HERE]


async def test_what_is_written(desk: Desk) -> None:
    """Notes, contacts, judgements, agreements, transport, the circle and the card stand on the timeline, in their words."""
    await desk.do("note", what="Zegt dat hij alleen woont.", visibility="team")
    await desk.do("contact", party="person", way="phone", result="tried", note="Nam niet op.", visibility="owner")
    await desk.do("assessment", level="high", method="clinical", note="Slaapt niet.", visibility="team")
    await desk.do("agreement", what="Elke dag bellen.", agreedWith="person", dueAt=local(3), visibility="team")
    await desk.do("transport", by="police", policeReason="danger", fromPlace="Straat", visibility="team")
    await desk.do("circle", name="Zus Bakker", tie="sibling", part="contact", agreed="yes", visibility="team")
    await desk.do("card", helps="Rust.", whomToRing="Zijn zus.")
    [card] = await desk.items("crisis_card")
    await desk.do("card", card["id"], helps="Buiten lopen.", whomToRing="Zijn zus.")
    page = shown(await desk.read())
    for said in ("alleen woont", "Nam niet op", "Slaapt niet", "Elke dag bellen", "Straat", "Zus Bakker", "Buiten lopen"):
        assert said in page
    assert "geen gehoor" in page


async def test_what_is_corrected(desk: Desk) -> None:
    """A correction stands beside what it corrects; what does not belong here says so; nothing is gone."""
    await desk.do("note", what="Woont alleen.", visibility="team")
    await desk.do("assessment", level="low", method="clinical", visibility="team")
    await desk.do("transport", by="circle", visibility="team")
    await desk.do("agreement", what="Bellen om tien.", agreedWith="person", visibility="team")
    await desk.do("action", what="Huisarts bellen.", dueAt=local(2), visibility="team")
    ids = {kind: (await desk.items(kind))[0]["id"] for kind in ("note", "assessment", "transport", "agreement", "action")}
    await desk.do("correct-note", ids["note"], 1, reason="mistake", note__what="Woont bij zijn zus.")
    await desk.do(
        "correct-assessment", ids["assessment"], 1, reason="new_facts", assessment__level="high", assessment__method="clinical"
    )
    await desk.do("correct-transport", ids["transport"], 1, reason="mistake", transport__by="ambulance")
    await desk.do("correct-agreement", ids["agreement"], 1, reason="mistake", agreement__what="Bellen om elf.")
    await desk.do("correct-action", ids["action"], 1, reason="mistake", action__what="Apotheek bellen.")
    corrected = (await desk.items("note"))[0]
    await desk.do("in-error", corrected["id"], corrected["version"])
    page = shown(await desk.read())
    for said in ("Woont alleen.", "bij zijn zus", "om tien", "om elf", "Huisarts bellen", "Apotheek bellen", "ten onrechte"):
        assert said in page


async def test_what_is_to_be_done(desk: Desk) -> None:
    """Add, move, put off, tick off, or not do with a reason."""
    for what in ("Een", "Twee"):
        await desk.do("action", what=f"{what} bellen.", dueAt=local(2), visibility="team")
    second, first = await desk.items("action")
    await desk.do("move", first["id"], 1, dueAt=local(4), reason="person_asked")
    await desk.do("snooze", first["id"], until=local(6), reason="person_away")
    moved = next(one for one in await desk.items("action") if one["id"] == first["id"])
    assert moved["snoozed"] == 1
    await desk.do("done", first["id"], moved["version"], note="Gebeld.")
    await desk.do("cancel", second["id"], 1, waiver__reason="done_by_others", waiver__by="coordinator")
    states = {one["id"]: one["state"] for one in await desk.items("action")}
    assert states == {first["id"]: "done", second["id"]: "cancelled"}


async def test_a_check_counts_when_its_time_has_come(client: httpx.AsyncClient, database: Database) -> None:
    """Too early is refused, with what was typed kept; a week later it is done."""
    with travelling(now() - timedelta(days=20)) as travel:
        table = await a_case(client, database)
        async with at_a_desk(database, table, AMSTERDAM_DESK) as desk:
            await desk.do("contact", party="person", way="visit", result="reached", visibility="owner")
            await desk.do("goal", what="Slapen.", of="person", visibility="team")
            [goal] = (await table.read("owner", "/goals", purpose="follow_up"))["items"]
            await desk.do("goal-outcome", goal["id"], outcome="reached")
            check = (await table.read("owner", "/aftercare"))["checks"][0]["id"]
            early = await desk.send("check", check, result="better", note="Gaat goed.")
            assert early.status_code == 409
            assert "Gaat goed." in early.text
        travel.on(days=6)
        async with at_a_desk(database, table, AMSTERDAM_DESK) as desk:
            await desk.do("check", check, result="better", note="Gaat goed.")
            assert "Nazorg: gedaan" in shown(await desk.read())


async def test_from_the_first_contact_to_the_end_and_on(desk: Desk) -> None:
    """Goals, aftercare, what is owed, closing with all of it done, and reopening."""
    await desk.do("contact", party="person", way="visit", result="reached", visibility="owner")
    await desk.do("goal", what="Slapen.", of="person", visibility="team")
    [goal] = (await desk.table.read("owner", "/goals", purpose="follow_up"))["items"]
    await desk.do("goal-outcome", goal["id"], outcome="reached", note="Slaapt.")
    await desk.do("weeks", weeks="1, 2, 6", reason="person_wishes")
    first, second, third = [one for one in (await desk.table.read("owner", "/aftercare"))["checks"] if one["state"] == "planned"]
    await desk.do("check-later", second["id"], until=local(20), reason="person_asked")
    for check in (first, second, third):
        await desk.do("check-missed", check["id"], waiver__reason="moved_away", waiver__by="coordinator")
    await desk.do(
        "inform-later", "inform_person", deferral__reason="crisis", deferral__reviewBy=local(9), deferral__by="coordinator"
    )
    await desk.do("inform", "inform_person", note="Verteld.")
    told: dict[str, Any] = {"listener": "neighbour", "channel": "phone", "language": "nl"}
    await desk.do("tell", result="not_reached", nextTryAt=local(1), **told)
    await desk.do("tell", result="told", text="Er is iemand mee bezig.", **told)
    await desk.do("ask-caller", answer="not_reached", channel="phone", nextTryAt=local(2))
    await desk.do("waive", "still_worried", waiver__reason="anonymous", waiver__by="coordinator")
    refused = await desk.send("close", outcome="better")
    assert refused.status_code == 409
    assert "Er ontbreekt nog 1 ding" in shown(refused.text)
    await desk.do("evaluate", "evaluation", worked=["prevention", "reporting"], failed="transport", note="Op tijd.")
    assert "Er ontbreekt niets" in await desk.read()
    await desk.do("close", outcome="better")
    assert (await desk.table.read("owner"))["state"] == "closed"
    await desk.do("reopen", reason="relapse", note="Buurvrouw belde.")
    assert (await desk.table.read("owner"))["state"] == "in_follow_up"


async def test_the_team_and_its_view(desk: Desk, database: Database) -> None:
    """Invite by name, accept, decline, ask for another level, say how it went, leave."""
    await desk.do("coordinator", coordinator="Regisseur west", deputy="Achterwacht")
    await desk.do("away", coordinator="Regisseur west", deputy="Achterwacht", startsAt=local(-0.1), endsAt=local(5))
    assert "Achterwacht" in shown(await desk.read())
    [absence] = [one for one in (await _absences(desk)) if one["coordinator"] == "Regisseur west" and not one["withdrawnAt"]]
    await desk.do("back", absence["id"])
    names = {str(one): await _name(desk, str(one)) for one in (MENTAL_HEALTH, SOCIAL_TEAM)}
    for one, name in names.items():
        await desk.do("invite", organisationId=name.upper(), role="mental_health", purpose="treatment")
        assert one in {member["organisationId"] for member in (await desk.table.read("owner", "/team"))["items"]}
    unknown = await desk.send("invite", organisationId="Bestaat niet", role="other", purpose="safety")
    assert unknown.status_code == 400
    assert 'value="Bestaat niet"' in unknown.text
    member, declined = (await desk.table.read("owner", "/team"))["items"]
    async with at_a_desk(database, desk.table, MENTAL_HEALTH) as ggz, at_a_desk(database, desk.table, SOCIAL_TEAM) as social:
        await ggz.do("join-team", member["id"], 1)
        await social.do("decline-team", declined["id"], 1, reason="no_capacity")
        answers: dict[str, dict[str, Any]] = {"scale-no": {"reason": "more_information"}, "scale-yes": {}}
        for answer, why in answers.items():
            await desk.do("scale", level="management", official="manager", assignedTo=str(MENTAL_HEALTH), reason="money")
            asked = (await desk.items("escalation"))[0]
            await ggz.do(answer, asked["id"], asked["version"], **why)
        await ggz.do("view", worked="referral", note="Ging goed.")
        assert "Regisseur" not in shown(await ggz.read())  # functions of the owner's people are the owner's
    [left] = [one for one in (await desk.table.read("owner", "/team"))["items"] if one["state"] == "member"]
    await desk.do("end-member", left["id"], left["version"], reason="task_done")


async def test_another_owner_is_asked(desk: Desk) -> None:
    """Named and warm, or found; each time it is taken back, and the case stays."""
    name = await _name(desk, str(POLICE))
    await desk.do(
        "handover",
        organisationId=name,
        reason="moved",
        warm__spokenWith="Collega",
        warm__spokenAt=local(-0.01),
        conditions="Rustig aan.",
    )
    page = shown(await desk.read())
    assert name in page
    assert "Tot er ja is gezegd blijft de casus van u" in page
    [asked] = (await desk.table.read("owner", "/handovers"))["items"]
    await desk.do("keep", asked["id"], asked["version"])
    await desk.do("transfer", reason="no_capacity")
    found = (await desk.table.read("owner", "/handovers"))["items"][-1]
    assert found["state"] == "pending"
    await desk.do("keep", found["id"], found["version"])


async def test_two_cases_about_one_person_and_one_about_two(desk: Desk, client: httpx.AsyncClient, database: Database) -> None:
    """Split off; joined by the reference of the other, and undone; proposed to another owner, who agrees or not."""
    await desk.do("split", reason="other_person", urgency="normal")
    ties = (await desk.table.read("owner", "/ties"))["items"]
    other = ties[0]["otherCaseId"]
    reference = (await client.get(f"/v1/cases/{other}", headers=desk.table.keys["owner"])).json()["reference"]
    await desk.do("join", into=reference.lower(), reason="same_person")
    there = Desk(desk.client, desk.table)
    there.case = other
    assert "Samengevoegd" in shown(await there.read())
    tie = next(one for one in (await desk.table.read("owner", "/ties"))["items"] if one["kind"] == "joined")
    await there.do("unjoin", tie["id"], tie["version"])
    desk.table.keys["rotterdam"] = await a_token(database, POLICE, "desk")
    await desk.table.join("rotterdam", POLICE)
    for answer in ("join-no", "join-yes"):
        theirs = await a_case(client, database, owner=POLICE, place={"stay": {"postcode": "3011AD"}})
        body = {"into": desk.case, "reason": "duplicate"}
        await theirs.do("owner", "joining", body, version=(await theirs.read("owner"))["version"])
        proposed = (await desk.table.read("owner", "/ties"))["items"][-1]
        await desk.do(answer, proposed["id"], proposed["version"])
    states = [one["state"] for one in (await desk.table.read("owner", "/ties"))["items"]]
    assert states[-2:] == ["declined", "done"]


async def test_information_is_asked_and_given(desk: Desk) -> None:
    """Asked on a basis, answered, refused, and taken back; what asking disclosed is said."""
    asked: dict[str, Any] = {"direction": "out", "basis": "vital_interest", "consent": "not_possible", "discloses": "case_exists"}
    for question in ("Medicatie?", "Schulden?", "Adres?"):
        await desk.do("request", party="general_practitioner", question=question, dueAt=local(2), **asked)
    third, second, first = await desk.items("information_request")
    await desk.do("answer", first["id"], 1, answer="Geen.", basis="vital_interest", consent="not_possible")
    await desk.do("refuse", second["id"], 1, reason="no_basis")
    await desk.do("withdraw", third["id"], 1, note="Niet meer nodig.")
    page = shown(await desk.read())
    for said in ("Informatieverzoek: beantwoord", "Informatieverzoek: geweigerd", "Informatieverzoek: teruggenomen", "Geen."):
        assert said in page


async def test_an_inquiry_from_registration_to_the_prosecutor(desk: Desk) -> None:
    """Nobody decides about somebody of whom it is not said whether they were heard; a relative who disagrees is not passed over."""
    relative: dict[str, Any] = {"reporter": "sibling", "registeredAt": local(-1)}
    await desk.do("inquiry", **relative)
    [running] = await desk.items("inquiry")
    early = await desk.send("inquiry-outcome", running["id"], 1, outcome="none", decider="college", note="Te vroeg.")
    assert early.status_code == 409
    assert "Te vroeg." in early.text
    await desk.do("not-heard", running["id"], notHeard="too_ill")
    await desk.do("heard", running["id"], heardAt=local(-0.1), note="Gehoord.")
    await desk.do("party", running["id"], party="general_practitioner", consent="given", answered="yes")
    await desk.do("verify", running["id"], verified="population_register")
    await desk.do("inquiry-outcome", running["id"], 1, outcome="voluntary_help", decider="college", note="Wil hulp.")
    await desk.do("notice", running["id"], outcomeTold="yes", note="Gebeld.")
    await desk.do("disagree", running["id"], note="Is het niet eens.")
    await desk.do("prosecutor", running["id"], note="Dossier 12.")
    await desk.do("inquiry", **relative)
    again = (await desk.items("inquiry"))[0]
    await desk.do("heard", again["id"], heardAt=local(-0.1))
    await desk.do("inquiry-outcome", again["id"], 1, outcome="none", decider="college", note="Niets.")
    await desk.do("notice-failed", again["id"], note="Onbereikbaar.")
    assert "Naar de officier van justitie: gedaan" in shown(await desk.read())


async def test_a_calamity_and_a_joint_table(desk: Desk, database: Database) -> None:
    """Reported, told, ended by a manager; judged apart, decided together, or called off."""
    await desk.do("calamity", what="serious_harm", happenedAt=local(-0.1), note="Viel van de trap.", visibility="owner")
    [calamity] = await desk.items("calamity")
    await desk.do("inspectorate", calamity["id"], reportedTo="igj", by="coordinator")
    version = (await desk.items("calamity"))[0]["version"]
    await desk.do("calamity-end", calamity["id"], version, outcome="measures_taken", by="manager", note="Leuning geplaatst.")
    await desk.table.join("ggz", MENTAL_HEALTH)
    both = [str(AMSTERDAM_DESK), str(MENTAL_HEALTH)]
    for _ in range(2):
        await desk.do("table", question="Wat moet er gebeuren?", invited=both, judgeBy=local(2))
    second, first = await desk.items("joint_table")
    judged: dict[str, Any] = {"verdict": "care", "basis": "vital_interest", "consent": "not_asked", "note": "Zorg nodig."}
    async with at_a_desk(database, desk.table, MENTAL_HEALTH) as ggz:
        await ggz.do("judge", first["id"], **judged)
    assert "Zorg nodig." not in await desk.read()
    await desk.do("judge", first["id"], **judged)
    assert "Zorg nodig." in await desk.read()
    await desk.do("table-decision", first["id"], first["version"], decision="care", by="coordinator", note="Eens.")
    await desk.do("table-off", second["id"], second["version"])


async def _name(desk: Desk, organisation: str) -> str:
    answer = await desk.table.client.get(f"/v1/organisations/{organisation}", headers=desk.table.keys["owner"])
    return str(answer.json()["name"])


async def _absences(desk: Desk) -> list[dict[str, Any]]:
    answer = await desk.table.client.get("/v1/coordinator-absences?now=true", headers=desk.table.keys["owner"])
    return list(answer.json()["items"])
