"""Builds the application: rooms, errors, edge, life span. No logic."""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import cache, partial
from types import FrameType
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.datastructures import State
from starlette.types import ASGIApp

from app.accounts.events import EVENTS as ACCOUNT_EVENTS
from app.accounts.service.signing_in import Sessions
from app.boards.api import router as boards
from app.boards.events import EVENTS as BOARD_EVENTS
from app.callbacks.api import router as callbacks
from app.callbacks.events import EVENTS as CALLBACK_EVENTS
from app.cases.api import router as cases
from app.cases.events import EVENTS as CASE_EVENTS
from app.channels.api import router as channels
from app.channels.events import EVENTS as CHANNEL_EVENTS
from app.channels.police import LARGEST, MEDIA
from app.console.beside import Beside
from app.console.directory.imports import WHOLE
from app.console.refusals import translations
from app.console.router import router as console
from app.core import clock, problem
from app.core.asgi import API_VERSION, READ, Accepted, Edge
from app.core.db import Database
from app.core.errors import NotFound, Unavailable
from app.core.events import Event
from app.core.health import ready
from app.core.openapi import describe
from app.core.routes import Signpost, joined
from app.core.settings import Settings, load
from app.core.webhooks import ENVELOPE, data_schema, envelope_schema
from app.coverage.api import router as coverage
from app.coverage.events import EVENTS as COVERAGE_EVENTS
from app.delivery.api import router as delivery
from app.delivery.api.quick import Quick
from app.delivery.events import EVENTS as DELIVERY_EVENTS
from app.delivery.feed import Heads
from app.directory.api import router as directory
from app.directory.api.importing import MEDIA as IMPORTED_MEDIA
from app.directory.events import EVENTS as DIRECTORY_EVENTS
from app.exchange.api import router as exchange
from app.exchange.api.answering import READ_MEDIA, problem_answer
from app.followup.api import router as followup
from app.followup.events import EVENTS as FOLLOWUP_EVENTS
from app.identity.service import KeyRing
from app.intake.api import router as intake
from app.intake.events import EVENTS as INTAKE_EVENTS
from app.intake.service import protocols
from app.notices.api import router as notices
from app.notices.events import EVENTS as NOTICE_EVENTS
from app.procedures.api import router as procedures
from app.procedures.events import EVENTS as PROCEDURE_EVENTS
from app.rosters.api import router as rosters
from app.rosters.events import EVENTS as ROSTER_EVENTS
from app.routing.api import router as routing
from app.routing.events import EVENTS as ROUTING_EVENTS
from app.signals.api import router as signals
from app.signals.events import EVENTS as SIGNAL_EVENTS
from app.simulation.api import router as simulation
from app.team.api import router as team
from app.team.events import EVENTS as TEAM_EVENTS
from app.telephony.api import router as telephony
from app.vault.keys import master_key
from app.watch import alarm
from app.watch.api import router as watch
from app.watch.events import EVENTS as WATCH_EVENTS

EVENTS: tuple[type[Event], ...] = (
    *INTAKE_EVENTS,
    *ROUTING_EVENTS,
    *FOLLOWUP_EVENTS,
    *TEAM_EVENTS,
    *PROCEDURE_EVENTS,
    *CASE_EVENTS,
    *WATCH_EVENTS,
    *BOARD_EVENTS,
    *DELIVERY_EVENTS,
    *DIRECTORY_EVENTS,
    *ROSTER_EVENTS,
    *COVERAGE_EVENTS,
    *SIGNAL_EVENTS,
    *CALLBACK_EVENTS,
    *CHANNEL_EVENTS,
    *NOTICE_EVENTS,
    *ACCOUNT_EVENTS,
)
DESCRIBED: dict[str, object] = {}
READS = ["GET", "HEAD"]
ROOMS = (
    intake, callbacks, telephony, channels, routing, followup, team, procedures, cases, boards, directory, delivery, rosters,
    coverage, signals, simulation, notices, watch,
)  # fmt: skip
FORMS = {"/fhir/": problem_answer}
DESCRIPTION = (
    "A call about somebody's confused behaviour: taken, triaged, routed to whoever is responsible, and followed until the "
    "person is better off. Terms: `openapi/glossary.md`. Errors are problem+json; moments are UTC."
)


@asynccontextmanager
async def _alive(app: FastAPI) -> AsyncIterator[None]:
    database: Database = app.state.database
    heads: Heads = app.state.heads
    protocols.prepare()
    tasks = [asyncio.create_task(one) for one in (database.bell.listen(), heads.keep_up(), alarm.listen(database))]
    try:
        with _when_told_to_end(heads.let_go):
            yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await database.close()


@contextmanager
def _when_told_to_end(do: Callable[[], None]) -> Iterator[None]:
    """Call `do` when the process is told to end, before the server's own handler waits for open requests."""
    loop = asyncio.get_running_loop()
    replaced: dict[signal.Signals, Any] = {}

    def chained(after: Any) -> Callable[[int, FrameType | None], None]:  # noqa: ANN401  as `signal` has it
        def handle(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(do)
            after(number, frame)

        return handle

    if threading.current_thread() is threading.main_thread():  # a test may serve beside itself
        for number in (signal.SIGTERM, signal.SIGINT):
            if callable(before := signal.getsignal(number)):
                signal.signal(number, chained(before))
                replaced[number] = before
    try:
        yield
    finally:
        for told, handler in replaced.items():
            signal.signal(told, handler)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application, not yet connected to anything."""
    settings = settings or load()
    if settings.clock:
        clock.run_at(clock.Pace.parse(settings.clock))
    master_key(settings)
    app = FastAPI(
        title="Nodus",
        summary="The service behind a national number for people who worry about somebody's confused behaviour.",
        description=DESCRIPTION,
        version=API_VERSION,
        contact={"name": "Nodus", "url": "https://github.com/nodus-nl/nodus"},  # its email is told by `describe`
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_alive,
    )
    _connect(app, settings)
    problem.add_to(app, FORMS, translations())
    _add_public_routes(app)
    app.router.routes.extend(joined(*ROOMS, exchange, console).routes)
    app.router.routes.insert(0, Signpost(app.routes))
    setattr(app, "openapi", partial(openapi, app))  # noqa: B010  FastAPI's own place for it
    return app


def _connect(app: FastAPI, settings: Settings) -> None:
    database = Database(settings.database_url, settings)
    known = frozenset(event.type for event in EVENTS)
    app.state = State(
        {
            "settings": settings,
            "database": database,
            "keyring": KeyRing(database),
            "sessions": Sessions(database),
            "heads": Heads(database),
            "beside": Beside(database.bell),
            "event_types": known,
        }
    )


def edged(app: FastAPI) -> ASGIApp:
    """The application as it is served: inside its edge."""
    settings: Settings = app.state.settings
    files = Accepted(settings.import_limit, frozenset(media.encode() for media in IMPORTED_MEDIA))
    police = Accepted(LARGEST, frozenset(media.encode() for media in MEDIA))
    fhir = Accepted(settings.body_limit, READ | {media.encode() for media in READ_MEDIA})
    calendar = Accepted(settings.body_limit, READ | {b"multipart/form-data"})  # somebody's, from a page of ours
    page = Accepted(settings.import_limit, READ | {WHOLE.encode()})
    read = {
        "/v1/directory-imports": files,
        "/directory/imports": page,
        "/rosters/participants/": calendar,
        "/v1/police-reports": police,
        "/fhir/": fhir,
    }
    quick = Quick(app, app.state.heads, app.state.keyring)
    return Edge(quick, body_limit=settings.body_limit, files=read, forms=FORMS)


def served() -> ASGIApp:
    """What uvicorn serves (`--factory`)."""
    return edged(create_app())


def openapi(app: FastAPI) -> dict[str, object]:
    """The description of the API, made once: every application of a process has the same routes."""
    if not DESCRIBED:
        DESCRIBED.update(describe(app, EVENTS))
    return DESCRIBED


@cache
def event_schemas() -> dict[str, dict[str, Any]]:
    """The schema of every event's data by its type, and that of the envelope around them."""
    return {ENVELOPE: envelope_schema(), **{event.type: data_schema(event) for event in EVENTS}}


def _add_public_routes(app: FastAPI) -> None:  # noqa: C901  six small routes
    """What needs no token: health, the API's description, what a problem or an event means."""
    everyone = {"Access-Control-Allow-Origin": "*"}

    @app.api_route("/livez", methods=READS, include_in_schema=False)
    async def livez() -> Response:
        return PlainTextResponse("alive\n")

    @app.api_route("/readyz", methods=READS, include_in_schema=False)
    async def readyz(request: Request) -> Response:
        faults = await ready(request.app.state.database)
        if faults:
            raise Unavailable(" ".join(faults), retry_after=5)
        return PlainTextResponse("ready\n")

    @app.api_route("/v1/openapi.json", methods=READS, include_in_schema=False)
    async def read_openapi() -> Response:
        return JSONResponse(openapi(app), headers=everyone)

    @app.get("/v1/schemas/{event_type}", include_in_schema=False)
    async def read_schema(event_type: str) -> Response:
        if found := event_schemas().get(event_type):
            return JSONResponse(found, media_type="application/schema+json", headers=everyone)
        raise NotFound("There is no event type with this name; /v1/openapi.json lists them under `webhooks`.")

    @app.get("/v1/problems/{slug}", include_in_schema=False)
    async def read_problem(slug: str) -> Response:
        kind = problem.all_problems().get(slug)
        if kind is None:
            raise NotFound("There is no kind of problem with this name.")
        return PlainTextResponse(f"{kind.title} ({kind.status}, {slug})\n\n{kind.__doc__}\n")
