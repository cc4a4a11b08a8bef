"""Transfers through HTTP: routing finds the next owner, explains it, asks the next one, and gives back what nobody takes."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
from hypothesis import given
from hypothesis import strategies as st

from app.core.db import Database
from app.core.spans import Span
from app.core.work import begin
from app.directory.surroundings import Surroundings
from app.routing.decide import NobodyLeft
from app.routing.ladder import Rung
from app.routing.need import Need, ProviderKind
from app.routing.replay import Inputs, is_reproduced
from app.routing.service.past import past_needs
from tests.makers import HOTLINE, a_token, expire, now
from tests.routing.handing import OWNER, Handing, a_handing
from tests.routing.places import an_id, moments, needs, surroundings
from tests.routing.working import OPERATOR
from tests.travel import travelling

GRONINGEN = "GM0014"


async def as_asked(table: Handing, database: Database, handover: Any) -> str:
    """A key of whoever is asked last; its name."""
    organisation = handover["offers"][-1]["organisationId"]
    table.keys[organisation] = await a_token(database, UUID(organisation), "desk")
    return str(organisation)


async def test_routing_finds_the_next_owner_and_says_why(client: httpx.AsyncClient, database: Database) -> None:
    """Of another municipality: its ladder without the national desk; who accepts has the case, which is of that place now."""
    table = await a_handing(client, database)
    asked = await table.ask(transfer={"municipalityCode": GRONINGEN}, reason="moved", conditions="Woont daar nu.")
    assert (asked["what"], asked["municipalityCode"]) == ("transfer", GRONINGEN)
    decisions = (await table.read("owner", "/routing"))["decisions"]
    assert len(decisions) == 2
    assert decisions[-1]["replayed"]
    last = {one["code"] for one in decisions[-1]["candidates"] if one["rung"] == "national_desk"}
    assert last == {"not_in_a_transfer"}
    who = await as_asked(table, database, asked)
    told = await table.read(who, f"/handovers/{asked['id']}", purpose="handover")
    assert told["conditions"] == "Woont daar nu."
    await table.answer(who, asked)
    case = await table.read(who)
    assert (case["ownerOrganisationId"], case["municipalityCode"]) == (who, GRONINGEN)
    assert (await table.read(who, "/owners"))["items"][-1]["what"] == "transfer"


async def test_the_next_is_asked_until_nobody_is_left_and_then_it_comes_back(
    client: httpx.AsyncClient, database: Database
) -> None:
    """Declining and silence both go on; nobody is asked twice, nor the national desk; the owner had it all the time, and hears."""
    with travelling(now() - timedelta(days=30)) as travel:  # whatever a worker does later is not in the future
        table = await a_handing(client, database)
        travel.on(minutes=1)
        asked = await table.ask(transfer={"municipalityCode": GRONINGEN}, reason="moved")
        people: list[str] = []
        while asked["state"] == "pending":
            travel.on(minutes=1)
            who = await as_asked(table, database, asked)
            people.append(who)
            assert (await table.read("owner"))["ownerOrganisationId"] == str(OWNER)
            if len(people) % 2:
                await table.answer(who, asked, "decline", reason="wrong_area")
            else:
                await expire(database, asked["offers"][-1]["id"])
            await table.read(who, f"/handovers/{asked['id']}", 404)
            asked = await table.read("owner", f"/handovers/{asked['id']}")
        assert 1 < len(people) == len(set(people))
        assert str(HOTLINE) not in people
        assert {one["state"] for one in asked["offers"]} == {"declined", "expired"}
        assert "handover.returned" in (await table.events("owner", OWNER))[-2:]  # or the silence after it
        decisions = (await table.read("owner", "/routing"))["decisions"]
        assert len(decisions) == 1 + len(people)
        assert all(one["replayed"] for one in decisions)
        assert "handover_returned" in await table.kinds("owner")
        version = (await table.read("owner"))["version"]
        await table.ask()
        assert (await table.read("owner"))["version"] == version + 1


async def test_a_kind_of_provider_in_the_same_place(client: httpx.AsyncClient, database: Database) -> None:
    """Only services of that kind; never the owner itself."""
    table = await a_handing(client, database)
    asked = await table.ask(transfer={"provider": "outreach"})
    decision = (await table.read("owner", "/routing"))["decisions"][-1]
    codes = {one["organisationId"]: one["code"] for one in decision["candidates"]}
    assert codes[str(OWNER)] == "owner_now"
    assert asked["offers"][0]["rung"] in {"on_duty", "contracted"}
    await table.withdraw(asked)
    refused = await table.ask(expected=409, transfer={"provider": "meldpunt"})
    assert refused["type"].endswith("nobody-to-transfer-to")
    assert len((await table.read("owner", "/handovers"))["items"]) == 1


async def test_the_national_desk_hands_over_what_it_had_to_accept(client: httpx.AsyncClient, database: Database) -> None:
    """It can't decline: it accepts, and finds who can; by name or by routing, and never itself."""
    table = await a_handing(client, database, national=HOTLINE)
    asked = await table.ask(organisationId=str(HOTLINE), reason="no_capacity")
    await table.answer("national", asked)
    onward = await table.ask("national", reason="temporary", transfer={})
    assert onward["offers"][0]["organisationId"] == str(OWNER)
    await table.answer("owner", onward)
    owners = [one["organisationId"] for one in (await table.read("owner", "/owners"))["items"]]
    assert owners == [str(OWNER), str(HOTLINE), str(OWNER)]
    named = await table.ask(organisationId=str(HOTLINE), reason="no_capacity")
    await table.answer("national", named, "decline", reason="wrong_kind")
    assert (await table.read("owner"))["ownerOrganisationId"] == str(OWNER)


async def test_transfers_are_no_calls_of_the_past(client: httpx.AsyncClient, database: Database) -> None:
    """What is simulated from the past are calls: a transfer is none."""
    table = await a_handing(client, database)
    period = Span(now() - timedelta(days=1), now() + timedelta(days=1))
    async with begin(database, OPERATOR) as work:
        before = len(await past_needs(work, period, 10_000))
    await table.ask(transfer={"municipalityCode": GRONINGEN}, reason="moved")
    async with begin(database, OPERATOR) as work:
        assert len(await past_needs(work, period, 10_000)) == before


@given(
    need=needs, where=surroundings, at=moments, provider=st.sampled_from([None, *ProviderKind]),
    leaving=st.sampled_from([an_id(name) for name in ("desk 1", "p 1", "last", "elsewhere")]),
)  # fmt: skip
def test_every_transfer_ends_and_asks_only_who_may(
    need: Need, where: Surroundings, at: Any, provider: ProviderKind | None, leaving: UUID
) -> None:
    """Each once, never the owner or the national desk, of the kind that was asked; and every decision can be reproduced."""
    asked = Need(need.urgency, need.kind, need.age, None, provider)
    lines = {one.organisation_id: one.line for one in where.providers}
    desks = {one.organisation_id for one in where.desks}
    people: frozenset[UUID] = frozenset()
    while True:
        inputs = Inputs(asked, where, people, at, leaving)
        try:
            decision = inputs.decide()
        except NobodyLeft:
            break
        assert decision.offered_to not in {leaving, *people}
        assert decision.rung is not Rung.NATIONAL_DESK
        if provider is ProviderKind.MELDPUNT:
            assert decision.offered_to in desks or decision.rung is not Rung.MELDPUNT
        elif provider:
            assert any(one.line == provider and one.organisation_id == decision.offered_to for one in where.providers)
        told = [line.to_json() for line in decision.lines]
        assert is_reproduced(inputs.to_json(), told, decision.offered_to, decision.accept_by)
        people |= {decision.offered_to}
    assert len(people) <= len(lines) + 2 * len(desks) + 1


async def test_a_case_that_was_split_off_is_transferred_too(client: httpx.AsyncClient, database: Database) -> None:
    """Nothing was decided about it yet; who split it off is the first of its owners."""
    whole = await a_handing(client, database)
    version = (await whole.read("owner"))["version"]
    made = await whole.do("owner", "split", {"reason": "household"}, version=version)
    table = Handing(client, made["caseId"], whole.keys)
    [first] = (await table.read("owner", "/owners"))["items"]
    assert (first["organisationId"], first["what"], first["until"], first["offerId"]) == (str(OWNER), "assignment", None, None)
    asked = await table.ask(transfer={"municipalityCode": GRONINGEN}, reason="moved")
    who = await as_asked(table, database, asked)
    await table.answer(who, asked)
    owners = (await table.read(who, "/owners"))["items"]
    assert [(one["organisationId"], one["what"]) for one in owners] == [(str(OWNER), "assignment"), (who, "transfer")]
    assert owners[0]["until"] == owners[1]["since"]
