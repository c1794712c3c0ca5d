/*
 * config_table.c: every configuration key, one row each: name, type, bounds,
 * default, the roles that may hold it, and what it means. The reader, the blob
 * for the roles, etc/cmdr.yaml and the table in cmdr.yaml(5) all come from here.
 * The names and defaults are a contract with every installed file.
 */
#include <string.h>

#include "daemon/config_auth.h"
#include "daemon/config_check.h"
#include "daemon/config_kafka.h"
#include "daemon/config_table.h"
#include "daemon/role.h"
#include "daemon/scoreboard.h"
#include "util/log.h"

#define MASTER		ROLE_BIT(ROLE_MASTER)
#define BROKER		ROLE_BIT(ROLE_BROKER)
#define PRODUCER	ROLE_BIT(ROLE_PRODUCER)
#define TAILER		ROLE_BIT(ROLE_TAILER)
#define WORKER		ROLE_BIT(ROLE_WORKER)
#define INDEXER		ROLE_BIT(ROLE_INDEXER)
#define REGISTRAR	ROLE_BIT(ROLE_REGISTRAR)
#define ALL		(ROLE_BIT(ROLE_COUNT) - 1)

#define KIB	1024LL
#define MIB	(1024 * KIB)
#define GIB	(1024 * MIB)
#define SECONDS	1000LL
#define MINUTES	(60 * SECONDS)
#define HOURS	(60 * MINUTES)
#define DAYS	(24 * HOURS)

/* The field's offset; does not compile when the field is of another type than the row says. */
#define FIELD(field, type) \
	(offsetof(struct config, field) + \
	    0 * sizeof(char[_Generic(((struct config *)0)->field, type: 1, default: -1)]))
#define NUMBER(kind, ctype, field, low, high, standard, who, text) \
	{ .name = #field, .type = kind, .offset = FIELD(field, ctype), .min = low, .max = high, \
	    .def = standard, .audience = MASTER | (who), .doc = text }
#define CHECKED(kind, ctype, field, low, high, standard, who, test, must_be, text) \
	{ .name = #field, .type = kind, .offset = FIELD(field, ctype), .min = low, .max = high, \
	    .def = standard, .audience = MASTER | (who), .check = test, \
	    .expects = must_be, .doc = text }

#define INT(field, ...)		NUMBER(CONFIG_INT, int, field, __VA_ARGS__)
#define SIZE(field, ...)	NUMBER(CONFIG_SIZE, size_t, field, __VA_ARGS__)
#define DURATION(field, ...)	NUMBER(CONFIG_DURATION, int64_t, field, __VA_ARGS__)
#define STRING(field, ...)	CHECKED(CONFIG_STRING, char *, field, __VA_ARGS__)
#define LIST(field, ...)	CHECKED(CONFIG_LIST, struct config_list, field, __VA_ARGS__)
/* A list whose items are maps in the file, each kept as a line (config_rule.h). */
#define RULES(field, low, high, standard, who, test, must_be, text) \
	{ .name = #field, .type = CONFIG_LIST, .offset = FIELD(field, struct config_list), .min = low, .max = high, \
	    .def = standard, .audience = MASTER | (who), .check = test, .expects = must_be, .maps = true, .doc = text }
#define MAP(field, ...)		CHECKED(CONFIG_MAP, struct config_map, field, __VA_ARGS__)
#define ENUM(field, list, standard, who, text) \
	{ .name = #field, .type = CONFIG_ENUM, .offset = FIELD(field, int), .words = list, \
	    .def = standard, .audience = MASTER | (who), .doc = text }

static const struct config_enum booleans[] = {
	{ "false", 0 }, { "true", 1 }, { NULL, 0 },
};
static const struct config_enum compressions[] = {
	{ "none", 0 }, { "gzip", 1 }, { "snappy", 2 }, { "lz4", 3 }, { "zstd", 4 }, { NULL, 0 },
};
static const struct config_enum topic_keys[] = {
	{ "fressian", CONFIG_TOPIC_KEY_FRESSIAN },
	{ "string", CONFIG_TOPIC_KEY_STRING },
	{ "binary", CONFIG_TOPIC_KEY_BINARY },
	{ NULL, 0 },
};
static const struct config_enum access_logs[] = {
	{ "off", CONFIG_ACCESS_LOG_OFF }, { "common", CONFIG_ACCESS_LOG_COMMON },
	{ "json", CONFIG_ACCESS_LOG_JSON }, { NULL, 0 },
};
static const struct config_enum client_certificates[] = {
	{ "none", CONFIG_CLIENT_CERTIFICATES_NONE }, { "optional", CONFIG_CLIENT_CERTIFICATES_OPTIONAL },
	{ "required", CONFIG_CLIENT_CERTIFICATES_REQUIRED }, { NULL, 0 },
};
static const struct config_enum tls_versions[] = {
	{ "1.2", 12 }, { "1.3", 13 }, { NULL, 0 },
};
static const struct config_enum users[] = {
	{ "client", CONFIG_USER_CLIENT }, { "principal", CONFIG_USER_PRINCIPAL }, { NULL, 0 },
};
static const struct config_enum schema_modes[] = {
	{ "off", CONFIG_SCHEMAS_OFF }, { "known", CONFIG_SCHEMAS_KNOWN }, { "strict", CONFIG_SCHEMAS_STRICT },
	{ NULL, 0 },
};
static const struct config_enum writables[] = {
	{ "false", CONFIG_WRITABLE_FALSE }, { "true", CONFIG_WRITABLE_TRUE }, { "local", CONFIG_WRITABLE_LOCAL },
	{ NULL, 0 },
};
static const struct config_enum compatibilities[] = {
	{ "none", CONFIG_COMPATIBILITY_NONE }, { "backward", CONFIG_COMPATIBILITY_BACKWARD }, { NULL, 0 },
};
static const struct config_enum timeout_statuses[] = {
	{ "202", 202 }, { "409", 409 }, { "504", 504 }, { NULL, 0 },
};
static const struct config_enum log_dests[] = {
	{ "stderr", LOG_TO_STDERR },
	{ "syslog", LOG_TO_SYSLOG },
	{ "file", LOG_TO_FILE },
	{ NULL, 0 },
};
static const struct config_enum log_levels[] = {
	{ "error", LOG_ERR }, { "warning", LOG_WARNING }, { "notice", LOG_NOTICE },
	{ "info", LOG_INFO }, { "debug", LOG_DEBUG }, { NULL, 0 },
};

const struct config_section config_sections[] = {
	{ "http", "What faces the clients.", NULL },
	{ "tls", "What tls: listeners need.", NULL },
	{ "auth", "Who may do what. auth: none lets everybody do everything; without this section that is "
	    "so where all of http.listen is of this machine, and elsewhere cmdrd does not start.", "auth.methods" },
	{ "limits", "How often a client may ask; past it the answer is 429.", NULL },
	{ "kafka", "The cluster that commands are written to and events are read from.", NULL },
	{ "topics", "The topics; they must exist, or be created when first used.", NULL },
	{ "sync", "Commands whose client waits for the event that answers them.", NULL },
	{ "index", "The memory of both topics that reads and resumed streams are answered from.", NULL },
	{ "schemas", "JSON Schemas that the data of commands must match.", NULL },
	{ "sse", "Live streams: GET /commands/updates and /events/updates.", NULL },
	{ "control", "The door for cmdrctl on this machine.", NULL },
	{ "shutdown", "How the daemon ends, and how a reload ends the processes it replaces.", NULL },
	{ "log", "What the daemon says, and where.", NULL },
	{ "embedded", "The in-memory broker for a first run without Kafka; it keeps nothing.", NULL },
};
const size_t config_nsections = sizeof(config_sections) / sizeof(config_sections[0]);

const struct config_key config_keys[] = {
	LIST(http.listen, 1, 16, "127.0.0.1:3000", WORKER, config_check_listen,
	    "PORT, IPV4:PORT, [IPV6]:PORT, one of these behind tls:, or unix:/PATH",
	    "Where HTTP is spoken. A port alone is every address, IPv4 and IPv6. Addresses are "
	    "numeric, such as 127.0.0.1:3000 or [::1]:3000; tls:3443 or tls:[::1]:3443 is HTTPS; "
	    "unix:" CMDR_RUNSTATEDIR "/cmdr/http.sock is a socket in the file system. Where others than this machine can connect, "
	    "auth must say who may. PORT in the environment replaces the "
	    "port of the first entry."),
	LIST(http.admin, 0, 16, "", WORKER, config_check_listen,
	    "PORT, IPV4:PORT, [IPV6]:PORT, one of these behind tls:, or unix:/PATH",
	    "Where /health, /ready and /metrics are answered, and nothing else is; where it is set, "
	    "they are 404 for the clients. Not set, they are answered beside the rest. Of the same "
	    "form as http.listen, and of other addresses."),
	INT(http.workers, 0, BOARD_WORKERS, "0", 0,
	    "Worker processes that share the listening sockets; 0 is one for each core."),
	SIZE(http.max_body, 1 * KIB, 64 * MIB, "1MiB", WORKER | PRODUCER,
	    "The largest request body, counted after decompression; past it the answer is 413. "
	    "The topic's own max.message.bytes must allow what this allows."),
	SIZE(http.max_headers, 1 * KIB, 256 * KIB, "16KiB", WORKER,
	    "The largest head of a request, all header lines together; past it the answer is 431."),
	SIZE(http.max_uri, 256, 64 * KIB, "8KiB", WORKER,
	    "The longest request target; past it the answer is 414."),
	INT(http.max_connections, 1, 1000000, "10000", WORKER,
	    "Client connections of one worker; past it new ones wait in the kernel's backlog."),
	INT(http.max_in_flight, 1, 1000000, "10000", WORKER,
	    "Commands of one worker that still await their answer; past it the answer is 503 with "
	    "Retry-After."),
	INT(http.max_batch, 1, 100000, "1000", WORKER,
	    "Commands of one batch, a list sent to POST /commands; past it the answer is 413."),
	DURATION(http.idle_timeout, 1 * SECONDS, 1 * HOURS, "60s", WORKER,
	    "How long a connection without a request is kept open."),
	DURATION(http.request_timeout, 1 * SECONDS, 1 * HOURS, "30s", WORKER,
	    "The time in which the head and the body of a request must have arrived, however "
	    "steadily they trickle; past it the answer is 408."),
	ENUM(http.access_log, access_logs, "off", WORKER,
	    "A line for each request: common is the combined log format of web servers, with the principal for the user, followed "
	    "by the request id, the command id and the microseconds that the answer took; json is "
	    "an object with the same members. Bodies are never in it."),
	STRING(http.access_log_file, 0, 4095, CMDR_LOCALSTATEDIR "/log/cmdr/access.log", 0,
	    config_check_path, "an absolute path",
	    "The file that the access log goes to; SIGUSR1 opens it again."),
	STRING(http.public_url, 0, 1024, "", WORKER, config_check_url,
	    "an http:// or https:// URL without a slash at its end",
	    "What stands before the path in Location, such as https://cmdr.example.com, for "
	    "clients that need an absolute URL. Not set, Location is a path."),

	LIST(http.proxies, 0, 64, "", WORKER, config_check_net, "an address, a network such as 10.0.0.0/8, or unix",
	    "Proxies whose X-Forwarded-For is believed; unix is any over a unix: listener. The client's "
	    "address in the access log, the audit log and limits.address_rate is then the last in that "
	    "field which is no proxy of these. Empty: it is that of the connection."),
	LIST(http.cors_origins, 0, 64, "", WORKER, config_check_origin,
	    "an origin such as https://app.example.com, or *",
	    "The web origins whose pages may use this service from a browser (CORS). Each as the "
	    "browser sends it: scheme, host and port, no path. * is every origin. Empty: none."),
	DURATION(http.cors_max_age, 0, 1 * DAYS, "10m", WORKER,
	    "How long a browser may keep the answer to a preflight."),

	STRING(tls.certificate, 0, 4095, "", 0, config_check_path, "an absolute path",
	    "The certificate that clients are shown, in PEM, then those between it and the "
	    "authority's root (certbot's fullchain.pem). A reload reads it anew; connections that "
	    "are open stay as they are."),
	STRING(tls.key, 0, 4095, "", 0, config_check_path, "an absolute path",
	    "The private key of tls.certificate, in PEM, without a passphrase. Only its owner and "
	    "group may be able to read it; cmdrd reads it as root."),
	STRING(tls.client_ca, 0, 4095, "", 0, config_check_path, "an absolute path",
	    "The certificates of the authorities that sign clients' certificates, in PEM."),
	ENUM(tls.client_certificates, client_certificates, "none", WORKER,
	    "Whether a client is asked for a certificate that tls.client_ca signed, and whether it "
	    "is turned away without one."),
	ENUM(tls.min_version, tls_versions, "1.2", WORKER,
	    "The oldest version of TLS that is spoken."),
	DURATION(tls.handshake_timeout, 1 * SECONDS, 5 * MINUTES, "10s", WORKER,
	    "How long a handshake may take; past it the connection is closed."),
	INT(tls.max_handshakes, 1, 100000, "1000", WORKER,
	    "Handshakes of one worker at a time; past it the oldest of them is given up."),

	LIST(auth.methods, 0, 4, "", WORKER, config_check_method, "none, bearer, jwt or certificate",
	    "How clients say who they are: bearer (a token of auth.tokens), jwt (a JSON Web Token that a "
	    "key of auth.jwks signed), certificate (that of a tls: connection, signed by tls.client_ca), "
	    "or several of these; none asks nobody. A principal is token:NAME, jwt:CLAIM or "
	    "cert:SUBJECT, such as cert:CN=billing,O=Example; who says nothing is anonymous."),
	STRING(auth.tokens, 0, 4095, "", 0, config_check_path, "an absolute path",
	    "The file of bearer tokens, a line each: a name, the SHA-256 of the token in hexadecimal and, "
	    "if wanted, user=UUID. cmdrctl token makes them. A name may have several, so that one can be "
	    "replaced without haste. Only its owner and group may be able to read it; a reload reads it "
	    "anew."),
	STRING(auth.jwks, 0, 4095, "", 0, config_check_path, "an absolute path",
	    "The file of public keys that sign tokens, a JSON Web Key Set (RFC 7517) for RS256 and ES256. "
	    "A reload reads it anew; nothing is fetched."),
	STRING(auth.jwt_issuer, 0, 1024, "", WORKER, config_check_text, "a text",
	    "What iss of a JSON Web Token must be; empty: anything."),
	STRING(auth.jwt_audience, 0, 1024, "", WORKER, config_check_text, "a text",
	    "What aud of a JSON Web Token must be or hold; empty: anything."),
	STRING(auth.jwt_principal, 1, 128, "sub", WORKER, config_check_text, "the name of a claim",
	    "The claim that names the principal."),
	STRING(auth.jwt_user, 0, 128, "", WORKER, config_check_text, "the name of a claim",
	    "The claim that holds the UUID which auth.user: principal writes as :user."),
	DURATION(auth.jwt_leeway, 0, 10 * MINUTES, "30s", WORKER,
	    "How far the clock of the issuer may be off."),
	ENUM(auth.user, users, "client", WORKER,
	    "Where the :user of a command comes from: client takes what the command says; principal "
	    "writes that of the token (user= in auth.tokens, or auth.jwt_user) and refuses another with "
	    "403, so that it cannot be forged."),
	RULES(auth.rules, 0, 1000, "", WORKER, config_check_rule,
	    "maps of principal, send, read, schemas and rate",
	    "What each may do. The first rule whose principal matches is the one that counts, and what it "
	    "does not name is refused with 403. principal and the lists send (actions that may be sent) and "
	    "schemas (actions whose schema may be written) are patterns, in which * is any text; read lists "
	    "commands, events, schemas, metrics or *; rate replaces limits.principal_rate. A principal "
	    "begins with its kind, token:, jwt: or cert:; anonymous must be named in full. An example: {principal: token:billing, send: [invoice/*], read: "
	    "[commands, events]}."),
	STRING(auth.audit_log, 0, 4095, CMDR_LOCALSTATEDIR "/log/cmdr/audit.log", 0, config_check_path,
	    "an absolute path",
	    "The file that gets a line of JSON for each command and schema that was written and for each "
	    "request that was refused by 401, 403 or 429, with who it was; SIGUSR1 opens it again. Written "
	    "unless auth.methods is none. Empty: nowhere."),
	INT(limits.address_rate, 0, 1000000, "0", WORKER,
	    "Requests a second from one address (of IPv6 from one /64), all workers together, before the "
	    "client is asked who it is; 0 is no limit. Behind a proxy all have its address, unless http.proxies "
	    "names it."),
	INT(limits.address_burst, 0, 1000000, "0", WORKER,
	    "How many of them may come at once after a pause; 0 is as many as come in a second."),
	INT(limits.principal_rate, 0, 1000000, "0", WORKER,
	    "Requests a second of one principal, all workers together; each command of a batch counts as "
	    "one; who is anonymous has it for each address; 0 is no limit. rate in auth.rules replaces it."),
	INT(limits.principal_burst, 0, 1000000, "0", WORKER,
	    "How many of them may come at once after a pause; 0 is as many as come in a second."),

	STRING(kafka.servers, 1, 4096, "localhost:9092", PRODUCER | TAILER | INDEXER | REGISTRAR, config_check_servers,
	    "HOST:PORT, several separated by commas, or the word embedded",
	    "The brokers to begin with. The word embedded starts an in-memory broker of cmdrd's "
	    "own, which is for trying things out and keeps nothing. KAFKA_SERVERS in the "
	    "environment replaces it."),
	MAP(kafka.properties, 0, 128, "", PRODUCER | TAILER | INDEXER | REGISTRAR, config_kafka_property,
	    "names and values of librdkafka",
	    "librdkafka properties, such as security.protocol or ssl.ca.location, for every "
	    "connection to Kafka. Those that cmdr's promises rest on are refused with the reason, "
	    "those that hold a secret go into kafka.secrets."),
	STRING(kafka.secrets, 0, 4095, "", 0, config_check_path, "an absolute path",
	    "A file of librdkafka properties that are secret, such as sasl.password, one "
	    "name=value a line, # for comments. Only its owner may be able to read it (chmod 600). "
	    "The master opens it as the user it was started as; workers never see it."),
	DURATION(kafka.delivery_timeout, 1 * SECONDS, 5 * MINUTES, "10s",
	    WORKER | PRODUCER | REGISTRAR,
	    "How long Kafka may take to acknowledge a command before the client is told that it "
	    "was not written (503) or that the outcome is unknown (504)."),
	DURATION(kafka.unreachable_after, 1 * SECONDS, 1 * MINUTES, "4s",
	    WORKER | PRODUCER | TAILER | INDEXER | REGISTRAR,
	    "/ready turns 503 when no broker has answered for this long."),
	DURATION(kafka.linger, 0, 1 * SECONDS, "0ms", PRODUCER | REGISTRAR,
	    "How long a command may wait for others to share a request to Kafka; more is less "
	    "work for the brokers and a later answer."),
	ENUM(kafka.compression, compressions, "gzip", PRODUCER | REGISTRAR,
	    "How batches of commands are compressed on the way to Kafka and on its disks. gzip is "
	    "what every client library can read; none saves most of the producer's processor time."),
	INT(kafka.max_queued, 1, 10000000, "100000", WORKER | PRODUCER | REGISTRAR,
	    "Commands that the producer holds until Kafka has acknowledged them; past it the "
	    "answer is 503 with Retry-After."),
	SIZE(kafka.max_queued_bytes, 1 * MIB, 2 * GIB, "64MiB", WORKER | PRODUCER | REGISTRAR,
	    "The same, by their size; not less than http.max_body."),

	STRING(topics.commands, 1, 249, "commands", ALL,
	    config_check_topic,
	    "a Kafka topic name: 1 to 249 of A-Z a-z 0-9 . _ -, but not . or .. alone",
	    "The topic that commands are written to. COMMANDS_TOPIC in the environment replaces "
	    "it."),
	STRING(topics.events, 1, 249, "events", ALL, config_check_topic,
	    "a Kafka topic name: 1 to 249 of A-Z a-z 0-9 . _ -, but not . or .. alone",
	    "The topic that events are read from. EVENTS_TOPIC in the environment replaces it."),
	STRING(topics.schemas, 0, 249, "", ALL, config_check_topic,
	    "a Kafka topic name: 1 to 249 of A-Z a-z 0-9 . _ -, but not . or .. alone",
	    "The topic that schemas are kept in, such as schemas: compacted, with one partition; cmdr "
	    "makes it where it is not there. Every machine on the same Kafka reads it. Empty: no "
	    "schemas are taken over HTTP."),
	ENUM(topics.key, topic_keys, "fressian", WORKER,
	    "The form of a record's key on the commands topic, always the command's UUID: "
	    "fressian as the values, string for its 36 characters, binary for its 16 bytes. "
	    "Changing it changes the partition that an id falls into."),

	DURATION(sync.timeout, 1, 1 * HOURS, "5s", WORKER,
	    "How long ?sync=true waits for the first event of its command. SYNC_TIMEOUT_MS in the "
	    "environment, a number of milliseconds, replaces it."),
	DURATION(sync.max_wait, 1, 1 * HOURS, "60s", WORKER,
	    "The longest wait that a client may ask for with Prefer: wait=N; not less than "
	    "sync.timeout."),
	ENUM(sync.timeout_status, timeout_statuses, "202", WORKER,
	    "The status of the answer when no event came in time; the command was written all the "
	    "same."),

	ENUM(index.enabled, booleans, "true", INDEXER | WORKER,
	    "Keep an index of both topics. Without it reads are 404 and a stream cannot be "
	    "resumed; commands are taken all the same."),
	STRING(index.directory, 1, 1024, CMDR_LOCALSTATEDIR "/lib/cmdr", INDEXER | WORKER,
	    config_check_path, "an absolute path",
	    "The directory that index.db is kept in, with nothing else in it; it is written by "
	    "user alone, and can be deleted while cmdrd is stopped: the index is made again from "
	    "the topics."),
	DURATION(index.retention_age, 0, 3650 * DAYS, "0ms", INDEXER,
	    "How long a record is kept in the index, counted from its timestamp; 0 is for ever. "
	    "The topics have a retention of their own."),
	SIZE(index.retention_size, 0, 4096 * GIB, "0", INDEXER,
	    "How large index.db may grow before the oldest records leave it; 0 is without bound."),
	INT(index.batch_records, 1, 100000, "2000", INDEXER,
	    "The most records that are written to the index in one transaction."),
	DURATION(index.batch_time, 0, 10 * SECONDS, "20ms", INDEXER,
	    "The least time between two transactions: more is less work, and a later view."),

	ENUM(schemas.mode, schema_modes, "known", WORKER,
	    "Which commands are compared with a schema before they are written: none (off), those "
	    "whose action has one (known), or all, so that an action without one is refused (strict)."),
	STRING(schemas.dir, 0, 1024, "", REGISTRAR | WORKER, config_check_path, "an absolute path",
	    "A directory of schemas, one file for each action, named ACTION.json with the slash "
	    "written %2F, readable for user; a reload reads them again. They cannot be changed over "
	    "HTTP. An action that has a schema here and in topics.schemas is an error."),
	ENUM(schemas.writable, writables, "local", WORKER,
	    "May schemas be changed over HTTP? local: only where every entry of http.listen is a "
	    "loopback address or a Unix socket."),
	ENUM(schemas.compatibility, compatibilities, "backward", WORKER,
	    "What a new version must keep to: backward takes every command that the version before "
	    "took, or is refused with 409; none takes any. PUT ?compatibility=none says so for once."),
	ENUM(schemas.formats, booleans, "true", REGISTRAR | WORKER,
	    "Compare strings with the format that a schema names (uuid, date-time, email, ...); "
	    "false leaves formats as remarks."),
	SIZE(schemas.max_size, 1 * KIB, 1 * MIB, "256KiB", REGISTRAR | WORKER,
	    "The largest schema; past it the answer is 413."),
	INT(schemas.max_errors, 1, 1000, "16", WORKER,
	    "The most errors that are told of one command."),
	SIZE(schemas.memory, 1 * MIB, 1 * GIB, "64MiB", REGISTRAR,
	    "The most that all schemas and their former versions may take. It is shared by all "
	    "processes and taken as it is used."),
	SIZE(schemas.compiled, 1 * MIB, 1 * GIB, "16MiB", WORKER,
	    "What a worker may hold of schemas made ready for use; the ones that were not used for "
	    "longest are made anew when they are needed."),

	DURATION(sse.heartbeat, 1 * SECONDS, 1 * HOURS, "15s", WORKER,
	    "How often a stream says where it stands, also when nothing happens."),
	SIZE(sse.buffer, 16 * KIB, 1 * GIB, "1MiB", WORKER,
	    "What may wait for a client that reads a stream slowly; with more for a second the stream "
	    "is cut, and the client resumes it."),
	SIZE(sse.recent, 64 * KIB, 1 * GIB, "4MiB", WORKER,
	    "The newest records of a topic that a worker holds while it has streams, so that one "
	    "that comes from the index can join."),

	STRING(control.socket, 0, 100, CMDR_RUNSTATEDIR "/cmdr/control.sock", 0, config_check_path,
	    "an absolute path",
	    "The socket that cmdrctl speaks to cmdrd over; root, user and group may. Empty: none."),

	DURATION(shutdown.grace, 0, 1 * HOURS, "30s", ALL,
	    "How long requests in flight may still take after SIGTERM, or in a process that a reload "
	    "replaces, before they are cut. Live streams end within two seconds, or half of this; "
	    "their clients come back with where they stand."),

	ENUM(log.to, log_dests, "syslog", ALL,
	    "Where log lines go. stderr is for the foreground (cmdrd -d)."),
	STRING(log.file, 0, 4095, "", 0, config_check_path, "an absolute path",
	    "The file that log.to: file writes to; SIGUSR1 opens it again."),
	ENUM(log.level, log_levels, "info", ALL,
	    "The least important lines that are kept. The option -v of cmdrd keeps more."),

	INT(embedded.partitions, 1, 1000, "4", BROKER,
	    "Partitions of each of the two topics."),

	STRING(user, 0, 32, "cmdr", ALL, config_check_account, "the name of an account",
	    "The account that every process but the master runs as when cmdrd is started by root. "
	    "Empty: stay what you are."),
	STRING(group, 1, 32, "cmdr", ALL, config_check_account, "the name of a group",
	    "The group that goes with user."),
	STRING(pidfile, 0, 4095, CMDR_RUNSTATEDIR "/cmdr/cmdrd.pid", 0, config_check_path,
	    "an absolute path",
	    "Where the master writes its process id, locked as long as it lives, so that there is "
	    "one. Empty: nowhere. The option -p replaces it."),
};
const size_t config_nkeys = sizeof(config_keys) / sizeof(config_keys[0]);

const struct config_key *
config_key_find(const char *name)
{
	for (size_t i = 0; i < config_nkeys; i++)
		if (strcmp(config_keys[i].name, name) == 0)
			return &config_keys[i];
	return NULL;
}

int
config_section_find(const char *name)
{
	for (size_t i = 0; i < config_nsections; i++)
		if (strcmp(config_sections[i].name, name) == 0)
			return (int)i;
	return -1;
}
