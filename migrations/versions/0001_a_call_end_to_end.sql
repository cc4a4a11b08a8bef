-- The first schema: a call from intake to aftercare. One section a room, lowest floor first.
--
-- Roles   nodus_gate    reads API keys and organisations, nothing else: who is asking?
--         nodus_app     one organisation at a time: every row passes a policy on nodus.organisation
--         nodus_worker  the due-lists: sees all rows, may not change the schema
--         None of them owns a table or may bypass row-level security. The login that runs the service only needs
--         to be a member of the three; every transaction takes one of them with SET LOCAL ROLE.
-- Ids     UUIDv7, so a range of ids is a range of time: tables that grow for ever are partitioned by month on their id.

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['nodus_gate', 'nodus_app', 'nodus_worker'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT NOBYPASSRLS', name);
    END IF;
    EXECUTE format('GRANT %I TO CURRENT_USER', name);
  END LOOP;
END $$;

CREATE FUNCTION me() RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('nodus.organisation', true), '')::uuid $$;
COMMENT ON FUNCTION me() IS 'The organisation this transaction works for; null when none was named, and then no policy lets a row through.';

-- A month of UUIDv7 ids begins at the first id of its first millisecond.
CREATE FUNCTION first_id_at(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid $$;

CREATE PROCEDURE ensure_partitions(parent text, from_month date, months int) LANGUAGE plpgsql AS $$
DECLARE
  month date;
BEGIN
  FOR i IN 0 .. months - 1 LOOP
    month := (date_trunc('month', from_month) + make_interval(months => i))::date;
    EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
      parent || to_char(month, '_YYYY_MM'), parent,
      first_id_at(month::timestamp AT TIME ZONE 'UTC'),
      first_id_at((month + interval '1 month')::timestamp AT TIME ZONE 'UTC'));
  END LOOP;
END $$;

-- ---------------------------------------------------------------------------------------------------------- core
CREATE TABLE recipient_counter (
  recipient_id uuid PRIMARY KEY,
  last bigint NOT NULL CHECK (last >= 0)
);
COMMENT ON TABLE recipient_counter IS 'The number of the last event of each recipient. Its row is locked until commit, so numbers follow commit order and have no gaps.';

CREATE TABLE event (
  recipient_id uuid NOT NULL,
  number bigint NOT NULL CHECK (number > 0),
  id uuid NOT NULL,
  type text NOT NULL,
  case_id uuid,
  recorded_at timestamptz NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (recipient_id, number, id)
) PARTITION BY RANGE (id);
CREATE TABLE event_default PARTITION OF event DEFAULT;
CREATE INDEX event_by_id ON event (id);
COMMENT ON TABLE event IS 'The outbox: what was announced to whom, as the bytes that are signed and sent, numbered per recipient.';

CREATE TABLE idempotency (
  organisation_id uuid NOT NULL,
  route text NOT NULL,
  key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  fingerprint bytea NOT NULL,
  status smallint NOT NULL,
  headers jsonb NOT NULL DEFAULT '{}',
  answer bytea NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (organisation_id, route, key)
);
CREATE INDEX idempotency_by_age ON idempotency (created_at);

-- ------------------------------------------------------------------------------------------------------ identity
CREATE TABLE api_key (
  id uuid PRIMARY KEY,
  organisation_id uuid NOT NULL,
  role text NOT NULL CHECK (role IN ('operator', 'supervisor', 'desk', 'planner', 'administrator')),
  scopes text[] NOT NULL,
  label text NOT NULL,
  digest bytea NOT NULL CHECK (length(digest) = 32),
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL CHECK (expires_at > created_at AND expires_at <= created_at + interval '367 days'),
  revoked_at timestamptz,
  last_used_at timestamptz
);

-- --------------------------------------------------------------------------------------------------------- vault
CREATE TABLE vault_key (
  case_id uuid PRIMARY KEY,
  intake_organisation_id uuid NOT NULL,
  wrapped bytea,
  master text NOT NULL,
  created_at timestamptz NOT NULL,
  destroyed_at timestamptz,
  CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
COMMENT ON TABLE vault_key IS 'The key of a case, wrapped under the master key. Destroying it destroys the personal data of the case.';

CREATE TABLE access_log (
  id uuid NOT NULL PRIMARY KEY,
  at timestamptz NOT NULL,
  organisation_id uuid NOT NULL,
  key_id uuid,
  role text NOT NULL,
  action text NOT NULL,
  case_id uuid NOT NULL,
  what text NOT NULL,
  purpose text NOT NULL,
  request_id uuid
) PARTITION BY RANGE (id);
CREATE TABLE access_log_default PARTITION OF access_log DEFAULT;
CREATE INDEX access_log_by_case ON access_log (case_id, at);

-- ----------------------------------------------------------------------------------------------------- directory
CREATE TABLE municipality (
  code text PRIMARY KEY CHECK (code ~ '^GM[0-9]{4}$'),
  name text NOT NULL,
  safety_region text NOT NULL,
  ggd_region text NOT NULL,
  police_unit text NOT NULL,
  province text NOT NULL,
  valid daterange NOT NULL DEFAULT daterange(NULL, NULL),
  boundary jsonb
);

CREATE TABLE municipality_change (
  effective_on date NOT NULL,
  old_code text NOT NULL,
  old_name text NOT NULL,
  new_code text NOT NULL,
  new_name text NOT NULL,
  kind text NOT NULL,
  PRIMARY KEY (effective_on, old_code, new_code)
);

CREATE TABLE postcode (
  pc4 text PRIMARY KEY CHECK (pc4 ~ '^[1-9][0-9]{3}$'),
  municipality_code text NOT NULL REFERENCES municipality,
  place text NOT NULL,
  also_municipality_codes text[] NOT NULL DEFAULT '{}'
);

CREATE TABLE organisation (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('hotline', 'meldpunt', 'care_provider', 'police', 'housing', 'other')),
  name text NOT NULL,
  invented boolean NOT NULL DEFAULT false,
  phone text,
  source text,
  ends_on date
);
ALTER TABLE api_key ADD FOREIGN KEY (organisation_id) REFERENCES organisation;

CREATE TABLE service (
  id uuid PRIMARY KEY,
  organisation_id uuid NOT NULL REFERENCES organisation,
  kind text NOT NULL CHECK (kind IN ('meldpunt', 'crisis', 'outreach', 'national_desk')),
  name text NOT NULL,
  accepts text[] NOT NULL DEFAULT '{worry}',
  minimum_age smallint NOT NULL DEFAULT 0,
  rank smallint NOT NULL DEFAULT 1,
  hours jsonb NOT NULL,
  out_of_hours text NOT NULL DEFAULT 'none'
    CHECK (out_of_hours IN ('none', 'on_call', 'named_provider', 'national_desk', 'waits')),
  out_of_hours_organisation_id uuid REFERENCES organisation,
  CHECK ((out_of_hours = 'named_provider') = (out_of_hours_organisation_id IS NOT NULL))
);
COMMENT ON COLUMN service.kind IS 'meldpunt: the desk of municipalities · crisis, outreach: the lines of a care provider · national_desk: the last rung.';

CREATE TABLE service_area (
  service_id uuid NOT NULL REFERENCES service,
  municipality_code text NOT NULL REFERENCES municipality,
  valid daterange NOT NULL DEFAULT daterange(NULL, NULL),
  PRIMARY KEY (service_id, municipality_code, valid)
);
CREATE INDEX service_area_by_municipality ON service_area (municipality_code);

CREATE TABLE roster (
  id uuid PRIMARY KEY,
  number int NOT NULL UNIQUE GENERATED ALWAYS AS IDENTITY,
  service_id uuid NOT NULL REFERENCES service,
  name text NOT NULL
);

CREATE TABLE shift (
  id uuid PRIMARY KEY,
  roster_number int NOT NULL REFERENCES roster (number),
  layer smallint NOT NULL DEFAULT 1,
  span tstzrange NOT NULL CHECK (NOT isempty(span) AND lower(span) IS NOT NULL AND upper(span) IS NOT NULL),
  participant text NOT NULL,
  -- An int equals itself as a range: the constraint needs no extension.
  EXCLUDE USING gist (int4range(roster_number, roster_number, '[]') WITH =, int4range(layer, layer, '[]') WITH =, span WITH &&)
);

CREATE TABLE directory_version (
  sole boolean PRIMARY KEY DEFAULT true CHECK (sole),
  number bigint NOT NULL,
  changed_at timestamptz NOT NULL
);

-- ------------------------------------------------------------------------------------------------------ delivery
CREATE TABLE webhook_endpoint (
  id uuid PRIMARY KEY,
  organisation_id uuid NOT NULL REFERENCES organisation,
  url text NOT NULL,
  secret bytea NOT NULL,
  types text[] NOT NULL DEFAULT '{}',
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'disabled')),
  delivered_through bigint NOT NULL DEFAULT 0,
  attempts smallint NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL,
  leased_until timestamptz,
  failing_since timestamptz,
  last_error text,
  created_at timestamptz NOT NULL,
  version int NOT NULL DEFAULT 1
);
CREATE INDEX webhook_endpoint_due ON webhook_endpoint (next_attempt_at) WHERE state = 'active';
COMMENT ON COLUMN webhook_endpoint.delivered_through IS 'Every event of this recipient up to this number was delivered (or given up, see webhook_attempt): an endpoint reads its recipient''s feed in order.';

CREATE TABLE webhook_attempt (
  id uuid NOT NULL PRIMARY KEY,
  endpoint_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  event_id uuid NOT NULL,
  number bigint NOT NULL,
  attempt smallint NOT NULL,
  started_at timestamptz NOT NULL,
  duration_ms int NOT NULL,
  status smallint,
  outcome text NOT NULL CHECK (outcome IN ('delivered', 'failed', 'given_up')),
  error text
) PARTITION BY RANGE (id);
CREATE TABLE webhook_attempt_default PARTITION OF webhook_attempt DEFAULT;
CREATE INDEX webhook_attempt_by_endpoint ON webhook_attempt (endpoint_id, number);

-- --------------------------------------------------------------------------------------------------------- cases
CREATE TABLE cases (
  id uuid PRIMARY KEY,
  reference text NOT NULL UNIQUE,
  intake_organisation_id uuid NOT NULL REFERENCES organisation,
  owner_organisation_id uuid REFERENCES organisation,
  coordinator text,
  state text NOT NULL CHECK (state IN ('offered', 'accepted', 'in_follow_up', 'aftercare', 'closed')),
  urgency text NOT NULL CHECK (urgency IN ('acute', 'crisis', 'urgent', 'normal')),
  flags text[] NOT NULL DEFAULT '{}',
  municipality_code text NOT NULL REFERENCES municipality,
  opened_at timestamptz NOT NULL,
  accepted_at timestamptz,
  closed_at timestamptz,
  deadline_at timestamptz,
  deadline_kind text CHECK (deadline_kind IN ('accept', 'first_contact', 'follow_up', 'aftercare')),
  climbed smallint NOT NULL DEFAULT 0 CHECK (climbed BETWEEN 0 AND 4),
  next_climb_at timestamptz,
  version int NOT NULL DEFAULT 1,
  CONSTRAINT an_open_case_has_a_deadline CHECK (state = 'closed' OR (deadline_at IS NOT NULL AND deadline_kind IS NOT NULL AND next_climb_at IS NOT NULL)),
  CONSTRAINT a_case_is_offered_or_owned CHECK ((state = 'offered') = (owner_organisation_id IS NULL)),
  CONSTRAINT a_closed_case_has_its_moment CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX cases_of_owner ON cases (owner_organisation_id, id);
CREATE INDEX cases_of_intake ON cases (intake_organisation_id, id);
CREATE INDEX cases_to_climb ON cases (next_climb_at) WHERE state NOT IN ('closed', 'offered');
COMMENT ON COLUMN cases.next_climb_at IS 'When the deadline is past and nothing happened, the case climbs at this moment.';

CREATE TABLE case_line (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases,
  at timestamptz NOT NULL,
  kind text NOT NULL,
  organisation_id uuid,
  facts jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX case_line_by_case ON case_line (case_id, id);
COMMENT ON TABLE case_line IS 'The timeline of a case: what happened, as codes and ids, never contents.';

-- -------------------------------------------------------------------------------------------------------- intake
CREATE TABLE call (
  id uuid NOT NULL PRIMARY KEY,
  case_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  key_id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('active', 'completed', 'abandoned')),
  kind text CHECK (kind IN ('report', 'advice', 'information', 'handed_off', 'callback', 'wrong_number', 'silent', 'abuse')),
  reference text NOT NULL,
  channel text NOT NULL,
  received_at timestamptz NOT NULL,
  registered_at timestamptz NOT NULL,
  completed_at timestamptz,
  protocol text NOT NULL,
  answers jsonb NOT NULL DEFAULT '{}',
  proposed_urgency text,
  urgency text,
  flags text[] NOT NULL DEFAULT '{}',
  reasons jsonb NOT NULL DEFAULT '[]',
  observations text[] NOT NULL DEFAULT '{}',
  advice text[] NOT NULL DEFAULT '{}',
  hand_offs jsonb NOT NULL DEFAULT '[]',
  caller_anonymity text CHECK (caller_anonymity IN ('anonymous', 'known_to_desk_only', 'known')),
  caller_relation text,
  person_may_know_caller boolean NOT NULL DEFAULT false,
  age_band text,
  municipality_code text,
  feedback_promised boolean NOT NULL DEFAULT false,
  sealed bytea,
  version int NOT NULL DEFAULT 1,
  CONSTRAINT a_completed_call_says_how_it_ended CHECK ((state = 'completed') = (completed_at IS NOT NULL) AND (state <> 'completed' OR kind IS NOT NULL))
) PARTITION BY RANGE (id);
CREATE TABLE call_default PARTITION OF call DEFAULT;
CREATE INDEX call_by_case ON call (case_id);
CREATE INDEX call_open ON call (organisation_id, id) WHERE state = 'active';
CREATE INDEX call_by_organisation ON call (organisation_id, id);

-- ------------------------------------------------------------------------------------------------------- routing
CREATE TABLE decision (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases,
  at timestamptz NOT NULL,
  rules text NOT NULL,
  directory_version bigint NOT NULL,
  inputs jsonb NOT NULL,
  lines jsonb NOT NULL,
  offered_to uuid NOT NULL REFERENCES organisation,
  accept_by timestamptz NOT NULL,
  written_by uuid NOT NULL
);
CREATE INDEX decision_by_case ON decision (case_id, id);

CREATE TABLE offer (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases,
  decision_id uuid NOT NULL REFERENCES decision,
  organisation_id uuid NOT NULL REFERENCES organisation,
  intake_organisation_id uuid NOT NULL,
  written_by uuid NOT NULL,
  rung text NOT NULL CHECK (rung IN ('meldpunt', 'on_duty', 'contracted', 'national_desk', 'chosen')),
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'accepted', 'declined', 'expired', 'withdrawn')),
  urgency text NOT NULL,
  flags text[] NOT NULL DEFAULT '{}',
  municipality_code text NOT NULL,
  offered_at timestamptz NOT NULL,
  accept_by timestamptz NOT NULL,
  next_call_at timestamptz NOT NULL,
  reminders smallint NOT NULL DEFAULT 0,
  answered_at timestamptz,
  reason text,
  version int NOT NULL DEFAULT 1,
  CHECK ((state IN ('accepted', 'declined')) = (answered_at IS NOT NULL))
);
CREATE UNIQUE INDEX one_pending_offer_a_case ON offer (case_id) WHERE state = 'pending';
CREATE UNIQUE INDEX nobody_is_asked_twice ON offer (case_id, organisation_id);
CREATE INDEX offer_due ON offer (next_call_at) WHERE state = 'pending';
CREATE INDEX offer_of_organisation ON offer (organisation_id, id);
COMMENT ON COLUMN offer.next_call_at IS 'When the worker looks at this offer: its accept_by, and for the last rung, whose offer never ends, the next reminder.';

-- ------------------------------------------------------------------------------------------------------ followup
CREATE TABLE contact (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases,
  organisation_id uuid NOT NULL,
  at timestamptz NOT NULL,
  way text NOT NULL,
  party text NOT NULL,
  result text NOT NULL CHECK (result IN ('reached', 'tried', 'refused')),
  sealed bytea
);
CREATE INDEX contact_by_case ON contact (case_id, id);

CREATE TABLE goal (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases,
  organisation_id uuid NOT NULL,
  of text NOT NULL CHECK (of IN ('person', 'team')),
  set_at timestamptz NOT NULL,
  sealed bytea NOT NULL,
  outcome text CHECK (outcome IN ('reached', 'partly_reached', 'not_reached', 'dropped')),
  outcome_at timestamptz,
  outcome_sealed bytea,
  version int NOT NULL DEFAULT 1,
  CHECK ((outcome IS NULL) = (outcome_at IS NULL))
);
CREATE INDEX goal_by_case ON goal (case_id, id);

CREATE TABLE aftercare_check (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases,
  organisation_id uuid NOT NULL,
  round smallint NOT NULL DEFAULT 1,
  week smallint NOT NULL,
  due_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'done', 'waived')),
  result text,
  decided_by text,
  sealed bytea,
  ended_at timestamptz,
  version int NOT NULL DEFAULT 1,
  UNIQUE (case_id, round, week),
  CHECK ((state = 'planned') = (ended_at IS NULL))
);

CREATE TABLE obligation (
  case_id uuid NOT NULL REFERENCES cases,
  organisation_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('feedback', 'inform_person', 'evaluation')),
  due_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'waived')),
  ended_at timestamptz,
  facts jsonb NOT NULL DEFAULT '{}',
  sealed bytea,
  version int NOT NULL DEFAULT 1,
  PRIMARY KEY (case_id, kind),
  CHECK ((state = 'open') = (ended_at IS NULL))
);
COMMENT ON TABLE obligation IS 'What must be done or waived once before a case may close: feedback to the caller, informing the person, the evaluation.';

-- -------------------------------------------------------------------------------------------- rights and policies
GRANT USAGE ON SCHEMA public TO nodus_gate, nodus_app, nodus_worker;
GRANT SELECT ON api_key, organisation, recipient_counter, alembic_version TO nodus_gate;
GRANT SELECT ON alembic_version TO nodus_app, nodus_worker;
GRANT UPDATE (last_used_at) ON api_key TO nodus_gate;

GRANT SELECT ON municipality, municipality_change, postcode, organisation, service, service_area, roster, shift,
  directory_version TO nodus_app, nodus_worker;
GRANT INSERT, UPDATE, DELETE ON municipality, municipality_change, postcode, organisation, service, service_area, roster,
  shift, directory_version TO nodus_worker;
GRANT USAGE ON SEQUENCE roster_number_seq TO nodus_worker;
GRANT SELECT, INSERT, UPDATE ON recipient_counter, webhook_endpoint, vault_key, cases, call, offer, goal,
  aftercare_check, obligation, api_key TO nodus_app, nodus_worker;
GRANT SELECT, INSERT ON event, idempotency, access_log, case_line, decision, contact, webhook_attempt TO nodus_app, nodus_worker;
GRANT DELETE ON webhook_endpoint TO nodus_app;
GRANT DELETE ON idempotency, event TO nodus_worker;

DO $$
DECLARE
  guarded text;
BEGIN
  FOREACH guarded IN ARRAY ARRAY['event', 'idempotency', 'api_key', 'vault_key', 'access_log', 'webhook_endpoint', 'webhook_attempt',
    'cases', 'case_line', 'call', 'decision', 'offer', 'contact', 'goal', 'aftercare_check', 'obligation'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format('CREATE POLICY worker ON %I TO nodus_worker USING (true) WITH CHECK (true)', guarded);
  END LOOP;
END $$;

-- Own rows, by a column of the row itself. The hot path stores a whole call in one statement, whose parts can't see each
-- other's rows: what it writes must pass a check on the row alone.
CREATE POLICY gate ON api_key TO nodus_gate USING (true);
CREATE POLICY own ON api_key TO nodus_app USING (organisation_id = me());
CREATE POLICY own ON idempotency TO nodus_app USING (organisation_id = me());
CREATE POLICY own ON webhook_endpoint TO nodus_app USING (organisation_id = me());
CREATE POLICY own ON webhook_attempt TO nodus_app USING (organisation_id = me());
CREATE POLICY own ON event FOR SELECT TO nodus_app USING (recipient_id = me());
CREATE POLICY announce ON event FOR INSERT TO nodus_app WITH CHECK (true);
CREATE POLICY own ON access_log TO nodus_app USING (organisation_id = me());

-- An offer belongs to who is asked, to who took the call in, and to who wrote it.
CREATE POLICY read ON offer FOR SELECT TO nodus_app USING (organisation_id = me() OR intake_organisation_id = me());
-- Passed on only by who took the case in, or was asked; and an offer that has ended stays ended.
CREATE FUNCTION was_asked(about uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT EXISTS (SELECT FROM offer WHERE case_id = about AND organisation_id = me()) $$;
CREATE POLICY make ON offer FOR INSERT TO nodus_app WITH CHECK (
  written_by = me() AND (intake_organisation_id = me() OR was_asked(case_id)));
CREATE POLICY answer ON offer FOR UPDATE TO nodus_app
  USING (state = 'pending' AND (organisation_id = me() OR intake_organisation_id = me()))
  WITH CHECK (organisation_id = me() OR intake_organisation_id = me());

-- A case is seen by who took it in, by its owner, and by who is being asked at this moment.
CREATE POLICY read ON cases FOR SELECT TO nodus_app USING (
  intake_organisation_id = me() OR owner_organisation_id = me()
  OR EXISTS (SELECT FROM offer o WHERE o.case_id = cases.id AND o.intake_organisation_id = cases.intake_organisation_id
    AND o.organisation_id = me() AND o.state = 'pending'));
CREATE POLICY open ON cases FOR INSERT TO nodus_app WITH CHECK (intake_organisation_id = me());
CREATE POLICY change ON cases FOR UPDATE TO nodus_app USING (
  intake_organisation_id = me() OR owner_organisation_id = me()
  OR EXISTS (SELECT FROM offer o WHERE o.case_id = cases.id AND o.intake_organisation_id = cases.intake_organisation_id
    AND o.organisation_id = me() AND o.state = 'pending'));

CREATE POLICY read ON case_line FOR SELECT TO nodus_app USING (EXISTS (SELECT FROM cases c WHERE c.id = case_id));
CREATE POLICY write ON case_line FOR INSERT TO nodus_app WITH CHECK (organisation_id = me());
CREATE POLICY read ON decision FOR SELECT TO nodus_app USING (EXISTS (SELECT FROM cases c WHERE c.id = case_id));
CREATE POLICY write ON decision FOR INSERT TO nodus_app WITH CHECK (written_by = me());

-- Contents: who took the call in, and the owner of its case; never who is only being asked.
CREATE POLICY read ON call FOR SELECT TO nodus_app USING (
  organisation_id = me() OR EXISTS (SELECT FROM cases c WHERE c.id = case_id AND c.owner_organisation_id = me()));
CREATE POLICY take ON call FOR INSERT TO nodus_app WITH CHECK (organisation_id = me());
CREATE POLICY change ON call FOR UPDATE TO nodus_app USING (organisation_id = me());
CREATE POLICY read ON vault_key FOR SELECT TO nodus_app USING (
  intake_organisation_id = me() OR EXISTS (SELECT FROM cases c WHERE c.id = case_id AND c.owner_organisation_id = me()));
CREATE POLICY make ON vault_key FOR INSERT TO nodus_app WITH CHECK (intake_organisation_id = me());

-- Follow-up: the owner of the case, and each organisation what it wrote itself.
DO $$
DECLARE
  guarded text;
BEGIN
  FOREACH guarded IN ARRAY ARRAY['contact', 'goal', 'aftercare_check', 'obligation'] LOOP
    EXECUTE format('CREATE POLICY read ON %I FOR SELECT TO nodus_app USING (organisation_id = me()
      OR EXISTS (SELECT FROM cases c WHERE c.id = case_id AND c.owner_organisation_id = me()))', guarded);
    EXECUTE format('CREATE POLICY write ON %I FOR INSERT TO nodus_app WITH CHECK (organisation_id = me()
      AND EXISTS (SELECT FROM cases c WHERE c.id = case_id AND c.owner_organisation_id = me()))', guarded);
    EXECUTE format('CREATE POLICY change ON %I FOR UPDATE TO nodus_app USING (
      EXISTS (SELECT FROM cases c WHERE c.id = case_id AND c.owner_organisation_id = me()))', guarded);
  END LOOP;
END $$;

CALL ensure_partitions('event', '2026-01-01', 24);
CALL ensure_partitions('access_log', '2026-01-01', 24);
CALL ensure_partitions('webhook_attempt', '2026-01-01', 24);
CALL ensure_partitions('call', '2026-01-01', 24);
INSERT INTO directory_version (number, changed_at) VALUES (0, now());
