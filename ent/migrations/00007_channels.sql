-- +goose Up
-- Where each person hears of failures outside the panel, what went out, and
-- failures that concern one person only.

CREATE TABLE channels (
  id varchar NOT NULL,
  user_id varchar NOT NULL,
  kind varchar NOT NULL,
  name varchar NOT NULL,
  active boolean NOT NULL DEFAULT true,
  target varchar NOT NULL,
  sealed bytea NOT NULL,
  sealed_at timestamptz NOT NULL,
  sources jsonb NOT NULL,
  topics jsonb NOT NULL,
  pace varchar NOT NULL DEFAULT 'NOW',
  digest_hour bigint NOT NULL DEFAULT 8,
  quiet_from varchar NULL,
  quiet_to varchar NULL,
  urgent_at_once boolean NOT NULL DEFAULT true,
  fed_sequence bigint NOT NULL DEFAULT 0,
  failed_tries bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT channels_users_user FOREIGN KEY (user_id) REFERENCES users (id),
  CONSTRAINT channels_kind CHECK (kind IN ('EMAIL', 'WEBHOOK', 'TELEGRAM', 'SLACK', 'DISCORD')),
  CONSTRAINT channels_pace CHECK (pace IN ('NOW', 'HOURLY', 'DAILY')),
  CONSTRAINT channels_digest_hour CHECK (digest_hour BETWEEN 0 AND 23),
  CONSTRAINT channels_quiet CHECK ((quiet_from IS NULL) = (quiet_to IS NULL))
);
CREATE INDEX channel_user_id ON channels (user_id);

CREATE TABLE messages (
  id varchar NOT NULL,
  channel_id varchar NULL,
  lane varchar NOT NULL,
  kind varchar NOT NULL,
  state varchar NOT NULL DEFAULT 'WAITING',
  held boolean NOT NULL DEFAULT false,
  content jsonb NULL,
  tries bigint NOT NULL DEFAULT 0,
  next_try_at timestamptz NULL,
  outcome jsonb NULL,
  asked_at timestamptz NOT NULL,
  finished_at timestamptz NULL,
  PRIMARY KEY (id),
  CONSTRAINT messages_channels_channel FOREIGN KEY (channel_id) REFERENCES channels (id) ON DELETE CASCADE,
  CONSTRAINT messages_kind CHECK (kind IN ('FAILURES', 'TEST')),
  CONSTRAINT messages_state CHECK (state IN ('WAITING', 'SENDING', 'SENT', 'FAILED', 'DROPPED')),
  CONSTRAINT messages_next_try CHECK ((state IN ('WAITING', 'SENDING')) = (next_try_at IS NOT NULL))
);
CREATE INDEX message_channel_id_id ON messages (channel_id, id);
CREATE INDEX message_lane ON messages (lane);
CREATE INDEX messages_due ON messages (next_try_at) WHERE state IN ('WAITING', 'SENDING');
CREATE INDEX messages_live ON messages (lane) WHERE state IN ('WAITING', 'SENDING');

CREATE TABLE message_items (
  id varchar NOT NULL,
  message_id varchar NOT NULL,
  channel_id varchar NOT NULL,
  delivery_id varchar NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT message_items_messages_message FOREIGN KEY (message_id) REFERENCES messages (id) ON DELETE CASCADE,
  CONSTRAINT message_items_deliveries_delivery FOREIGN KEY (delivery_id) REFERENCES deliveries (id) ON DELETE CASCADE
);
-- Each event of a feed goes out once on each channel.
CREATE UNIQUE INDEX messageitem_channel_id_delivery_id ON message_items (channel_id, delivery_id);
CREATE INDEX messageitem_message_id ON message_items (message_id);
CREATE INDEX messageitem_delivery_id ON message_items (delivery_id);

CREATE TABLE message_attempts (
  id varchar NOT NULL,
  message_id varchar NOT NULL,
  started_at timestamptz NOT NULL,
  duration_milliseconds bigint NOT NULL,
  request varchar NOT NULL,
  request_body text NOT NULL,
  status bigint NULL,
  response_body text NOT NULL,
  error text NOT NULL DEFAULT '',
  PRIMARY KEY (id),
  CONSTRAINT message_attempts_messages_message FOREIGN KEY (message_id) REFERENCES messages (id) ON DELETE CASCADE
);
CREATE INDEX messageattempt_message_id_id ON message_attempts (message_id, id);

-- A failure that has a person is heard by that person alone.
ALTER TABLE failures
  ADD COLUMN user_id varchar NULL,
  ADD CONSTRAINT failures_users_user FOREIGN KEY (user_id) REFERENCES users (id);

-- Alarms count from here.
ALTER TABLE integrations ADD COLUMN activated_at timestamptz NULL;
UPDATE integrations SET activated_at = now() WHERE active;
