"""What must hold of all cases, whatever was done. Another thing that must hold is another line in `HOLDS`."""

from typing import Final
from uuid import UUID

from sqlalchemy import text

from app.cases import service as cases
from app.core.actor import WORKER
from app.followup.clocks import deadlines_of
from app.followup.service import duties
from tests.watch.play import Play, desk

# Each names what is wrong; none may find a row. `:at` is the moment, after the worker has run.
HOLDS: Final = {
    "every open case has an owner or somebody who is asked, a deadline, and a clock that runs": "SELECT * FROM case_unkept",
    "the clock of a case is never later than what is due in it": """
      SELECT c.*, due.due_at FROM cases c JOIN (
        SELECT case_id, due_at FROM case_item WHERE state = 'open' AND due_at IS NOT NULL
        UNION ALL SELECT k.case_id, k.due_at FROM aftercare_check k JOIN cases d ON d.id = k.case_id AND d.state = 'aftercare'
          WHERE k.state = 'planned'
        UNION ALL SELECT o.case_id, o.due_at FROM obligation o JOIN cases d ON d.id = o.case_id AND d.state <> 'accepted'
          WHERE o.state = 'open') AS due ON due.case_id = c.id
      WHERE c.state NOT IN ('closed', 'offered') AND c.deadline_at > due.due_at AND due.due_at > (
        SELECT max(since) FROM owners_of(c.id))""",
    "who is reminded or climbs to is told before the deadline passes unnoticed": """
      SELECT id FROM cases WHERE state NOT IN ('closed', 'offered')
        AND (next_climb_at <= :at OR (climbed = 0 AND next_climb_at > deadline_at) OR (climbed > 0 AND deadline_at > :at))""",
    "nothing is planned in a closed case": "SELECT id FROM cases WHERE state = 'closed' AND (deadline_at, next_climb_at) IS DISTINCT FROM (NULL, NULL)",
    "nothing waits for anybody in a closed case": """
      SELECT i.id FROM case_item i JOIN cases c ON c.id = i.case_id WHERE i.state = 'open' AND c.state = 'closed'
      UNION ALL SELECT m.id FROM case_member m JOIN cases c ON c.id = m.case_id WHERE m.state = 'invited' AND c.state = 'closed'
      UNION ALL SELECT o.id FROM offer o JOIN cases c ON c.id = o.case_id WHERE o.state = 'pending' AND c.state = 'closed'""",
    "one organisation at a time is asked to take a case": """
      SELECT case_id FROM offer WHERE state = 'pending' GROUP BY case_id HAVING count(*) > 1""",
    "what hangs on an open case names its owner": " UNION ALL ".join(
        f"""SELECT r.id FROM {table} r JOIN cases c ON c.id = r.case_id WHERE r.owner_organisation_id
          IS DISTINCT FROM CASE WHEN c.state <> 'closed' THEN c.owner_organisation_id END"""
        for table in ("case_item", "aftercare_check", "case_member")
    ),
    "every owner had the case from the one before, and the last has it": """
      SELECT c.id FROM cases c LEFT JOIN LATERAL (
        SELECT organisation_id, from_organisation_id IS NOT DISTINCT FROM lag(organisation_id) OVER (ORDER BY since, offer_id)
          AS follows, row_number() OVER (ORDER BY since DESC, offer_id DESC) AS place FROM owners_of(c.id)) AS o ON true
      WHERE c.owner_organisation_id IS NOT NULL
        AND (o.follows IS DISTINCT FROM true OR (o.place = 1 AND o.organisation_id <> c.owner_organisation_id))""",
    "no invitation outlives its time": "SELECT id FROM case_member WHERE state = 'invited' AND answer_by <= :at",
    "planned checks are checks of a case in aftercare": """
      SELECT k.id FROM aftercare_check k JOIN cases c ON c.id = k.case_id WHERE k.state = 'planned' AND c.state <> 'aftercare' AND c.joined_into IS NULL""",
    "in aftercare every goal has its outcome": """
      SELECT g.id FROM goal g JOIN cases c ON c.id = g.case_id WHERE g.outcome IS NULL AND c.state = 'aftercare'""",
    "nothing was put off more than twice": "SELECT id FROM case_item WHERE snoozed > 2 UNION SELECT id FROM aftercare_check WHERE snoozed > 2",
    "what lies around was shown to somebody": """
      SELECT l.case_id FROM case_left_lying l LEFT JOIN left_lying_told t ON t.case_id = l.case_id
      WHERE t.told_at IS NULL OR t.told_at < l.last_act_at OR t.told_at <= CAST(:at AS timestamptz) - interval '168 hours'""",
    "no number is missing in a feed": """
      SELECT r.recipient_id FROM recipient_counter r LEFT JOIN event e ON e.recipient_id = r.recipient_id
      GROUP BY r.recipient_id, r.last HAVING count(e.number) <> r.last""",
}

BROKEN: Final = " UNION ALL ".join(f"SELECT '{what}' AS what WHERE EXISTS ({rows})" for what, rows in HOLDS.items())


# What is written about a case, as whoever may see nothing of it reads it.
WRITTEN: Final = " UNION ALL ".join(
    f"SELECT '{table}' AS what FROM {table} WHERE case_id = ANY (:ids)"
    for table in ("case_item", "case_line", "contact", "goal", "aftercare_check", "obligation", "handover", "vault_key")
)


async def insist(play: Play) -> None:
    """Everything that must hold of all cases, their clocks, and what who left sees."""
    broken = [row["what"] for row in await play.rows(BROKEN, at=play.at)]
    found = {what: [dict(row) for row in await play.rows(HOLDS[what], at=play.at)] for what in broken}
    assert found == {}, found
    await _insist_on_clocks(play)
    gone = await play.rows("""
      SELECT m.organisation_id, array_agg(DISTINCT m.case_id) AS ids FROM case_member m JOIN cases c ON c.id = m.case_id
      LEFT JOIN cases j ON j.id = c.joined_into
      WHERE m.ended_at IS NOT NULL AND c.owner_organisation_id IS DISTINCT FROM m.organisation_id
        AND c.intake_organisation_id <> m.organisation_id AND j.owner_organisation_id IS DISTINCT FROM m.organisation_id
        AND NOT EXISTS (SELECT FROM case_member n WHERE n.case_id = m.case_id AND n.organisation_id = m.organisation_id
          AND n.ended_at IS NULL)
        AND NOT EXISTS (SELECT FROM offer o WHERE o.case_id = m.case_id AND m.organisation_id IN
          (o.organisation_id, o.from_organisation_id)) GROUP BY m.organisation_id""")
    for one in gone:
        await _insist_on_nothing(play, one["organisation_id"], one["ids"])


async def _insist_on_clocks(play: Play) -> None:
    """The clock of an owned case is never later than the soonest of its situation; what was overdue waits for a new owner."""
    found = await play.rows("""SELECT c.id, c.state, c.last_act_at, (SELECT max(since) FROM owners_of(c.id)) AS taken
      FROM cases c""")
    play.states |= {row["state"] for row in found}
    rows = [row for row in found if row["state"] not in {"closed", "offered"}]
    last, taken = ({row["id"]: row[name] for row in rows} for name in ("last_act_at", "taken"))
    async with play.do(WORKER) as work:
        owned = await cases.some(work, [row["id"] for row in rows])
        situations = await duties.situations(work, owned)
    assert len(situations) == len(owned), "every owned case has a situation"
    for case in owned:
        assert case.deadline_at is not None
        for one in deadlines_of(situations[case.id], last[case.id]):
            assert case.deadline_at <= one.at or one.at <= taken[case.id], (case, one)


async def _insist_on_nothing(play: Play, organisation: UUID, ids: list[UUID]) -> None:
    async with play.do(desk(organisation)) as work:
        assert await cases.some(work, ids) == [], "who left sees no case"
        seen = {row["what"] for row in await work.rows(text(WRITTEN), ids=ids)}
        assert seen == set(), f"who left sees no {seen}"
