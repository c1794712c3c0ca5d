/*
 * title.h: the process title that ps(1) shows: "cmdrd: worker 2". It is
 * written over argv and the environment, as sendmail began it.
 */
#ifndef DAEMON_TITLE_H
#define DAEMON_TITLE_H

/* Once, first thing in main: moves the environment out of the way. */
void	title_init(int argc, char **argv);
void	title_set(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
