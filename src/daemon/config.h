/*
 * config.h: what the operator decided, as one typed struct. The rows behind it
 * (name, type, bounds, default, who may hold it, what it means) stand in
 * config_table.c; a new key is one field here and one row there. It is read
 * from YAML and the environment by the master only; the other roles get theirs
 * as a text blob that holds no key their role has no business with.
 */
#ifndef DAEMON_CONFIG_H
#define DAEMON_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

/* The form of a record's key on the commands topic. */
enum config_topic_key {
	CONFIG_TOPIC_KEY_FRESSIAN,
	CONFIG_TOPIC_KEY_STRING,
	CONFIG_TOPIC_KEY_BINARY,
};

/* The form of the access log. */
enum config_access_log {
	CONFIG_ACCESS_LOG_OFF,
	CONFIG_ACCESS_LOG_COMMON,
	CONFIG_ACCESS_LOG_JSON,
};

/* Must a client over TLS show a certificate? */
enum config_client_certificates {
	CONFIG_CLIENT_CERTIFICATES_NONE,	/* it is not asked */
	CONFIG_CLIENT_CERTIFICATES_OPTIONAL,
	CONFIG_CLIENT_CERTIFICATES_REQUIRED,
};

/* Ways to say who one is: bits. */
#define CONFIG_AUTH_NONE	0x1u	/* nobody is asked */
#define CONFIG_AUTH_BEARER	0x2u	/* auth.tokens */
#define CONFIG_AUTH_JWT		0x4u	/* auth.jwks */
#define CONFIG_AUTH_CERTIFICATE	0x8u	/* tls.client_ca */

/* Where a command's :user comes from. */
enum config_user {
	CONFIG_USER_CLIENT,	/* as the command says */
	CONFIG_USER_PRINCIPAL,	/* the principal's own, and no other */
};

/* Which commands' data is compared with a schema. */
enum config_schema_mode {
	CONFIG_SCHEMAS_OFF,
	CONFIG_SCHEMAS_KNOWN,	/* where the action has one */
	CONFIG_SCHEMAS_STRICT,	/* all; an action without one is refused */
};

/* May schemas be written over HTTP? */
enum config_writable {
	CONFIG_WRITABLE_FALSE,
	CONFIG_WRITABLE_TRUE,
	CONFIG_WRITABLE_LOCAL,	/* where every listener is of this machine alone */
};

/* What a new version of a schema must keep to. */
enum config_compatibility {
	CONFIG_COMPATIBILITY_NONE,
	CONFIG_COMPATIBILITY_BACKWARD,	/* it takes all that the one before took */
};

struct config_list {
	char	**item;
	size_t	  count;
};

struct config_pair {
	char	*name;
	char	*value;
};

struct config_map {
	struct config_pair	*pair;
	size_t			 count;
};

/*
 * Strings are owned and never NULL ("" = not set). Sizes are in bytes,
 * durations in milliseconds. A key outside a role's audience is 0, "" or empty.
 */
struct config {
	struct {
		struct config_list	listen;		/* each one config_listen_parse() takes */
		struct config_list	admin;		/* the same; empty: served with the rest */
		int			workers;	/* 0 = one for each core */
		size_t			max_body;
		size_t			max_headers;
		size_t			max_uri;
		int			max_connections; /* of one worker */
		int			max_in_flight;	/* of one worker */
		int			max_batch;
		int64_t			idle_timeout;
		int64_t			request_timeout;
		int			access_log;	/* enum config_access_log */
		char			*access_log_file;
		char			*public_url;
		struct config_list	proxies;	/* each one config_net_parse() takes */
		struct config_list	cors_origins;	/* "*", or origins as browsers send them */
		int64_t			cors_max_age;
	} http;
	struct {
		char			*certificate;	/* paths; "": none */
		char			*key;
		char			*client_ca;
		int			client_certificates;	/* enum config_client_certificates */
		int			min_version;	/* 12 or 13 */
		int64_t			handshake_timeout;
		int			max_handshakes;	/* of one worker, at a time */
	} tls;
	struct {
		struct config_list	methods;	/* each a word of config_auth_methods(); empty: not decided */
		char			*tokens;	/* paths; "": none */
		char			*jwks;
		char			*jwt_issuer;	/* "": not looked at */
		char			*jwt_audience;
		char			*jwt_principal;	/* a claim */
		char			*jwt_user;	/* a claim; "": none */
		int64_t			jwt_leeway;
		int			user;		/* enum config_user */
		struct config_list	rules;		/* each what config_rule_read() takes */
		char			*audit_log;	/* a path; "": none */
	} auth;
	struct {
		int			address_rate;	/* a second; 0: no limit */
		int			address_burst;	/* 0: as many as the rate */
		int			principal_rate;
		int			principal_burst;
	} limits;
	struct {
		char			*servers;	/* CONFIG_EMBEDDED: the in-memory broker */
		struct config_map	properties;
		char			*secrets;	/* a path: config_secrets.h */
		int64_t			delivery_timeout;
		int64_t			unreachable_after;
		int64_t			linger;
		int			compression;	/* config_word() gives librdkafka's name */
		int			max_queued;
		size_t			max_queued_bytes;
	} kafka;
	struct {
		char			*commands;
		char			*events;
		char			*schemas;	/* "": none */
		int			key;		/* enum config_topic_key */
	} topics;
	struct {
		int64_t			timeout;
		int64_t			max_wait;
		int			timeout_status;	/* 202, 409 or 504 */
	} sync;
	struct {
		int			enabled;
		char			*directory;
		int64_t			retention_age;	/* 0: for ever */
		size_t			retention_size;	/* 0: as large as it gets */
		int			batch_records;
		int64_t			batch_time;
	} index;
	struct {
		int64_t			heartbeat;
		size_t			buffer;		/* of one stream */
		size_t			recent;		/* of one topic, in one worker */
	} sse;
	struct {
		int			mode;		/* enum config_schema_mode */
		char			*dir;		/* "": none */
		int			writable;	/* enum config_writable */
		int			compatibility;	/* enum config_compatibility */
		int			formats;	/* assert them */
		size_t			max_size;	/* of one schema */
		int			max_errors;	/* told of one command */
		size_t			memory;		/* of all schemas and their former versions */
		size_t			compiled;	/* of one worker's programs */
	} schemas;
	struct {
		char			*socket;
	} control;
	struct {
		int64_t			grace;
	} shutdown;
	struct {
		int			to;		/* enum log_dest */
		char			*file;
		int			level;		/* as syslog(3) */
	} log;
	struct {
		int			partitions;
		int			port;		/* 0 = one that is free */
	} embedded;
	char	*user;
	char	*group;
	char	*pidfile;
};

/* The value of kafka.servers that asks for the broker role. */
#define CONFIG_EMBEDDED	"embedded"

/*
 * A mistake: one sentence that begins with FILE:LINE:COLUMN where there is one.
 * line and column count from 1, 0 = none.
 */
struct config_error {
	int	line;
	int	column;
	char	text[768];
};

/* Every key at its default. The struct need not be initialised. */
void	 config_defaults(struct config *c);
/*
 * The defaults, then the YAML file at path, then the environment, then the
 * checks that look at several keys. 0, or -1 with *err filled and c freed.
 */
int	 config_load(struct config *c, const char *path, struct config_error *err);
void	 config_free(struct config *c);
/*
 * Give one key (dotted name) the value that text spells, as it would stand in
 * the file; replaces a list or map by the one item ("name=value" for a map).
 * 0, or -1 with *err filled and c as it was.
 */
int	 config_set(struct config *c, const char *key, const char *text, struct config_error *err);
/* The ways of auth.methods, as CONFIG_AUTH bits; 0: the configuration does not say. */
unsigned config_auth_methods(const struct config *c);
/* The word that an enum key stands at ("gzip" for kafka.compression). key must name one. */
const char *config_word(const struct config *c, const char *key);

/*
 * The keys that a role may hold, appended to out as text that config_parse_blob
 * reads back to exactly the same. audience: its ROLE_BIT. 0, or -1 if out is full.
 */
int	 config_serialize(const struct config *c, unsigned audience, struct buf *out);
/* What config_serialize wrote. 0, or -1 with *err filled and c freed. */
int	 config_parse_blob(struct config *c, const char *blob, size_t len,
	    struct config_error *err);

#endif
