/*
 * follow.c: which partitions are followed and from where. See follow.h.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tailer/follow.h"
#include "util/log.h"
#include "util/mem.h"

static void
grow(struct follow *f, int n)
{
	f->parts = xreallocarray(f->parts, (size_t)n, sizeof(*f->parts));
	memset(f->parts + f->nparts, 0, (size_t)(n - f->nparts) * sizeof(*f->parts));
	f->nparts = n;
}

void
follow_init(struct follow *f, struct proc *p, struct kafka *k, const char *topic,
    struct board_tailer *board, int notify_fd)
{
	memset(f, 0, sizeof(*f));
	f->proc = p;
	f->kafka = k;
	f->topic = topic;
	f->board = board;
	f->notify_fd = notify_fd;
	atomic_store(&board->assigned, 0);
	atomic_store(&board->at_end, 0);
}

void
follow_begin(struct follow *f)
{
	f->on = true;
	f->known = atomic_load(&f->board->partitions);
	f->looked = f->moved = false;
	/* Kept when following ends: to join its thread may take as long as a broker is silent. */
	if (f->scout == NULL)
		f->scout = kafka_scout_new(f->kafka->rk, f->topic, f->notify_fd);
	if (f->known > 0)
		log_info("going on with %d partitions of topic %s where the tailer before left off", f->known,
		    f->topic);
}

void
follow_close(struct follow *f)
{
	atomic_store(&f->board->assigned, 0);
	if (f->scout != NULL)
		kafka_scout_free(f->scout);
	free(f->parts);
}

/* No partition is read any more; what was fetched of them is dropped by librdkafka. */
static void
let_go(struct follow *f)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(f->nparts);
	rd_kafka_error_t *error = NULL;

	for (int i = 0; i < f->nparts; i++)
		if (f->parts[i].assigned)
			rd_kafka_topic_partition_list_add(list, f->topic, (int32_t)i);
	if (list->cnt > 0)
		error = rd_kafka_incremental_unassign(f->kafka->rk, list);
	if (error != NULL) {
		log_error("letting go of topic %s: %s", f->topic, rd_kafka_error_string(error));
		rd_kafka_error_destroy(error);
	}
	rd_kafka_topic_partition_list_destroy(list);
	f->nparts = 0;
	f->known = 0;
	atomic_store(&f->board->partitions, 0);
	atomic_store(&f->board->assigned, 0);
	atomic_store(&f->board->at_end, 0);
}

void
follow_end(struct follow *f)
{
	if (f->nparts > 0)
		log_info("topic %s is followed no longer", f->topic);
	let_go(f);
	f->on = false;
}

bool
follow_ready(const struct follow *f)
{
	for (int i = 0; i < f->nparts; i++)
		if (!f->parts[i].assigned || f->parts[i].reset)
			return false;
	return f->nparts > 0;
}

void
follow_look(struct follow *f)
{
	int32_t *list = xcalloc((size_t)f->nparts + 1, sizeof(*list));
	int n = 0;

	for (int i = 0; i < f->nparts; i++)
		if (!f->parts[i].assigned || f->parts[i].reset)
			list[n++] = (int32_t)i;
	kafka_scout_ask(f->scout, f->nparts, list, n);
	free(list);
}

static void
publish_state(struct follow *f)
{
	bool all = f->nparts > 0, reached = f->nparts > 0;

	for (int i = 0; i < f->nparts; i++) {
		all = all && f->parts[i].assigned;
		reached = reached && f->parts[i].reached;
	}
	if (all && atomic_exchange(&f->board->assigned, 1) == 0)
		log_info("following %d partitions of topic %s", f->nparts, f->topic);
	if (all && reached)
		atomic_store(&f->board->at_end, 1);
}

/*
 * Room for partitions seen for the first time. At the very first look a partition is read from its end, for
 * which its range is needed (-1 until then); one that appears later is read from its beginning, whatever it
 * has by now: nobody could have been told of its records.
 */
static void
discover(struct follow *f, int n)
{
	int before = f->nparts;

	if (n > BOARD_PARTITIONS) {
		static struct log_limit limit;

		log_limited(&limit, LOG_ERR, "topic %s has %d partitions; %d are followed, what comes on the "
		    "others is missed", f->topic, n, BOARD_PARTITIONS);
		n = BOARD_PARTITIONS;
	}
	if (n <= before)
		return;
	grow(f, n);
	for (int i = before; i < n; i++)
		if (i >= f->known)
			atomic_store(&f->board->positions[i], f->looked || f->known > 0 ? 0 : -1);
	if (n > atomic_load(&f->board->partitions))
		atomic_store(&f->board->partitions, n);
	if (f->looked)
		log_notice("topic %s has %d new partitions", f->topic, n - before);
}

static int64_t
start_offset(struct follow *f, const struct kafka_scout_range *r)
{
	int64_t position = atomic_load(&f->board->positions[r->partition]);

	if (position < 0)
		return r->high;
	/* Past the end: the topic was made anew. Told before the position is: who finds it knows what it means. */
	if (position > r->high)
		atomic_fetch_add(&f->board->epoch, 1);
	/* There, or behind what is kept: all that is there was not read yet. */
	if (position < r->low || position > r->high)
		return r->low;
	return position;
}

static void
assign(struct follow *f, const struct kafka_scout_range *r)
{
	struct followed *part = &f->parts[r->partition];
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_t *tp = rd_kafka_topic_partition_list_add(list, f->topic,
	    r->partition);
	rd_kafka_error_t *error;

	if (part->assigned && (error = rd_kafka_incremental_unassign(f->kafka->rk, list)) != NULL) {
		log_error("letting go of topic %s, partition %" PRId32 ": %s", f->topic, r->partition,
		    rd_kafka_error_string(error));
		rd_kafka_error_destroy(error);
	}
	tp->offset = start_offset(f, r);
	part->next = part->checkpoint = tp->offset;
	part->end = r->high;
	part->reached = tp->offset >= r->high;
	atomic_store(&f->board->positions[r->partition], tp->offset);
	if ((error = rd_kafka_incremental_assign(f->kafka->rk, list)) != NULL) {
		log_error("following topic %s, partition %" PRId32 ": %s", f->topic, r->partition,
		    rd_kafka_error_string(error));
		rd_kafka_error_destroy(error);
	} else {
		part->assigned = true;
		part->reset = false;
		f->moved = true;
		log_debug("topic %s, partition %" PRId32 " from offset %" PRId64 " (end %" PRId64 ")",
		    f->topic, r->partition, tp->offset, r->high);
	}
	rd_kafka_topic_partition_list_destroy(list);
}

static void
topic_is_gone(struct follow *f)
{
	if (f->nparts > 0)
		log_error("topic %s is gone: nothing of it can be awaited until it is there again", f->topic);
	if (f->nparts > 0 || f->known > 0)
		atomic_fetch_add(&f->board->epoch, 1);
	let_go(f);
}

void
follow_found(struct follow *f, const struct kafka_scout_report *r)
{
	static struct log_limit limit;

	if (r->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
	    r->err == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC) {
		log_limited(&limit, LOG_WARNING, "topic %s does not exist: %s", f->topic,
		    rd_kafka_err2str(r->err));
		topic_is_gone(f);
		return;
	}
	if (r->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
		log_limited(&limit, LOG_WARNING, "looking at topic %s: %s", f->topic,
		    rd_kafka_err2str(r->err));
		return;
	}
	discover(f, r->partitions);
	for (int i = 0; i < r->nranges; i++)
		if (r->ranges[i].partition < f->nparts)
			assign(f, &r->ranges[i]);
	f->looked = f->looked || f->nparts > 0;
	publish_state(f);
}

static struct followed *
part(struct follow *f, int32_t partition)
{
	return partition >= 0 && partition < f->nparts ? &f->parts[partition] : NULL;
}

void
follow_read(struct follow *f, int32_t partition, int64_t offset)
{
	struct followed *p = part(f, partition);

	if (p == NULL)
		return;
	p->next = offset + 1;
	if (!p->reached && p->next >= p->end) {
		p->reached = true;
		publish_state(f);
	}
}

bool
follow_at_end(struct follow *f, int32_t partition, int64_t offset)
{
	struct followed *p = part(f, partition);
	bool further = p != NULL && offset > p->next;

	if (further)
		p->next = offset;
	if (p != NULL && !p->reached) {
		p->reached = true;
		publish_state(f);
	}
	return further;
}

void
follow_out_of_range(struct follow *f, int32_t partition)
{
	struct followed *p = part(f, partition);

	if (p == NULL || p->reset)
		return;
	log_error("partition %" PRId32 " of topic %s: offset %" PRId64 " is not there any more; reading "
	    "from what is there now", partition, f->topic, p->next);
	p->reset = true;
	follow_look(f);
}

void
follow_checkpoint(struct follow *f)
{
	for (int i = 0; i < f->nparts; i++)
		f->parts[i].checkpoint = f->parts[i].next;
}

void
follow_commit(struct follow *f)
{
	for (int i = 0; i < f->nparts; i++)
		if (f->parts[i].assigned)
			atomic_store_explicit(&f->board->positions[i], f->parts[i].checkpoint,
			    memory_order_relaxed);
}

void
follow_ends(struct follow *f)
{
	int64_t low, high;

	for (int i = 0; i < f->nparts; i++) {
		/* What librdkafka has by it: nothing is asked. */
		if (!f->parts[i].assigned || rd_kafka_get_watermark_offsets(f->kafka->rk, f->topic, (int32_t)i,
		    &low, &high) != RD_KAFKA_RESP_ERR_NO_ERROR || high < 0)
			high = f->parts[i].end;
		atomic_store_explicit(&f->board->ends[i], high, memory_order_relaxed);
	}
}

void
follow_forget(struct follow *f)
{
	atomic_fetch_add(&f->board->epoch, 1);
	for (int i = 0; i < atomic_load(&f->board->partitions); i++)
		atomic_store(&f->board->positions[i], 0);
}
