"""Every operation, asked with whatever its description allows and much that it forbids: the answer is always a described one."""

import asyncio
import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice, zip_longest
from pathlib import Path
from random import Random, SystemRandom
from typing import Any, Final, Self, TypeAlias

import httpx
import pytest
import requests
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.generation.drivers import CoverageGenerator
from schemathesis.generation.feedback import NO_FEEDBACK
from schemathesis.generation.overrides import Override
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.core import embedded
from app.core.actor import Role
from app.core.db import Database
from app.core.due import carry_out_once
from app.directory.seeding import _service_id, organisation_id
from app.main import create_app, edged
from app.signals.due import EARLY_SIGNALS
from tests.channels.makers import a_transfer, send_police
from tests.conftest import copy_of, settings_for
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token, an_accepted_case, an_offered_case, now

DESCRIBED: Final = schemathesis.openapi.from_path(Path(__file__).parents[2] / "openapi" / "openapi.json")
METHODS: Final = ("get", "put", "post", "patch", "delete")
OPERATIONS: Final = [
    f"{method.upper()} {path}" for path, item in DESCRIBED.raw_schema["paths"].items() for method in METHODS if method in item
]
SEED: Final = os.environ.get("NODUS_SEED") or str(SystemRandom().randrange(1_000_000))
FEWEST: Final = 5  # of some eighty odd requests to an operation so many are sent, each odd in another way
MORE: Final = 1 / 40  # and more of a longer table: the larger the body, the more there is to get wrong
GENERATED: Final = 2  # so many are sent when they are generated: the plainest, and one that chance makes
TABLE: Final = 0.5  # so many operations are asked by the table
UNKNOWN: Final = 0.25  # so many are about things that don't exist
CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ASKERS: Final = (
    (Role.OPERATOR, HOTLINE),
    (Role.DESK, AMSTERDAM_DESK),
    (Role.SUPERVISOR, HOTLINE),
    (Role.PLANNER, organisation_id("crisis-vr13")),
    (Role.ADMINISTRATOR, AMSTERDAM_DESK),
    (Role.PROFESSIONAL, AMSTERDAM_DESK),
)
REFUSED: Final = 403
PHASES: Final = (Phase.generate, Phase.shrink)
schemathesis.serializer.alias(
    ["text/csv", "application/zip", "application/geo+json", "message/rfc822"], "application/octet-stream"
)


AnyCase: TypeAlias = Case[Any]


async def a_roster(client: httpx.AsyncClient, planner: dict[str, str]) -> dict[str, str]:
    """A participant, a roster with a rotation, and a shift of it."""
    person = (await client.post("/v1/participants", json={"name": "Anna"}, headers=planner)).json()["id"]
    turns = {"name": "days", "unit": "day", "handOver": "08:00", "startsOn": "2026-11-01", "participants": [person]}
    body = {"serviceId": str(_service_id("crisis-vr13", "crisis")), "name": "days", "rotations": [turns]}
    roster = (await client.post("/v1/rosters", json=body, headers=planner)).json()
    shift = (await client.get(f"/v1/rosters/{roster['id']}/shifts", headers=planner)).json()["items"][0]["id"]
    rotation = roster["rotations"][0]["id"]
    return {"participant_id": person, "roster_id": roster["id"], "rotation_id": rotation, "shift_id": shift}


async def a_signal(url: str, client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str]) -> str:
    """Two calls about one house, and what they are together."""
    for _ in range(2):
        await an_offered_case(client, operator)
    database = Database(url, settings_for(url))
    while sum(await carry_out_once(EARLY_SIGNALS, database)):
        pass
    await database.close()
    return str((await client.get("/v1/early-signals", headers=desk)).json()["items"][0]["id"])


async def channels_known(client: httpx.AsyncClient, desk: dict[str, str]) -> dict[str, str]:
    """A report of the police that waits for a person, and a call that was handed over."""
    report = (await send_police(client, desk, "unreadable")).json()["id"]
    transfer = (await client.post("/v1/transfers", json=a_transfer(), headers=desk)).json()["id"]
    return {"report_id": report, "transfer_id": transfer}


async def an_endpoint(client: httpx.AsyncClient, desk: dict[str, str]) -> dict[str, str]:
    """A webhook endpoint with a secret and a test on its way."""
    body = {"url": "https://hooks.example.nl/", "verification": "agreed"}
    endpoint = (await client.post("/v1/webhook-endpoints", json=body, headers=desk)).json()["id"]
    path = f"/v1/webhook-endpoints/{endpoint}"
    secret = (await client.get(f"{path}/secrets", headers=desk)).json()["items"][0]["id"]
    test = (await client.post(f"{path}/test-events", headers=desk)).json()["eventId"]
    return {"endpoint_id": endpoint, "secret_id": secret, "event_id": test}


async def procedures_of(case: str, client: httpx.AsyncClient, desk: dict[str, str]) -> dict[str, str]:
    """A question that waits for its answer, an inquiry that runs, and a calamity that the inspectorate must hear of."""
    at = now()
    asked = {"direction": "in", "party": "housing", "question": "?", "dueAt": (at + timedelta(days=2)).isoformat()}
    terrible = {"what": "death", "happenedAt": at.isoformat(), "note": "?"}
    found = {}
    for name, room, body in (
        ("request_id", "information-requests", asked),
        ("inquiry_id", "inquiries", {"registeredAt": at.isoformat(), "reporter": "parent", "verified": "by_the_person"}),
        ("calamity_id", "calamities", terrible),
    ):
        found[name] = (await client.post(f"/v1/cases/{case}/{room}", json=body, headers=desk)).json()["id"]
    return found


class Service:
    """The service on a socket, with one case that is followed up, and a key of every role."""

    def __init__(self, url: str) -> None:
        """Not yet serving."""
        self._url = url
        self.address = ""
        self.keys: list[dict[str, str]] = []
        self.known: dict[str, str] = {}
        self.fitting: dict[str, dict[str, str]] = {}
        self.line = requests.Session()  # one connection for thousands of requests
        self.line.trust_env = False
        self._server = uvicorn.Server(uvicorn.Config(edged(create_app(settings_for(url))), port=0, log_config=None))
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> Self:
        """Serve, and make what there is to find."""
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive(), "the service did not start"
            self._thread.join(0.01)
        self.address = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"
        asyncio.run(self._furnish())
        return self

    def __exit__(self, *_error: object) -> None:
        """Stop."""
        self.line.close()
        self._server.should_exit = True
        self._thread.join(10)

    async def _furnish(self) -> None:
        database = Database(self._url, settings_for(self._url))
        self.keys = [await a_token(database, organisation, role) for role, organisation in ASKERS]
        await database.close()
        operator, desk = self.keys[:2]
        async with httpx.AsyncClient(base_url=self.address) as client:
            receipt = await an_offered_case(client, operator)
            draft = (await client.post("/v1/drafts", json={}, headers=operator)).json()
            self.known = {"offer_id": receipt["offered"]["offerId"], "call_id": receipt["id"], "draft_id": draft["id"]}
            self.known["case_id"] = await an_accepted_case(client, operator, desk)
            services = (await client.get(f"/v1/organisations/{AMSTERDAM_DESK}/services", headers=desk)).json()
            self.known["service_id"] = services["items"][0]["id"]
            self.known |= await a_roster(client, self.keys[3])
            self.known["signal_id"] = await a_signal(self._url, client, operator, desk)
            self.known |= await channels_known(client, desk)
            mailbox = await client.post("/v1/mailboxes", json={"address": "desk@nodus.example"}, headers=desk)
            self.known["mailbox_id"] = mailbox.json()["id"]
            self.known |= await an_endpoint(client, desk)
            self.known |= await procedures_of(self.known["case_id"], client, desk)
        self.known |= {"organisation_id": str(AMSTERDAM_DESK), "code": "GM0363", "version": "nl-2026.1"}


@pytest.fixture(scope="module")
def service(cluster: embedded.Embedded) -> Iterator[Service]:
    """One for all operations, on a directory of its own: they change it as they please."""
    with Service(cluster.url_of(copy_of(cluster), embedded.LOGIN)) as serving:
        yield serving


def ask(case: AnyCase, service: Service, chance: Random) -> None:
    """One request, with the key that the operation is for; most about things that exist."""
    label = case.operation.label
    if chance.random() > UNKNOWN:
        known = {name: value for name, value in service.known.items() if name in case.path_parameters}
        case.path_parameters = {**case.path_parameters, **known}
    for key in sorted(service.keys, key=lambda key: key is not service.fitting.get(label)):
        response = case.call(base_url=service.address + "/v1", headers=key, session=service.line)
        case.validate_response(response, checks=CHECKS)
        if response.status_code != REFUSED:
            service.fitting[label] = key  # asked first the next time
            return


def table_of(operation: APIOperation[Any, Any, Any, Any]) -> list[AnyCase]:
    """Every boundary, left out, superfluous or misshapen value, one at a time in an otherwise proper request."""
    cases = CoverageGenerator(
        operation=operation,
        generation_modes=list(GenerationMode),
        generation_config=DESCRIBED.config.generation_for(operation=operation, phase="coverage"),
        auth_storage=None,
        override=Override(),
        feedback=NO_FEEDBACK,
    )
    return list(cases)


def chosen(table: list[AnyCase], chance: Random) -> Iterator[AnyCase]:
    """Some of a table, in turn one of every kind that there is in it; a proper one first."""
    proper: list[list[AnyCase]] = []
    odd: list[list[AnyCase]] = []
    kinds: dict[tuple[bool, str], list[AnyCase]] = {}
    for case in chance.sample(table, len(table)):
        known: Any = case.meta
        kind = (known.generation.mode.is_positive, known.phase.data.scenario)
        if kind not in kinds:
            kinds[kind] = []
            (proper if kind[0] else odd).append(kinds[kind])
        kinds[kind].append(case)
    rest = proper[1:] + odd
    in_turn = proper[:1] + chance.sample(rest, len(rest))
    rounds = (case for together in zip_longest(*in_turn) for case in together if case)
    return islice(rounds, FEWEST + round(len(table) * MORE))


@pytest.mark.parametrize("label", OPERATIONS)
def test_answers_as_described(label: str, service: Service) -> None:
    """Whatever is asked, of things that exist and things that don't: never a 5xx, never a shape that is not described.

    Chance decides whether an operation is asked with a table of odd values or with generated ones, other ones every time: finding
    both takes longer than asking. They are found here, not when tests are collected: that would be done by every worker.
    """
    print(f"NODUS_SEED={SEED}")  # noqa: T201  shown when it fails, and taken from the environment to ask the same again
    method, path = label.split(" ")
    chance = Random(f"{SEED} {label}")
    operation = DESCRIBED[path][method]
    if chance.random() < TABLE:
        for case in chosen(table_of(operation), chance):
            ask(case, service, chance)
        return

    @seed(chance.random())
    @settings(max_examples=GENERATED, deadline=None, database=None, phases=PHASES, suppress_health_check=list(HealthCheck))
    @given(case=st.one_of([operation.as_strategy(generation_mode=mode) for mode in GenerationMode]))
    def generated(case: AnyCase) -> None:
        ask(case, service, chance)

    generated()
