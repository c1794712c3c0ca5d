/*
 * registry_log.c: the schemas that hold, in shared memory. See
 * registry_log.h. The writer fills an item in behind the used part, then moves
 * the mark; a reader that sees the mark sees the item.
 */
#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/registry_log.h"

#define MAGIC	0x67657263u	/* "creg" */
#define VERSION	1
#define BEGIN	((size_t)4096)	/* of the items */

struct packed {
	uint32_t	size;		/* of the item, a multiple of 8 */
	uint32_t	version, base;
	uint32_t	text_len;
	uint16_t	action_len, by_len;
	uint8_t		removed, from_file, any, spare;
	int64_t		timestamp, offset;
};

_Static_assert(sizeof(struct packed) % 8 == 0, "items follow each other aligned");

int
registry_log_create(size_t capacity)
{
	int fd = memfd_create("cmdr-registry", MFD_CLOEXEC);
	struct registry_log_head head = { .magic = MAGIC, .version = VERSION, .capacity = capacity };

	if (fd == -1)
		return -1;
	if (ftruncate(fd, (off_t)capacity) == -1 || pwrite(fd, &head, sizeof(head), 0) != (ssize_t)sizeof(head)) {
		close(fd);
		return -1;
	}
	return fd;
}

int
registry_log_reader(int fd)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_RDONLY | O_CLOEXEC);
}

int
registry_log_map(struct registry_log *log, int fd, bool writable)
{
	struct stat st;
	void *p;

	if (fstat(fd, &st) == -1 || (size_t)st.st_size <= BEGIN)
		return -1;
	p = mmap(NULL, (size_t)st.st_size, PROT_READ | (writable ? PROT_WRITE : 0), MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return -1;
	log->head = p;
	log->items = (uint8_t *)p + BEGIN;
	log->room = (size_t)st.st_size - BEGIN;
	log->writable = writable;
	if (log->head->magic == MAGIC && log->head->version == VERSION && log->head->capacity == (uint64_t)st.st_size)
		return 0;
	registry_log_unmap(log);
	return -1;
}

void
registry_log_unmap(struct registry_log *log)
{
	if (log->head != NULL)
		munmap(log->head, log->room + BEGIN);
	log->head = NULL;
}

int
registry_log_append(struct registry_log *log, const struct registry_item *item)
{
	uint64_t used = atomic_load(&log->head->used);
	size_t size = sizeof(struct packed) + item->action_len + item->by_len + item->text_len;
	struct packed p = { .version = item->version, .base = item->base, .text_len = (uint32_t)item->text_len,
		.action_len = (uint16_t)item->action_len, .by_len = (uint16_t)item->by_len,
		.removed = item->removed, .from_file = item->from_file, .any = item->any,
		.timestamp = item->timestamp, .offset = item->offset };
	uint8_t *at;

	size = (size + 7) & ~(size_t)7;
	if (item->action_len > UINT16_MAX || item->by_len > UINT16_MAX || item->text_len > UINT32_MAX / 2 ||
	    size > log->room - used)
		return -1;
	p.size = (uint32_t)size;
	at = log->items + used;
	memcpy(at, &p, sizeof(p));
	at += sizeof(p);
	memcpy(at, item->action, item->action_len);
	at += item->action_len;
	if (item->by_len > 0)
		memcpy(at, item->by, item->by_len);
	at += item->by_len;
	if (item->text_len > 0)
		memcpy(at, item->text, item->text_len);
	atomic_store(&log->head->used, used + size);
	return 0;
}

bool
registry_log_next(const struct registry_log *log, uint64_t *at, struct registry_item *out)
{
	uint64_t used = atomic_load(&log->head->used), left;
	struct packed p;

	if (used > log->room || *at >= used)
		return false;
	left = used - *at;
	if (left < sizeof(p))
		return false;
	memcpy(&p, log->items + *at, sizeof(p));
	if (p.size > left || p.size % 8 != 0 ||
	    sizeof(p) + p.action_len + p.by_len + p.text_len > p.size)
		return false;
	*out = (struct registry_item){ .version = p.version, .base = p.base, .removed = p.removed,
		.from_file = p.from_file, .any = p.any, .timestamp = p.timestamp, .offset = p.offset,
		.action_len = p.action_len, .by_len = p.by_len, .text_len = p.text_len };
	out->action = (const char *)log->items + *at + sizeof(p);
	out->by = out->action + p.action_len;
	out->text = out->by + p.by_len;
	*at += p.size;
	return true;
}

static const char *const state_texts[] = {
	[REGISTRY_LOADING] = "not all schemas were read yet",
	[REGISTRY_LOADED] = "all schemas were read",
	[REGISTRY_NO_TOPIC] = "the topic of the schemas (topics.schemas) is not there and could not be made",
	[REGISTRY_REFUSED] = "Kafka does not let the topic of the schemas (topics.schemas) be read",
	[REGISTRY_PARTITIONS] = "the topic of the schemas (topics.schemas) must have exactly one partition",
	[REGISTRY_FULL] = "the schemas need more than schemas.memory",
};

bool
registry_state_known(enum registry_state state)
{
	return state == REGISTRY_LOADED || state == REGISTRY_FULL;
}

const char *
registry_state_text(enum registry_state state)
{
	return (unsigned)state <= REGISTRY_FULL ? state_texts[state] : "the registrar is of another version";
}
