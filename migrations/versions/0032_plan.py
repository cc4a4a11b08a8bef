"""The plan of a case: why the person's own goal is missing, everything on one timeline, and the whole case in one question."""

from migrations.script import carry_out

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

GOALS = """
ALTER TABLE goal ADD COLUMN without_own text;
COMMENT ON COLUMN goal.without_own IS 'Of a goal of the team: why there is none of the person''s own yet.';
"""

# Whoever asks sees of each part what it may see (security_invoker). A line that tells what another entry tells too is left out.
# What was corrected tells its end no more: the correction carries it.
STORY = """
CREATE VIEW case_story WITH (security_invoker = true) AS
  SELECT case_id, at, id, 0::smallint AS part, 'contact' AS entry, party AS kind, organisation_id, audience,
    jsonb_build_object('way', way, 'party', party, 'result', result) AS facts, sealed,
    NULL::uuid AS corrects_id, NULL::uuid AS corrected_by FROM contact
  UNION ALL SELECT case_id, set_at, id, 0, 'goal', of, organisation_id, audience,
    jsonb_strip_nulls(jsonb_build_object('of', of, 'why_not_own', without_own)), sealed, NULL, NULL FROM goal
  UNION ALL SELECT case_id, outcome_at, id, 1, 'goal_outcome', of, NULL, audience,
    jsonb_build_object('of', of, 'outcome', outcome), outcome_sealed, NULL, NULL FROM goal WHERE outcome IS NOT NULL
  UNION ALL SELECT i.case_id, i.at, i.id, 0, 'item', i.kind, i.organisation_id, i.audience, i.facts
    || jsonb_strip_nulls(jsonb_build_object('state', i.state, 'due_at', i.due_at, 'assigned_to', i.assigned_to)),
    i.sealed, i.corrects_id, (SELECT k.id FROM case_item k WHERE k.corrects_id = i.id) FROM case_item i
  UNION ALL SELECT i.case_id, i.ended_at, i.id, 1, 'item_ended', i.kind, i.ended_by, i.audience,
    i.ended_facts || jsonb_build_object('state', i.state), i.ended_sealed, NULL, NULL FROM case_item i
    WHERE i.ended_at IS NOT NULL AND NOT EXISTS (SELECT FROM case_item k WHERE k.corrects_id = i.id)
  UNION ALL SELECT case_id, ended_at, id, 1, 'check', 'aftercare_check', organisation_id, NULL, jsonb_strip_nulls(
    jsonb_build_object('round', round, 'week', week, 'state', state, 'result', result, 'decided_by', decided_by)),
    sealed, NULL, NULL FROM aftercare_check WHERE ended_at IS NOT NULL
  UNION ALL SELECT case_id, ended_at, md5(case_id::text || kind)::uuid, 1, 'obligation', kind, organisation_id, NULL,
    facts || jsonb_build_object('state', state), sealed, NULL, NULL FROM obligation WHERE ended_at IS NOT NULL
  UNION ALL SELECT l.case_id, l.at, l.id, 2, 'line', l.kind, l.organisation_id, l.audience, l.facts, NULL, NULL, NULL
    FROM case_line l
    WHERE l.kind NOT IN ('contact', 'goal', 'goal_outcome', 'aftercare_check', 'feedback', 'inform_person', 'evaluation',
      'still_worried')
    AND NOT EXISTS (SELECT FROM case_item i WHERE i.case_id = l.case_id AND i.id::text = l.facts->>'item'
      AND l.kind IN (i.kind, i.kind || '_done', i.kind || '_cancelled', i.kind || '_corrected'));
COMMENT ON VIEW case_story IS 'All that happened in a case, as far as who asks may see it, each once.';
GRANT SELECT ON case_story TO nodus_app, nodus_worker;
"""

# All that the page of a case shows, in one round trip, as far as who asks may see it; NULL for who has no part in the case.
PAGE = """
CREATE FUNCTION case_page(about uuid, last_contacts int) RETURNS jsonb LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
  WITH seen AS (SELECT i.*, (SELECT k.id FROM case_item k WHERE k.corrects_id = i.id) AS corrected_by
    FROM case_item i WHERE i.case_id = about),
  valid AS (SELECT * FROM seen WHERE corrected_by IS NULL AND NOT facts ? 'withdrawn')
  SELECT jsonb_build_object(
    'clock', case_clock(about),
    'key', (SELECT jsonb_build_object('wrapped', wrapped) FROM vault_key WHERE case_id = about),
    'names', (SELECT jsonb_object_agg(o.id, o.name) FROM organisation o WHERE o.id IN (
      SELECT owner_organisation_id FROM cases WHERE id = about UNION SELECT intake_organisation_id FROM cases WHERE id = about
      UNION SELECT organisation_id FROM case_member WHERE case_id = about UNION SELECT assigned_to FROM valid)),
    'promise', (SELECT jsonb_build_object('at', at, 'facts', facts) FROM case_line
      WHERE case_id = about AND kind = 'feedback_promised' ORDER BY id LIMIT 1),
    'team', (SELECT coalesce(jsonb_agg(m ORDER BY m.id), '[]') FROM case_member m
      WHERE m.case_id = about AND m.state IN ('invited', 'member')),
    'goals', (SELECT coalesce(jsonb_agg(g ORDER BY g.of <> 'person', g.id), '[]') FROM goal g WHERE g.case_id = about),
    'open', (SELECT coalesce(jsonb_agg(v ORDER BY v.due_at NULLS LAST, v.id), '[]') FROM valid v WHERE v.state = 'open'),
    'assessment', (SELECT to_jsonb(v) FROM valid v WHERE v.kind = 'assessment' ORDER BY v.at DESC, v.id DESC LIMIT 1),
    'crisis_card', (SELECT to_jsonb(v) FROM valid v WHERE v.kind = 'crisis_card' ORDER BY v.id DESC LIMIT 1),
    'ownership', (SELECT to_jsonb(v) FROM valid v WHERE v.kind = 'escalation' AND v.state = 'done'
      ORDER BY v.ended_at DESC, v.id DESC LIMIT 1),
    'checks', (SELECT coalesce(jsonb_agg(a ORDER BY a.due_at, a.id), '[]') FROM aftercare_check a WHERE a.case_id = about),
    'obligations', (SELECT coalesce(jsonb_agg(b ORDER BY b.kind), '[]') FROM obligation b WHERE b.case_id = about),
    'contacts', (SELECT coalesce(jsonb_agg(t ORDER BY t.at DESC, t.id DESC), '[]') FROM (
      SELECT * FROM contact WHERE case_id = about ORDER BY at DESC, id DESC LIMIT last_contacts) t))
  WHERE owns_case(about) OR about IN (SELECT my_teams())
$$;
COMMENT ON FUNCTION case_page IS 'Everything on the page of a case, as far as who asks may see it. Contents are sealed.';
REVOKE ALL ON FUNCTION case_page(uuid, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION case_page(uuid, int) TO nodus_app;
"""
DOWN = """
DROP FUNCTION case_page(uuid, int);
DROP VIEW case_story;
ALTER TABLE goal DROP COLUMN without_own;
"""


def upgrade() -> None:
    """No goal has said why it is the team's only."""
    carry_out(GOALS + STORY + PAGE)


def downgrade() -> None:
    """The reasons are lost."""
    carry_out(DOWN)
