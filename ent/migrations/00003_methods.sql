-- +goose Up
-- Carnês, payment links, cards and Pix; refunds; batches; the daily count of calls.

CREATE TABLE carnets (
  id varchar NOT NULL,
  sale_id varchar NOT NULL,
  environment varchar NOT NULL,
  reference varchar NOT NULL,
  parcels bigint NOT NULL,
  provider_id varchar NULL,
  provider_status varchar NULL,
  sent_at timestamptz NULL,
  cover varchar NULL,
  link varchar NULL,
  pdf varchar NULL,
  cover_pdf varchar NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT carnets_sales_sale FOREIGN KEY (sale_id) REFERENCES sales (id),
  CONSTRAINT carnets_parcels CHECK (parcels BETWEEN 1 AND 12),
  CONSTRAINT carnets_environment CHECK (environment IN ('SANDBOX', 'PRODUCTION'))
);
CREATE UNIQUE INDEX carnets_reference_key ON carnets (reference);
CREATE INDEX carnet_sale_id ON carnets (sale_id);
CREATE UNIQUE INDEX carnet_environment_provider_id ON carnets (environment, provider_id);

ALTER TABLE charges
  ADD COLUMN carnet_id varchar NULL,
  ADD COLUMN daily_interest_thousandths bigint NOT NULL DEFAULT 0,
  ADD COLUMN discount_cents bigint NOT NULL DEFAULT 0,
  ADD COLUMN early_discount_hundredths bigint NOT NULL DEFAULT 0,
  ADD COLUMN link_methods varchar NOT NULL DEFAULT 'ALL',
  ADD COLUMN pix_seconds bigint NULL,
  ADD COLUMN expires_at timestamptz NULL,
  ADD COLUMN card_installments bigint NOT NULL DEFAULT 1,
  ADD COLUMN card_token bytea NULL,
  ADD COLUMN card_mask varchar NOT NULL DEFAULT '',
  ADD COLUMN refusal text NOT NULL DEFAULT '',
  ADD COLUMN card_retryable boolean NOT NULL DEFAULT false,
  ADD COLUMN paid_with varchar NULL,
  ADD COLUMN end_to_end_id varchar NULL,
  ADD COLUMN provider_fee_cents bigint NULL,
  ADD COLUMN refunded_cents bigint NOT NULL DEFAULT 0,
  ADD CONSTRAINT charges_carnets_carnet FOREIGN KEY (carnet_id) REFERENCES carnets (id),
  ADD CONSTRAINT charges_carnet CHECK ((method = 'CARNET') = (carnet_id IS NOT NULL)),
  ADD CONSTRAINT charges_refunded CHECK (refunded_cents >= 0 AND refunded_cents <= COALESCE(paid_cents, 0)),
  ADD CONSTRAINT charges_provider_fee CHECK (provider_fee_cents >= 0),
  ADD CONSTRAINT charges_link_methods CHECK (link_methods IN ('ALL', 'BOLETO', 'CARD')),
  DROP CONSTRAINT charges_method,
  ADD CONSTRAINT charges_method CHECK (method IN ('BOLETO', 'CARNET', 'CARD', 'PIX', 'LINK', 'PAYPAL'));
CREATE INDEX charge_carnet_id_installment ON charges (carnet_id, installment);

ALTER TABLE sales
  DROP CONSTRAINT sales_payment_method,
  ADD CONSTRAINT sales_payment_method CHECK (payment_method IN ('BOLETO', 'CARNET', 'CARD', 'PIX', 'LINK', 'PAYPAL'));

CREATE TABLE refunds (
  id varchar NOT NULL,
  charge_id varchar NOT NULL,
  amount_cents bigint NOT NULL,
  state varchar NOT NULL DEFAULT 'QUEUED',
  reference varchar NOT NULL,
  reason varchar NOT NULL DEFAULT '',
  provider_text text NOT NULL DEFAULT '',
  sent_at timestamptz NULL,
  requested_by_id varchar NULL,
  created_at timestamptz NOT NULL,
  finished_at timestamptz NULL,
  PRIMARY KEY (id),
  CONSTRAINT refunds_charges_charge FOREIGN KEY (charge_id) REFERENCES charges (id),
  CONSTRAINT refunds_users_requested_by FOREIGN KEY (requested_by_id) REFERENCES users (id),
  CONSTRAINT refunds_amount CHECK (amount_cents > 0),
  CONSTRAINT refunds_state CHECK (state IN ('QUEUED', 'PROCESSING', 'DONE', 'FAILED', 'UNKNOWN'))
);
CREATE UNIQUE INDEX refunds_reference_key ON refunds (reference);
CREATE INDEX refund_charge_id_id ON refunds (charge_id, id);

-- A refund is booked once for each kind of entry.
ALTER TABLE entries
  ADD COLUMN refund_id varchar NULL,
  ADD CONSTRAINT entries_refunds_refund FOREIGN KEY (refund_id) REFERENCES refunds (id),
  ADD CONSTRAINT entries_refund CHECK (refund_id IS NULL OR (reverses_id IS NULL AND amount_cents < 0));
DROP INDEX entries_one_set;
CREATE UNIQUE INDEX entries_one_set ON entries (charge_id, kind) WHERE reverses_id IS NULL AND refund_id IS NULL;
CREATE UNIQUE INDEX entries_one_refund ON entries (refund_id, kind) WHERE refund_id IS NOT NULL;

CREATE TABLE batches (
  id varchar NOT NULL,
  action varchar NOT NULL,
  state varchar NOT NULL DEFAULT 'RUNNING',
  total bigint NOT NULL,
  due_date date NULL,
  requested_by_id varchar NULL,
  created_at timestamptz NOT NULL,
  finished_at timestamptz NULL,
  PRIMARY KEY (id),
  CONSTRAINT batches_users_requested_by FOREIGN KEY (requested_by_id) REFERENCES users (id),
  CONSTRAINT batches_action CHECK (action IN ('ISSUE', 'RETRY', 'CANCEL', 'RESEND', 'CHANGE_DUE_DATE')),
  CONSTRAINT batches_state CHECK (state IN ('RUNNING', 'STOPPED', 'DONE'))
);

CREATE TABLE batch_items (
  id varchar NOT NULL,
  batch_id varchar NOT NULL,
  position bigint NOT NULL,
  charge_id varchar NULL,
  input bytea NULL,
  state varchar NOT NULL DEFAULT 'PENDING',
  operation_id varchar NULL,
  problem_code varchar NOT NULL DEFAULT '',
  problem_pt text NOT NULL DEFAULT '',
  problem_en text NOT NULL DEFAULT '',
  PRIMARY KEY (id),
  CONSTRAINT batch_items_batches_batch FOREIGN KEY (batch_id) REFERENCES batches (id),
  CONSTRAINT batch_items_charges_charge FOREIGN KEY (charge_id) REFERENCES charges (id),
  CONSTRAINT batch_items_operations_operation FOREIGN KEY (operation_id) REFERENCES operations (id),
  CONSTRAINT batch_items_state CHECK (state IN ('PENDING', 'RUNNING', 'DONE', 'FAILED'))
);
CREATE UNIQUE INDEX batchitem_batch_id_position ON batch_items (batch_id, position);
CREATE INDEX batchitem_batch_id_state ON batch_items (batch_id, state);
CREATE INDEX batchitem_charge_id ON batch_items (charge_id);
CREATE INDEX batchitem_operation_id ON batch_items (operation_id);

CREATE TABLE call_counts (
  id varchar NOT NULL,
  day date NOT NULL,
  calls bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (id)
);

ALTER TABLE integrations ADD COLUMN pix_registered_at timestamptz NULL;
ALTER TABLE orders ADD COLUMN discount_sent_cents bigint NULL;
ALTER TABLE credentials ADD COLUMN expires_at timestamptz NULL;

ALTER TABLE operations
  DROP CONSTRAINT operations_kind,
  ADD CONSTRAINT operations_kind CHECK (kind IN ('ISSUE_CHARGE', 'CANCEL_CHARGE', 'CANCEL_EXTRA', 'CHANGE_DUE_DATE', 'RESEND_CHARGE', 'SETTLE_CHARGE', 'ADD_NOTE', 'CHANGE_AMOUNT', 'RETRY_CARD',
    'REFUND_CHARGE', 'ISSUE_CARNET', 'CANCEL_CARNET', 'SETTLE_CARNET', 'RESEND_CARNET', 'REGISTER_PIX', 'RUN_BATCH', 'READ_NOTICE', 'READ_PIX', 'SWEEP', 'MIRROR_SALE'));
