/*
 * intake.c: the two topics as the indexer reads them. See intake.h.
 *
 * A partition is read from the last record that the index has, not from behind
 * it: that this record is still the same one proves that the topic is. Positions
 * are concrete offsets, from watermark queries; a partition that appears later is
 * read from its beginning.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/intake.h"
#include "util/log.h"
#include "util/mem.h"

static void
init_topic(struct intake *in, enum index_topic topic, const char *name, int look_fd)
{
	struct intake_topic *t = &in->topics[topic];

	t->all = in;
	t->topic = topic;
	t->name = name;
	t->scout = kafka_scout_new(in->kafka->rk, name, look_fd);
}

struct intake *
intake_new(struct proc *p, int wake_fd, int look_fd, char *err, size_t size)
{
	struct intake *in = xcalloc(1, sizeof(*in));

	in->proc = p;
	in->kafka = kafka_new(p, KAFKA_READ, &p->board->index.answered_ms, err, size);
	if (in->kafka == NULL) {
		free(in);
		return NULL;
	}
	rd_kafka_poll_set_consumer(in->kafka->rk);
	in->queue = rd_kafka_queue_get_consumer(in->kafka->rk);
	kafka_wake(in->queue, wake_fd);
	init_topic(in, INDEX_COMMANDS, p->config.topics.commands, look_fd);
	init_topic(in, INDEX_EVENTS, p->config.topics.events, look_fd);
	return in;
}

bool
intake_free(struct intake *in, int wait_ms)
{
	bool whole;

	if (in == NULL)
		return true;
	for (int i = 0; i < INDEX_TOPICS; i++) {
		kafka_scout_free(in->topics[i].scout);
		free(in->topics[i].parts);
	}
	rd_kafka_queue_io_event_enable(in->queue, -1, NULL, 0);
	rd_kafka_queue_destroy(in->queue);
	whole = kafka_free(in->kafka, wait_ms);
	free(in);
	return whole;
}

static void
grow(struct intake_topic *t, int n)
{
	if (n > BOARD_PARTITIONS) {
		log_error("topic %s has %d partitions; %d are indexed", t->name, n, BOARD_PARTITIONS);
		n = BOARD_PARTITIONS;
	}
	if (n <= t->nparts)
		return;
	t->parts = xreallocarray(t->parts, (size_t)n, sizeof(*t->parts));
	memset(t->parts + t->nparts, 0, (size_t)(n - t->nparts) * sizeof(*t->parts));
	for (int i = t->nparts; i < n; i++) {
		t->parts[i].at.partition = i;
		t->parts[i].at.last = -1;
		t->parts[i].proved = true;
	}
	t->nparts = n;
}

/* Assign a partition from an offset, or let go of it. */
static bool
assign(struct intake_topic *t, int partition, int64_t offset, bool on)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_error_t *error;
	bool done;

	rd_kafka_topic_partition_list_add(list, t->name, partition)->offset = offset;
	error = on ? rd_kafka_incremental_assign(t->all->kafka->rk, list) :
	    rd_kafka_incremental_unassign(t->all->kafka->rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	done = error == NULL;
	if (!done) {
		log_error("%s partition %d of topic %s: %s", on ? "reading" : "letting go of", partition,
		    t->name, rd_kafka_error_string(error));
		rd_kafka_error_destroy(error);
	}
	return done;
}

static void
let_go(struct intake_topic *t)
{
	for (int i = 0; i < t->nparts; i++)
		if (t->parts[i].assigned) {
			assign(t, i, 0, false);
			t->parts[i].assigned = false;
			/* It may be another topic when it comes back. */
			t->parts[i].proved = t->parts[i].at.last < 0;
		}
}

void
intake_begin(struct intake *in, enum index_topic topic, const struct index_position *list, size_t n)
{
	struct intake_topic *t = &in->topics[topic];

	let_go(t);
	free(t->parts);
	t->parts = NULL;
	t->nparts = 0;
	in->anew = false;
	for (size_t i = 0; i < n; i++) {
		if (list[i].partition < 0 || list[i].partition >= BOARD_PARTITIONS)
			continue;
		grow(t, list[i].partition + 1);
		t->parts[list[i].partition].at = list[i];
		t->parts[list[i].partition].proved = list[i].last < 0;
	}
}

void
intake_look(struct intake *in)
{
	for (int i = 0; i < INDEX_TOPICS; i++) {
		struct intake_topic *t = &in->topics[i];
		int32_t *list = xcalloc((size_t)t->nparts + 1, sizeof(*list));
		int n = 0;

		for (int p = 0; p < t->nparts; p++)
			if (!t->parts[p].assigned || t->parts[p].reset)
				list[n++] = p;
		kafka_scout_ask(t->scout, t->nparts, list, n);
		free(list);
	}
}

static void
make_anew(struct intake_topic *t, const char *why)
{
	if (t->all->anew)
		return;
	t->all->anew = true;
	snprintf(t->all->why, sizeof(t->all->why), "topic %s is not the one that was indexed: %s", t->name, why);
}

/* Where the log begins is where the index does; what was lost between is said. */
static void
raise_low(struct intake_topic *t, struct intake_part *part, int64_t low)
{
	if (part->at.next > 0 && low > part->at.next)
		log_warn("topic %s, partition %" PRId32 ": records %" PRId64 " to %" PRId64 " left the topic "
		    "before they were indexed", t->name, part->at.partition, part->at.next, low - 1);
	part->at.low = low > part->at.next || part->at.next == 0 ? low : 0;
	if (low > part->at.next) {
		part->at.next = low;
		part->at.last = -1;
		memset(&part->at.last_id, 0, sizeof(part->at.last_id));
		part->proved = true;
	}
	part->moved = true;
}

static void
take_range(struct intake_topic *t, const struct kafka_scout_range *r)
{
	struct intake_part *part = &t->parts[r->partition];
	char why[128];
	int64_t from;

	part->end = r->high;
	if (part->at.next > r->high) {
		snprintf(why, sizeof(why), "partition %" PRId32 " was read up to offset %" PRId64
		    ", but ends at %" PRId64, r->partition, part->at.next, r->high);
		make_anew(t, why);
		return;
	}
	raise_low(t, part, r->low);
	if (part->assigned)
		assign(t, r->partition, 0, false);
	from = part->proved || part->at.last < r->low ? part->at.next : part->at.last;
	part->proved = part->proved || from == part->at.next;
	part->assigned = assign(t, r->partition, from, true);
	part->reset = false;
	log_debug("indexing topic %s, partition %" PRId32 " from offset %" PRId64 " (%" PRId64 " to %" PRId64 ")",
	    t->name, r->partition, from, r->low, r->high);
}

static void
take_report(struct intake_topic *t, const struct kafka_scout_report *r)
{
	static struct log_limit limit;

	if (r->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || r->err == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC) {
		if (!t->missing)
			log_warn("topic %s does not exist: nothing of it is indexed until it does", t->name);
		t->missing = true;
		let_go(t);
		return;
	}
	if (r->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
		log_limited(&limit, LOG_WARNING, "looking at topic %s: %s", t->name, rd_kafka_err2str(r->err));
		return;
	}
	t->missing = false;
	grow(t, r->partitions);
	for (int i = 0; i < r->nranges; i++)
		if (r->ranges[i].partition >= 0 && r->ranges[i].partition < t->nparts)
			take_range(t, &r->ranges[i]);
}

void
intake_found(struct intake *in)
{
	struct kafka_scout_report *r;

	for (int i = 0; i < INDEX_TOPICS; i++)
		if ((r = kafka_scout_take(in->topics[i].scout)) != NULL) {
			take_report(&in->topics[i], r);
			kafka_scout_report_free(r);
		}
}

struct intake_topic *
intake_topic(struct intake *in, const rd_kafka_message_t *m)
{
	const char *name = m->rkt != NULL ? rd_kafka_topic_name(m->rkt) : "";

	for (int i = 0; i < INDEX_TOPICS; i++)
		if (strcmp(in->topics[i].name, name) == 0)
			return &in->topics[i];
	return NULL;
}

static struct intake_part *
part_of(struct intake_topic *t, int32_t partition)
{
	return t != NULL && partition >= 0 && partition < t->nparts ? &t->parts[partition] : NULL;
}

enum intake_verdict
intake_record(struct intake_topic *t, const rd_kafka_message_t *m, const struct id *id)
{
	struct intake_part *part = part_of(t, m->partition);
	char why[128];

	if (part == NULL)
		return INTAKE_SKIP;
	if (!part->proved && m->offset == part->at.last && !id_equal(id, &part->at.last_id)) {
		snprintf(why, sizeof(why), "the record at offset %" PRId64 " of partition %" PRId32
		    " is another one", m->offset, m->partition);
		make_anew(t, why);
		return INTAKE_ANEW;
	}
	part->proved = true;
	if (m->offset < part->at.next)
		return INTAKE_SKIP;
	part->at.next = m->offset + 1;
	part->at.last = m->offset;
	part->at.last_id = *id;
	part->moved = true;
	if (part->end < part->at.next)
		part->end = part->at.next;
	return INTAKE_TAKE;
}

/* The end may lie behind records that are none of ours: markers of transactions, and what they undid. */
static void
at_end(struct intake_part *part, int64_t offset)
{
	part->proved = true;
	part->end = offset;
	if (offset <= part->at.next)
		return;
	part->at.next = offset;
	part->moved = true;
}

void
intake_error(struct intake *in, const rd_kafka_message_t *m)
{
	static struct log_limit limit;
	struct intake_topic *t = intake_topic(in, m);
	struct intake_part *part = part_of(t, m->partition);

	if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF && part != NULL) {
		at_end(part, m->offset);
	} else if ((m->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
	    m->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) && part != NULL) {
		part->reset = true;
		part->proved = part->at.last < 0;
		intake_look(in);
	} else {
		log_limited(&limit, LOG_WARNING, "indexing%s%s: %s", t != NULL ? " topic " : "",
		    t != NULL ? t->name : "", rd_kafka_message_errstr(m));
	}
}

void
intake_publish(struct intake *in, struct board_index *board)
{
	for (int i = 0; i < INDEX_TOPICS; i++) {
		struct intake_topic *t = &in->topics[i];

		for (int p = 0; p < t->nparts; p++) {
			int64_t low, high;

			if (t->parts[p].assigned && rd_kafka_get_watermark_offsets(in->kafka->rk, t->name, p, &low,
			    &high) == RD_KAFKA_RESP_ERR_NO_ERROR && high > t->parts[p].end)
				t->parts[p].end = high;
			atomic_store(&board->next[i][p], t->parts[p].at.next);
			atomic_store(&board->end[i][p], t->parts[p].end);
		}
		atomic_store(&board->partitions[i], t->nparts);
	}
}
