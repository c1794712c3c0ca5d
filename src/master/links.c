/*
 * links.c: the socketpairs that tie roles together. See links.h.
 */
#include <sys/socket.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "daemon/control.h"
#include "master/children.h"
#include "master/links.h"
#include "util/log.h"

static bool
links(const struct child *from, const struct child *to)
{
	return (from->role->links_to & ROLE_BIT(to->role->id)) != 0;
}

static void
give(struct child *c, const struct child *other, int fd)
{
	uint8_t payload[4] = { (uint8_t)other->role->id, 0, (uint8_t)other->nr,
		(uint8_t)(other->nr >> 8) };

	if (control_send(c->control, IPC_PEER, payload, sizeof(payload), fd) == -1 && errno != EPIPE)
		log_error("handing process %d a link: %s", (int)c->pid, strerror(errno));
}

/*
 * The side that is spoken to gets its end first: when the other's first bytes are on the way, the descriptor
 * they will arrive at waits in its control socket already. The tailer's promise rests on that.
 */
static void
tie(struct child *from, struct child *to)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == -1) {
		log_error("no link between %s and %s: %s", from->role->name, to->role->name,
		    strerror(errno));
		return;
	}
	give(to, from, pair[0]);
	give(from, to, pair[1]);
	close(pair[0]);
	close(pair[1]);
}

static bool
alive(const struct child *c)
{
	return c->control != -1 && c->state != CHILD_RESTING;
}

void
links_make(struct master *m, struct child *c)
{
	struct child *other;

	TAILQ_FOREACH(other, &m->children, entry) {
		if (other == c || other->generation != c->generation || !alive(other))
			continue;
		if (links(c, other))
			tie(c, other);
		else if (links(other, c))
			tie(other, c);
	}
	control_send(c->control, IPC_PEERS_DONE, NULL, 0, -1);
}

void
links_renew(struct master *m, struct child *c, enum role_id role, unsigned nr)
{
	struct child *other = children_find(m, c->generation, role, nr);

	if (other == NULL || !alive(other) || !alive(c))
		return;		/* a restart makes the link anew */
	if (links(c, other))
		tie(c, other);
	else if (links(other, c))
		tie(other, c);
}
