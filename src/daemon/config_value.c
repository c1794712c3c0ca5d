/*
 * config_value.c: one value of the configuration from text and back again.
 * See config_value.h.
 */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/config_value.h"
#include "util/log.h"
#include "util/mem.h"

struct unit {
	const char	*name;
	int64_t		 scale;
};

/* Each from its largest unit to its smallest, which is the one that any number has. */
static const struct unit size_units[] = {
	{ "GiB", 1LL << 30 }, { "MiB", 1LL << 20 }, { "KiB", 1LL << 10 }, { "", 1 },
};
static const struct unit duration_units[] = {
	{ "d", 24 * 3600 * 1000LL }, { "h", 3600 * 1000LL }, { "m", 60 * 1000LL }, { "s", 1000 }, { "ms", 1 },
};
static const struct unit no_units[] = { { "", 1 } };

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static const struct unit *
units_of(enum config_type type, size_t *count)
{
	if (type == CONFIG_SIZE) {
		*count = COUNT(size_units);
		return size_units;
	}
	if (type == CONFIG_DURATION) {
		*count = COUNT(duration_units);
		return duration_units;
	}
	*count = COUNT(no_units);
	return no_units;
}

static void *
field_of(const struct config *c, const struct config_key *key)
{
	return (char *)(uintptr_t)c + key->offset;
}

const struct config_list *
config_value_list(const struct config *c, const struct config_key *key)
{
	return field_of(c, key);
}

const struct config_map *
config_value_map(const struct config *c, const struct config_key *key)
{
	return field_of(c, key);
}

void
config_value_clear(struct config *c)
{
	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < config_nkeys; i++)
		if (config_keys[i].type == CONFIG_STRING)
			*(char **)field_of(c, &config_keys[i]) = xstrdup("");
}

void
config_value_free(struct config *c, const struct config_key *key)
{
	void *field = field_of(c, key);
	struct config_list *list = field;
	struct config_map *map = field;

	if (key->type == CONFIG_STRING) {
		free(*(char **)field);
		*(char **)field = NULL;
	} else if (key->type == CONFIG_LIST) {
		for (size_t i = 0; i < list->count; i++)
			free(list->item[i]);
		free(list->item);
		memset(list, 0, sizeof(*list));
	} else if (key->type == CONFIG_MAP) {
		for (size_t i = 0; i < map->count; i++) {
			free(map->pair[i].name);
			free(map->pair[i].value);
		}
		free(map->pair);
		memset(map, 0, sizeof(*map));
	}
}

/* What was found, short enough to stand in a sentence. */
static int
found(struct config_why *why, const struct config_key *key, const char *text, const char *reason)
{
	struct buf expects = { 0 };

	config_value_expects(key, &expects);
	snprintf(why->text, sizeof(why->text), "expected %s; found \"%.80s%s\"%s%s%s",
	    buf_cstr(&expects), text, strlen(text) > 80 ? "..." : "", reason != NULL ? " (" : "",
	    reason != NULL ? reason : "", reason != NULL ? ")" : "");
	buf_free(&expects);
	return -1;
}

/* Digits and a unit. 0, or -1 when it is not a number of that kind or no int64_t holds it. */
static int
parse_number(enum config_type type, const char *text, int64_t *out)
{
	const struct unit *units;
	const char *p = text;
	int64_t n = 0;
	size_t count;

	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *p - '0', &n))
			return -1;
	if (p == text)
		return -1;
	if (n == 0 && *p == '\0') {
		*out = 0;
		return 0;
	}
	units = units_of(type, &count);
	for (size_t i = 0; i < count; i++)
		if (strcmp(p, units[i].name) == 0)
			return __builtin_mul_overflow(n, units[i].scale, out) ? -1 : 0;
	return -1;
}

static void
format_number(enum config_type type, int64_t n, struct buf *out)
{
	const struct unit *units;
	size_t count, i;

	units = units_of(type, &count);
	for (i = 0; i + 1 < count; i++)
		if (n != 0 && n % units[i].scale == 0)
			break;
	buf_printf(out, "%" PRId64 "%s", n / units[i].scale, units[i].name);
}

static int
set_number(struct config *c, const struct config_key *key, const char *text,
    struct config_why *why)
{
	void *field = field_of(c, key);
	int64_t n;

	if (parse_number(key->type, text, &n) == -1 || n < key->min || n > key->max)
		return found(why, key, text, NULL);
	if (key->type == CONFIG_INT)
		*(int *)field = (int)n;
	else if (key->type == CONFIG_SIZE)
		*(size_t *)field = (size_t)n;
	else
		*(int64_t *)field = n;
	return 0;
}

static int
set_enum(struct config *c, const struct config_key *key, const char *text, struct config_why *why)
{
	for (const struct config_enum *e = key->words; e->word != NULL; e++) {
		if (strcmp(e->word, text) == 0) {
			*(int *)field_of(c, key) = e->value;
			return 0;
		}
	}
	return found(why, key, text, NULL);
}

static int
has_control(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return 1;
	return 0;
}

/* A string that may be an item of a list, too: length is the row's only for a string. */
static int
check_string(const struct config_key *key, const char *text, struct config_why *why)
{
	const char *reason = NULL;
	size_t len = strlen(text);

	if (has_control(text))
		return found(why, key, text, "it holds a control character");
	if (key->type == CONFIG_STRING) {
		if (len == 0 && key->min == 0)
			return 0;
		if (len > (size_t)key->max)
			reason = "it is too long";
		else if (len == 0)
			return found(why, key, text, NULL);
	}
	if (reason == NULL)
		reason = key->check("", text);
	return reason == NULL ? 0 : found(why, key, text, reason);
}

static int
set_string(struct config *c, const struct config_key *key, const char *text,
    struct config_why *why)
{
	char **field = field_of(c, key), *copy;

	if (check_string(key, text, why) == -1)
		return -1;
	copy = xstrdup(text);
	free(*field);
	*field = copy;
	return 0;
}

int
config_value_set(struct config *c, const struct config_key *key, const char *text,
    struct config_why *why)
{
	switch (key->type) {
	case CONFIG_INT:
	case CONFIG_SIZE:
	case CONFIG_DURATION:
		return set_number(c, key, text, why);
	case CONFIG_ENUM:
		return set_enum(c, key, text, why);
	case CONFIG_STRING:
		return set_string(c, key, text, why);
	case CONFIG_LIST:
	case CONFIG_MAP:
		break;
	}
	return found(why, key, text, NULL);
}

static int
add_item(struct config_list *list, const struct config_key *key, const char *value,
    struct config_why *why)
{
	if (check_string(key, value, why) == -1)
		return -1;
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->item[i], value) == 0)
			return found(why, key, value, "it is there twice");
	list->item = xreallocarray(list->item, list->count + 1, sizeof(*list->item));
	list->item[list->count++] = xstrdup(value);
	return 0;
}

static int
add_pair(struct config_map *map, const struct config_key *key, const char *name,
    const char *value, struct config_why *why)
{
	const char *reason;

	if (has_control(name) || has_control(value))
		reason = "a control character stands in it";
	else
		reason = key->check(name, value);
	for (size_t i = 0; reason == NULL && i < map->count; i++)
		if (strcmp(map->pair[i].name, name) == 0)
			reason = "it is there twice";
	if (reason != NULL) {
		snprintf(why->text, sizeof(why->text), "\"%.80s\" cannot be set: %s", name, reason);
		return -1;
	}
	map->pair = xreallocarray(map->pair, map->count + 1, sizeof(*map->pair));
	map->pair[map->count].name = xstrdup(name);
	map->pair[map->count++].value = xstrdup(value);
	return 0;
}

static size_t
count_of(const struct config *c, const struct config_key *key)
{
	if (key->type == CONFIG_LIST)
		return config_value_list(c, key)->count;
	return config_value_map(c, key)->count;
}

int
config_value_add(struct config *c, const struct config_key *key, const char *name,
    const char *value, struct config_why *why)
{
	if (count_of(c, key) >= (size_t)key->max) {
		snprintf(why->text, sizeof(why->text),
		    "expected at most %" PRId64 " entries; found more", key->max);
		return -1;
	}
	if (key->type == CONFIG_LIST)
		return add_item(field_of(c, key), key, value, why);
	return add_pair(field_of(c, key), key, name, value, why);
}

int
config_value_count(const struct config *c, const struct config_key *key, struct config_why *why)
{
	if (count_of(c, key) >= (size_t)key->min)
		return 0;
	snprintf(why->text, sizeof(why->text), "expected at least %" PRId64 " entry; found none",
	    key->min);
	return -1;
}

void
config_value_move(struct config *c, struct config *from, const struct config_key *key)
{
	size_t size = sizeof(struct config_list);

	_Static_assert(sizeof(struct config_list) == sizeof(struct config_map), "moved alike");
	config_value_free(c, key);
	memcpy(field_of(c, key), field_of(from, key), size);
	memset(field_of(from, key), 0, size);
}

void
config_value_format(const struct config *c, const struct config_key *key, struct buf *out)
{
	const void *field = field_of(c, key);

	switch (key->type) {
	case CONFIG_INT:
		format_number(key->type, *(const int *)field, out);
		break;
	case CONFIG_SIZE:
		format_number(key->type, (int64_t)*(const size_t *)field, out);
		break;
	case CONFIG_DURATION:
		format_number(key->type, *(const int64_t *)field, out);
		break;
	case CONFIG_STRING:
		buf_puts(out, *(char *const *)field);
		break;
	case CONFIG_ENUM:
		for (const struct config_enum *e = key->words; e->word != NULL; e++)
			if (e->value == *(const int *)field)
				buf_puts(out, e->word);
		break;
	case CONFIG_LIST:
	case CONFIG_MAP:
		fatalx("config: %s is no single value", key->name);
	}
}

static void
put_range(const struct config_key *key, const char *what, struct buf *out)
{
	buf_printf(out, "%s from ", what);
	format_number(key->type, key->min, out);
	buf_puts(out, " to ");
	format_number(key->type, key->max, out);
}

void
config_value_expects(const struct config_key *key, struct buf *out)
{
	switch (key->type) {
	case CONFIG_INT:
		put_range(key, "a whole number", out);
		break;
	case CONFIG_SIZE:
		put_range(key, "a size in bytes, KiB, MiB or GiB", out);
		break;
	case CONFIG_DURATION:
		put_range(key, "a duration in ms, s, m, h or d", out);
		break;
	case CONFIG_ENUM:
		for (const struct config_enum *e = key->words; e->word != NULL; e++)
			buf_printf(out, "%s%s",
			    e == key->words ? "" : e[1].word == NULL ? " or " : ", ", e->word);
		break;
	case CONFIG_STRING:
	case CONFIG_LIST:
	case CONFIG_MAP:
		buf_puts(out, key->expects);
		break;
	}
}
