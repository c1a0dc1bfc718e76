-- +goose Up
-- When our address was last registered for the webhooks of the ERP.

ALTER TABLE integrations ADD COLUMN webhooks_registered_at timestamptz NULL;
