-- schema.sql: the index. Made once, in an empty file; another schema is another user_version (db.h), and the old
-- file is set aside and made again from the topics. Why it is as it is: docs/design.md, "The index".

-- What this index is of: generation (a random number that cursors carry), the names of the topics.
CREATE TABLE meta (
	name	TEXT PRIMARY KEY,
	value	NOT NULL
) WITHOUT ROWID;

-- Actions are written once; 0 stands for "all of them" in block. One that no record has any more goes with the last.
CREATE TABLE action (
	id	INTEGER PRIMARY KEY,
	name	TEXT NOT NULL UNIQUE
);

-- A record each, in the order of indexing. seq and nth (its number among those of its action) have no holes: only the
-- oldest are ever removed. So a total is a subtraction, and the page at any offset begins at a known number. nth begins
-- at the seq of the first: a list that was emptied begins anew behind every number it ever had.
-- id: as key.h orders it. value is last: what stands before it is read without it.
CREATE TABLE command (
	seq	INTEGER PRIMARY KEY,
	id	BLOB NOT NULL,
	action	INTEGER NOT NULL,
	nth	INTEGER NOT NULL,
	partition INTEGER NOT NULL,
	offset	INTEGER NOT NULL,
	timestamp INTEGER NOT NULL,
	value	BLOB NOT NULL
);
CREATE INDEX command_id ON command (id);
CREATE INDEX command_action ON command (action, nth, timestamp);
CREATE UNIQUE INDEX command_place ON command (partition, offset);

-- child: its number among those of its parent, as nth.
CREATE TABLE event (
	seq	INTEGER PRIMARY KEY,
	id	BLOB NOT NULL,
	action	INTEGER NOT NULL,
	nth	INTEGER NOT NULL,
	partition INTEGER NOT NULL,
	offset	INTEGER NOT NULL,
	timestamp INTEGER NOT NULL,
	parent	BLOB,
	child	INTEGER,
	value	BLOB NOT NULL
);
CREATE INDEX event_id ON event (id);
CREATE INDEX event_action ON event (action, nth, timestamp);
CREATE UNIQUE INDEX event_place ON event (partition, offset);
CREATE INDEX event_parent ON event (parent, child) WHERE parent IS NOT NULL;

-- The greatest number that was removed: of the records of a topic, of undecodable (topic 2).
CREATE TABLE past (
	topic	INTEGER PRIMARY KEY,
	last	INTEGER NOT NULL
);
INSERT INTO past VALUES (0, 0), (1, 0), (2, 0);

-- The timestamps of a run of numbers of a list (all records of a topic: action 0; those of an action), written when the
-- last number of the run is given. Level 0: 256 numbers, each timestamp; level n: the 16 runs of the level below, in a
-- few spans. times: as times.h packs them; blocks.h has the arithmetic.
CREATE TABLE block (
	topic	INTEGER NOT NULL,
	action	INTEGER NOT NULL,
	level	INTEGER NOT NULL,
	nr	INTEGER NOT NULL,
	times	BLOB NOT NULL,
	PRIMARY KEY (topic, action, level, nr)
) WITHOUT ROWID;

-- How far each partition has been taken in: next offset to read; oldest offset from which on nothing is missing; the
-- last record read, to recognise a topic that was made anew.
CREATE TABLE place (
	topic	INTEGER NOT NULL,
	partition INTEGER NOT NULL,
	next	INTEGER NOT NULL,
	low	INTEGER NOT NULL,
	last	INTEGER NOT NULL,
	last_id	BLOB NOT NULL,
	PRIMARY KEY (topic, partition)
) WITHOUT ROWID;

-- Records that are no command and no event.
CREATE TABLE undecodable (
	nr	INTEGER PRIMARY KEY,
	topic	INTEGER NOT NULL,
	partition INTEGER NOT NULL,
	offset	INTEGER NOT NULL,
	timestamp INTEGER NOT NULL,
	reason	TEXT NOT NULL,
	key	BLOB NOT NULL,
	value	BLOB NOT NULL,
	full	INTEGER NOT NULL
);
CREATE UNIQUE INDEX undecodable_place ON undecodable (topic, partition, offset);
