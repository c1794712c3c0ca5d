/*
 * config_env.c: the environment variables that replace a key of the file. See config_env.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/config_env.h"
#include "daemon/config_error.h"
#include "daemon/config_listen.h"
#include "daemon/config_value.h"

/* The variable's text as the text of the key. 0, or -1 with *why filled. */
typedef int (*adapt)(const struct config *c, const char *value, char *out, size_t size,
    struct config_why *why);

static int
as_milliseconds(const struct config *c, const char *value, char *out, size_t size,
    struct config_why *why)
{
	size_t len = strlen(value);

	(void)c;
	if (len > 12 || strspn(value, "0123456789") != len) {
		snprintf(why->text, sizeof(why->text),
		    "expected a whole number of milliseconds; found \"%.80s\"", value);
		return -1;
	}
	snprintf(out, size, "%sms", value);
	return 0;
}

static int
as_port(const struct config *c, const char *value, char *out, size_t size, struct config_why *why)
{
	struct config_listen addrs;

	/* a port alone is itself an entry; anything else would slip an address in */
	if (strchr(value, ':') != NULL || config_listen_parse(value, &addrs) != NULL) {
		snprintf(why->text, sizeof(why->text),
		    "expected a port from 1 to 65535; found \"%.80s\"", value);
		return -1;
	}
	if (config_listen_with_port(c->http.listen.item[0], value, out, size) == -1) {
		snprintf(why->text, sizeof(why->text),
		    "expected an address with a port in the first entry of http.listen; "
		    "found \"%.160s\"", c->http.listen.item[0]);
		return -1;
	}
	return 0;
}

static const struct {
	const char	*variable;
	const char	*key;
	adapt		 adapt;		/* NULL: as it is */
} overrides[] = {
	{ "COMMANDS_TOPIC", "topics.commands", NULL },
	{ "EVENTS_TOPIC", "topics.events", NULL },
	{ "KAFKA_SERVERS", "kafka.servers", NULL },
	{ "PORT", "http.listen", as_port },
	{ "SYNC_TIMEOUT_MS", "sync.timeout", as_milliseconds },
};

/* Put text in the place of a list's first item. */
static int
replace_first(struct config *c, const struct config_key *key, const char *text,
    struct config_why *why)
{
	const struct config_list *old = config_value_list(c, key);
	struct config fresh = { 0 };
	int bad = config_value_add(&fresh, key, NULL, text, why);

	for (size_t i = 1; !bad && i < old->count; i++)
		bad = config_value_add(&fresh, key, NULL, old->item[i], why);
	if (bad)
		config_value_free(&fresh, key);
	else
		config_value_move(c, &fresh, key);
	return bad;
}

int
config_env_read(struct config *c, struct config_place *places, struct config_error *err)
{
	struct config_why why;
	char adapted[256];
	int bad;

	for (size_t i = 0; i < sizeof(overrides) / sizeof(overrides[0]); i++) {
		const char *variable = overrides[i].variable, *text = getenv(variable);
		const struct config_key *key = config_key_find(overrides[i].key);

		if (text == NULL || *text == '\0')
			continue;
		bad = 0;
		if (overrides[i].adapt != NULL) {
			bad = overrides[i].adapt(c, text, adapted, sizeof(adapted), &why);
			text = adapted;
		}
		if (!bad && key->type == CONFIG_LIST)
			bad = replace_first(c, key, text, &why);
		else if (!bad)
			bad = config_value_set(c, key, text, &why);
		if (bad)
			return config_error_set(err, NULL, 0, 0,
			    "environment variable %s, for %s: %s", variable, key->name, why.text);
		places[key - config_keys].env = variable;
	}
	return 0;
}
