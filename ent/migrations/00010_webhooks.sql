-- +goose Up
-- What apps are told: their addresses, the events, and each event's way to each
-- address.

CREATE TABLE webhook_endpoints (
  id varchar NOT NULL,
  name varchar NOT NULL,
  url text NOT NULL,
  types jsonb NOT NULL,
  active boolean NOT NULL DEFAULT true,
  disabled_reason varchar NULL,
  disabled_at timestamptz NULL,
  failing_since timestamptz NULL,
  sealed bytea NOT NULL,
  secret_at timestamptz NOT NULL,
  previous_until timestamptz NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT webhook_endpoints_disabled CHECK (disabled_reason IS NULL OR disabled_reason IN ('GONE', 'FAILING') AND NOT active),
  CONSTRAINT webhook_endpoints_disabled_at CHECK ((disabled_reason IS NULL) = (disabled_at IS NULL))
);
SELECT audit_table('webhook_endpoints');

CREATE TABLE webhook_events (
  id varchar NOT NULL,
  type varchar NOT NULL,
  subject_id varchar NOT NULL,
  body text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX webhookevent_created_at ON webhook_events (created_at);

-- The id of a delivery follows from those of its event and its endpoint: an event
-- reaches an endpoint by one row, under one webhook-id.
CREATE TABLE webhook_deliveries (
  id varchar NOT NULL,
  endpoint_id varchar NOT NULL,
  event_id varchar NOT NULL,
  type varchar NOT NULL,
  state varchar NOT NULL DEFAULT 'WAITING',
  tries bigint NOT NULL DEFAULT 0,
  tries_before bigint NOT NULL DEFAULT 0,
  next_try_at timestamptz NULL,
  status bigint NULL,
  outcome jsonb NULL,
  created_at timestamptz NOT NULL,
  finished_at timestamptz NULL,
  PRIMARY KEY (id),
  CONSTRAINT webhook_deliveries_webhook_endpoints_endpoint FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
  CONSTRAINT webhook_deliveries_webhook_events_event FOREIGN KEY (event_id) REFERENCES webhook_events (id) ON DELETE CASCADE,
  CONSTRAINT webhook_deliveries_id CHECK (id = 'whd_' || substr(event_id, 5) || substr(endpoint_id, 5)),
  CONSTRAINT webhook_deliveries_state CHECK (state IN ('WAITING', 'SENDING', 'SENT', 'FAILED', 'DROPPED')),
  CONSTRAINT webhook_deliveries_next_try CHECK ((state IN ('WAITING', 'SENDING')) = (next_try_at IS NOT NULL))
);
CREATE INDEX webhookdelivery_endpoint_id_id ON webhook_deliveries (endpoint_id, id);
CREATE INDEX webhookdelivery_event_id ON webhook_deliveries (event_id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_try_at) WHERE state IN ('WAITING', 'SENDING');

CREATE TABLE webhook_attempts (
  id varchar NOT NULL,
  delivery_id varchar NOT NULL,
  started_at timestamptz NOT NULL,
  duration_milliseconds bigint NOT NULL,
  request text NOT NULL,
  request_body text NOT NULL,
  status bigint NULL,
  response_body text NOT NULL,
  error text NOT NULL DEFAULT '',
  PRIMARY KEY (id),
  CONSTRAINT webhook_attempts_webhook_deliveries_delivery FOREIGN KEY (delivery_id) REFERENCES webhook_deliveries (id) ON DELETE CASCADE
);
CREATE INDEX webhookattempt_delivery_id_id ON webhook_attempts (delivery_id, id);

-- What was sent is forgotten after a while (billing/tidy.go).
CREATE INDEX messages_finished_at ON messages (finished_at) WHERE finished_at IS NOT NULL;
