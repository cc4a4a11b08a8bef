"""A desk with only a mailbox is asked to take a case over."""

from typing import Any

import httpx

from tests.makers import AMSTERDAM_DESK, a_token, an_accepted_case, heard
from tests.notices.conftest import PROVIDER, Desk
from tests.notices.test_page import address_in, browser, sent

__all__ = ["browser"]


async def asked(desk: Desk, owner: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """A case of Amsterdam's desk, and its question to the desk with a mailbox."""
    case = await an_accepted_case(desk.client, desk.operator, owner)
    body = {"organisationId": str(PROVIDER), "reason": "moved", "conditions": "Niet bellen."}
    answer = await desk.client.post(f"/v1/cases/{case}/handovers", json=body, headers=owner)
    assert answer.status_code == 201, answer.text
    return case, answer.json()


async def test_the_mail_says_that_it_is_a_handover_and_how_it_ended(desk: Desk) -> None:
    """Not that somebody else is asked: the case stays with who has it. Nothing of the conditions is in it."""
    owner = await a_token(desk.database, AMSTERDAM_DESK, "desk")
    case, handover = await asked(desk, owner)
    [mail] = await desk.told()
    assert "een casus over te nemen" in mail.part("plain")
    assert "Niet bellen" not in mail.raw.decode() + mail.part("plain") + mail.part("html")
    [offer] = handover["offers"]
    declined = await desk.client.post(
        f"/v1/offers/{offer['id']}/decline", json={"reason": "no_capacity"}, headers=desk.key | {"If-Match": '"1"'}
    )
    assert declined.status_code == 201
    *_, last = await desk.told()
    assert "blijft bij wie hem heeft" in last.part("plain")
    assert (await desk.notices())[0]["outcome"] == "declined"
    assert ("nl.nodus.handover.returned.v1", case) in await heard(desk.client, owner, AMSTERDAM_DESK)


async def test_taking_over_and_taking_back_end_the_question(desk: Desk) -> None:
    """Whoever reads the mailbox need not answer any more."""
    owner = await a_token(desk.database, AMSTERDAM_DESK, "desk")
    case, handover = await asked(desk, owner)
    await desk.told()
    back = await desk.client.post(f"/v1/cases/{case}/handovers/{handover['id']}/withdrawal", headers=owner | {"If-Match": '"1"'})
    assert back.status_code == 201, back.text
    assert "ingetrokken" in (await desk.told())[-1].part("plain")
    _, handover = await asked(desk, owner)
    await desk.told()
    [offer] = handover["offers"]
    await desk.accept(offer["id"])
    assert "aangenomen" in (await desk.told())[-1].part("plain")
    assert (await desk.notices())[0]["outcome"] == "accepted"


async def test_the_page_says_whose_the_case_is_and_takes_it_over(desk: Desk, browser: httpx.AsyncClient) -> None:
    """That another has it until then; and answering there is answering."""
    owner = await a_token(desk.database, AMSTERDAM_DESK, "desk")
    case, _ = await asked(desk, owner)
    address = await address_in(desk)
    shown = await browser.post(address, data={"act": "show"})
    assert "Neemt uw organisatie deze casus over?" in shown.text
    assert "blijft dan bij de organisatie die hem heeft" in shown.text
    taken = await browser.post(address, data=sent(desk))
    assert "Aangenomen" in taken.text
    answer = await desk.client.get(f"/v1/cases/{case}", headers=desk.key)
    assert answer.json()["ownerOrganisationId"] == str(PROVIDER)
