-- +goose Up
-- Tokens of apps, a second factor for people, and a record of who changed what.

CREATE TABLE api_tokens (
  id varchar NOT NULL,
  user_id varchar NOT NULL,
  name varchar NOT NULL,
  hint varchar NOT NULL,
  scopes jsonb NOT NULL,
  secret_hash bytea NOT NULL,
  previous_hash bytea NULL,
  previous_until timestamptz NULL,
  origin varchar NOT NULL,
  created_by_id varchar NULL,
  created_address varchar NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL,
  rotated_at timestamptz NULL,
  expires_at timestamptz NULL,
  last_used_at timestamptz NULL,
  last_used_address varchar NOT NULL DEFAULT '',
  previous_used_at timestamptz NULL,
  revoked_at timestamptz NULL,
  PRIMARY KEY (id),
  CONSTRAINT api_tokens_users_user FOREIGN KEY (user_id) REFERENCES users (id),
  CONSTRAINT api_tokens_users_created_by FOREIGN KEY (created_by_id) REFERENCES users (id),
  CONSTRAINT api_tokens_origin CHECK (origin IN ('PANEL', 'API', 'COMMAND_LINE')),
  CONSTRAINT api_tokens_scopes CHECK (jsonb_array_length(scopes) > 0),
  CONSTRAINT api_tokens_previous CHECK ((previous_hash IS NULL) = (previous_until IS NULL))
);
CREATE UNIQUE INDEX api_tokens_secret_hash_key ON api_tokens (secret_hash);
CREATE UNIQUE INDEX api_tokens_previous_hash_key ON api_tokens (previous_hash);
CREATE INDEX apitoken_user_id_id ON api_tokens (user_id, id);

ALTER TABLE users
  ADD COLUMN totp_secret bytea NULL,
  ADD COLUMN totp_step bigint NOT NULL DEFAULT 0,
  ADD COLUMN totp_since timestamptz NULL,
  ADD CONSTRAINT users_totp CHECK (totp_since IS NULL OR totp_secret IS NOT NULL);

CREATE TABLE recovery_codes (
  id varchar NOT NULL,
  user_id varchar NOT NULL,
  code_hash bytea NOT NULL,
  used_at timestamptz NULL,
  PRIMARY KEY (id),
  CONSTRAINT recovery_codes_users_user FOREIGN KEY (user_id) REFERENCES users (id)
);
CREATE UNIQUE INDEX recoverycode_user_id_code_hash ON recovery_codes (user_id, code_hash);

-- The address with which somebody who was invited, or has forgotten the password,
-- chooses one; at most one for each person.
CREATE TABLE password_links (
  id varchar NOT NULL,
  user_id varchar NOT NULL,
  secret_hash bytea NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT password_links_users_user FOREIGN KEY (user_id) REFERENCES users (id)
);
CREATE UNIQUE INDEX password_links_user_id_key ON password_links (user_id);
CREATE UNIQUE INDEX password_links_secret_hash_key ON password_links (secret_hash);

-- What the owner demands of everybody; one row.
CREATE TABLE access_rules (
  id varchar NOT NULL,
  require_totp boolean NOT NULL DEFAULT false,
  PRIMARY KEY (id),
  CONSTRAINT access_rules_one CHECK (id = 'acr_1')
);
INSERT INTO access_rules (id) VALUES ('acr_1');

-- Who changed what. Rows are written by the triggers below; a sealer numbers and
-- chains them afterwards (docs/decisions/0008-audit-by-trigger.md).
CREATE SEQUENCE audit_entries_id_seq;
CREATE TABLE audit_entries (
  id varchar NOT NULL DEFAULT 'aud_' || lpad(nextval('audit_entries_id_seq')::text, 19, '0'),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  user_id varchar NULL,
  token_id varchar NULL,
  address varchar NOT NULL DEFAULT '',
  action varchar NOT NULL DEFAULT '',
  change varchar NOT NULL,
  kind varchar NOT NULL,
  object_id varchar NOT NULL,
  about_id varchar NULL,
  before jsonb NOT NULL DEFAULT '{}',
  after jsonb NOT NULL DEFAULT '{}',
  position bigint NULL,
  hash bytea NULL,
  PRIMARY KEY (id),
  CONSTRAINT audit_entries_change CHECK (change IN ('CREATED', 'CHANGED', 'REMOVED', 'REVEALED')),
  CONSTRAINT audit_entries_sealed CHECK ((position IS NULL) = (hash IS NULL))
);
ALTER SEQUENCE audit_entries_id_seq OWNED BY audit_entries.id;
CREATE UNIQUE INDEX audit_entries_position_key ON audit_entries (position);
CREATE INDEX auditentry_object_id_id ON audit_entries (object_id, id);
CREATE INDEX auditentry_about_id_id ON audit_entries (about_id, id);
CREATE INDEX auditentry_user_id_id ON audit_entries (user_id, id);
CREATE INDEX auditentry_kind_id ON audit_entries (kind, id);
CREATE INDEX audit_entries_unsealed ON audit_entries (id) WHERE hash IS NULL;

-- An entry is sealed once; nothing else may change, and nothing goes.
-- +goose StatementBegin
CREATE FUNCTION refuse_unless_sealing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.hash IS NOT NULL OR to_jsonb(OLD) - 'hash' - 'position' <> to_jsonb(NEW) - 'hash' - 'position' THEN
    RAISE EXCEPTION 'audit_entries is append-only' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER audit_entries_sealing BEFORE UPDATE ON audit_entries FOR EACH ROW EXECUTE FUNCTION refuse_unless_sealing();
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- audit_shown is a value as the record may show it: nothing of a secret, the first
-- letter of what belongs to a customer's person, nothing of what is empty.
-- +goose StatementBegin
CREATE FUNCTION audit_shown(name text, value jsonb, personal text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN value IS NULL OR value IN ('null', '""', '[]', '{}') THEN NULL
    WHEN name ~ '(password|secret|sealed|token|hash)' AND name !~ '_(id|at|until)$' THEN '"•••"'::jsonb
    WHEN name = 'tax_id' OR name = ANY (personal) THEN to_jsonb(left(value #>> '{}', 1) || '•••')
    ELSE value
  END
$$;
-- +goose StatementEnd

-- audit_change writes what an actor does to a row. Its arguments: the column that
-- names what the row belongs to, '' for none; the columns that are personal, with
-- commas between.
-- +goose StatementBegin
CREATE FUNCTION audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  actor jsonb := current_setting('ponte.actor')::jsonb;
  was jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
  becomes jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
  whole jsonb := was || becomes;
  about text := whole ->> TG_ARGV[0];
  personal text[] := string_to_array(TG_ARGV[1], ',');
  shown_before jsonb;
  shown_after jsonb;
BEGIN
  SELECT jsonb_object_agg(key, audit_shown(key, was -> key, personal)) FILTER (WHERE audit_shown(key, was -> key, personal) IS NOT NULL),
      jsonb_object_agg(key, audit_shown(key, becomes -> key, personal)) FILTER (WHERE audit_shown(key, becomes -> key, personal) IS NOT NULL)
    INTO shown_before, shown_after
    FROM jsonb_object_keys(whole) AS key
    WHERE was -> key IS DISTINCT FROM becomes -> key
      AND key NOT IN ('id', 'created_at', 'updated_at', 'last_login_at', 'feed_sequence', 'balance_cents', 'entry_count', 'totp_step', 'used_at');
  IF shown_before IS NOT NULL OR shown_after IS NOT NULL THEN
    INSERT INTO audit_entries (user_id, token_id, address, action, change, kind, object_id, about_id, before, after)
    VALUES (actor ->> 'user', actor ->> 'token', COALESCE(actor ->> 'address', ''), COALESCE(actor ->> 'action', ''),
      CASE TG_OP WHEN 'INSERT' THEN 'CREATED' WHEN 'UPDATE' THEN 'CHANGED' ELSE 'REMOVED' END,
      TG_TABLE_NAME, COALESCE(whole ->> 'id', about, ''), about, COALESCE(shown_before, '{}'), COALESCE(shown_after, '{}'));
  END IF;
  RETURN NULL;
END
$$;
-- +goose StatementEnd

-- audit_table has the changes of a table written down, from now on. Where no actor
-- is set, as in the workers, the trigger does not even begin.
-- +goose StatementBegin
CREATE FUNCTION audit_table(name regclass, about text DEFAULT '', personal text DEFAULT '') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE OR REPLACE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW WHEN (current_setting(''ponte.actor'', true) <> '''') EXECUTE FUNCTION audit_change(%L, %L)', name, about, personal);
END
$$;
-- +goose StatementEnd

-- Everything is audited but what the program writes for itself, and what is a
-- record already.
-- +goose StatementBegin
DO $$
DECLARE
  one record;
BEGIN
  FOR one IN
    SELECT t.tablename, COALESCE(known.about, '') AS about, COALESCE(known.personal, '') AS personal
      FROM pg_tables t LEFT JOIN (VALUES
        ('customers', '', 'name,email,phone,street,street_number,complement,district,city,state,postal_code'),
        ('sale_items', 'sale_id', ''), ('charges', 'sale_id', ''), ('carnets', 'sale_id', ''), ('orders', 'sale_id', ''), ('invoices', 'sale_id', ''), ('differences', 'sale_id', ''),
        ('refunds', 'charge_id', ''), ('operations', 'subject_id', 'input'), ('failures', 'subject_id', ''),
        ('credentials', 'integration_id', ''), ('integration_notified_users', 'integration_id', ''),
        ('sessions', 'user_id', ''), ('channels', 'user_id', ''), ('api_tokens', 'user_id', ''), ('recovery_codes', 'user_id', ''), ('password_links', 'user_id', '')
      ) AS known (tablename, about, personal) USING (tablename)
      WHERE t.schemaname = current_schema() AND t.tablename NOT IN (
        'goose_db_version', 'audit_entries', 'attempts', 'batch_items', 'call_counts', 'charge_events', 'deliveries', 'entries', 'idempotency_keys',
        'messages', 'message_items', 'message_attempts', 'notices', 'notice_tokens')
  LOOP
    PERFORM audit_table(one.tablename::regclass, one.about, one.personal);
  END LOOP;
END
$$;
-- +goose StatementEnd
