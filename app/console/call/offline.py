"""What a browser keeps to open a call without a network: empty pages, filled from its own sealed store; see the README.

Nothing of anybody is in them: no name, no token, no call. The worker keeps them and the files that they need, and nothing else.
"""

from dataclasses import replace
from typing import Final
from uuid import UUID

import orjson
from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.service.signing_in import IDLE
from app.console.assets import address, assets
from app.console.call import screen
from app.console.call.live import live
from app.console.call.taking import shown
from app.console.call.visits import READS, Taking
from app.console.visiting import PageRoute, Visit
from app.directory.service.look_up import local_day
from app.intake.drafts import Draft
from app.intake.protocol import NEWEST
from app.intake.service.protocols import valid_protocol

router = APIRouter(include_in_schema=False, route_class=PageRoute)

NOBODY: Final = UUID(int=0)
SCOPE: Final = "/call"
# The worker asks this server for what it keeps, and nobody else.
POLICY: Final = "default-src 'none'; connect-src 'self'; script-src 'self'; frame-ancestors 'none'"


@router.api_route("/call/worker.js", methods=READS)
async def worker(visit: Taking) -> Response:  # noqa: ARG001  only who takes calls has it
    """The script that opens calls without a network; another version of the screen is another script."""
    told = {"VERSION": screen.version(), "FILES": screen.files()}
    head = "".join(f"const {name} = {orjson.dumps(value).decode()};\n" for name, value in told.items())
    script = assets()[address("call_worker.js").removeprefix(screen.FOLDER)].content.decode()
    headers = {"Service-Worker-Allowed": SCOPE, "Content-Security-Policy": POLICY}
    return Response(head + script, media_type="text/javascript; charset=utf-8", headers=headers)


@router.api_route("/call/shell", methods=READS)
async def shell(visit: Taking) -> Response:
    """A call's page with nothing in it."""
    at = visit.work.at
    protocol = valid_protocol(NEWEST, local_day(at)).version
    draft = Draft(NOBODY, NOBODY, NOBODY, "", "active", at, 1, None, None, at)
    contents = {"protocol": protocol}
    return await shown(_nobodys(visit), draft, contents, await live(visit.work, contents), shell=int(IDLE.total_seconds()))


@router.api_route("/call/away", methods=READS)
async def away(visit: Taking) -> Response:
    """What stands for the list of calls: those that this browser keeps."""
    return _nobodys(visit).page("call/away.html", idle=int(IDLE.total_seconds()))


def _nobodys(visit: Visit) -> Visit:
    """A visit of somebody in this role, without who it is."""
    nobody = replace(visit.account, id=NOBODY, organisation=NOBODY, organisation_name="", name="", login="")
    return replace(visit, account=nobody, token="")
