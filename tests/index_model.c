/*
 * index_model.c: a naive index beside the real one. See index_model.h.
 */
#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/index_model.h"

struct model model;

static char err[1024];

static void
open_writer(void)
{
	ck_assert_msg(index_writer_open(&model.w, model.dir, "commands", "events", err, sizeof(err)) == INDEX_OK,
	    "%s", err);
}

void
model_begin(void)
{
	memset(model.first, 0, sizeof(model.first));
	memset(model.count, 0, sizeof(model.count));
	memset(model.next, 0, sizeof(model.next));
	strcpy(model.dir, "/tmp/check_index.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(model.dir));
	srandom(4711);
	arena_init(&model.a, 0);
	open_writer();
}

static void
close_both(void)
{
	index_reader_close(model.r);
	index_writer_close(model.w);
	model.r = NULL;
	model.w = NULL;
}

void
model_end(void)
{
	char command[128];

	close_both();
	arena_free(&model.a);
	snprintf(command, sizeof(command), "rm -rf '%s'", model.dir);
	ck_assert_int_eq(system(command), 0);
}

void
model_reopen(void)
{
	close_both();
	open_writer();
}

void
model_read(void)
{
	if (model.r == NULL)
		ck_assert_msg(index_reader_open(&model.r, model.dir, NULL, err, sizeof(err)) == INDEX_OK, "%s", err);
}

struct id
model_id(int topic, long n)
{
	struct id id = { { 0 } };

	id.b[0] = (uint8_t)topic;
	memcpy(id.b + 8, &n, sizeof(n));
	/* Of each version that is kept in another order, and of others. */
	id.b[6] = (uint8_t)(n % 3 == 0 ? 0x10 : n % 3 == 1 ? 0x60 : 0x40);
	return id;
}

struct model_row *
model_invent(int topic)
{
	struct model_row *row = &model.rows[topic][model.count[topic]];
	struct index_record *rec = &row->rec;
	int64_t *next;

	ck_assert_uint_lt(model.count[topic], MODEL_ROWS);
	memset(row, 0, sizeof(*row));
	rec->id = model_id(topic, random() % 50 == 0 && model.count[topic] > 0 ? 0 : (long)model.count[topic]);
	snprintf(row->action, sizeof(row->action), "act-%ld", random() % 5);
	rec->action = row->action;
	rec->has_parent = topic == INDEX_EVENTS && random() % 4 != 0;
	if (rec->has_parent)
		rec->parent = model_id(0, random() % 40);
	rec->partition = (int32_t)(random() % MODEL_PARTS);
	next = &model.next[topic][rec->partition];
	*next += 1 + random() % 2;
	rec->offset = *next - 1;
	/* Each partition has a time of its own. */
	rec->timestamp = 1000000 + rec->partition * 30000 + (int64_t)model.count[topic] * 10 + random() % 2000;
	snprintf(row->value, sizeof(row->value), "v%zu", model.count[topic]);
	rec->value = (const uint8_t *)row->value;
	rec->value_len = strlen(row->value);
	return row;
}

static enum index_result
put_positions(void)
{
	enum index_result r = INDEX_OK;

	for (int t = 0; t < INDEX_TOPICS; t++)
		for (int p = 0; p < MODEL_PARTS && r == INDEX_OK; p++) {
			struct index_position at = { .partition = p, .next = model.next[t][p],
				.last = model.next[t][p] - 1 };

			r = index_writer_position(model.w, (enum index_topic)t, &at);
		}
	return r;
}

enum index_result
model_add(int n)
{
	enum index_result r;

	for (int i = 0; i < n; i++)
		for (int t = 0; t < INDEX_TOPICS; t++) {
			r = index_writer_add(model.w, (enum index_topic)t, &model_invent(t)->rec);
			if (r != INDEX_OK)
				return r;
			model.count[t]++;
		}
	return put_positions();
}

void
model_fill(int n)
{
	ck_assert_int_eq(index_writer_begin(model.w), INDEX_OK);
	ck_assert_msg(model_add(n) == INDEX_OK, "%s", index_writer_error(model.w));
	ck_assert_msg(index_writer_commit(model.w) == INDEX_OK, "%s", index_writer_error(model.w));
}

void
model_undo(const size_t count[INDEX_TOPICS], int64_t next[INDEX_TOPICS][MODEL_PARTS])
{
	memcpy(model.count, count, sizeof(model.count));
	memcpy(model.next, next, sizeof(model.next));
}

void
model_trim(int n)
{
	struct index_retention how = { .older_than = INT64_MIN, .max_bytes = 1 };
	int64_t kept[INDEX_TOPICS], undecodable, bytes;
	int removed;

	ck_assert_msg(index_writer_trim(model.w, &how, n, &removed) == INDEX_OK, "%s", index_writer_error(model.w));
	index_writer_counts(model.w, kept, &undecodable, &bytes);
	for (int t = 0; t < INDEX_TOPICS; t++) {
		removed -= (int)(model.count[t] - (size_t)kept[t] - model.first[t]);
		model.first[t] = model.count[t] - (size_t)kept[t];
	}
	ck_assert_int_eq(removed, 0);
}

static bool
matches(const struct index_query *q, const struct model_row *row)
{
	const struct index_record *rec = &row->rec;

	return (q->action == NULL || strcmp(q->action, rec->action) == 0) &&
	    (!q->has_parent || (rec->has_parent && id_equal(&q->parent, &rec->parent))) &&
	    rec->timestamp >= q->since && rec->timestamp < q->until;
}

void
model_same(const struct index_record *got, const struct model_row *row)
{
	ck_assert_mem_eq(&got->id, &row->rec.id, sizeof(got->id));
	ck_assert_int_eq(got->has_parent, row->rec.has_parent);
	if (got->has_parent)
		ck_assert_mem_eq(&got->parent, &row->rec.parent, sizeof(got->parent));
	ck_assert_str_eq(got->action, row->action);
	ck_assert_int_eq(got->partition, row->rec.partition);
	ck_assert_int_eq(got->offset, row->rec.offset);
	ck_assert_int_eq(got->timestamp, row->rec.timestamp);
	ck_assert_uint_eq(got->value_len, row->rec.value_len);
	ck_assert_mem_eq(got->value, row->value, got->value_len);
}

/* The rows that match behind the first `skip` of them, one after the other; NULL: no more. */
static const struct model_row *
next_match(const struct index_query *q, size_t *at)
{
	for (; *at < model.count[q->topic]; (*at)++)
		if (matches(q, &model.rows[q->topic][*at]))
			return &model.rows[q->topic][(*at)++];
	return NULL;
}

static int64_t
count_matches(const struct index_query *q)
{
	size_t at = model.first[q->topic];
	int64_t n = 0;

	while (next_match(q, &at) != NULL)
		n++;
	return n;
}

void
model_compare(struct index_query *q)
{
	model_compare_pages(q, INT_MAX);
}

void
model_compare_pages(struct index_query *q, int pages)
{
	int64_t total = count_matches(q);
	size_t at = model.first[q->topic], behind;
	char cursor[INDEX_CURSOR];
	struct index_page page;

	model_read();
	for (int64_t i = 0; i < q->offset; i++)
		next_match(q, &at);
	do {
		ck_assert_msg(index_reader_list(model.r, q, &model.a, &page) == INDEX_OK, "%s",
		    index_reader_error(model.r));
		ck_assert_int_eq(page.total, total);
		ck_assert_uint_le(page.n, (size_t)q->limit);
		for (size_t i = 0; i < page.n; i++) {
			const struct model_row *row = next_match(q, &at);

			ck_assert_ptr_nonnull(row);
			model_same(&page.list[i], row);
			ck_assert_int_eq(page.list[i].seq, (row - model.rows[q->topic]) + 1);
		}
		behind = at;
		ck_assert_int_eq(page.next[0] != '\0', next_match(q, &behind) != NULL);
		ck_assert(page.n > 0 || page.next[0] == '\0');
		q->offset = 0;
		strcpy(cursor, page.next);
		q->after = cursor;
		arena_reset(&model.a);
	} while (cursor[0] != '\0' && --pages > 0);
}

struct index_query
model_question(void)
{
	static char action[16];
	struct index_query q = { .topic = (enum index_topic)(random() % 2), .since = INT64_MIN, .until = INT64_MAX,
		.limit = 1 + random() % 300, .max_bytes = random() % 8 == 0 ? 100 : SIZE_MAX };
	int64_t span = (int64_t)model.count[q.topic] * 10 + 100000;

	snprintf(action, sizeof(action), "act-%ld", random() % 6);
	q.action = random() % 2 ? action : NULL;
	q.has_parent = q.topic == INDEX_EVENTS && random() % 3 == 0;
	if (q.has_parent)
		q.parent = model_id(0, random() % 42);
	if (random() % 2)
		q.since = 1000000 + random() % span;
	if (random() % 2)
		q.until = q.since == INT64_MIN ? 1000000 + random() % span : q.since + random() % 20000;
	q.offset = random() % 3 == 0 ? random() % 500 : 0;
	return q;
}

void
model_whole(void)
{
	model_read();
	ck_assert_msg(index_reader_check(model.r, NULL, NULL, err, sizeof(err)) == INDEX_OK, "%s", err);
}
