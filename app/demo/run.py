"""`nodus demo`: set the stage, play, sum up, stay."""

import asyncio
import csv
import io
import signal
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from app.core import clock, embedded
from app.core.clock import Pace
from app.demo.calls import DAY, Planned, planned
from app.demo.client import Api
from app.demo.party import Party, wait_until
from app.demo.receiver import Receiver
from app.demo.stage import Member, Memory, Stage, free_port, reset
from app.demo.summary import Summary, show, summed_up
from app.directory.holidays import AMSTERDAM

AT_ONCE: Final = 8
SETTLE: Final = 25.0
CREATED: Final = 201


@dataclass(frozen=True, slots=True)
class Options:
    """How to play. `speed`: times faster than life; `folder`: where the data are kept, None for the usual place."""

    speed: float = 600
    calls: int = 250
    seed: int = 1
    once: bool = False
    reset: bool = False
    port: int = 8000
    folder: Path | None = None


def demo(options: Options) -> int:
    """Play; 0 when everything added up."""
    with suppress(KeyboardInterrupt):
        return asyncio.run(_Play(options).run())
    return 0


class _Play:
    """One start of the demo."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.console = Console()
        self.folder = (options.folder or embedded.default_folder()).absolute()
        if options.reset:
            reset(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.stage = Stage(self.folder, self.console)
        self.memory = Memory(self.folder)
        self.receiver = Receiver()
        self.parties: list[Party] = []
        self.stop = asyncio.Event()
        self.members: list[Member] = []

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stop.set)
        playing = asyncio.create_task(self._play())
        stopping = asyncio.create_task(self.stop.wait())
        try:
            await asyncio.wait({playing, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if playing.done():
                return playing.result()
            self.console.print("\nEnding; the next start takes up where this one was.")
            return 0
        finally:
            self.stop.set()
            playing.cancel()
            stopping.cancel()
            await asyncio.gather(playing, stopping, return_exceptions=True)
            await self.receiver.stop()
            for party in self.parties:
                for task in party.tasks:
                    task.cancel()
                await party.api.close()
            await asyncio.to_thread(self.stage.close)

    async def _play(self) -> int:
        self.console.print(f"[bold]Nodus[/] sets the stage in {self.folder} …")
        await asyncio.to_thread(self.stage.open_database)
        begins = self._beginning()
        self.members = await self.stage.fill(begins.date(), begins)
        self.stage.set_up_processes(Pace(clock.wall(), self._resumed(begins), self.options.speed), self.options.port)
        watching = asyncio.create_task(self.stage.watch())  # from the start: what is killed before it is ready is started again
        try:
            await self.stage.start()
            await self._gather_parties()
            polling = [asyncio.create_task(party.poll(self.stop)) for party in self._pollers()]
            await self._calls(begins)
            await self._settle()
            summary = await summed_up(self._operator(), self.parties, set(self.memory.told.get("answered", {}).values()))
            self._tell(summary)
            if not self.options.once:
                await self.stop.wait()
            for task in polling:
                task.cancel()
            return 0 if summary.adds_up else 1
        finally:
            watching.cancel()

    def _beginning(self) -> datetime:
        if "begins" not in self.memory.told:
            self.memory.keep(begins=(clock.wall() - DAY).isoformat(), answered={})
        return datetime.fromisoformat(self.memory.told["begins"])

    def _resumed(self, begins: datetime) -> datetime:
        reached = self.memory.told.get("reached")
        return datetime.fromisoformat(reached) if reached else begins

    async def _gather_parties(self) -> None:
        hooks = self.memory.told.get("hooks", {})
        port = self.memory.told.get("receiver_port") or free_port(0)
        random = Random(self.options.seed)  # noqa: RUF100, S311
        for member in self.members:
            if member.kind == "operator":
                continue
            api = Api(self.stage.base_url, member.token)
            party = Party(api, member.name, str(member.id), last_rung=member.kind == "hotline", random=Random(random.random()))
            self.parties.append(party)
            if member.kind == "meldpunt":
                if party.organisation not in hooks:
                    body = {"url": f"http://127.0.0.1:{port}/hooks/{party.organisation}", "fromStart": True}
                    made = await api.command("/v1/webhook-endpoints", body, key=f"hook-{party.organisation}")
                    hooks[party.organisation] = made.json()["secret"]
                self.receiver.add(party.organisation, party, hooks[party.organisation])
        self.memory.keep(hooks=hooks, receiver_port=port)
        await self.receiver.start(port)

    def _pollers(self) -> list[Party]:
        polling = {str(member.id) for member in self.members if member.kind in {"care_provider", "hotline"}}
        return [party for party in self.parties if party.organisation in polling]

    def _operator(self) -> Api:
        token = next(member.token for member in self.members if member.kind == "operator")
        return Api(self.stage.base_url, token)

    async def _calls(self, begins: datetime) -> None:
        plan = planned(self.options.calls, self.options.seed, _postcodes(), begins.astimezone(AMSTERDAM).hour)
        answered: dict[str, str] = self.memory.told["answered"]
        operator, room = self._operator(), asyncio.Semaphore(AT_ONCE)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[time]}"),
        )
        with Progress(*columns, console=self.console) as progress:
            bar = progress.add_task("Calls", total=len(plan), completed=len(answered), time="")

            async def one(call: Planned) -> None:
                async with room:
                    answered[str(call.number)] = await _take(operator, call, self.options.seed)
                    self.memory.keep(answered=answered, reached=clock.now().isoformat())
                    progress.update(bar, advance=1, time=f"{clock.now().astimezone(AMSTERDAM):%a %H:%M}")

            taken = []
            for call in plan:
                if str(call.number) not in answered:
                    await wait_until(begins + call.after)
                    taken.append(asyncio.create_task(one(call)))
            await asyncio.gather(*taken)
        await operator.close()

    async def _settle(self) -> None:
        """Let the day end: answers that are under way are given, and what was announced arrives."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLE):
                while any(party.tasks for party in self.parties):
                    await asyncio.sleep(0.1)
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLE):
                while not await self._all_arrived():
                    await asyncio.sleep(0.3)

    async def _all_arrived(self) -> bool:
        for party in self.parties:
            page = await party.api.get(
                f"/v1/organisations/{party.organisation}/events", after=max(party.events, default=0), limit=1
            )
            if page["events"]:
                return False
        return True

    def _tell(self, summary: Summary) -> None:
        show(summary, self.console)
        tokens = [
            {"role": kind, "organisation": one.name, "organisationId": str(one.id), "token": one.token}
            for kind in ("operator", "hotline", "meldpunt", "care_provider")
            for one in [next(member for member in self.members if member.kind == kind)]
        ]
        told: dict[str, Any] = {"base_url": self.stage.base_url, "tokens": tokens, "summary": summary.to_json()}
        file = self.folder / "demo.json"
        file.touch(mode=0o600)
        file.write_bytes(orjson.dumps(told))
        if not self.options.once:
            self.console.print(
                f"\n[bold]{self.stage.base_url}[/] stays up; the API is described at {self.stage.base_url}/v1/openapi.json."
            )
            operator = tokens[0]["token"]
            example = f'curl -H "Authorization: Bearer {operator}" {self.stage.base_url}/v1/cases?limit=3'
            self.console.print(example, soft_wrap=True, highlight=False)
            self.console.print("Ctrl-C ends it.")


async def _take(operator: Api, call: Planned, seed: int) -> str:
    """An operator takes a call, some by draft; its id, once it was answered 201. The same call again is the same request."""
    key = f"call-{seed}-{call.number}"
    if not call.by_draft:
        return _id(await operator.command("/v1/calls", call.body, key=key))
    draft = (await operator.command("/v1/drafts", {}, key=f"{key}-open")).json()["id"]
    await operator.command(f"/v1/drafts/{draft}", call.body, key=f"{key}-save", version=1, method="PUT")
    return _id(await operator.command(f"/v1/drafts/{draft}/completion", key=f"{key}-end", version=2))


def _id(answer: httpx.Response) -> str:
    told = answer.json()
    if answer.status_code != CREATED:
        raise RuntimeError(f"A call was answered {answer.status_code}: {told.get('detail')} {told.get('errors')}")
    return str(told["id"])


def _postcodes() -> list[str]:
    """Postcodes of addresses in one municipality only: a caller there needs no second question."""
    text = (files("app.directory") / "data" / "pc4_municipality.csv").read_text(encoding="utf-8")
    return [row["pc4"] for row in csv.DictReader(io.StringIO(text)) if not row["also_municipality_codes"]]
