CREATE TABLE jobs (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text NOT NULL,
    key          text,
    owner        text NOT NULL,
    architecture text,
    labels       text,
    priority     bigint NOT NULL,
    state        bigint NOT NULL,
    attempt      bigint NOT NULL DEFAULT 0,
    maxattempts  bigint NOT NULL,
    timelimit    bigint,
    input        text NOT NULL,
    result       text,
    failure      text,
    worker       text,
    process      text,
    token        text,
    beat         bigint NOT NULL DEFAULT 0,
    lease        bigint NOT NULL DEFAULT 0,
    delayedsince bigint,
    notbefore    bigint,
    submitted    bigint NOT NULL,
    started      bigint,
    finished     bigint,
    elapsed      bigint
);

-- Indexes name no column that heartbeats change.
CREATE UNIQUE INDEX jobs_shared ON jobs (kind, key) WHERE key IS NOT NULL AND state IN (0, 1);
CREATE INDEX jobs_queued ON jobs (priority DESC, id) WHERE state = 0;
CREATE INDEX jobs_leased ON jobs (owner, id) WHERE state IN (1, 2);
CREATE INDEX jobs_ended ON jobs (id) WHERE state IN (3, 4, 5);
CREATE INDEX jobs_by_state ON jobs (state, id);
CREATE INDEX jobs_by_kind ON jobs (kind, id);
CREATE INDEX jobs_by_owner ON jobs (owner, id);
CREATE INDEX jobs_by_key ON jobs (key, id) WHERE key IS NOT NULL;

-- What a worker must have.
CREATE TABLE joblabels (
    job   bigint NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    label text NOT NULL,
    PRIMARY KEY (job, label)
);

-- Requests that wait for a job.
CREATE TABLE jobwaiters (
    ticket text NOT NULL PRIMARY KEY,
    job    bigint NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    owner  text NOT NULL,
    gone   bigint NOT NULL DEFAULT 0
);
CREATE INDEX jobwaiters_by_job ON jobwaiters (job);

CREATE TABLE jobevents (
    job     bigint NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    seq     bigint NOT NULL,
    at      bigint NOT NULL,
    kind    text NOT NULL,
    attempt bigint NOT NULL,
    text    text,
    PRIMARY KEY (job, seq)
);

-- Apart from jobs, so that a growing log does not rewrite its row.
CREATE TABLE joblogs (
    job    bigint NOT NULL PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    length bigint NOT NULL,
    kept   bigint NOT NULL
);

CREATE TABLE joblogchunks (
    job     bigint NOT NULL REFERENCES joblogs (job) ON DELETE CASCADE,
    start   bigint NOT NULL,
    attempt bigint NOT NULL,
    bytes   bytea NOT NULL,
    PRIMARY KEY (job, start)
);

-- Who was served when: the higher, the later.
CREATE TABLE jobowners (
    owner  text NOT NULL PRIMARY KEY,
    served bigint NOT NULL DEFAULT 0
);
CREATE INDEX jobowners_by_served ON jobowners (served);

-- One row that those change who look for lost workers: whoever cannot write must not hold it against workers that they could not either.
CREATE TABLE jobwatch (looks bigint NOT NULL);
INSERT INTO jobwatch (looks) VALUES (0);
