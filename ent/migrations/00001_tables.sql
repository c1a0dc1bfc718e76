-- +goose Up
-- The tables of ent/schema, as ent wrote them and a person reviewed them. The
-- rules that the promises rest on are in 00002_promises.sql.

CREATE TABLE payment_method_mappings (
  id varchar NOT NULL,
  method varchar NOT NULL,
  remote_method varchar NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX paymentmethodmapping_method ON payment_method_mappings (method);

CREATE TABLE notice_tokens (
  id varchar NOT NULL,
  last_event_id bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE notices (
  id varchar NOT NULL,
  integration varchar NOT NULL,
  token varchar NOT NULL,
  body text NOT NULL,
  address varchar NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX notice_token_id ON notices (token, id);

CREATE TABLE idempotency_keys (
  id varchar NOT NULL,
  request_hash bytea NOT NULL,
  subject_id varchar NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE users (
  id varchar NOT NULL,
  name varchar NOT NULL,
  email varchar NOT NULL,
  password_hash varchar NOT NULL,
  role varchar NOT NULL,
  active boolean NOT NULL DEFAULT true,
  locale varchar NOT NULL DEFAULT 'pt-BR',
  feed_sequence bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  last_login_at timestamptz NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX users_email_key ON users (email);

CREATE TABLE sale_status_mappings (
  id varchar NOT NULL,
  status varchar NOT NULL,
  base varchar NOT NULL,
  custom_id varchar NULL,
  name varchar NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX salestatusmapping_status ON sale_status_mappings (status);

CREATE TABLE operations (
  id varchar NOT NULL,
  kind varchar NOT NULL,
  state varchar NOT NULL DEFAULT 'QUEUED',
  integration varchar NOT NULL,
  subject_id varchar NOT NULL DEFAULT '',
  dedupe_key varchar NOT NULL,
  input jsonb NULL,
  tries bigint NOT NULL DEFAULT 0,
  wakes bigint NOT NULL DEFAULT 0,
  next_try_at timestamptz NULL,
  last_error text NOT NULL DEFAULT '',
  asked_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  finished_at timestamptz NULL,
  requested_by_id varchar NULL,
  PRIMARY KEY (id),
  CONSTRAINT operations_users_requested_by FOREIGN KEY (requested_by_id) REFERENCES users (id) ON DELETE NO ACTION
);
CREATE INDEX operation_subject_id_id ON operations (subject_id, id);
CREATE INDEX operation_state_id ON operations (state, id);
CREATE INDEX operation_kind_id ON operations (kind, id);
CREATE INDEX operation_integration_id ON operations (integration, id);

CREATE TABLE attempts (
  id varchar NOT NULL,
  started_at timestamptz NOT NULL,
  duration_milliseconds bigint NOT NULL,
  request varchar NOT NULL,
  request_body text NOT NULL,
  status bigint NULL,
  response_body text NOT NULL,
  error text NOT NULL DEFAULT '',
  operation_id varchar NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT attempts_operations_operation FOREIGN KEY (operation_id) REFERENCES operations (id) ON DELETE NO ACTION
);
CREATE INDEX attempt_operation_id_id ON attempts (operation_id, id);

CREATE TABLE customers (
  id varchar NOT NULL,
  name varchar NOT NULL,
  tax_id varchar NOT NULL,
  email varchar NOT NULL DEFAULT '',
  phone varchar NOT NULL DEFAULT '',
  street varchar NOT NULL DEFAULT '',
  street_number varchar NOT NULL DEFAULT '',
  complement varchar NOT NULL DEFAULT '',
  district varchar NOT NULL DEFAULT '',
  city varchar NOT NULL DEFAULT '',
  state varchar NOT NULL DEFAULT '',
  postal_code varchar NOT NULL DEFAULT '',
  remote_id varchar NULL,
  remote_sent_at timestamptz NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX customers_tax_id_key ON customers (tax_id);
CREATE INDEX customer_name_id ON customers (name, id);

CREATE TABLE sales (
  id varchar NOT NULL,
  number bigint NULL,
  items_cents bigint NOT NULL,
  discount_cents bigint NOT NULL,
  interest_cents bigint NOT NULL,
  total_cents bigint NOT NULL,
  payment_method varchar NOT NULL,
  installments bigint NOT NULL,
  status varchar NOT NULL DEFAULT 'PENDING',
  note varchar NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL,
  customer_id varchar NOT NULL,
  created_by_id varchar NULL,
  PRIMARY KEY (id),
  CONSTRAINT sales_customers_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE NO ACTION,
  CONSTRAINT sales_users_created_by FOREIGN KEY (created_by_id) REFERENCES users (id) ON DELETE NO ACTION
);
CREATE INDEX sale_status_id ON sales (status, id);
CREATE INDEX sale_customer_id_id ON sales (customer_id, id);
CREATE INDEX sale_total_cents_id ON sales (total_cents, id);
CREATE UNIQUE INDEX sale_number ON sales (number);

CREATE TABLE charges (
  id varchar NOT NULL,
  number bigint NULL,
  installment bigint NOT NULL,
  method varchar NOT NULL,
  status varchar NOT NULL,
  amount_cents bigint NOT NULL,
  due_date date NOT NULL,
  fine_hundredths bigint NOT NULL DEFAULT 0,
  monthly_interest_hundredths bigint NOT NULL DEFAULT 0,
  early_discount_cents bigint NOT NULL DEFAULT 0,
  early_discount_days bigint NOT NULL DEFAULT 0,
  days_to_write_off bigint NULL,
  message varchar NOT NULL DEFAULT '',
  send_email boolean NOT NULL DEFAULT false,
  environment varchar NOT NULL,
  reference varchar NOT NULL,
  provider_id varchar NULL,
  provider_status varchar NULL,
  sent_at timestamptz NULL,
  bar_code varchar NULL,
  typeable_line varchar NULL,
  pix_code text NULL,
  link varchar NULL,
  pdf varchar NULL,
  paid_cents bigint NULL,
  paid_on date NULL,
  replaced_at timestamptz NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  sale_id varchar NOT NULL,
  customer_id varchar NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT charges_sales_sale FOREIGN KEY (sale_id) REFERENCES sales (id) ON DELETE NO ACTION,
  CONSTRAINT charges_customers_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE NO ACTION
);
CREATE UNIQUE INDEX charges_reference_key ON charges (reference);
CREATE INDEX charge_status_id ON charges (status, id);
CREATE INDEX charge_customer_id_id ON charges (customer_id, id);
CREATE INDEX charge_due_date_id ON charges (due_date, id);
CREATE INDEX charge_amount_cents_id ON charges (amount_cents, id);
CREATE UNIQUE INDEX charge_environment_provider_id ON charges (environment, provider_id);
CREATE INDEX charge_sale_id_installment ON charges (sale_id, installment);
CREATE UNIQUE INDEX charge_number ON charges (number);

CREATE TABLE charge_events (
  id varchar NOT NULL,
  at timestamptz NOT NULL,
  source varchar NOT NULL,
  status varchar NOT NULL,
  code varchar NOT NULL,
  params jsonb NULL,
  charge_id varchar NOT NULL,
  user_id varchar NULL,
  PRIMARY KEY (id),
  CONSTRAINT charge_events_charges_charge FOREIGN KEY (charge_id) REFERENCES charges (id) ON DELETE NO ACTION,
  CONSTRAINT charge_events_users_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE NO ACTION
);
CREATE INDEX chargeevent_charge_id_id ON charge_events (charge_id, id);

CREATE TABLE accounts (
  id varchar NOT NULL,
  name varchar NOT NULL,
  bank_code varchar NOT NULL,
  branch varchar NOT NULL DEFAULT '',
  account_number varchar NOT NULL DEFAULT '',
  balance_cents bigint NOT NULL DEFAULT 0,
  entry_count bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE convenios (
  id varchar NOT NULL,
  code varchar NOT NULL,
  name varchar NOT NULL,
  bank_code varchar NOT NULL,
  created_at timestamptz NOT NULL,
  account_id varchar NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT convenios_accounts_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE NO ACTION
);
CREATE UNIQUE INDEX convenio_bank_code_code ON convenios (bank_code, code);

CREATE TABLE historicos (
  id varchar NOT NULL,
  code varchar NOT NULL,
  text varchar NOT NULL,
  kind varchar NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX historicos_code_key ON historicos (code);

CREATE TABLE integrations (
  id varchar NOT NULL,
  kind varchar NOT NULL,
  active boolean NOT NULL DEFAULT false,
  environment varchar NOT NULL DEFAULT 'SANDBOX',
  fee_cents bigint NOT NULL DEFAULT 0,
  with_interest boolean NOT NULL DEFAULT false,
  send_installments boolean NOT NULL DEFAULT true,
  callback_secret varchar NOT NULL,
  tested_at timestamptz NULL,
  sandbox_proven_at timestamptz NULL,
  last_notice_at timestamptz NULL,
  last_sweep_at timestamptz NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  convenio_id varchar NULL,
  receipt_historico_id varchar NULL,
  entry_historico_id varchar NULL,
  fee_historico_id varchar NULL,
  PRIMARY KEY (id),
  CONSTRAINT integrations_convenios_convenio FOREIGN KEY (convenio_id) REFERENCES convenios (id) ON DELETE NO ACTION,
  CONSTRAINT integrations_historicos_receipt_historico FOREIGN KEY (receipt_historico_id) REFERENCES historicos (id) ON DELETE NO ACTION,
  CONSTRAINT integrations_historicos_entry_historico FOREIGN KEY (entry_historico_id) REFERENCES historicos (id) ON DELETE NO ACTION,
  CONSTRAINT integrations_historicos_fee_historico FOREIGN KEY (fee_historico_id) REFERENCES historicos (id) ON DELETE NO ACTION
);
CREATE UNIQUE INDEX integration_kind ON integrations (kind);

CREATE TABLE credentials (
  id varchar NOT NULL,
  environment varchar NOT NULL,
  name varchar NOT NULL,
  sealed bytea NOT NULL,
  hint varchar NOT NULL DEFAULT '',
  set_at timestamptz NOT NULL,
  integration_id varchar NOT NULL,
  set_by_id varchar NULL,
  PRIMARY KEY (id),
  CONSTRAINT credentials_integrations_integration FOREIGN KEY (integration_id) REFERENCES integrations (id) ON DELETE NO ACTION,
  CONSTRAINT credentials_users_set_by FOREIGN KEY (set_by_id) REFERENCES users (id) ON DELETE NO ACTION
);
CREATE UNIQUE INDEX credential_integration_id_environment_name ON credentials (integration_id, environment, name);

CREATE TABLE failures (
  id varchar NOT NULL,
  cause_key varchar NOT NULL,
  code varchar NOT NULL,
  state varchar NOT NULL DEFAULT 'OPEN',
  integration varchar NULL,
  environment varchar NULL,
  cause jsonb NOT NULL,
  remedy jsonb NOT NULL,
  form_field varchar NULL,
  provider_code varchar NULL,
  provider_text text NULL,
  subject_id varchar NOT NULL DEFAULT '',
  subject_label jsonb NOT NULL,
  operation_id varchar NULL,
  count bigint NOT NULL DEFAULT 1,
  first_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  resolved_at timestamptz NULL,
  reason varchar NULL,
  handled_by_id varchar NULL,
  PRIMARY KEY (id),
  CONSTRAINT failures_users_handled_by FOREIGN KEY (handled_by_id) REFERENCES users (id) ON DELETE NO ACTION
);
CREATE INDEX failure_subject_id ON failures (subject_id);
CREATE INDEX failure_state_id ON failures (state, id);

CREATE TABLE deliveries (
  id varchar NOT NULL,
  sequence bigint NOT NULL,
  kind varchar NOT NULL,
  created_at timestamptz NOT NULL,
  read_at timestamptz NULL,
  user_id varchar NOT NULL,
  failure_id varchar NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT deliveries_users_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE NO ACTION,
  CONSTRAINT deliveries_failures_failure FOREIGN KEY (failure_id) REFERENCES failures (id) ON DELETE NO ACTION
);
CREATE UNIQUE INDEX delivery_user_id_sequence ON deliveries (user_id, sequence);
CREATE UNIQUE INDEX delivery_user_id_failure_id_kind ON deliveries (user_id, failure_id, kind);

CREATE TABLE entries (
  id varchar NOT NULL,
  kind varchar NOT NULL,
  amount_cents bigint NOT NULL,
  position bigint NULL,
  balance_cents bigint NULL,
  text varchar NOT NULL,
  booked_on date NOT NULL,
  created_at timestamptz NOT NULL,
  account_id varchar NULL,
  charge_id varchar NOT NULL,
  historico_id varchar NOT NULL,
  reverses_id varchar NULL,
  PRIMARY KEY (id),
  CONSTRAINT entries_accounts_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE NO ACTION,
  CONSTRAINT entries_charges_charge FOREIGN KEY (charge_id) REFERENCES charges (id) ON DELETE NO ACTION,
  CONSTRAINT entries_historicos_historico FOREIGN KEY (historico_id) REFERENCES historicos (id) ON DELETE NO ACTION,
  CONSTRAINT entries_entries_reverses FOREIGN KEY (reverses_id) REFERENCES entries (id) ON DELETE NO ACTION
);
CREATE UNIQUE INDEX entries_reverses_id_key ON entries (reverses_id);
CREATE UNIQUE INDEX entry_account_id_position ON entries (account_id, position);
CREATE INDEX entry_charge_id ON entries (charge_id);
CREATE INDEX entry_account_id_booked_on ON entries (account_id, booked_on);

CREATE TABLE integration_notified_users (
  integration_id varchar NOT NULL,
  user_id varchar NOT NULL,
  PRIMARY KEY (integration_id, user_id),
  CONSTRAINT integration_notified_users_integration_id FOREIGN KEY (integration_id) REFERENCES integrations (id) ON DELETE CASCADE,
  CONSTRAINT integration_notified_users_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE orders (
  id varchar NOT NULL,
  step varchar NOT NULL DEFAULT 'CUSTOMER',
  with_interest boolean NOT NULL DEFAULT false,
  remote_order_id varchar NULL,
  remote_status_base varchar NULL,
  remote_status_custom_id varchar NULL,
  remote_status varchar NULL,
  sent_at timestamptz NULL,
  installments_sent varchar NOT NULL DEFAULT '',
  synced_at timestamptz NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  sale_id varchar NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT orders_sales_order FOREIGN KEY (sale_id) REFERENCES sales (id) ON DELETE NO ACTION
);
CREATE UNIQUE INDEX orders_sale_id_key ON orders (sale_id);

CREATE TABLE products (
  id varchar NOT NULL,
  code varchar NOT NULL,
  name varchar NOT NULL,
  price_cents bigint NOT NULL,
  active boolean NOT NULL DEFAULT true,
  remote_product_id varchar NULL,
  remote_product_name varchar NULL,
  document varchar NOT NULL DEFAULT 'NONE',
  timing varchar NOT NULL DEFAULT 'MANUAL',
  days_after_approval bigint NULL,
  ncm varchar NULL,
  cfop varchar NULL,
  unit_or_service_code varchar NULL,
  description_template varchar NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX products_code_key ON products (code);
CREATE INDEX product_name_id ON products (name, id);

CREATE TABLE sale_items (
  id varchar NOT NULL,
  position bigint NOT NULL,
  description varchar NOT NULL,
  quantity bigint NOT NULL,
  unit_cents bigint NOT NULL,
  sale_id varchar NOT NULL,
  product_id varchar NULL,
  PRIMARY KEY (id),
  CONSTRAINT sale_items_sales_sale FOREIGN KEY (sale_id) REFERENCES sales (id) ON DELETE NO ACTION,
  CONSTRAINT sale_items_products_product FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE NO ACTION
);
CREATE UNIQUE INDEX saleitem_sale_id_position ON sale_items (sale_id, position);

CREATE TABLE sessions (
  id varchar NOT NULL,
  token_hash bytea NOT NULL,
  user_agent varchar NOT NULL DEFAULT '',
  address varchar NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL,
  used_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz NULL,
  user_id varchar NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT sessions_users_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE NO ACTION
);
CREATE INDEX session_user_id ON sessions (user_id);