/*
 * token.c: cmdrctl token: a bearer token and the line for it in auth.tokens.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "access/tokens.h"
#include "ctl/ctl.h"

enum { FILE_ = 1, USER };

const struct ctl_option token_options[] = {
	{ FILE_, '\0', "file", "FILE", CTL_FILE, "append the line to this file (made with mode 0640)" },
	{ USER, '\0', "user", "UUID", NULL, "what auth.user: principal writes as :user" },
	{ .name = NULL },
};

struct asked {
	const struct ctl_command	*self;
	const char			*file;
	bool				 has_user;
	struct id			 user;
};

static int
take(void *arg, int id, const char *value)
{
	struct asked *a = arg;

	if (id == FILE_) {
		a->file = value;
	} else if (id_parse(value, strlen(value), &a->user) == -1) {
		return ctl_usage(a->self, "--user takes a UUID; found %s", value);
	} else {
		a->has_user = true;
	}
	return CTL_OK;
}

/* Where a last line was left without its end, by an editor perhaps, ours would be a part of it. */
static bool
ends_within_a_line(int fd)
{
	off_t end = lseek(fd, 0, SEEK_END);
	char last;

	return end > 0 && pread(fd, &last, 1, end - 1) == 1 && last != '\n';
}

/* One write, so that two at a time do not mix. */
static int
append(const struct ctl_command *self, const char *path, const struct buf *line)
{
	int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	struct buf text = { 0 };
	size_t len;
	ssize_t n;

	if (fd == -1)
		return ctl_fail(self, "%s cannot be opened: %s", path, strerror(errno));
	buf_printf(&text, "%s%.*s", ends_within_a_line(fd) ? "\n" : "", (int)line->len, (const char *)line->data);
	len = text.len;
	n = write(fd, text.data, len);
	buf_free(&text);
	if (close(fd) == -1 || n != (ssize_t)len)
		return ctl_fail(self, "%s cannot be written: %s", path, n == -1 ? strerror(errno) : "no room");
	return CTL_OK;
}

static int
tell(const struct asked *a, struct buf *token, const struct buf *line)
{
	int result = CTL_OK;

	if (a->file == NULL)
		printf("token: %s\nline:  %.*s", buf_cstr(token), (int)line->len, (const char *)line->data);
	else if ((result = append(a->self, a->file, line)) == CTL_OK)
		printf("%s\n", buf_cstr(token));
	if (result == CTL_OK && fflush(stdout) == EOF)
		return ctl_fail(a->self, "standard output: %s", strerror(errno));
	return result;
}

int
token_run(const struct ctl_command *self, int argc, char **argv)
{
	struct asked a = { .self = self };
	struct buf token = { 0 }, line = { 0 };
	int operand, result;

	if ((result = ctl_parse(self, argc, argv, NULL, take, &a, &operand)) != CTL_OK)
		return result;
	if (argc - operand != 1)
		return ctl_usage(self, argc == operand ? "NAME is missing" : "one NAME at a time");
	if (tokens_name_wrong(argv[operand]) != NULL)
		return ctl_usage(self, "%s", tokens_name_wrong(argv[operand]));
	if (tokens_make(&token) == -1)
		return ctl_fail(self, "there are no random bytes");
	tokens_line(&line, argv[operand], buf_cstr(&token), a.has_user ? &a.user : NULL);
	result = tell(&a, &token, &line);
	explicit_bzero(token.data, token.cap);
	buf_free(&token);
	buf_free(&line);
	return result;
}
