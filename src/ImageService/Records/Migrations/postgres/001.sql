CREATE TABLE records (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    is_deleted INTEGER NOT NULL,
    link TEXT,
    document TEXT NOT NULL
);
CREATE UNIQUE INDEX records_id ON records (kind, id);
CREATE INDEX records_order ON records (kind, is_deleted, number);
CREATE UNIQUE INDEX records_link ON records (kind, link) WHERE is_deleted = 0;
