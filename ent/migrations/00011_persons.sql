-- +goose Up
-- A customer who was forgotten stays as a row that sales and ledger refer to, with
-- nothing in it that tells who it was (docs/decisions/0011-forgetting-a-person.md).
ALTER TABLE customers ADD COLUMN anonymized_at timestamptz NULL;
ALTER TABLE customers ADD COLUMN anonymized_reason varchar NOT NULL DEFAULT '';
ALTER TABLE customers DROP CONSTRAINT customers_tax_id;
ALTER TABLE customers ADD CONSTRAINT customers_tax_id CHECK (foreign_buyer OR tax_id <> '' OR anonymized_at IS NOT NULL);
ALTER TABLE customers ADD CONSTRAINT customers_anonymized CHECK (anonymized_at IS NULL
  OR name = 'Cliente anonimizado' AND tax_id || email || phone || street || street_number || complement || district || city || state || postal_code = '');

-- Nothing is sold to somebody who was forgotten. The lock has whoever forgets wait.
-- +goose StatementBegin
CREATE FUNCTION refuse_anonymized() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  forgotten timestamptz;
BEGIN
  SELECT anonymized_at INTO forgotten FROM customers WHERE id = NEW.customer_id FOR KEY SHARE;
  IF forgotten IS NOT NULL THEN
    RAISE EXCEPTION 'customer % was anonymized', NEW.customer_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER sales_not_anonymized BEFORE INSERT ON sales FOR EACH ROW EXECUTE FUNCTION refuse_anonymized();
CREATE TRIGGER charges_not_anonymized BEFORE INSERT ON charges FOR EACH ROW EXECUTE FUNCTION refuse_anonymized();

-- The story of a charge and the notices stay append-only, but for the one column
-- that may hold something personal, and for that only while somebody is forgotten.
-- +goose StatementBegin
CREATE FUNCTION refuse_unless_forgetting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('ponte.forgetting', true) = 'on' AND to_jsonb(OLD) - TG_ARGV[0] = to_jsonb(NEW) - TG_ARGV[0] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only: write a reversing row instead', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
-- +goose StatementEnd
CREATE OR REPLACE TRIGGER charge_events_append_only BEFORE UPDATE OR DELETE ON charge_events FOR EACH ROW EXECUTE FUNCTION refuse_unless_forgetting('params');
CREATE OR REPLACE TRIGGER notices_append_only BEFORE UPDATE OR DELETE ON notices FOR EACH ROW EXECUTE FUNCTION refuse_unless_forgetting('body');

-- The audit record can't be cleared, so it has only the first letter of whatever
-- people write about a customer, and of what leads to a customer's papers.
SELECT audit_table('sales', '', 'note,channel');
SELECT audit_table('sale_items', 'sale_id', 'description');
SELECT audit_table('charges', 'sale_id', 'message,card_mask,refusal,link,pdf,pix_code');
SELECT audit_table('carnets', 'sale_id', 'link,pdf,cover,cover_pdf');
SELECT audit_table('invoices', 'sale_id', 'pdf,xml,rejection_text');
SELECT audit_table('refunds', 'charge_id', 'reason,provider_text');
SELECT audit_table('operations', 'subject_id', 'input,last_error');
SELECT audit_table('failures', 'subject_id', 'reason,provider_text,cause,remedy');
