/*
 * registry_log.h: the schemas that hold, in memory that the registrar writes
 * and the workers read: one item behind the other, none ever changed. Made by
 * the master for each generation, it survives the registrar's death. What the
 * items mean is command/registry.h's concern.
 */
#ifndef DAEMON_REGISTRY_LOG_H
#define DAEMON_REGISTRY_LOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How much of what is registered is known here. */
enum registry_state {
	REGISTRY_LOADING,	/* not all of it was read yet */
	REGISTRY_LOADED,	/* all that there was at the start, and what came since */
	REGISTRY_NO_TOPIC,	/* the topic is not there and cannot be made */
	REGISTRY_REFUSED,	/* Kafka does not let it be read */
	REGISTRY_PARTITIONS,	/* the topic has more than one partition, so nothing has an order */
	REGISTRY_FULL,		/* schemas.memory is used up */
};

struct registry_log_head {
	uint32_t		magic, version;
	uint64_t		capacity;	/* of the whole, in bytes */
	_Atomic uint64_t	used;		/* of the items */
	_Atomic int32_t		state;		/* enum registry_state */
	_Atomic int32_t		mixed;		/* 1: topic and schemas.dir both hold a schema of some action */
	_Atomic int64_t		next_offset;	/* of the topic: what was read, to go on from */
	_Atomic int64_t		answered_ms;	/* clock_ms when a broker last answered */
};

/* Texts are not NUL-terminated and stay where they are as long as the log is mapped. */
struct registry_item {
	uint32_t	 version, base;
	uint8_t		 removed;	/* the action has no schema from here on */
	uint8_t		 from_file;	/* of schemas.dir */
	uint8_t		 any;		/* it was not compared with the one before */
	int64_t		 timestamp;	/* ms since 1970 */
	int64_t		 offset;	/* -1: from a file */
	const char	*action, *text, *by;
	size_t		 action_len, text_len, by_len;
};

struct registry_log {
	struct registry_log_head	*head;
	uint8_t				*items;
	size_t				 room;	/* of the items */
	bool				 writable;
};

/* A new one of so many bytes, which take memory as they are used. Its descriptor, or -1 with errno. */
int	registry_log_create(size_t capacity);
/* A descriptor of the same memory that cannot be written through; -1 with errno. */
int	registry_log_reader(int fd);
/* 0, or -1 where fd is none of this version. */
int	registry_log_map(struct registry_log *log, int fd, bool writable);
void	registry_log_unmap(struct registry_log *log);
/* The one writer. 0, or -1 where there is no room. */
int	registry_log_append(struct registry_log *log, const struct registry_item *item);
/* The item at *at (0: the first), which is moved on. False: there is none yet, or the memory is not sound. */
bool	registry_log_next(const struct registry_log *log, uint64_t *at, struct registry_item *out);
/* Can one rely on what is there? Where there is no room for more, on what came before. */
bool	registry_state_known(enum registry_state state);
/* "not all schemas were read yet", … for whoever asks why. */
const char *registry_state_text(enum registry_state state);

#endif
