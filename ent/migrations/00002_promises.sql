-- +goose Up
-- What the database itself refuses, whatever the program does.

-- People count sales and charges.
CREATE SEQUENCE sales_number_seq OWNED BY sales.number;
ALTER TABLE sales ALTER COLUMN number SET DEFAULT nextval('sales_number_seq');
CREATE SEQUENCE charges_number_seq OWNED BY charges.number;
ALTER TABLE charges ALTER COLUMN number SET DEFAULT nextval('charges_number_seq');

-- One live charge for each instalment of a sale: a second set can't be issued.
CREATE UNIQUE INDEX charges_one_live_set ON charges (sale_id, installment) WHERE replaced_at IS NULL;
-- The sweep and the panel ask for what is open.
CREATE INDEX charges_open ON charges (environment, created_at) WHERE status IN ('WAITING', 'OVERDUE', 'UNKNOWN', 'ISSUING');

-- Open streams ask for what changed lately.
CREATE INDEX charges_updated ON charges (updated_at);

-- At most one live operation for each key, and the queue of what is due.
CREATE UNIQUE INDEX operations_one_live ON operations (dedupe_key) WHERE state IN ('QUEUED', 'RUNNING', 'UNKNOWN');
CREATE INDEX operations_due ON operations (next_try_at) WHERE state IN ('QUEUED', 'RUNNING', 'UNKNOWN');

-- A failure is open once for each cause and subject.
CREATE UNIQUE INDEX failures_one_open ON failures (cause_key) WHERE state <> 'RESOLVED';
CREATE INDEX failures_operation ON failures (operation_id);
CREATE INDEX deliveries_failure ON deliveries (failure_id);
CREATE INDEX deliveries_unread ON deliveries (user_id) WHERE read_at IS NULL;

-- One set of entries for each charge; an entry is reversed at most once.
CREATE UNIQUE INDEX entries_one_set ON entries (charge_id, kind) WHERE reverses_id IS NULL;
ALTER TABLE entries ADD CONSTRAINT entries_account CHECK (
  (kind = 'RECEIPT') = (account_id IS NULL)
  AND (account_id IS NULL) = (position IS NULL)
  AND (account_id IS NULL) = (balance_cents IS NULL)
);
ALTER TABLE entries ADD CONSTRAINT entries_amount CHECK (amount_cents <> 0);

-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: write a reversing row instead', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER entries_append_only BEFORE UPDATE OR DELETE ON entries FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER entries_no_truncate BEFORE TRUNCATE ON entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER charge_events_append_only BEFORE UPDATE OR DELETE ON charge_events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER notices_append_only BEFORE UPDATE OR DELETE ON notices FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Amounts that make sense, and words that we know.
ALTER TABLE accounts ADD CONSTRAINT accounts_count CHECK (entry_count >= 0);
ALTER TABLE products ADD CONSTRAINT products_price CHECK (price_cents > 0);
ALTER TABLE sales ADD CONSTRAINT sales_total CHECK (
  discount_cents >= 0 AND interest_cents >= 0 AND total_cents > 0 AND total_cents = items_cents - discount_cents + interest_cents
);
ALTER TABLE sales ADD CONSTRAINT sales_installments CHECK (installments BETWEEN 1 AND 24);
ALTER TABLE sale_items ADD CONSTRAINT sale_items_amount CHECK (quantity > 0 AND unit_cents >= 0);
ALTER TABLE charges ADD CONSTRAINT charges_amount CHECK (amount_cents > 0 AND (paid_cents IS NULL OR paid_cents >= 0));
ALTER TABLE charges ADD CONSTRAINT charges_provider_id CHECK (provider_id IS NOT NULL OR status IN ('QUEUED', 'ISSUING', 'UNKNOWN', 'FAILED', 'CANCELED'));
ALTER TABLE integrations ADD CONSTRAINT integrations_fee CHECK (fee_cents >= 0);
ALTER TABLE users ADD CONSTRAINT users_email CHECK (email = lower(email));

ALTER TABLE users ADD CONSTRAINT users_role CHECK (role IN ('READER', 'OPERATOR', 'FINANCE', 'OWNER'));
ALTER TABLE historicos ADD CONSTRAINT historicos_kind CHECK (kind IN ('RECEIPT', 'ENTRY', 'FEE'));
ALTER TABLE integrations ADD CONSTRAINT integrations_kind CHECK (kind IN ('GERENCIANET', 'VHSYS'));
ALTER TABLE integrations ADD CONSTRAINT integrations_environment CHECK (environment IN ('SANDBOX', 'PRODUCTION'));
ALTER TABLE products ADD CONSTRAINT products_document CHECK (document IN ('NONE', 'ORDER_ONLY', 'NFE', 'NFSE', 'NFCE'));
ALTER TABLE products ADD CONSTRAINT products_timing CHECK (timing IN ('MANUAL', 'ON_APPROVAL', 'DAYS_AFTER_APPROVAL'));
ALTER TABLE sales ADD CONSTRAINT sales_payment_method CHECK (payment_method IN ('BOLETO', 'CARD', 'PIX', 'PAYPAL'));
ALTER TABLE sales ADD CONSTRAINT sales_status CHECK (status IN ('PENDING', 'APPROVED', 'REFUNDED', 'CANCELED', 'EXPIRED'));
ALTER TABLE charges ADD CONSTRAINT charges_method CHECK (method IN ('BOLETO', 'CARD', 'PIX', 'PAYPAL'));
ALTER TABLE charges ADD CONSTRAINT charges_status CHECK (status IN ('QUEUED', 'ISSUING', 'UNKNOWN', 'WAITING', 'OVERDUE', 'PAID', 'SETTLED', 'CANCELED', 'EXPIRED', 'FAILED', 'REFUNDED', 'CONTESTED'));
ALTER TABLE charges ADD CONSTRAINT charges_environment CHECK (environment IN ('SANDBOX', 'PRODUCTION'));
ALTER TABLE charge_events ADD CONSTRAINT charge_events_source CHECK (source IN ('USER', 'OPERATION', 'NOTICE', 'SWEEP'));
ALTER TABLE operations ADD CONSTRAINT operations_kind CHECK (kind IN ('ISSUE_CHARGE', 'CANCEL_CHARGE', 'CANCEL_EXTRA', 'CHANGE_DUE_DATE', 'RESEND_CHARGE', 'SETTLE_CHARGE', 'READ_NOTICE', 'SWEEP', 'MIRROR_SALE'));
ALTER TABLE operations ADD CONSTRAINT operations_state CHECK (state IN ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'UNKNOWN', 'CANCELED'));
ALTER TABLE operations ADD CONSTRAINT operations_next_try CHECK ((state IN ('QUEUED', 'RUNNING', 'UNKNOWN')) = (next_try_at IS NOT NULL));
ALTER TABLE entries ADD CONSTRAINT entries_kind CHECK (kind IN ('RECEIPT', 'ENTRY', 'FEE'));
ALTER TABLE orders ADD CONSTRAINT orders_step CHECK (step IN ('CUSTOMER', 'ORDER', 'ITEMS', 'INSTALLMENTS', 'STATUS', 'DONE'));
ALTER TABLE payment_method_mappings ADD CONSTRAINT payment_method_mappings_method CHECK (method IN ('BOLETO', 'CARD', 'PIX', 'PAYPAL'));
ALTER TABLE sale_status_mappings ADD CONSTRAINT sale_status_mappings_status CHECK (status IN ('PENDING', 'APPROVED', 'CANCELED', 'REFUNDED'));
ALTER TABLE failures ADD CONSTRAINT failures_state CHECK (state IN ('OPEN', 'RETRYING', 'RESOLVED', 'IGNORED'));
ALTER TABLE deliveries ADD CONSTRAINT deliveries_kind CHECK (kind IN ('OPENED', 'RESOLVED'));
