"""Whom and what a task is about: not a word of it before accepting, and every look in the access log."""

import re
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.vault import open as vault
from tests.exchange.conftest import Offered
from tests.makers import AMSTERDAM_DESK

Header = dict[str, str]
WORDS: dict[str, Any] = {
    "worry": "Plugh praat tegen de muur",
    "observed": "Plugh staat op blote voeten",
    "caller": {"anonymity": "known", "relation": "neighbour", "name": "Plugh Beller", "phone": "0687654321", "personMayKnow": False},
    "person": {
        "name": "Plugh Jansen", "birthDate": "1961-02-28", "phone": "0612345678", "description": "Plugh rode jas", "language": "plughs",
    },
    "place": {"stay": {"postcode": "1012AB", "houseNumber": "81726", "addition": "plugh"}},
}  # fmt: skip
SECRETS = ("plugh", "1961-02", "0612345678", "0687654321", "1012AB", "81726", "bang")
IDS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""Random figures, in which any short number may come by chance."""


async def test_not_a_word_before_accepting(fhir: httpx.AsyncClient, offered: Offered, desk: Header) -> None:
    """Every byte of every answer, headers too, is looked through for what was told; who may not read it is told to accept."""
    told = []

    async def hear(response: httpx.Response) -> None:
        told.append(IDS.sub("", f"{response.headers} {(await response.aread()).decode()}"))

    fhir.event_hooks["response"].append(hear)
    task = await offered(**WORDS)
    case = task["focus"]["reference"].split("/")[1]
    for path in (f"/ServiceRequest/{case}", f"/Patient/{case}", f"/Communication?based-on=ServiceRequest/{case}"):
        answer = await fhir.get(path, headers=desk)
        assert answer.status_code == 403, path
        assert answer.json()["issue"][0]["code"] == "forbidden"
    await fhir.get(f"/Task?_id={task['id']}&_include=Task:focus", headers=desk)
    await fhir.patch(f"/Task/{task['id']}", json={"status": "received"}, headers=desk)
    await fhir.patch(f"/Task/{task['id']}", json={"status": "rejected"}, headers=desk)
    await fhir.patch(f"/Task/{task['id']}", json={"status": "accepted"}, headers=desk)
    await fhir.get(f"/Task?_id={task['id']}&_include=Task:focus", headers=desk)
    assert len(told) == 9
    found = [(secret, text) for text in told for secret in SECRETS if secret.lower() in text.lower()]
    assert not found


async def test_after_accepting_all_that_is_known(
    fhir: httpx.AsyncClient, offered: Offered, desk: Header, raw: asyncpg.Connection, database: Database
) -> None:
    """The person and the caller's words, as they were told; each look with its purpose; gone when the retention has ended."""
    task = await offered(**WORDS)
    case = task["focus"]["reference"].split("/")[1]
    await fhir.patch(f"/Task/{task['id']}", json={"status": "accepted"}, headers=desk)
    request = (await fhir.get(f"/ServiceRequest/{case}", headers=desk)).json()
    assert (request["status"], request["subject"]["reference"]) == ("active", f"Patient/{case}")
    answer = await fhir.get(f"/Patient/{case}", headers=desk)
    patient = answer.json()
    assert (patient["name"][0]["text"], patient["birthDate"]) == ("Plugh Jansen", "1961-02-28")
    assert (patient["address"][0]["line"], patient["address"][0]["postalCode"]) == (["81726 plugh"], "1012AB")
    assert "profile" not in patient["meta"]
    known = await fhir.get(f"/Patient/{case}", headers=desk | {"If-None-Match": answer.headers["etag"]})
    assert known.status_code == 304
    found = (await fhir.get(f"/Communication?subject=Patient/{case}", headers=desk)).json()
    report = found["entry"][0]["resource"]
    assert [one["id"] for one in report["payload"]] == ["worry", "observed", "description"]
    assert report["contained"][0]["name"] == [{"text": "Plugh Beller"}]
    assert report["meta"]["security"][0]["code"] == "NOPAT"
    assert (await fhir.get(f"/Communication/{report['id']}", headers=desk)).json() == report
    async with begin(database, WORKER) as work:
        await vault.destroy_key(work, UUID(case))
    assert (await fhir.get(f"/Patient/{case}", headers=desk)).status_code == 410
    async with raw.transaction():
        await raw.execute(f"SET LOCAL ROLE nodus_app; SET LOCAL nodus.organisation = '{AMSTERDAM_DESK}'")
        rows = await raw.fetch(
            "SELECT what, purpose FROM access_log WHERE case_id = $1 AND action = 'read' ORDER BY id", UUID(case)
        )
    assert [(row["what"], row["purpose"]) for row in rows] == [(f"call {report['id']}", "first_contact")] * 3


REFUSALS: tuple[tuple[str, str, Header, int, str | None], ...] = (
    ("GET", "/Observation/1", {}, 404, "not-supported"),
    ("GET", "/Task/1", {}, 404, "not-found"),
    ("GET", "", {}, 404, "not-supported"),
    ("DELETE", "/Task/1", {}, 405, "not-supported"),
    ("POST", "/Task", {}, 405, "not-supported"),
    ("GET", "/Task", {"Accept": "application/fhir+xml"}, 406, "not-supported"),
    ("GET", "/Task", {"Accept": "application/fhir+json; fhirVersion=3.0"}, 406, "not-supported"),
    ("GET", "/Task?_format=xml", {}, 406, "not-supported"),
    ("GET", "/Task?_format=application/fhir+json", {"Accept": "text/html"}, 200, None),
    ("PUT", "/Task/1", {"Content-Type": "application/fhir+xml"}, 415, "not-supported"),
    ("PUT", "/Task/1", {"Content-Type": "application/fhir+json; fhirVersion=4.0"}, 400, "invalid"),
    ("GET", "/Task", {"Authorization": ""}, 401, "login"),
    ("GET", "/Communication", {}, 400, "invalid"),  # a look is for one case
    ("GET", "/metadata", {"Authorization": ""}, 200, None),
)


async def test_every_refusal_is_an_outcome(fhir: httpx.AsyncClient, desk: Header) -> None:
    """A client that reads FHIR and nothing else understands each of our answers, also those of the edge."""
    for method, path, headers, status, code in REFUSALS:
        answer = await fhir.request(method, path, headers=desk | headers, content=b"{" if method == "PUT" else None)
        told = answer.json()["issue"][0]["code"] if code else None
        assert (answer.status_code, told) == (status, code), (method, path, headers, answer.text)
