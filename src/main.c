/*
 * main.c: argv -> role. Without -x this process is the master; the master
 * starts every other role as `cmdrd -x ROLE -N NUMBER`.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>
#include <librdkafka/rdkafka.h>

#include "access/access.h"
#include "build-config.h"
#include "daemon/config.h"
#include "daemon/config_files.h"
#include "daemon/proc.h"
#include "daemon/title.h"
#include "master/master.h"
#include "util/log.h"
#include "util/mem.h"

static const struct {
	char		 letter;
	const char	*argument;
	const char	*doc;
} options[] = {
	{ 'd', NULL, "stay in the foreground" },
	{ 'f', "FILE", "read this configuration (default " CMDR_SYSCONFDIR "/cmdr.yaml)" },
	{ 'n', NULL, "check the configuration and exit" },
	{ 'p', "PIDFILE", "lock this file instead of the configuration's pidfile" },
	{ 'v', NULL, "log more; twice: everything" },
	{ 'V', NULL, "print the version and exit" },
	{ 'h', NULL, "print this and exit" },
};
#define NOPTIONS (sizeof(options) / sizeof(options[0]))

static void
usage(FILE *to)
{
	fprintf(to, "usage: cmdrd [-dhnVv] [-f FILE] [-p PIDFILE]\n");
	for (size_t i = 0; i < NOPTIONS; i++)
		fprintf(to, "  -%c %-8s %s\n", options[i].letter,
		    options[i].argument != NULL ? options[i].argument : "", options[i].doc);
}

static int
version(void)
{
	printf("cmdrd %s (librdkafka %s, libevent %s)\n", PACKAGE_VERSION, rd_kafka_version_str(),
	    event_get_version());
	return 0;
}

static int
check_only(const char *path)
{
	struct config_error err;
	struct config c;
	char why[512];
	int files;

	if (config_load(&c, path, &err) == -1) {
		fprintf(stderr, "cmdrd: %s\n", err.text);
		return 1;
	}
	if ((files = config_files_copy(&c, &err)) == -2) {
		fprintf(stderr, "cmdrd: %s\n", err.text);
		return 1;
	}
	if (access_check(&c, files, why, sizeof(why)) == -1) {
		fprintf(stderr, "cmdrd: %s\n", why);
		return 1;
	}
	config_free(&c);
	printf("%s is good\n", path);
	return 0;
}

/* A path that still means the same once the daemon's directory is /. */
static const char *
absolute(const char *path)
{
	char *whole = realpath(path, NULL);

	return whole != NULL ? whole : xstrdup(path);
}

/* Arguments outlive the process title, which is written over them. */
static char **
copy_arguments(int argc, char **argv)
{
	char **copy = xcalloc((size_t)argc + 1, sizeof(*copy));

	for (int i = 0; i < argc; i++)
		copy[i] = xstrdup(argv[i]);
	return copy;
}

static char *
own_path(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n == -1)
		fatal("readlink /proc/self/exe");
	return xstrndup(path, (size_t)n);
}

int
main(int argc, char **argv)
{
	/* Static: what it points to lives as long as the process. */
	static struct master_options o = { .config_path = CMDR_SYSCONFDIR "/cmdr.yaml" };
	bool check = false;
	int c;

	if (argc >= 3 && strcmp(argv[1], "-x") == 0)
		return proc_main(argv[2], argc, argv);
	o.argv = copy_arguments(argc, argv);
	o.exe = own_path();
	while ((c = getopt(argc, argv, "df:hnp:Vv")) != -1) {
		switch (c) {
		case 'd':
			o.foreground = true;
			break;
		case 'f':
			o.config_path = absolute(optarg);
			break;
		case 'h':
			usage(stdout);
			return 0;
		case 'n':
			check = true;
			break;
		case 'p':
			o.pidfile = xstrdup(optarg);
			break;
		case 'V':
			return version();
		case 'v':
			o.verbose++;
			break;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind != argc) {
		fprintf(stderr, "cmdrd: unexpected argument: %s\n", argv[optind]);
		usage(stderr);
		return 2;
	}
	if (check)
		return check_only(o.config_path);
	title_init(argc, argv);
	return master_main(&o);
}
