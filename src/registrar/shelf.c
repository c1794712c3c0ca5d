/*
 * shelf.c: what is registered, as the registrar keeps it. See shelf.h.
 */
#include <stdio.h>
#include <string.h>

#include "command/schema/schema.h"
#include "registrar/shelf.h"
#include "util/log.h"
#include "value/json.h"

static struct registry_record
record_of(const struct registry_item *i)
{
	return (struct registry_record){ .action = i->action, .text = i->text, .by = i->by,
		.action_len = i->action_len, .text_len = i->text_len, .by_len = i->by_len,
		.version = i->version, .base = i->base, .removed = i->removed != 0,
		.from_file = i->from_file != 0, .any = i->any != 0, .timestamp = i->timestamp,
		.offset = i->offset };
}

void
shelf_open(struct shelf *s, struct proc *p)
{
	struct registry_record rec;
	struct registry_item item;
	uint64_t at = 0;
	size_t n = 0;

	s->proc = p;
	if (p->registry_fd == -1 || registry_log_map(&s->log, p->registry_fd, true) == -1)
		fatalx("the master sent no memory for schemas");
	s->registry = registry_new();
	for (; registry_log_next(&s->log, &at, &item); n++) {
		rec = record_of(&item);
		registry_take(s->registry, &rec, NULL);
	}
	if (n > 0)
		log_info("going on with %zu versions of schemas that the registrar before left", n);
}

void
shelf_close(struct shelf *s)
{
	registry_free(s->registry, NULL);
	registry_log_unmap(&s->log);
}

bool
shelf_has_room(const struct shelf *s, size_t bytes)
{
	return bytes + 1024 < s->log.room - atomic_load(&s->log.head->used);
}

enum registry_verdict
shelf_take(struct shelf *s, const struct registry_record *rec, bool *full)
{
	const struct registry_entry *e = registry_find(s->registry, rec->action, rec->action_len);
	struct registry_item item = { .version = rec->version, .base = rec->base, .removed = rec->removed,
		.from_file = rec->from_file, .any = rec->any, .timestamp = rec->timestamp,
		.offset = rec->offset, .action = rec->action, .text = rec->text, .by = rec->by,
		.action_len = rec->action_len, .text_len = rec->text_len, .by_len = rec->by_len };
	enum registry_verdict v = registry_judge(e, rec);
	struct registry_record kept;
	uint64_t at;

	*full = false;
	if (v != REGISTRY_TAKEN)
		return v;
	at = atomic_load(&s->log.head->used);
	if (registry_log_append(&s->log, &item) == -1) {
		*full = true;
		return v;
	}
	/* From here on it points into the memory that stays. */
	registry_log_next(&s->log, &at, &item);
	kept = record_of(&item);
	return registry_take(s->registry, &kept, NULL);
}

void
shelf_state(struct shelf *s, enum registry_state state)
{
	if (atomic_exchange(&s->log.head->state, (int)state) == (int)state)
		return;
	if (state == REGISTRY_LOADED)
		log_info("%zu actions have a schema", registry_count(s->registry));
	else if (state != REGISTRY_LOADING)
		log_error("%s", registry_state_text(state));
}

bool
shelf_sound(struct shelf *s, const struct registry_record *rec, char *why, size_t size)
{
	struct schema_options o = { .formats = s->proc->config.schemas.formats != 0 };
	struct schema_errors errors = { .max = 1 };
	struct codec_error err = { .text = "" };
	struct schema *schema = NULL;
	struct arena a;
	struct value v;

	arena_init(&a, rec->text_len * 64 + ((size_t)1 << 20));
	snprintf(why, size, "it is not JSON");
	if (json_read((const uint8_t *)rec->text, rec->text_len, &codec_event_limits, &a, &v, &err) == 0 &&
	    (schema = schema_compile(&v, &o, &a, &errors)) == NULL)
		snprintf(why, size, "it is no schema that can be used: at %s, expected %s, found %s",
		    errors.n > 0 && errors.list[0].pointer[0] != '\0' ? errors.list[0].pointer : "its top",
		    errors.n > 0 ? errors.list[0].expected : "less", errors.n > 0 ? errors.list[0].found : "too much");
	schema_free(schema);
	arena_free(&a);
	return schema != NULL;
}
