-- Order comes from ids and positions, never from a clock: `created` is for people to read.
-- AUTOINCREMENT, because file names derive from a job's id and an id must never come back.
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'saving', 'done', 'failed', 'cancelled', 'interrupted')),
    request TEXT NOT NULL,
    position REAL NOT NULL,
    priority INTEGER NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 0,
    deaths INTEGER NOT NULL DEFAULT 0,      -- of the engine while this job ran, since its last picture
    cancel INTEGER NOT NULL DEFAULT 0,      -- somebody wants it to stop
    seq INTEGER NOT NULL DEFAULT 0,         -- of its last event
    code TEXT,
    message TEXT,
    created TEXT NOT NULL,
    seal INTEGER
) STRICT;

CREATE INDEX jobs_waiting ON jobs (priority DESC, position, id) WHERE state IN ('queued', 'interrupted');
CREATE INDEX jobs_active ON jobs (id) WHERE state IN ('running', 'saving');

-- One row and one file per (job, place). `seed` is text: it has 64 bits and no sign.
CREATE TABLE pictures (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job INTEGER NOT NULL,
    place INTEGER NOT NULL,
    file TEXT NOT NULL UNIQUE,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    seed TEXT NOT NULL,
    prompt TEXT NOT NULL,
    plan TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    created TEXT NOT NULL,
    trashed INTEGER NOT NULL DEFAULT 0,
    seal INTEGER,
    UNIQUE (job, place)
) STRICT;

CREATE INDEX pictures_shown ON pictures (trashed, id);

-- Events, written in the transaction that made them true: whoever shares the home reads them in one order.
CREATE TABLE changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL
) STRICT;

CREATE TABLE switches (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- SQLite does not notice most single flipped bytes; the seal over a row's values does. `sealed` is ours (database.py).
CREATE VIEW jobs_sealed AS SELECT id, seal, sealed(
    id, state, request, position, priority, attempt, deaths, cancel, seq, code, message, created
) AS expected FROM jobs;

CREATE VIEW pictures_sealed AS SELECT id, seal, sealed(
    id, job, place, file, width, height, seed, prompt, plan, sha256, created, trashed
) AS expected FROM pictures;

CREATE TRIGGER jobs_added AFTER INSERT ON jobs BEGIN
    UPDATE jobs SET seal = (SELECT expected FROM jobs_sealed WHERE id = new.id) WHERE id = new.id;
END;

CREATE TRIGGER jobs_changed AFTER UPDATE OF
    id, state, request, position, priority, attempt, deaths, cancel, seq, code, message, created ON jobs
BEGIN
    UPDATE jobs SET seal = (SELECT expected FROM jobs_sealed WHERE id = new.id) WHERE id = new.id;
END;

CREATE TRIGGER pictures_added AFTER INSERT ON pictures BEGIN
    UPDATE pictures SET seal = (SELECT expected FROM pictures_sealed WHERE id = new.id) WHERE id = new.id;
END;

CREATE TRIGGER pictures_changed AFTER UPDATE OF
    id, job, place, file, width, height, seed, prompt, plan, sha256, created, trashed ON pictures
BEGIN
    UPDATE pictures SET seal = (SELECT expected FROM pictures_sealed WHERE id = new.id) WHERE id = new.id;
END;
