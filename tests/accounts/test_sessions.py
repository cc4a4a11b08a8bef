"""Sign-in against the database: guesses are counted, sessions end, a code is used once, and roles see what is theirs."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.exc import ProgrammingError

from app.accounts import codes
from app.accounts.locking import FREE
from app.accounts.service import own_code, people
from app.accounts.service.people import LoginTaken
from app.accounts.service.signing_in import CantSignIn, Sessions
from app.core.actor import GATE, WORKER, Actor, Role
from app.core.db import Database
from app.core.errors import Invalid, NotFound
from app.core.work import begin
from app.identity import service as identity
from app.identity.queries import LIVE
from app.identity.tokens import parse
from app.vault.keys import master_key
from tests.console.signed_in import PASSWORD, SignedIn, signed_in
from tests.makers import AMSTERDAM_DESK, HOTLINE

NOBODY = UUID(int=0)


@pytest.fixture
async def operator(database: Database) -> SignedIn:
    """An operator with a session."""
    return await signed_in(database, HOTLINE, "operator")


@pytest.fixture
def sessions(database: Database) -> Sessions:
    """The sessions of the installation."""
    return Sessions(database)


def me(who: SignedIn, organisation: UUID = HOTLINE) -> Actor:
    """The account as it acts."""
    return Actor(organisation, Role.ADMINISTRATOR, who.id)


async def with_code(database: Database, who: SignedIn) -> bytes:
    """Let an account ask for a code; the secret of its app."""
    async with begin(database, me(who)) as work:
        proposal = await own_code.propose(work, who.id, PASSWORD)
    async with begin(database, me(who)) as work:
        await own_code.turn_on(work, who.id, proposal.sealed, code_of(proposal.secret))
    return proposal.secret


def code_of(secret: bytes, later: int = 0) -> str:
    """What the app shows now, or some steps later: the code that turned the asking on is used up."""
    return codes.code_at(secret, int(datetime.now(UTC).timestamp()) // codes.STEP + later).decode()


async def counted(raw: asyncpg.Connection, who: SignedIn) -> tuple[int, int]:
    """How many attempts are counted against an account: by strangers, by known browsers."""
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_gate")
        row = await raw.fetchrow("SELECT failures, known_failures FROM account WHERE id = $1", who.id)
    assert row
    return row["failures"], row["known_failures"]


async def let_pass(raw: asyncpg.Connection, who: SignedIn, what: str) -> None:
    """Let time pass for an account or its sessions: the machine's clock is nobody's to move."""
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_gate")
        await raw.execute(what, who.id)


async def test_guesses_at_the_same_moment_are_each_counted(
    database: Database, sessions: Sessions, operator: SignedIn, raw: asyncpg.Connection
) -> None:
    """Twenty at once get no more tries than one after another; the right one among those that come too late is refused too."""
    guesses = [*(f"guess {number}" for number in range(20)), PASSWORD]
    answers = await asyncio.gather(*(sessions.sign_in(operator.login, guess) for guess in guesses), return_exceptions=True)
    assert all(isinstance(answer, CantSignIn) for answer in answers)
    assert (await counted(raw, operator))[0] == FREE
    await let_pass(raw, operator, "UPDATE account SET locked_until = locked_until - interval '1 hour' WHERE id = $1")
    assert await sessions.sign_in(operator.login, PASSWORD)
    assert await counted(raw, operator) == (0, 0)


async def test_codes_guessed_at_the_same_moment_are_counted_too(
    database: Database, sessions: Sessions, operator: SignedIn, raw: asyncpg.Connection
) -> None:
    """Who has the password has a million codes before him, and five tries; the right password takes no count away."""
    await with_code(database, operator)
    halves = [(await sessions.sign_in(operator.login, PASSWORD))[0] for _ in range(3)]
    assert await counted(raw, operator) == (0, 0)
    tries = [sessions.give_code(half, f"{number:06}") for half in halves for number in range(6)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert all(isinstance(answer, CantSignIn) for answer in answers)
    assert (await counted(raw, operator))[0] == FREE
    with pytest.raises(CantSignIn):
        await sessions.sign_in(operator.login, PASSWORD)


async def test_strangers_keep_nobody_from_work(sessions: Sessions, operator: SignedIn, raw: asyncpg.Connection) -> None:
    """Whoever knows a login can type wrong passwords all night: the browser that signed in before is counted apart."""
    for _ in range(FREE):
        with pytest.raises(CantSignIn):
            await sessions.sign_in(operator.login, "wrong")
    with pytest.raises(CantSignIn):
        await sessions.sign_in(operator.login, PASSWORD)
    assert await sessions.sign_in(operator.login, PASSWORD, ["rubbish", "é", sessions.mark_of(operator.id)])
    assert await counted(raw, operator) == (FREE, 0)  # strangers wait on
    for _ in range(FREE):
        with pytest.raises(CantSignIn):
            await sessions.sign_in(operator.login, "wrong", [sessions.mark_of(operator.id)])
    with pytest.raises(CantSignIn):  # a mark that was stolen opens nothing, and guesses no longer
        await sessions.sign_in(operator.login, PASSWORD, [sessions.mark_of(operator.id)])


async def test_a_mark_of_somebody_else_is_none(database: Database, sessions: Sessions, operator: SignedIn) -> None:
    """The mark of a colleague at the same computer, or of another account with this id written before it."""
    other = await signed_in(database, HOTLINE, "operator")
    for _ in range(FREE):
        with pytest.raises(CantSignIn):
            await sessions.sign_in(operator.login, "wrong")
    forged = f"{operator.id.hex}.{sessions.mark_of(other.id).partition('.')[2]}"
    with pytest.raises(CantSignIn):
        await sessions.sign_in(operator.login, PASSWORD, [sessions.mark_of(other.id), forged])


async def test_two_requests_with_one_code_make_one_session(
    database: Database, sessions: Sessions, operator: SignedIn, raw: asyncpg.Connection
) -> None:
    """Who looked over a shoulder and is as quick gets nothing."""
    secret = await with_code(database, operator)
    halves = [(await sessions.sign_in(operator.login, PASSWORD))[0] for _ in range(3)]
    code = code_of(secret, later=1)
    answers = await asyncio.gather(*(sessions.give_code(half, code) for half in halves), return_exceptions=True)
    assert sum(isinstance(answer, str) for answer in answers) == 1
    assert sum(isinstance(answer, CantSignIn) for answer in answers) == 2


@pytest.mark.parametrize(
    "passes",
    [
        "UPDATE sign_in SET used_at = used_at - interval '2 hours 1 second' WHERE account_id = $1",
        "UPDATE sign_in SET expires_at = expires_at - interval '12 hours 1 second' WHERE account_id = $1",
    ],
)
async def test_a_session_ends_by_itself(sessions: Sessions, operator: SignedIn, raw: asyncpg.Connection, passes: str) -> None:
    """Nobody used it for two hours, or the shift is over."""
    assert await sessions.who(operator.secret)
    await let_pass(raw, operator, passes)
    assert await sessions.who(operator.secret) is None


async def test_a_session_in_use_goes_on(sessions: Sessions, operator: SignedIn, raw: asyncpg.Connection) -> None:
    """What is used is noted, once a minute at most."""
    await let_pass(raw, operator, "UPDATE sign_in SET used_at = used_at - interval '1 hour 59 minutes' WHERE account_id = $1")
    assert await sessions.who(operator.secret)
    await let_pass(raw, operator, "UPDATE sign_in SET used_at = used_at - interval '1 hour 59 minutes' WHERE account_id = $1")
    assert await sessions.who(operator.secret)


async def test_half_a_session_waits_five_minutes(
    database: Database, sessions: Sessions, operator: SignedIn, raw: asyncpg.Connection
) -> None:
    """Then one begins anew; and it never is a session meanwhile."""
    secret = await with_code(database, operator)
    half, needs_code = await sessions.sign_in(operator.login, PASSWORD)
    assert needs_code
    account = await sessions.who(half)
    assert account
    assert not account.is_whole
    await let_pass(raw, operator, "UPDATE sign_in SET used_at = used_at - interval '5 minutes 1 second' WHERE account_id = $1")
    with pytest.raises(CantSignIn):
        await sessions.give_code(half, code_of(secret, later=1))


async def test_an_end_holds_at_once(database: Database, sessions: Sessions, operator: SignedIn) -> None:
    """The session of somebody who left is over with the account; nobody signs in to it, and nothing of it can be changed."""
    async with begin(database, WORKER) as work:
        await people.end(work, operator.id)
    assert await sessions.who(operator.secret) is None
    with pytest.raises(CantSignIn):
        await sessions.sign_in(operator.login, PASSWORD)
    for again in (people.end, people.give_password):
        with pytest.raises(NotFound):
            async with begin(database, WORKER) as work:
                await again(work, operator.id)
    with pytest.raises(LoginTaken):
        async with begin(database, WORKER) as work:
            await people.add(work, organisation=HOTLINE, role="desk", login=operator.login, name="Een ander")


async def test_a_new_password_takes_the_code_off(database: Database, sessions: Sessions, operator: SignedIn) -> None:
    """Whoever lost the telephone is helped; a half session of before asks for nothing that is there no more."""
    await with_code(database, operator)
    half, _ = await sessions.sign_in(operator.login, PASSWORD)
    async with begin(database, WORKER) as work:
        given = await people.give_password(work, operator.id)
    with pytest.raises(CantSignIn):
        await sessions.give_code(half, "000000")
    assert (await sessions.sign_in(operator.login, given))[1] is False


async def test_what_is_asked_of_an_account_is_told_field_by_field(database: Database, operator: SignedIn) -> None:
    """Everything at once, so that nobody sends the same form three times."""
    with pytest.raises(Invalid) as refused:
        async with begin(database, WORKER) as work:
            people.make(work, organisation=HOTLINE, role="desk", login="no spaces", name=" ", password="short")
    assert {one.pointer for one in refused.value.errors} == {"/login", "/name", "/password"}
    with pytest.raises(NotFound):
        async with begin(database, WORKER) as work:
            await people.add(work, organisation=NOBODY, role="desk", login="somebody", name="Iemand")
    with pytest.raises(Invalid):
        async with begin(database, me(operator)) as work:
            await own_code.propose(work, NOBODY, PASSWORD)


async def test_a_secret_lies_sealed(database: Database, operator: SignedIn, raw: asyncpg.Connection) -> None:
    """A backup of the database makes nobody a code, and no session or password either."""
    secret = await with_code(database, operator)
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_gate")
        row = await raw.fetchrow("SELECT totp, password FROM account WHERE id = $1", operator.id)
        digest = await raw.fetchval("SELECT digest FROM sign_in WHERE account_id = $1", operator.id)
    assert row
    assert secret not in bytes(row["totp"])
    assert master_key(database.settings).unwrap(bytes(row["totp"]), operator.id) == secret
    assert PASSWORD not in row["password"]
    assert operator.secret.encode() not in bytes(digest)


async def test_every_role_of_the_database_sees_what_is_its_own(
    database: Database, operator: SignedIn, raw: asyncpg.Connection
) -> None:
    """The service sees the accounts of one organisation, and no session; the gate changes no name, and makes nobody."""
    async with raw.transaction():
        await raw.execute(f"SET LOCAL ROLE nodus_app; SET LOCAL nodus.organisation = '{AMSTERDAM_DESK}'")
        assert await raw.fetchval("SELECT count(*) FROM account WHERE id = $1", operator.id) == 0
        assert await raw.execute("UPDATE account SET name = 'x' WHERE id = $1", operator.id) == "UPDATE 0"
    for role, statement in (
        ("nodus_app", "SELECT 1 FROM sign_in"),
        ("nodus_app", "DELETE FROM account"),
        ("nodus_worker", "UPDATE sign_in SET is_whole = true"),
        ("nodus_gate", "UPDATE account SET name = 'x'"),
        ("nodus_gate", "UPDATE account SET ended_at = NULL"),
        ("nodus_gate", "INSERT INTO account SELECT * FROM account"),
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await _as(raw, role, statement)
    with pytest.raises(ProgrammingError, match="row-level security"):  # an account at another organisation
        await _elsewhere(database, operator)


async def _as(raw: asyncpg.Connection, role: str, statement: str) -> None:
    async with raw.transaction():
        await raw.execute(f"SET LOCAL ROLE {role}; SET LOCAL nodus.organisation = '{HOTLINE}'")
        await raw.execute(statement)


async def _elsewhere(database: Database, operator: SignedIn) -> None:
    async with begin(database, me(operator)) as work:
        people.make(work, organisation=AMSTERDAM_DESK, role="desk", login=f"x{operator.login}", name="x")


async def test_a_code_is_changed_by_who_has_the_password_and_the_code_of_now(database: Database, operator: SignedIn) -> None:
    """A session that somebody left open is not enough, neither is a password seen over a shoulder; a code is used by it."""
    secret = await with_code(database, operator)
    for password, code in (("wrong", code_of(secret, later=1)), (PASSWORD, ""), (PASSWORD, code_of(secret))):
        for do in (own_code.propose, own_code.turn_off):
            with pytest.raises(Invalid):
                async with begin(database, me(operator)) as work:
                    await do(work, operator.id, password, code)
    async with begin(database, me(operator)) as work:
        other = await own_code.propose(work, operator.id, PASSWORD, code_of(secret, later=1))
    with pytest.raises(Invalid):  # used
        async with begin(database, me(operator)) as work:
            await own_code.turn_off(work, operator.id, PASSWORD, code_of(secret, later=1))
    with pytest.raises(Invalid):  # of the app before
        async with begin(database, me(operator)) as work:
            await own_code.turn_on(work, operator.id, other.sealed, code_of(secret, later=1))


async def test_a_proposal_is_somebodys_and_not_for_long(
    database: Database, operator: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sends his own, an old one or rubbish as another's proposal turns nothing on."""
    other = await signed_in(database, HOTLINE, "operator")
    async with begin(database, me(operator)) as work:
        proposal = await own_code.propose(work, operator.id, PASSWORD)
        assert own_code.proposed(work, operator.id, proposal.sealed) == proposal
        for whose, sealed in ((other.id, proposal.sealed), (operator.id, "rubbish"), (operator.id, "é"), (operator.id, "")):
            assert own_code.proposed(work, whose, sealed) is None
    monkeypatch.setattr(own_code, "PROPOSED_FOR", timedelta(seconds=-1))
    async with begin(database, me(operator)) as work:
        late = await own_code.propose(work, operator.id, PASSWORD)
    with pytest.raises(Invalid) as refused:
        async with begin(database, me(operator)) as work:
            await own_code.turn_on(work, operator.id, late.sealed, code_of(late.secret))
    assert [one.code for one in refused.value.errors] == ["expired"]


async def test_nobody_is_locked_out_by_the_calendar(database: Database, operator: SignedIn) -> None:
    """A program's key ends within a year; a colleague of two years still hears what is new, until somebody ends the account."""
    async with begin(database, WORKER) as work:
        token = parse(identity.create_key(work, organisation=HOTLINE, role="operator", label="x", life=timedelta(days=366)))
    assert token
    later = datetime.now(UTC) + timedelta(days=800)
    async with begin(database, GATE) as work:
        assert await identity.live(work, {token.key, operator.id}) == {token.key, operator.id}
        left = await work.rows(LIVE, keys=[token.key, operator.id], at=later)
    assert [UUID(int=row["id"].int) for row in left] == [operator.id]
    async with begin(database, WORKER) as work:
        await people.end(work, operator.id)
        assert not await identity.live(work, [operator.id])
