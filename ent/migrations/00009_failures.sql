-- +goose Up
-- The page of the panel on which a failure is mended.
ALTER TABLE failures ADD COLUMN mend_path varchar NULL;
