-- Pictures of a job that somebody does not want, by their place in it.
CREATE TABLE skips (
    job INTEGER NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (job, place)
) STRICT, WITHOUT ROWID;
