-- +goose Up
-- Notas fiscais, what differs from the ERP, sales that were paid elsewhere, and
-- buyers without a tax id.

ALTER TABLE customers ADD COLUMN foreign_buyer boolean NOT NULL DEFAULT false;
ALTER TABLE customers ALTER COLUMN tax_id SET DEFAULT '';
DROP INDEX customers_tax_id_key;
CREATE UNIQUE INDEX customers_tax_id_key ON customers (tax_id) WHERE tax_id <> '';
ALTER TABLE customers ADD CONSTRAINT customers_tax_id CHECK (foreign_buyer OR tax_id <> '');

ALTER TABLE sales ADD COLUMN channel varchar NOT NULL DEFAULT '', ADD COLUMN approved_at timestamptz NULL;
UPDATE sales SET approved_at = created_at WHERE status IN ('APPROVED', 'REFUNDED');

ALTER TABLE charges
  ADD COLUMN recorded boolean NOT NULL DEFAULT false,
  DROP CONSTRAINT charges_provider_id,
  ADD CONSTRAINT charges_provider_id CHECK (recorded OR provider_id IS NOT NULL OR status IN ('QUEUED', 'ISSUING', 'UNKNOWN', 'FAILED', 'CANCELED')),
  ADD CONSTRAINT charges_recorded CHECK (NOT recorded OR provider_id IS NULL);

ALTER TABLE integrations
  ADD COLUMN refund_rule varchar NOT NULL DEFAULT 'NOTIFY',
  ADD COLUMN foreign_rule varchar NOT NULL DEFAULT 'SKIP',
  ADD COLUMN mirror_from date NULL,
  ADD COLUMN company_state varchar NOT NULL DEFAULT '',
  ADD COLUMN nfe_test boolean NOT NULL DEFAULT true,
  ADD COLUMN nfse_test boolean NOT NULL DEFAULT true,
  ADD COLUMN nfce_test boolean NOT NULL DEFAULT true,
  ADD COLUMN nfe_series varchar NOT NULL DEFAULT '1',
  ADD COLUMN nfse_series varchar NOT NULL DEFAULT '1',
  ADD COLUMN nfce_series varchar NOT NULL DEFAULT '1',
  ADD COLUMN reconciled_at timestamptz NULL,
  ADD CONSTRAINT integrations_refund_rule CHECK (refund_rule IN ('STATUS_ONLY', 'CANCEL_INVOICE', 'NOTIFY')),
  ADD CONSTRAINT integrations_foreign_rule CHECK (foreign_rule IN ('SKIP', 'ORDER_ONLY'));

ALTER TABLE orders ADD COLUMN items_sent varchar NOT NULL DEFAULT '';

CREATE TABLE invoices (
  id varchar NOT NULL,
  sale_id varchar NOT NULL,
  kind varchar NOT NULL,
  state varchar NOT NULL,
  step varchar NOT NULL DEFAULT 'HEADER',
  edition bigint NOT NULL DEFAULT 1,
  test boolean NOT NULL,
  total_cents bigint NOT NULL,
  due_at timestamptz NULL,
  remote_id varchar NULL,
  sent_at timestamptz NULL,
  number varchar NOT NULL DEFAULT '',
  access_key varchar NOT NULL DEFAULT '',
  protocol varchar NOT NULL DEFAULT '',
  pdf varchar NOT NULL DEFAULT '',
  xml varchar NOT NULL DEFAULT '',
  rejection_code varchar NOT NULL DEFAULT '',
  rejection_text text NOT NULL DEFAULT '',
  issued_at timestamptz NULL,
  cancel_until timestamptz NULL,
  canceled_at timestamptz NULL,
  requested_by_id varchar NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT invoices_sales_sale FOREIGN KEY (sale_id) REFERENCES sales (id),
  CONSTRAINT invoices_users_requested_by FOREIGN KEY (requested_by_id) REFERENCES users (id),
  CONSTRAINT invoices_kind CHECK (kind IN ('NFE', 'NFSE', 'NFCE')),
  CONSTRAINT invoices_state CHECK (state IN ('MANUAL', 'SCHEDULED', 'ISSUING', 'PROCESSING', 'ISSUED', 'REJECTED', 'CANCEL_ASKED', 'CANCELED', 'DROPPED')),
  CONSTRAINT invoices_step CHECK (step IN ('HEADER', 'ITEMS', 'INSTALLMENTS', 'SEND', 'DONE')),
  CONSTRAINT invoices_total CHECK (total_cents > 0)
);
-- One invoice of a kind for each sale: a button and the automatism can't make two.
CREATE UNIQUE INDEX invoice_sale_id_kind ON invoices (sale_id, kind);
CREATE INDEX invoice_state_id ON invoices (state, id);

CREATE TABLE differences (
  id varchar NOT NULL,
  sale_id varchar NOT NULL,
  kind varchar NOT NULL,
  state varchar NOT NULL DEFAULT 'OPEN',
  ours varchar NOT NULL DEFAULT '',
  theirs varchar NOT NULL DEFAULT '',
  first_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  handled_by_id varchar NULL,
  PRIMARY KEY (id),
  CONSTRAINT differences_sales_sale FOREIGN KEY (sale_id) REFERENCES sales (id),
  CONSTRAINT differences_users_handled_by FOREIGN KEY (handled_by_id) REFERENCES users (id),
  CONSTRAINT differences_kind CHECK (kind IN ('ORDER_MISSING', 'ORDER_TOTAL', 'ORDER_STATUS', 'INSTALLMENTS', 'INVOICE_CANCELED', 'INVOICE_MISSING', 'RECEIVABLE')),
  CONSTRAINT differences_state CHECK (state IN ('OPEN', 'REPAIRING', 'GONE', 'IGNORED'))
);
CREATE UNIQUE INDEX difference_sale_id_kind ON differences (sale_id, kind);
CREATE INDEX difference_state_id ON differences (state, id);

ALTER TABLE batch_items ADD COLUMN sale_id varchar NULL, ADD CONSTRAINT batch_items_sales_sale FOREIGN KEY (sale_id) REFERENCES sales (id);
ALTER TABLE batches DROP CONSTRAINT batches_action, ADD CONSTRAINT batches_action CHECK (action IN ('ISSUE', 'RETRY', 'CANCEL', 'RESEND', 'CHANGE_DUE_DATE', 'MIRROR'));

ALTER TABLE operations
  DROP CONSTRAINT operations_kind,
  ADD CONSTRAINT operations_kind CHECK (kind IN ('ISSUE_CHARGE', 'CANCEL_CHARGE', 'CANCEL_EXTRA', 'CHANGE_DUE_DATE', 'RESEND_CHARGE', 'SETTLE_CHARGE', 'ADD_NOTE', 'CHANGE_AMOUNT', 'RETRY_CARD',
    'REFUND_CHARGE', 'ISSUE_CARNET', 'CANCEL_CARNET', 'SETTLE_CARNET', 'RESEND_CARNET', 'REGISTER_PIX', 'RUN_BATCH', 'READ_NOTICE', 'READ_PIX', 'SWEEP', 'MIRROR_SALE', 'ISSUE_INVOICE', 'RECONCILE'));
