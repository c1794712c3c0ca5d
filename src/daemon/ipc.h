/*
 * ipc.h: the messages of ipc.def, as numbers and as rows. How they travel is
 * control.h's (master and role) and peer.h's (role and role) concern.
 */
#ifndef DAEMON_IPC_H
#define DAEMON_IPC_H

#include <stddef.h>
#include <stdint.h>

#include "daemon/role.h"

/* Raised whenever a payload changes; HELLO carries it. */
#define IPC_VERSION	4

/* Larger than any value a topic takes by default settings, http.max_body included. */
#define IPC_MAX_PAYLOAD	((size_t)80 << 20)

/* In the u16 of a PUBLISH that says how long the key is: headers follow it. */
#define IPC_HEADERS	0x8000u
#define IPC_HEADERS_MAX	4	/* of one record */

enum ipc_type {
#define IPC(type, number, senders, receivers, least, most, doc) IPC_##type = (number),
#include "daemon/ipc.def"
#undef IPC
};

struct ipc_row {
	enum ipc_type	 type;
	const char	*name;
	unsigned	 senders, receivers;
	size_t		 least, most;
	const char	*doc;
};

/* Why a PUBLISH was not acknowledged (NAK). */
enum ipc_nak {
	NAK_NONE,
	NAK_NOT_SENT,	/* certainly not on the log: a retry is safe */
	NAK_FULL,		/* as NOT_SENT: the producer's queue is full */
	NAK_UNREACHABLE,	/* as NOT_SENT: no broker answers */
	NAK_UNKNOWN,		/* may or may not be on the log */
	NAK_TOO_LARGE,		/* Kafka refuses it: larger than the topic takes; not on the log */
	NAK_REFUSED,		/* Kafka refuses it for good: not authorised, no such topic, …; not on the log */
	NAK_BUSY,		/* PUBLISH_ONCE: it is being written for another request */
	NAK_REUSED,		/* PUBLISH_ONCE: the id was used for another command */
	NAK_LOOK,		/* PUBLISH_ONCE: look into the index, then ask again */
};

/* What became of a REGISTER. */
enum ipc_registered {
	REGISTERED_DONE,
	REGISTERED_LOST,	/* another version came first: look again */
	REGISTERED_CLASH,	/* the action's schema is of a file, or another's of the topic */
	REGISTERED_NOT_SENT,	/* certainly not on the log: a retry is safe */
	REGISTERED_REFUSED,	/* Kafka refuses it for good; not on the log */
	REGISTERED_TOO_LARGE,	/* larger than the topic takes, or than schemas.memory has room for */
	REGISTERED_UNKNOWN,	/* may or may not be on the log */
};

/* The row of a type, or NULL. */
const struct ipc_row *ipc_row(unsigned type);
/* May sender send it to receiver, with this many bytes? NULL, or the reason why not. */
const char *ipc_check(const struct ipc_row *row, enum role_id sender, enum role_id receiver, size_t len);

#endif
