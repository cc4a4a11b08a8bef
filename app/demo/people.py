"""Whom a visitor of the demo can be: one account a role, at the sign-in one click each."""

from typing import Final

from app.accounts.service import people
from app.core.work import Work
from app.directory.seeding import organisation_id
from app.directory.service import organisations as directory

# login, name, role, organisation. Names are made up, as the organisations are.
CAST: Final = (
    ("operator", "Sanne Voorbeeld", "operator", "landelijk-meldpunt"),
    ("collega", "Driss Voorbeeld", "operator", "landelijk-meldpunt"),
    ("meldpunt", "Joke Voorbeeld", "desk", "amsterdam"),
    ("zorg", "Amir Voorbeeld", "desk", "crisis-vr13"),
    ("planner", "Femke Voorbeeld", "planner", "crisis-vr13"),
    ("supervisor", "Ruben Voorbeeld", "supervisor", "landelijk-meldpunt"),
    ("beheer", "Noor Voorbeeld", "administrator", "landelijk-meldpunt"),
    ("privacy", "Pim Voorbeeld", "privacy_officer", "landelijk-meldpunt"),
)
DESK, PROVIDER = (str(organisation_id(slug)) for _, _, role, slug in CAST if role == "desk")
VISITED: Final = frozenset({DESK, PROVIDER})
"""The organisations that answer no more by themselves once the play has ended: a visitor does, or nobody."""


async def with_accounts(work: Work) -> list[dict[str, str]]:
    """Make them; as the start page and the sign-in tell of them."""
    names = {one["id"]: one["name"] for one in (await directory.organisations(work, None, 1000)).items}
    told = []
    for login, name, role, slug in CAST:
        organisation = organisation_id(slug)
        people.make(work, organisation=organisation, role=role, login=login, name=name)
        told.append({"login": login, "name": name, "role": role, "organisation": names[organisation]})
    return told
