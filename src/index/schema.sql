-- schema.sql: the index. Made once, in an empty file; another schema is another user_version (db.h), and the old
-- file is set aside and made again from the topics.

-- What this index is of: generation (a random number that cursors carry), the names of the topics.
CREATE TABLE meta (
	name	TEXT PRIMARY KEY,
	value	NOT NULL
) WITHOUT ROWID;

-- Actions are written once; 0 stands for "all of them" in list and block.
CREATE TABLE action (
	id	INTEGER PRIMARY KEY,
	name	TEXT NOT NULL UNIQUE
);

-- A record each, in the order of indexing. seq and nth (its number among those of its action) have no holes: only the
-- oldest are ever removed. So a total is a subtraction, and the page at any offset begins at a known number.
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
CREATE INDEX command_action ON command (action, nth);
CREATE UNIQUE INDEX command_place ON command (partition, offset);

-- child: its number among those of its parent, without holes as well.
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
CREATE INDEX event_action ON event (action, nth);
CREATE UNIQUE INDEX event_place ON event (partition, offset);
CREATE INDEX event_parent ON event (parent, child) WHERE parent IS NOT NULL;

-- The numbers of a list (all records of a topic: action 0; those of an action): the first that is still there, the last.
CREATE TABLE list (
	topic	INTEGER NOT NULL,
	action	INTEGER NOT NULL,
	first	INTEGER NOT NULL,
	last	INTEGER NOT NULL,
	PRIMARY KEY (topic, action)
) WITHOUT ROWID;

-- The least and greatest timestamp of each 1024 numbers of a list: what lies within a question's times is counted as a
-- whole, what lies outside is passed over.
CREATE TABLE block (
	topic	INTEGER NOT NULL,
	action	INTEGER NOT NULL,
	nr	INTEGER NOT NULL,
	low	INTEGER NOT NULL,
	high	INTEGER NOT NULL,
	PRIMARY KEY (topic, action, nr)
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
