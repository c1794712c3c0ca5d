/*
 * config_check.c: what a configured string must look like, and what several
 * keys must agree on. See config_check.h.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/config_auth.h"
#include "daemon/config_blame.h"
#include "daemon/config_check.h"
#include "daemon/config_error.h"
#include "daemon/config_listen.h"
#include "daemon/config_net.h"
#include "daemon/config_value.h"
#include "util/log.h"

#define ALNUM	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

const char *
config_check_listen(const char *name, const char *value)
{
	struct config_listen addrs;

	(void)name;
	return config_listen_parse(value, &addrs);
}

const char *
config_check_net(const char *name, const char *value)
{
	struct config_net net;

	(void)name;
	return config_net_parse(value, &net);
}

/* RFC 3986 as far as a prefix of Location goes: scheme, host, perhaps port and path, no more. */
const char *
config_check_url(const char *name, const char *value)
{
	const char *rest;

	(void)name;
	if (strncmp(value, "http://", 7) == 0)
		rest = value + 7;
	else if (strncmp(value, "https://", 8) == 0)
		rest = value + 8;
	else
		return "it does not begin with http:// or https://";
	if (*rest == '\0' || *rest == '/' || *rest == ':')
		return "the host is missing";
	if (strspn(rest, ALNUM "-._~:/[]%@!$&'()*+,;=") != strlen(rest))
		return "a character in it has no place there";
	if (value[strlen(value) - 1] == '/')
		return "it ends with a slash";
	return NULL;
}

/* RFC 6454 6.2: a browser sends scheme, host and port, in lower case; "null" is nobody in particular. */
const char *
config_check_origin(const char *name, const char *value)
{
	const char *host;

	if (strcmp(value, "*") == 0)
		return NULL;
	if (config_check_url(name, value) != NULL)
		return config_check_url(name, value);
	host = strstr(value, "://") + 3;
	if (strchr(host, '/') != NULL)
		return "an origin has no path";
	for (const char *p = value; *p != '\0'; p++)
		if (isupper((unsigned char)*p))
			return "browsers send origins in lower case";
	return NULL;
}

/* A list that librdkafka takes: it resolves the names, so only their shape is looked at. */
const char *
config_check_servers(const char *name, const char *value)
{
	const char *p = value, *colon;
	size_t len;

	(void)name;
	for (;; p += len + 1) {
		len = strcspn(p, ",");
		if (len == 0)
			return "a name is missing before or after a comma";
		if (strspn(p, ALNUM "-._:[]") < len)
			return "a character in it has no place there";
		colon = memrchr(p, ':', len);
		if (colon != NULL && p[len - 1] != ']') {
			char *end;
			unsigned long port = strtoul(colon + 1, &end, 10);

			if (end != p + len || end == colon + 1 || port == 0 || port > 65535)
				return "a port is a number from 1 to 65535";
		}
		if (p[len] == '\0')
			return NULL;
	}
}

const char *
config_check_topic(const char *name, const char *value)
{
	(void)name;
	if (strspn(value, ALNUM "._-") != strlen(value))
		return "a character in it has no place there";
	if (strcmp(value, ".") == 0 || strcmp(value, "..") == 0)
		return "Kafka takes no such name";
	return NULL;
}

const char *
config_check_path(const char *name, const char *value)
{
	(void)name;
	return *value == '/' ? NULL : "it does not begin with a slash";
}

/* As useradd(8) takes them, and numbers are no names. */
const char *
config_check_account(const char *name, const char *value)
{
	(void)name;
	if (strspn(value, ALNUM "._-") != strlen(value) || isdigit((unsigned char)value[0]) ||
	    value[0] == '-')
		return "a name begins with a letter and holds A-Z a-z 0-9 . _ -";
	return NULL;
}

/* a must be at most b, or (strict) less. */
static int
check_order(const struct config *c, const char *file, const struct config_place *places,
    struct config_error *err, const char *a, const char *b, int64_t excess)
{
	struct buf text = { 0 };
	int bad;

	if (excess <= 0)
		return 0;
	buf_printf(&text, "%s: expected not more than %s, which is ", a, b);
	config_value_format(c, config_key_find(b), &text);
	buf_puts(&text, "; found ");
	config_value_format(c, config_key_find(a), &text);
	bad = config_blame(file, places, err, (const char *const[2]){ a, b }, buf_cstr(&text));
	buf_free(&text);
	return bad;
}

/* What is asked at one list's listeners is refused at the other's: so an address is in one of them. */
static int
check_admin(const struct config *c, const char *file, const struct config_place *places,
    struct config_error *err)
{
	struct config_listen admin, clients;
	struct buf text = { 0 };
	int bad = 0;

	for (size_t i = 0; i < c->http.admin.count && !bad; i++)
		for (size_t j = 0; j < c->http.listen.count && !bad; j++) {
			const char *a = c->http.admin.item[i], *l = c->http.listen.item[j];

			if (config_listen_parse(a, &admin) != NULL || config_listen_parse(l, &clients) != NULL ||
			    !config_listen_overlap(&admin, &clients))
				continue;
			buf_printf(&text, "http.admin: expected an address that http.listen does not have; "
			    "found \"%s\", and \"%s\" in http.listen", a, l);
			bad = config_blame(file, places, err, (const char *const[2]){ "http.admin", "http.listen" },
			    buf_cstr(&text));
		}
	buf_free(&text);
	return bad;
}

/* One socket cannot be both. */
static int
check_both(const struct config_list *list, const char *key, const char *file, const struct config_place *places,
    struct config_error *err)
{
	struct config_listen a, b;
	struct buf text = { 0 };
	int bad = 0;

	for (size_t i = 0; i < list->count; i++)
		for (size_t j = 0; j < i && !bad; j++) {
			if (config_listen_parse(list->item[i], &a) != NULL || config_listen_parse(list->item[j], &b) != NULL ||
			    a.tls == b.tls || !config_listen_overlap(&a, &b))
				continue;
			buf_printf(&text, "%s: expected an address with TLS or without it; found \"%s\" and \"%s\"", key,
			    list->item[j], list->item[i]);
			bad = config_blame(file, places, err, (const char *const[2]){ key, key }, buf_cstr(&text));
		}
	buf_free(&text);
	return bad;
}

/* The first tls: entry of a list; NULL if there is none. */
static const char *
tls_listener(const struct config_list *list)
{
	struct config_listen l;

	for (size_t i = 0; i < list->count; i++)
		if (config_listen_parse(list->item[i], &l) == NULL && l.tls)
			return list->item[i];
	return NULL;
}

/* What stands behind a listener with TLS, and a listener with TLS behind what asks for one. */
static int
check_tls(const struct config *c, const char *file, const struct config_place *places, struct config_error *err)
{
	const bool admin = tls_listener(&c->http.listen) == NULL;
	const char *const names[2] = { admin ? "http.admin" : "http.listen", "tls.certificate" };
	const char *listener = tls_listener(admin ? &c->http.admin : &c->http.listen);
	const char *const asks[2] = { "tls.client_certificates", "tls.client_ca" };
	struct buf text = { 0 };
	int bad = 0;

	if (check_both(&c->http.listen, "http.listen", file, places, err) == -1 ||
	    check_both(&c->http.admin, "http.admin", file, places, err) == -1)
		return -1;
	if (listener != NULL && (c->tls.certificate[0] == '\0' || c->tls.key[0] == '\0')) {
		buf_printf(&text, "%s: \"%s\" needs tls.certificate and tls.key; found no %s", names[0], listener,
		    c->tls.certificate[0] == '\0' ? "tls.certificate" : "tls.key");
		bad = config_blame(file, places, err, names, buf_cstr(&text));
	} else if (c->tls.client_certificates != CONFIG_CLIENT_CERTIFICATES_NONE && c->tls.client_ca[0] == '\0') {
		bad = config_blame(file, places, err, asks, "tls.client_certificates: expected the authorities that sign them in "
		    "tls.client_ca; found none");
	} else if (c->tls.client_certificates != CONFIG_CLIENT_CERTIFICATES_NONE && listener == NULL) {
		bad = config_blame(file, places, err, asks, "tls.client_certificates: expected a listener with tls: in "
		    "http.listen; found none");
	}
	buf_free(&text);
	return bad;
}

int
config_check_all(const struct config *c, const char *file, const struct config_place *places,
    struct config_error *err)
{
	if (check_admin(c, file, places, err) == -1 || check_tls(c, file, places, err) == -1 ||
	    config_auth_check(c, file, places, err) == -1 ||
	    check_order(c, file, places, err, "sync.timeout", "sync.max_wait",
	    c->sync.timeout - c->sync.max_wait) == -1 ||
	    check_order(c, file, places, err, "http.max_body", "kafka.max_queued_bytes",
	    (int64_t)c->http.max_body - (int64_t)c->kafka.max_queued_bytes) == -1)
		return -1;
	if (c->kafka.linger >= c->kafka.delivery_timeout)
		return config_blame(file, places, err,
		    (const char *const[2]){ "kafka.linger", "kafka.delivery_timeout" },
		    "kafka.linger: expected less than kafka.delivery_timeout");
	if (strcmp(c->topics.commands, c->topics.events) == 0)
		return config_blame(file, places, err,
		    (const char *const[2]){ "topics.events", "topics.commands" },
		    "topics.events: expected another topic than topics.commands");
	if (c->log.to == LOG_TO_FILE && *c->log.file == '\0')
		return config_blame(file, places, err, (const char *const[2]){ "log.to", "log.file" },
		    "log.to: file needs the path in log.file; found none");
	return 0;
}
