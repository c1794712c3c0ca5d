/*
 * block.c: a record as one message of an event stream. See block.h.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "command/event.h"
#include "util/log.h"
#include "util/mem.h"
#include "worker/block.h"
#include "worker/media.h"
#include "worker/token.h"

static const char *const event_names[BOARD_TOPICS] = { "command", "event" };

void
block_id(struct buf *out, uint64_t source, const int64_t *next, size_t n)
{
	buf_puts(out, "id: ");
	token_put(out, source, next, n);
	buf_putc(out, '\n');
}

static char *
action_text(const struct value *v)
{
	const struct value_name *n;

	if (v->kind == VALUE_STRING)
		return xstrndup(v->u.text, v->n);
	if (v->kind != VALUE_KEYWORD)
		return xstrdup("");
	n = v->u.name;
	if (n->ns == NULL)
		return xstrndup(n->name, n->name_len);
	return xasprintf("%.*s/%.*s", (int)n->ns_len, n->ns, (int)n->name_len, n->name);
}

/* What is no command and no event is told as rarely as it can be, and passed over. */
static void
passed_over(const struct block_record *r, const char *why)
{
	static struct log_limit limit;

	log_limited(&limit, LOG_INFO, "topic %s, partition %" PRId32 ", offset %" PRId64
	    " is not in any stream: %s", r->name, r->partition, r->offset, why);
}

static int
put_data(struct buf *out, const struct block_record *r, const struct event *e, struct arena *a,
    struct codec_error *err)
{
	struct record_place place = { r->name, r->partition, r->offset, r->timestamp };
	struct value v = event_answer(a, e, &place);

	if (v.kind == VALUE_NIL)
		return codec_fail(err, E_LIMIT, 0, "it takes too much memory");
	buf_printf(out, "event: %s\ndata: ", event_names[r->topic]);
	if (media_json()->codec->write(out, &v, err) == -1)
		return -1;
	buf_puts(out, "\n\n");
	return 0;
}

int
block_make(struct block *out, const struct block_record *r, uint64_t source,
    const int64_t *next, size_t n, struct arena *a)
{
	struct codec_error err;
	struct buf b = { 0 };
	struct event e;

	if (event_parse(r->key, r->key_len, r->value, r->value_len, a, &e, &err) == -1) {
		passed_over(r, err.text);
		return -1;
	}
	block_id(&b, source, next, n);
	out->id_len = b.len;
	if (put_data(&b, r, &e, a, &err) == -1) {
		passed_over(r, err.text);
		buf_free(&b);
		return -1;
	}
	out->len = b.len;
	out->data = (char *)xreallocarray(b.data, b.len, 1);
	out->action = action_text(&e.action);
	out->has_parent = e.has_parent;
	out->parent = e.parent;
	return 0;
}

void
block_free(struct block *b)
{
	free(b->data);
	free(b->action);
}

bool
block_passes(const struct block *b, const struct block_filter *f)
{
	if (f == NULL)
		return true;
	if (f->action != NULL && strcmp(f->action, b->action) != 0)
		return false;
	return !f->has_parent || (b->has_parent && id_equal(&f->parent, &b->parent));
}
