-- Work by the clock: what ran, and signs of life.

-- When a process last showed life (tick, sweeper): liveness is a row here, not a process that still runs.
CREATE TABLE heartbeat (
    name varchar(64) NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT pk_heartbeat PRIMARY KEY (name)
);

-- One periodic job of one organisation for one slot (a local date, or a date and hour): done at most once.
CREATE TABLE job_run (
    org_id uuid NOT NULL,
    job varchar(64) NOT NULL,
    slot text NOT NULL,
    status varchar(64) NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    result jsonb,
    CONSTRAINT pk_job_run PRIMARY KEY (org_id, job, slot),
    CONSTRAINT ck_job_run_status_word CHECK (status IN ('running', 'done', 'failed'))
);
