/*
 * registry.h: which schema holds for which action, and which held before. A
 * table that is fed records in their order; every process and machine that is
 * fed the same ones comes to the same table. Pure: where records come from,
 * and where their memory is, is the caller's concern. No code of the schemas
 * themselves; schema/schema.h compiles and evaluates them.
 */
#ifndef COMMAND_REGISTRY_H
#define COMMAND_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One change. Texts are the caller's and outlive the registry; not NUL-terminated. */
struct registry_record {
	const char	*action, *text, *by;
	size_t		 action_len, text_len, by_len;
	uint32_t	 version;	/* from 1, for each action */
	uint32_t	 base;		/* the version that it was made to follow; 0: none */
	bool		 removed;	/* no schema from here on */
	bool		 from_file;
	bool		 any;		/* it was not compared with the one before */
	int64_t		 timestamp, offset;
};

/* What the program that was made of an entry's newest schema is kept in; the owner's business. */
struct registry_program;

struct registry_entry {
	struct registry_record		*versions;	/* oldest first */
	size_t				 n;
	uint64_t			 hash;
	struct registry_program		*program;
};

/* What became of a record. */
enum registry_verdict {
	REGISTRY_TAKEN,
	REGISTRY_LOST,		/* another one followed the same version first: this one never was */
	REGISTRY_CLASH,		/* one is of a file, the other of the topic */
};

struct registry;

struct registry	*registry_new(void);
/* program is freed by drop where it is set; may be NULL. */
void		 registry_free(struct registry *r, void (*drop)(struct registry_entry *e));
/* What registry_take would say of a record of the action whose entry this is (NULL: none). */
enum registry_verdict registry_judge(const struct registry_entry *e, const struct registry_record *rec);
/*
 * Take a record, or do not. A version counts where it follows the newest one, or where nothing of the action is
 * known. *out, where not NULL, is the action's entry afterwards.
 */
enum registry_verdict registry_take(struct registry *r, const struct registry_record *rec,
		    struct registry_entry **out);
/* NULL: nothing was ever registered for it. */
struct registry_entry *registry_find(const struct registry *r, const char *action, size_t len);
/* The record that holds, or NULL. */
const struct registry_record *registry_current(const struct registry_entry *e);
/* That version, or NULL. */
const struct registry_record *registry_version(const struct registry_entry *e, uint32_t version);
/* The newest version's number; 0 where e is NULL. */
uint32_t	 registry_newest(const struct registry_entry *e);
/* Actions that have a schema now. */
size_t		 registry_count(const struct registry *r);
/* Those whose name comes behind after (NULL: all) in the order of bytes; at most max of them. Returns how many. */
size_t		 registry_list(struct registry *r, const char *after, size_t after_len,
		    struct registry_entry **out, size_t max);

/* Up to max names of actions that have a schema and are spelt nearly so. Returns how many. */
size_t		 registry_near(const struct registry *r, const char *action, size_t len,
		    const struct registry_record **out, size_t max);

#endif
