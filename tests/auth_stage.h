/*
 * auth_stage.h: a worker that asks who comes, with tokens, rules and an audit log: for the suites about what it says then.
 */
#ifndef TESTS_AUTH_STAGE_H
#define TESTS_AUTH_STAGE_H

#include <sys/stat.h>

#include <fcntl.h>

#include "access/tokens.h"
#include "daemon/config_files.h"
#include "index/writer.h"
#include "util/mem.h"

#include "worker_client.h"

#define COUNT(rows)	(sizeof(rows) / sizeof((rows)[0]))
#define USER		"ab675ea0-7f6d-11e6-bcdd-540e9df06c05"
/* The token of NAME. */
#define AS(name)	"Authorization: Bearer " name "-secret\r\n"
#define FOO		"{\"action\":\"create-foo\",\"data\":{}}"
#define BAR		"{\"action\":\"create-bar\",\"data\":{}}"

static const struct {
	const char	*name, *user;
} people[] = {
	{ "billing", NULL }, { "billing2", NULL }, { "reader", NULL }, { "user", USER }, { "slow", NULL }, { "schemer", NULL },
	{ "nobody", NULL },
};

static const char *const rules[] = {
	"send=create-foo,invoice/*,a-*z read=commands,events principal=token:billing*",
	"read=* principal=token:reader",
	"send=* principal=token:user",
	"send=* read=metrics rate=1 principal=token:slow",
	"schemas=create-foo principal=token:schemer",
};

static char dir[64], audit[128], file[128], text[400000];
static struct index_writer *w;

static inline void
add_rule(const char *line)
{
	struct config_list *l = &f.config.auth.rules;

	l->item = xreallocarray(l->item, l->count + 1, sizeof(*l->item));
	l->item[l->count++] = xstrdup(line);
}

static inline void
write_tokens(void)
{
	struct buf b = { 0 };
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	for (size_t i = 0; i < COUNT(people); i++) {
		char token[64];
		struct id user;

		snprintf(token, sizeof(token), "%s-secret", people[i].name);
		if (people[i].user != NULL)
			ck_assert_int_eq(id_parse(people[i].user, strlen(people[i].user), &user), 0);
		tokens_line(&b, people[i].name, token, people[i].user != NULL ? &user : NULL);
	}
	ck_assert_int_eq(write(fd, b.data, b.len), (ssize_t)b.len);
	close(fd);
	buf_free(&b);
}

static inline void
begin(void)
{
	char err[512];

	start();
	strcpy(dir, "/tmp/check_auth.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(audit, sizeof(audit), "%s/audit", dir);
	snprintf(file, sizeof(file), "%s/tokens", dir);
	ck_assert_msg(index_writer_open(&w, dir, "commands", "events", err, sizeof(err)) == INDEX_OK, "%s", err);
	ck_assert_int_eq(index_writer_files(w, f.index_fd), INDEX_OK);
	write_tokens();
	set("index.directory", dir);
	set("auth.methods", "bearer");
	set("auth.tokens", file);
	set("kafka.delivery_timeout", "1s");
	for (size_t i = 0; i < COUNT(rules); i++)
		add_rule(rules[i]);
	f.audit_fd = open(audit, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	f.produce = FAKE_ACK;
}

static inline void
end(void)
{
	char line[128];

	stop();
	index_writer_close(w);
	close(f.audit_fd);
	snprintf(line, sizeof(line), "rm -rf '%s'", dir);
	ck_assert_int_eq(system(line), 0);
}

static inline void
go(void)
{
	struct config_error err;

	f.files_fd = config_files_copy(&f.config, &err);
	ck_assert_msg(f.files_fd >= 0, "%s", err.text);
	fake_start(&f);
	dial();
}

/* A connection of its own for each, as some answers end it. */
static inline int
say(const char *head, const char *body)
{
	dial();
	ask(head, body);
	return answer();
}

/* The audit log, once it has n lines; it must not have more. */
static inline void
lines(int n)
{
	int found = 0;

	for (int i = 0; i < 2000 && found < n; i++) {
		ssize_t len = pread(f.audit_fd, text, sizeof(text) - 1, 0);

		ck_assert_int_ge(len, 0);
		text[len] = '\0';
		found = 0;
		for (ssize_t j = 0; j < len; j++)
			found += text[j] == '\n';
		usleep(1000);
	}
	ck_assert_msg(found == n, "%d lines: %s", found, text);
}

static inline bool
logged(const char *part)
{
	return strstr(text, part) != NULL;
}

/* How many of n requests are let through. */
static inline int
let(const char *head, const char *body, int n)
{
	int in = 0;

	for (int i = 0; i < n; i++)
		in += say(head, body) != 429;
	return in;
}

#endif
