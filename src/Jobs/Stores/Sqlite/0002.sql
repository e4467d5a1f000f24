-- Workers of other processes, as they say of themselves.
CREATE TABLE jobworkers (
    name          text NOT NULL PRIMARY KEY,
    process       text NOT NULL,
    kinds         text NOT NULL,
    architectures text NOT NULL,
    labels        text NOT NULL,
    slots         bigint NOT NULL,
    draining      bigint NOT NULL DEFAULT 0,
    started       bigint NOT NULL,
    seen          bigint NOT NULL
);
