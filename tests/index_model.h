/*
 * index_model.h: an index in a directory of its own, and beside it a naive one in memory that holds the same: what
 * is added, removed, undone and asked for at random must agree. For the suites of src/index; asserts by itself.
 */
#ifndef TESTS_INDEX_MODEL_H
#define TESTS_INDEX_MODEL_H

#include "index/reader.h"
#include "index/writer.h"

#define MODEL_ROWS	100000	/* of a topic */
#define MODEL_PARTS	4

struct model_row {
	struct index_record	rec;
	char			value[16], action[16];
};

struct model {
	char			 dir[64];
	struct index_writer	*w;
	struct index_reader	*r;	/* NULL until model_read */
	struct arena		 a;
	struct model_row	 rows[INDEX_TOPICS][MODEL_ROWS];	/* in the order of indexing */
	size_t			 first[INDEX_TOPICS], count[INDEX_TOPICS];	/* rows before first are removed */
	int64_t			 next[INDEX_TOPICS][MODEL_PARTS];
};

extern struct model model;

/* Fixtures: an empty index, open for writing; all of it gone. */
void	model_begin(void);
void	model_end(void);
/* Close the writer and the reader, where they are open, and open the writer again. */
void	model_reopen(void);
/* Open a reader of the files by name, where there is none. */
void	model_read(void);

struct id model_id(int topic, long n);
/* A record made up from chance, behind the last one: few actions, few parents, times that go back and forth. */
struct model_row *model_invent(int topic);
/* n records of each topic, and the positions, without a transaction of its own. */
enum index_result model_add(int n);
/* model_add in a transaction. */
void	model_fill(int n);
/* Undo what model knows of records since it had so many. */
void	model_undo(const size_t count[INDEX_TOPICS], int64_t next[INDEX_TOPICS][MODEL_PARTS]);
/* Remove records, n at a time, by whatever rule removes the oldest. */
void	model_trim(int n);

/* A question made up from chance. */
struct index_query model_question(void);
/* Ask for every page of a question, by cursor, and compare with a walk over the naive rows. */
void	model_compare(struct index_query *q);
/* The same for the first pages alone. */
void	model_compare_pages(struct index_query *q, int pages);
void	model_same(const struct index_record *got, const struct model_row *row);
/* index_reader_check finds nothing. */
void	model_whole(void);

#endif
