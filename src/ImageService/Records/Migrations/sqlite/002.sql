ALTER TABLE records ADD COLUMN name TEXT;
UPDATE records SET name = json_extract(document, '$.name');
CREATE INDEX records_name ON records (kind, is_deleted, name, number);
