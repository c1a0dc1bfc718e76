-- +goose Up
-- What one person asks for and another one decides, when an owner has switched it on.
ALTER TABLE access_rules ADD COLUMN require_approval boolean NOT NULL DEFAULT false;

CREATE TABLE approvals (
  id varchar NOT NULL,
  kind varchar NOT NULL,
  state varchar NOT NULL DEFAULT 'ASKED',
  subject_id varchar NOT NULL DEFAULT '',
  amount_cents bigint NULL,
  count bigint NOT NULL DEFAULT 1,
  input jsonb NOT NULL,
  digest bytea NOT NULL,
  asked_by_id varchar NOT NULL,
  decided_by_id varchar NULL,
  reason varchar NOT NULL DEFAULT '',
  started_id varchar NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  decided_at timestamptz NULL,
  PRIMARY KEY (id),
  CONSTRAINT approvals_users_asked_by FOREIGN KEY (asked_by_id) REFERENCES users (id),
  CONSTRAINT approvals_users_decided_by FOREIGN KEY (decided_by_id) REFERENCES users (id),
  -- Two different persons, whatever the program does.
  CONSTRAINT approvals_two_persons CHECK (decided_by_id <> asked_by_id OR state = 'DENIED'),
  CONSTRAINT approvals_decided CHECK ((state = 'ASKED') = (decided_at IS NULL) AND (state = 'ASKED') = (decided_by_id IS NULL)),
  CONSTRAINT approvals_state CHECK (state IN ('ASKED', 'APPROVED', 'DENIED'))
);
CREATE INDEX approval_digest ON approvals (digest);
CREATE INDEX approval_state_id ON approvals (state, id);
SELECT audit_table('approvals', '', 'input,reason');
