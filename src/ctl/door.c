/*
 * door.c: questions to the master over its control socket. See door.h.
 */
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/door.h"
#include "util/buf.h"
#include "value/json.h"

#define ANSWER_MAX	((size_t)8 << 20)
#define TRIES		20
#define PAUSE_US	100000
#define TIMEOUT_S	15	/* the master answers at once, but its host may be busy */

/* What may be wrong with the place we looked at. */
static const char *
hint(const struct settings *s, char *out, size_t size)
{
	out[0] = '\0';
	if (s->trouble[0] != '\0' && !s->socket_named)
		snprintf(out, size, " (%s; so the default was tried: -f or --socket name another)", s->trouble);
	return out;
}

static enum door_result
no_connection(const struct settings *s, int error, char *err, size_t size)
{
	char more[1024];

	if (error == EACCES || error == EPERM) {
		snprintf(err, size, "%s: %s: become root or a member of cmdrd's group", s->socket,
		    strerror(error));
		return DOOR_DENIED;
	}
	snprintf(err, size, "cmdrd is not running, or its socket is elsewhere: %s: %s%s", s->socket,
	    strerror(error), hint(s, more, sizeof(more)));
	return DOOR_AWAY;
}

static int
connected(const struct settings *s)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct timeval tv = { TIMEOUT_S, 0 };
	int fd, saved;

	if (strlen(s->socket) >= sizeof(un.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(un.sun_path, s->socket, strlen(s->socket));
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	if (connect(fd, (const struct sockaddr *)&un, sizeof(un)) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

/* The word out, the answer in. False where it did not come whole. */
static bool
exchange(int fd, const char *word, struct buf *answer)
{
	struct buf line = { 0 };
	uint8_t *room;
	ssize_t n;

	buf_printf(&line, "%s\n", word);
	n = send(fd, line.data, line.len, MSG_NOSIGNAL);
	buf_free(&line);
	if (n == -1)
		return false;
	while ((room = buf_reserve(answer, 4096)) != NULL && (n = recv(fd, room, 4096, 0)) > 0)
		buf_commit(answer, (size_t)n);
	return room != NULL && answer->len > 0 && answer->data[answer->len - 1] == '\n';
}

static enum door_result
understand(const struct buf *answer, struct arena *a, struct value *out, const char **text, char *err, size_t size)
{
	struct codec_error wrong;
	const struct value *ok, *why;
	char *copy = arena_strndup(a, (const char *)answer->data, answer->len);

	if (copy == NULL || json_read((const uint8_t *)copy, answer->len, &codec_event_limits, a, out, &wrong) == -1) {
		snprintf(err, size, "what answers at the control socket is no cmdrd");
		return DOOR_REFUSED;
	}
	if (text != NULL)
		*text = copy;
	ok = value_map_get(out, "ok", false);
	if (ok != NULL && ok->kind == VALUE_BOOL && ok->u.boolean)
		return DOOR_OK;
	why = value_map_get(out, "error", false);
	if (why != NULL && why->kind == VALUE_STRING)
		snprintf(err, size, "%.*s", (int)why->n, why->u.text);
	else
		snprintf(err, size, "what answers at the control socket is no cmdrd");
	return DOOR_REFUSED;
}

static enum door_result
ask_once(const struct settings *s, const char *word, struct arena *a, struct value *out, const char **text, char *err,
    size_t size)
{
	enum door_result result;
	struct buf answer;
	int fd;

	if ((fd = connected(s)) == -1)
		return no_connection(s, errno, err, size);
	buf_init(&answer, ANSWER_MAX);
	if (exchange(fd, word, &answer)) {
		result = understand(&answer, a, out, text, err, size);
	} else {
		snprintf(err, size, "cmdrd ended, or was replaced by a reload, before it answered: ask again");
		result = DOOR_CUT;
	}
	buf_free(&answer);
	close(fd);
	return result;
}

enum door_result
door_ask(const struct settings *s, const char *word, struct arena *a, struct value *out, const char **text, char *err,
    size_t size)
{
	bool harmless = strcmp(word, "stop") != 0 && strcmp(word, "rebuild") != 0;
	enum door_result result;

	if (*s->socket == '\0') {
		snprintf(err, size, "cmdrd has no control socket: control.socket is empty in %s", s->file);
		return DOOR_REFUSED;
	}
	for (int i = 0; (result = ask_once(s, word, a, out, text, err, size)) == DOOR_CUT && harmless && i < TRIES; i++)
		usleep(PAUSE_US);
	return result;
}
