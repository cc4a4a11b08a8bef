"""`nodus doctor`: everything that must be in order before somebody's life hangs on it, one line each."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import ArgumentError

from app.accounts.service import people
from app.callbacks import service as callbacks
from app.channels.police import outlook
from app.core import clock
from app.core.actor import WORKER, Role
from app.core.db import Database
from app.core.health import ready
from app.core.migrations import BY_MONTH
from app.core.settings import Settings
from app.core.work import begin
from app.coverage.service import gaps
from app.delivery.service import alarms
from app.delivery.service import messages as delivery
from app.directory.service import look_up as directory
from app.intake.service import protocols
from app.notices.service import health as notices
from app.routing.coverage import coverage
from app.telephony.service import waiting as telephony
from app.telephony.skew import TOLD_ABOVE
from app.vault.keys import master_key
from app.watch.heartbeat import SILENT_AFTER, is_silent
from app.watch.service import audit

DRIFT_ALLOWED: Final = 2.0
BACKLOG_ALLOWED: Final = 120.0
MONTHS_AHEAD: Final = 2
NAMES_SHOWN: Final = 5
MOMENT: Final = text("SELECT clock_timestamp() AS at")
LOGIN: Final = text("SELECT rolsuper OR rolbypassrls AS bypasses FROM pg_roles WHERE rolname = session_user")
MISSING: Final = text("SELECT name FROM unnest(CAST(:names AS text[])) AS name WHERE to_regclass(name) IS NULL")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is in order, and a sentence."""

    about: str
    well: bool
    sentence: str


async def examine(settings: Settings) -> list[Finding]:
    """Look at everything; a look that fails is a finding too."""
    findings = [_key(settings), _protocols(), _police(settings)]
    try:
        database = Database(settings.database_url, settings)
    except ArgumentError:
        sentence = "NODUS_DATABASE_URL is not the address of a database: postgresql://login@host/name"
        return [*findings, Finding("database", well=False, sentence=sentence)]
    try:
        faults = await ready(database)
        findings.append(Finding("database", not faults, " ".join(faults) or "answers, at the structure this program knows"))
        if not faults:
            findings += [await _tried(look, database) for look in LOOKS]
    finally:
        await database.close()
    return findings


def _key(settings: Settings) -> Finding:
    try:
        name = master_key(settings).name
    except ValueError as error:
        return Finding("master key", False, str(error))
    return Finding("master key", well=True, sentence=f"is set ({name})")


def _protocols() -> Finding:
    today = directory.local_day(clock.now())
    valid = ", ".join(one.version for one in protocols.known().values() if one.is_valid_on(today))
    faulty = "; ".join(f"{name} is left out: {why}" for name, why in protocols.left_out().items())
    sentence = "; ".join(filter(None, [f"valid today: {valid or 'none'}", faulty]))
    return Finding("protocols", well=bool(valid) and not faulty, sentence=sentence)


def _police(settings: Settings) -> Finding:
    well, sentence = outlook(settings.police_channel_ends_on, directory.local_day(clock.now()))
    return Finding("police channel", well, sentence)


async def _tried(look: Callable[[Database], Awaitable[Finding]], database: Database) -> Finding:
    try:
        return await look(database)
    except Exception as error:  # noqa: BLE001  what can't be looked at is not in order
        return Finding(look.__name__.strip("_"), well=False, sentence=f"could not be looked at: {type(error).__name__}")


async def _login(database: Database) -> Finding:
    async with database.engine.connect() as connection:
        bypasses = (await connection.execute(LOGIN)).scalar_one()
    sentence = (
        "may bypass row-level security: give the service a login of its own" if bypasses else "can't bypass row-level security"
    )
    return Finding("login", not bypasses, sentence)


async def _clock(database: Database) -> Finding:
    before = clock.wall()
    async with begin(database, WORKER) as work:
        row = await work.one(MOMENT)
    drift = abs((row["at"] - before).total_seconds()) if row else DRIFT_ALLOWED + 1
    return Finding("clock", drift <= DRIFT_ALLOWED, f"is {drift:.1f} s from the database's (at most {DRIFT_ALLOWED:.0f} s)")


async def _partitions(database: Database) -> Finding:
    month = clock.wall().month + MONTHS_AHEAD - 1
    names = [f"{table}_{clock.wall().year + month // 12}_{month % 12 + 1:02}" for table in BY_MONTH]
    async with begin(database, WORKER) as work:
        missing = [row["name"] for row in await work.rows(MISSING, names=names)]
    sentence = f"{', '.join(missing)} not there: run `nodus migrate`" if missing else "reach far enough ahead"
    return Finding("partitions", not missing, sentence)


async def _coverage(database: Database) -> Finding:
    async with begin(database, WORKER) as work:
        covered = coverage(await directory.everywhere(work), work.at)
        counts = await gaps.counts(work)
    if not covered:
        return Finding("coverage", well=False, sentence="no municipality is known: import the directory")
    nobody = [one.name for one in covered if one.rung is None]
    without = sum(not one.has_meldpunt for one in covered)
    if nobody:
        shown = ", ".join(nobody[:NAMES_SHOWN])
        return Finding("coverage", well=False, sentence=f"nobody at all for {len(nobody)} municipalities: {shown} …")
    sentence = f"{len(covered)} municipalities have somebody now; {without} have no meldpunt; {_ahead(counts)}"
    return Finding("coverage", well=True, sentence=sentence)


def _ahead(counts: list[gaps.Count]) -> str:
    if not counts:
        return "no gap is known in the coming 14 days"
    first = min(counts, key=lambda one: one.next_at)
    total = sum(one.count for one in counts)
    return f"open gaps in the coming 14 days: {total}, the first ({first.line}) from {first.next_at:%Y-%m-%d %H:%M} UTC"


async def _delivery(database: Database) -> Finding:
    async with begin(database, WORKER) as work:
        age = await delivery.oldest_undelivered(work)
    if age is None:
        return Finding("delivery", well=True, sentence="every event was delivered")
    well = age.total_seconds() <= BACKLOG_ALLOWED
    return Finding("delivery", well, f"the oldest undelivered event waits since {age.total_seconds():.0f} s")


async def _endpoints(database: Database) -> Finding:
    async with begin(database, WORKER) as work:
        found = await alarms.counts(work)
    if not found.by_state:
        return Finding("endpoints", well=True, sentence="no webhook endpoint is registered")
    wrong = {
        "pressing events late": found.pressing,
        "disabled": found.by_state.get("disabled", 0),
        "not verified for a quarter of an hour": found.stuck,
        "with a certificate that ends within 30 days": found.ending,
    }
    told = ", ".join(f"{name}: {count}" for name, count in wrong.items() if count)
    total = f"{sum(found.by_state.values())} known"
    if told:
        return Finding("endpoints", well=False, sentence=f"{total}; {told}. The national desk's feed names them")
    return Finding("endpoints", well=True, sentence=f"{total}, none disabled, nothing pressing late")


async def _callbacks(database: Database) -> Finding:
    async with begin(database, WORKER) as work:
        late = await callbacks.overdue(work)
        minutes = (work.at - late.since).total_seconds() / 60 if late.since else 0
    if not late.count:
        return Finding("callbacks", well=True, sentence="nobody waits longer to be rung back than was promised")
    return Finding("callbacks", well=False, sentence=f"{late.count} to ring back are overdue, the first since {minutes:.0f} min")


async def _telephony(database: Database) -> Finding:
    async with begin(database, WORKER) as work:
        found = await telephony.health(work)
    if not found:
        return Finding("telephony", well=True, sentence="no exchange is registered: drafts are opened by hand")
    off = [f"{one.label} ({one.skew:+.0f} s)" for one in found if abs(one.skew or 0) > TOLD_ABOVE]
    unknown = sum(one.unknown for one in found)
    if off:
        return Finding("telephony", well=False, sentence=f"set the clock of {', '.join(off)}")
    sentence = f"{len(found)} with clocks in order; {unknown} calls of the last day never said that they rang"
    return Finding("telephony", well=True, sentence=sentence)


async def _mail(database: Database) -> Finding:
    async with begin(database, WORKER) as work:
        found = await notices.counts(work)
    well, sentence = notices.outlook(found, await notices.server(database.settings))
    return Finding("mail", well, sentence)


async def _invariants(database: Database) -> Finding:
    async with begin(database, WORKER) as work:
        faults = await audit.faults(work)
    broken = ", ".join(f"{fault}: {count}" for fault, count in faults.items() if count)
    well = "every open case has an owner or somebody who is asked, a next deadline, and a clock that runs"
    return Finding("invariants", not broken, f"{broken}; the view case_unkept names the cases" if broken else well)


async def _left_lying(database: Database) -> Finding:
    async with begin(database, WORKER) as work:
        count = await audit.left_lying(work)
    sentence = f"nobody did anything on {count} open cases for 14 days" if count else "somebody acted on every open case"
    return Finding("left lying", not count, sentence)


async def _auditor(database: Database) -> Finding:
    async with begin(database, WORKER) as work:
        last = await audit.last(work)
        needed = await audit.anything_open(work)
    if last is None:
        sentence = "has never looked: start `nodus worker`" if needed else "has nothing to look at yet"
        return Finding("auditor", not needed, sentence)
    minutes = (clock.wall() - last).total_seconds() / 60
    allowed = SILENT_AFTER.total_seconds() / 60
    sentence = f"looked {max(0, minutes):.0f} min ago (at most {allowed:.0f} min); if it is silent, see after `nodus worker`"
    return Finding("auditor", not is_silent(last, clock.wall()), sentence)


async def _accounts(database: Database) -> Finding:
    async with begin(database, WORKER) as work:
        living = [one for one in await people.people(work) if one.ended_at is None]
    keepers = [one for one in living if one.role == Role.ADMINISTRATOR]
    bare = [one.login for one in keepers if not one.has_code]
    if not living:
        return Finding(
            "accounts", well=True, sentence="nobody signs in to the console yet: `nodus account create` makes the first"
        )
    if bare and not database.settings.demo:
        shown = ", ".join(bare[:NAMES_SHOWN])
        return Finding("accounts", well=False, sentence=f"administrators without a code: {shown}; each turns it on at /account")
    none = "; no administrator among them" if not keepers else ""
    return Finding("accounts", well=True, sentence=f"{len(living)} people sign in, {len(keepers)} of them administrators{none}")


LOOKS: Final = (
    _login, _clock, _partitions, _coverage, _delivery, _endpoints, _callbacks, _telephony, _mail, _invariants, _left_lying,
    _auditor, _accounts,
)  # fmt: skip
