"""`nodus demo`: set the stage, play a night and a day, sum up, stay."""

import asyncio
import signal
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from sqlalchemy.exc import SQLAlchemyError

from app.core import clock, embedded
from app.core.clock import Pace
from app.demo.calls import DAY, planned
from app.demo.children import Children
from app.demo.client import Api
from app.demo.journal import Journal, Memory
from app.demo.leaving import leave
from app.demo.operators import Operators, places
from app.demo.people import VISITED
from app.demo.receiver import free_port
from app.demo.stage import Member, Stage, alone_in, reset
from app.demo.summary import Summary, summed_up
from app.demo.telling import chosen, show, show_tokens, write_for_the_start_page
from app.demo.troupe import Troupe
from app.demo.waiting import wait_until
from app.directory.holidays import AMSTERDAM

BEGINS: Final = time(20)
EVENING_AFTER: Final = timedelta(hours=3)
AWAY_FROM: Final = 0.4
BEAT: Final = 1.0
SAYS_WHY: Final = (RuntimeError, OSError, SQLAlchemyError, asyncpg.PostgresError)


@dataclass(frozen=True, slots=True)
class Options:
    """How to play.

    `speed`: times faster than life. `folder`: where the data are kept, None for the usual place. `receiver_away`: how long the
    meldpunten's receiver is away in the middle of the play, in seconds of our own; 0: never.
    """

    speed: float = 600
    calls: int = 250
    seed: int = 1
    once: bool = False
    reset: bool = False
    port: int = 8000
    folder: Path | None = None
    receiver_away: float = 0


def demo(options: Options) -> int:
    """Play; 0 when everything added up, or when it was ended by a signal."""
    # The wheel of the embedded PostgreSQL looks for a folder that containers lack, and does not need it.
    warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
    console = Console()
    folder = (options.folder or embedded.default_folder()).absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with alone_in(folder):
            Children(folder, console.print).end_leftovers()
            if options.reset:
                reset(folder)
            return asyncio.run(_Play(options, folder, console).run())
    except KeyboardInterrupt:
        return 0
    except SAYS_WHY as error:
        console.print(f"[red]{escape(str(error) or type(error).__name__)}[/]")
        return 1


def evening_before(at: datetime) -> datetime:
    """The last eight o'clock in the evening, Dutch time, from which a whole play has passed at `at`."""
    for days in range(4):
        evening = datetime.combine(at.astimezone(AMSTERDAM).date() - timedelta(days=days), BEGINS, AMSTERDAM).astimezone(
            at.tzinfo
        )
        if evening + DAY + EVENING_AFTER <= at:
            return evening
    raise LookupError("One of four evenings is long enough ago.")


class _Play:
    """One start of the demo."""

    def __init__(self, options: Options, folder: Path, console: Console) -> None:
        self.options, self.folder, self.console = options, folder, console
        self.memory, self.journal = Memory(folder), Journal(folder)
        self.stage = Stage(folder, self.memory)
        self.children = Children(folder, console.print)
        self.troupe: Troupe | None = None
        self.stop = asyncio.Event()
        self.aside: list[asyncio.Task[None]] = []

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stop.set)
        playing = asyncio.create_task(self._play())
        stopping = asyncio.create_task(self.stop.wait())
        try:
            await asyncio.wait({playing, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if self.stop.is_set():
                self.console.print("\nEnding; the next start takes up where this one was.")
            return playing.result() if playing.done() else 0
        finally:
            await _cancelled([playing, stopping])
            await self._take_down()

    async def _take_down(self) -> None:
        await _cancelled(self.aside)
        if self.troupe:
            await self.troupe.rest()
        await asyncio.to_thread(self.children.close)
        if "reached" in self.memory.told:
            self.memory.keep(reached=clock.now().isoformat())
        await asyncio.to_thread(self.stage.close)
        self.journal.close()

    async def _play(self) -> int:
        told = self._what_to_play()
        self.console.print(f"[bold]Nodus[/] sets the stage in {self.folder} …", soft_wrap=True)
        await asyncio.to_thread(self.stage.open_database)
        members = await self.stage.fill(datetime.fromisoformat(told.get("reached", told["begins"])))
        self._start_the_clock()
        self.aside.append(asyncio.create_task(self.children.watch()))
        await self.children.start()
        base_url = self.children.base_url
        write_for_the_start_page(self.folder, base_url, chosen(members, self.journal), None, self.memory.told["people"])
        self.troupe = Troupe(base_url, members, self.memory, self.journal)
        if told.get("left"):
            await self.troupe.step_aside(VISITED)
        await self.troupe.gather()
        operator = Api(base_url, next(one.token for one in members if one.role == "operator"))
        try:
            if not told.get("ended"):
                await self._calls(operator, self.troupe)
                self.memory.keep(ended=True)
            summary = await summed_up(operator, self.troupe, self.journal, told["calls"])
        finally:
            await operator.close()
        await self._stay(members, summary, self.troupe)
        return 0 if summary.adds_up else 1

    def _what_to_play(self) -> dict[str, Any]:
        """A new play, or the one that was begun in this folder, whatever the options say now."""
        told, options = self.memory.told, self.options
        if "begins" not in told:
            begins = evening_before(clock.wall()).isoformat()
            self.memory.keep(begins=begins, seed=options.seed, calls=options.calls)
        elif (told["seed"], told["calls"]) != (options.seed, options.calls):
            self.console.print(
                f"Going on with what was begun here: {told['calls']} calls, seed {told['seed']}; --reset starts anew."
            )
        return told

    def _start_the_clock(self) -> None:
        """The play's clock goes on where it was, never back, and never ahead of ours."""
        options, told = self.options, self.memory.told
        pace = Pace(clock.wall(), datetime.fromisoformat(told.get("reached", told["begins"])), options.speed)
        port = free_port(options.port)
        if options.port not in {0, port}:
            self.console.print(f"Port {options.port} is taken; using {port}.")
        base_url = f"http://127.0.0.1:{port}"
        environment = {
            "NODUS_DATABASE_URL": self.stage.url,
            "NODUS_MASTER_KEY": self.stage.master_key(),
            "NODUS_BASE_URL": base_url,
            "NODUS_HOST": "127.0.0.1",
            "NODUS_PORT": str(port),
            "NODUS_METRICS_PORT": "0",
            "NODUS_CLOCK": str(pace),
            "NODUS_DEMO": "1",
            "NODUS_DEMO_FILE": str(self.folder / "demo.json"),
            "NODUS_WEBHOOKS_TO_PRIVATE_ADDRESSES": "1",
            "NODUS_LOG_LEVEL": "warning",
        }
        self.children.set_up(environment, base_url)
        clock.run_at(pace)
        self.aside.append(asyncio.create_task(self._beat()))

    async def _beat(self) -> None:
        """Remember where the clock is: a little ahead, so that after a kill it never goes back."""
        while True:
            ahead = timedelta(seconds=2 * BEAT) * clock.speed()
            self.memory.keep(reached=min(clock.now() + ahead, clock.wall()).isoformat())
            await asyncio.sleep(BEAT)

    async def _calls(self, operator: Api, troupe: Troupe) -> None:
        begins = datetime.fromisoformat(self.memory.told["begins"])
        count, seed = int(self.memory.told["calls"]), int(self.memory.told["seed"])
        plan = planned(count, seed, places(), begins.astimezone(AMSTERDAM).hour)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[time]}"))
        with Progress(*columns, console=self.console) as progress:
            bar = progress.add_task("Calls", total=count, completed=len(self.journal.calls), time="")

            telling = asyncio.create_task(self._tell_the_time(progress, bar))
            away = asyncio.create_task(self._outage(begins, troupe))
            try:
                await Operators(operator, self.journal, seed).take(plan, begins, lambda: progress.advance(bar))
                progress.update(bar, description="The evening after")
                await wait_until(begins + DAY + EVENING_AFTER)
                await away
            finally:
                await _cancelled([telling, away])

    async def _tell_the_time(self, progress: Progress, bar: TaskID) -> None:
        while True:
            progress.update(bar, time=f"{clock.now().astimezone(AMSTERDAM):%a %H:%M}")
            await asyncio.sleep(BEAT / 4)

    async def _outage(self, begins: datetime, troupe: Troupe) -> None:
        """If that is asked for: the receiver goes away in the middle of the play, and comes back."""
        if not self.options.receiver_away:
            return
        await wait_until(begins + DAY * AWAY_FROM)
        await troupe.receiver.stop()
        self.console.print(f"The meldpunten's receiver is away for {self.options.receiver_away:g} seconds …")
        await asyncio.sleep(self.options.receiver_away)
        await troupe.go_on()
        self.console.print("… and is back.")

    async def _stay(self, members: list[Member], summary: Summary, troupe: Troupe) -> None:
        show(summary, self.console, self.options.speed)
        shown, base_url = chosen(members, self.journal), self.children.base_url
        write_for_the_start_page(self.folder, base_url, shown, summary, self.memory.told["people"])
        if self.options.once:
            return
        show_tokens(self.console, base_url, shown)
        if clock.speed() > 1:
            self.console.print(
                f"The play's clock shows {clock.now().astimezone(AMSTERDAM):%a %H:%M} and runs on until it is now."
            )
        while clock.speed() > 1:  # what is left before would be too late at once
            await asyncio.sleep(BEAT)
        await troupe.step_aside(VISITED)
        if not self.memory.told.get("left"):
            await self._leave(members, troupe)
        write_for_the_start_page(self.folder, base_url, shown, summary, self.memory.told["people"], ready=True)
        self.console.print("Ready for visitors: the start page leads each role by the hand.")
        await self.stop.wait()

    async def _leave(self, members: Sequence[Member], troupe: Troupe) -> None:
        """What visitors find; a demo without it is still a demo."""
        try:
            await leave(self.children.base_url, members, troupe.receiver.port)
        except (RuntimeError, LookupError, OSError, httpx.HTTPError) as error:
            self.console.print(f"[red]Not everything could be left for visitors: {escape(str(error) or type(error).__name__)}[/]")
        self.memory.keep(left=True)


async def _cancelled(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """End them, whatever they were doing."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
