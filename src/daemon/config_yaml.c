/*
 * config_yaml.c: the text of a configuration file into a struct config, event
 * by event: sections, keys, values, nothing deeper. See config_yaml.h.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "daemon/config_error.h"
#include "daemon/config_rule.h"
#include "daemon/config_value.h"
#include "daemon/config_yaml.h"
#include "util/mem.h"

/* "section.key" and its NUL; a name that does not fit is no key of ours. */
#define NAME_SIZE	64

struct reader {
	yaml_parser_t		 parser;
	yaml_event_t		 event;		/* the current one */
	struct config		*config;
	const char		*file;
	const char		*text;
	struct config_place	*places;
	struct config_error	*err;
	int			*section_line;	/* one for each section; 0 = not seen */
};

/* An error at the current event. */
#define FAIL(r, ...) \
	config_error_set((r)->err, (r)->file, (int)(r)->event.start_mark.line + 1, \
	    (int)(r)->event.start_mark.column + 1, __VA_ARGS__)

/* What libyaml itself objects to; a byte it cannot decode has an offset only. */
static int
syntax_error(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	int line = (int)p->problem_mark.line + 1, column = (int)p->problem_mark.column + 1;

	if (p->error == YAML_MEMORY_ERROR)
		return config_error_set(r->err, r->file, 0, 0, "not enough memory to read it");
	if (p->error == YAML_READER_ERROR) {
		line = column = 1;
		for (size_t i = 0; i < p->problem_offset; i++, column++) {
			if (r->text[i] == '\n') {
				line++;
				column = 0;
			}
		}
	}
	return config_error_set(r->err, r->file, line, column, "not YAML: %s%s%s",
	    p->problem != NULL ? p->problem : "it cannot be read",
	    p->context != NULL ? " " : "", p->context != NULL ? p->context : "");
}

/* Go on to the next event. Anchors, aliases and tags have no place in this file. */
static int
next(struct reader *r)
{
	const yaml_char_t *anchor = NULL, *tag = NULL;

	yaml_event_delete(&r->event);
	if (!yaml_parser_parse(&r->parser, &r->event))
		return syntax_error(r);
	switch (r->event.type) {
	case YAML_ALIAS_EVENT:
		anchor = r->event.data.alias.anchor;
		break;
	case YAML_SCALAR_EVENT:
		anchor = r->event.data.scalar.anchor;
		tag = r->event.data.scalar.tag;
		break;
	case YAML_SEQUENCE_START_EVENT:
		anchor = r->event.data.sequence_start.anchor;
		tag = r->event.data.sequence_start.tag;
		break;
	case YAML_MAPPING_START_EVENT:
		anchor = r->event.data.mapping_start.anchor;
		tag = r->event.data.mapping_start.tag;
		break;
	default:
		break;
	}
	if (anchor != NULL)
		return FAIL(r, "expected a plain value; found an anchor or alias, \"%.40s\" "
		    "(quote the value if it begins with & or *)", (const char *)anchor);
	if (tag != NULL)
		return FAIL(r, "expected a plain value; found a tag, \"%.40s\" "
		    "(quote the value if it begins with !)", (const char *)tag);
	return 0;
}

static const char *
scalar_text(const struct reader *r)
{
	return (const char *)r->event.data.scalar.value;
}

/* YAML's null: nothing, ~ or null, not quoted. */
static int
is_null(const struct reader *r)
{
	const char *s;

	if (r->event.type != YAML_SCALAR_EVENT ||
	    r->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return 0;
	s = scalar_text(r);
	return *s == '\0' || strcmp(s, "~") == 0 || strcmp(s, "null") == 0;
}

static const char *
event_name(const struct reader *r)
{
	if (is_null(r))
		return "nothing";
	switch (r->event.type) {
	case YAML_SCALAR_EVENT:
		return "a single value";
	case YAML_SEQUENCE_START_EVENT:
		return "a list";
	case YAML_MAPPING_START_EVENT:
		return "a map";
	default:
		return "the end";
	}
}

/* The current event is a scalar that is a C string and not null. */
static int
want_scalar(struct reader *r, const char *what, const struct config_key *key)
{
	struct buf expects = { 0 };

	if (r->event.type == YAML_SCALAR_EVENT && !is_null(r)) {
		if (strlen(scalar_text(r)) == r->event.data.scalar.length)
			return 0;
		return FAIL(r, "%s: expected text; found a NUL character in it", what);
	}
	if (key == NULL) {
		FAIL(r, "%s: expected a name; found %s", what, event_name(r));
	} else {
		config_value_expects(key, &expects);
		FAIL(r, "%s: expected %s; found %s", what, buf_cstr(&expects), event_name(r));
	}
	buf_free(&expects);
	return -1;
}

static int
read_single(struct reader *r, const struct config_key *key)
{
	struct config_why why;

	if (want_scalar(r, key->name, key) == -1)
		return -1;
	if (config_value_set(r->config, key, scalar_text(r), &why) == -1)
		return FAIL(r, "%s: %s", key->name, why.text);
	return 0;
}

/* A member of a rule, whose name is the current event: a scalar, or a sequence of them. */
static int
read_member(struct reader *r, const struct config_key *key, struct config_rule_text *rule)
{
	char name[NAME_SIZE];
	const char *why;
	bool list;

	if (want_scalar(r, key->name, NULL) == -1)
		return -1;
	snprintf(name, sizeof(name), "%s", scalar_text(r));
	if (config_rule_has(rule, name))
		return FAIL(r, "%s: expected %s once in a rule; found it again", key->name, name);
	if (next(r) == -1)
		return -1;
	list = r->event.type == YAML_SEQUENCE_START_EVENT;
	for (;;) {
		if (list && next(r) == -1)
			return -1;
		if (list && r->event.type == YAML_SEQUENCE_END_EVENT)
			return 0;
		if (want_scalar(r, key->name, NULL) == -1)
			return -1;
		if ((why = config_rule_add(rule, name, scalar_text(r))) != NULL)
			return FAIL(r, "%s: \"%.40s: %.80s\" cannot be: %s", key->name, name, scalar_text(r), why);
		if (!list)
			return 0;
	}
}

/* An item that is a map; its beginning is the current event. */
static int
read_rule(struct reader *r, const struct config_key *key)
{
	struct config_rule_text rule = { 0 };
	struct buf line = { 0 };
	struct config_why w;
	const char *why;
	int bad;

	if (r->event.type != YAML_MAPPING_START_EVENT)
		return FAIL(r, "%s: expected %s; found %s", key->name, key->expects, event_name(r));
	while ((bad = next(r)) == 0 && r->event.type != YAML_MAPPING_END_EVENT)
		if ((bad = read_member(r, key, &rule)) == -1)
			break;
	why = config_rule_end(&rule, &line);
	if (!bad && why != NULL)
		bad = FAIL(r, "%s: %s", key->name, why);
	if (!bad && config_value_add(r->config, key, NULL, buf_cstr(&line), &w) == -1)
		bad = FAIL(r, "%s: %s", key->name, w.text);
	buf_free(&line);
	return bad;
}

static int
read_item(struct reader *r, const struct config_key *key)
{
	struct config_why why;

	if (key->maps)
		return read_rule(r, key);
	if (want_scalar(r, key->name, key) == -1)
		return -1;
	if (config_value_add(r->config, key, NULL, scalar_text(r), &why) == -1)
		return FAIL(r, "%s: %s", key->name, why.text);
	return 0;
}

/* A sequence of scalars, or one scalar for a list of one. */
static int
read_list(struct reader *r, const struct config_key *key)
{
	struct config_why why;

	config_value_free(r->config, key);
	if (r->event.type != YAML_SEQUENCE_START_EVENT)
		return read_item(r, key);
	for (;;) {
		if (next(r) == -1)
			return -1;
		if (r->event.type == YAML_SEQUENCE_END_EVENT)
			break;
		if (read_item(r, key) == -1)
			return -1;
	}
	if (config_value_count(r->config, key, &why) == -1)
		return FAIL(r, "%s: %s", key->name, why.text);
	return 0;
}

/* The value of the pair called name is the current event. */
static int
read_pair_value(struct reader *r, const struct config_key *key, const char *name, yaml_mark_t mark)
{
	struct config_why why;

	if (r->event.type != YAML_SCALAR_EVENT || is_null(r))
		return FAIL(r, "%s: expected a value for \"%.80s\"; found %s%s", key->name, name,
		    event_name(r), is_null(r) ? " (write \"\" for an empty text)" : "");
	if (want_scalar(r, key->name, NULL) == -1)
		return -1;
	if (config_value_add(r->config, key, name, scalar_text(r), &why) == -1)
		return config_error_set(r->err, r->file, (int)mark.line + 1, (int)mark.column + 1,
		    "%s: %s", key->name, why.text);
	return 0;
}

/* The pair's name is the current event; it, not the value, is blamed for a pair that cannot be. */
static int
read_pair(struct reader *r, const struct config_key *key)
{
	yaml_mark_t mark = r->event.start_mark;
	char *name;
	int bad;

	if (want_scalar(r, key->name, NULL) == -1)
		return -1;
	name = xstrdup(scalar_text(r));
	bad = next(r) == -1 || read_pair_value(r, key, name, mark) == -1;
	free(name);
	return bad ? -1 : 0;
}

static int
read_map(struct reader *r, const struct config_key *key)
{
	config_value_free(r->config, key);
	if (is_null(r))
		return 0;
	if (r->event.type != YAML_MAPPING_START_EVENT)
		return FAIL(r, "%s: expected a map of %s; found %s", key->name, key->expects,
		    event_name(r));
	for (;;) {
		if (next(r) == -1)
			return -1;
		if (r->event.type == YAML_MAPPING_END_EVENT)
			return 0;
		if (read_pair(r, key) == -1)
			return -1;
	}
}

static int
unknown(struct reader *r, const char *name)
{
	const char *nearest = config_nearest(name);

	if (nearest != NULL && strcmp(nearest, name) == 0)
		return FAIL(r, "%.80s: expected a section with its keys under it, indented; "
		    "found both names on one line", name);
	if (nearest != NULL)
		return FAIL(r, "%.80s: no such key; did you mean %s?", name, nearest);
	return FAIL(r, "%.80s: no such key; cmdr.yaml(5) lists them", name);
}

/* The value of the key whose name is the current event. */
static int
read_key(struct reader *r, const struct config_key *key)
{
	struct config_place *place = &r->places[key - config_keys];

	if (place->line != 0)
		return FAIL(r, "%s: expected once; found again, first in line %d", key->name,
		    place->line);
	place->line = (int)r->event.start_mark.line + 1;
	place->column = (int)r->event.start_mark.column + 1;
	if (next(r) == -1)
		return -1;
	if (key->type == CONFIG_LIST)
		return read_list(r, key);
	if (key->type == CONFIG_MAP)
		return read_map(r, key);
	return read_single(r, key);
}

/* "auth: none": the value that stands in a section's place is the current event. */
static int
read_alone(struct reader *r, const struct config_key *key)
{
	struct config_place *place = &r->places[key - config_keys];

	place->line = (int)r->event.start_mark.line + 1;
	place->column = (int)r->event.start_mark.column + 1;
	return read_list(r, key);
}

/* The keys under the section whose name is the current event. */
static int
read_section(struct reader *r, int section)
{
	const char *section_name = config_sections[section].name;
	const struct config_key *key;
	char name[NAME_SIZE];

	if (r->section_line[section] != 0)
		return FAIL(r, "%s: expected once; found again, first in line %d", section_name,
		    r->section_line[section]);
	r->section_line[section] = (int)r->event.start_mark.line + 1;
	if (next(r) == -1)
		return -1;
	if (is_null(r))
		return 0;
	if (config_sections[section].alone != NULL && r->event.type != YAML_MAPPING_START_EVENT)
		return read_alone(r, config_key_find(config_sections[section].alone));
	if (r->event.type != YAML_MAPPING_START_EVENT)
		return FAIL(r, "%s: expected keys under it; found %s", section_name, event_name(r));
	for (;;) {
		if (next(r) == -1)
			return -1;
		if (r->event.type == YAML_MAPPING_END_EVENT)
			return 0;
		if (want_scalar(r, section_name, NULL) == -1)
			return -1;
		snprintf(name, sizeof(name), "%s.%s", section_name, scalar_text(r));
		if ((key = config_key_find(name)) == NULL)
			return unknown(r, name);
		if (read_key(r, key) == -1)
			return -1;
	}
}

static int
read_root(struct reader *r)
{
	const struct config_key *key;
	int section, bad;

	if (is_null(r))
		return 0;
	if (r->event.type != YAML_MAPPING_START_EVENT)
		return FAIL(r, "expected sections and keys; found %s", event_name(r));
	for (;;) {
		if (next(r) == -1)
			return -1;
		if (r->event.type == YAML_MAPPING_END_EVENT)
			return 0;
		if (want_scalar(r, "the file", NULL) == -1)
			return -1;
		section = config_section_find(scalar_text(r));
		key = config_key_find(scalar_text(r));
		if (section != -1)
			bad = read_section(r, section);
		else if (key != NULL && strchr(key->name, '.') == NULL)
			bad = read_key(r, key);
		else
			bad = unknown(r, scalar_text(r));
		if (bad)
			return -1;
	}
}

/* The stream: no document (every key at its default) or one. */
static int
read_stream(struct reader *r)
{
	if (next(r) == -1 || next(r) == -1)
		return -1;
	if (r->event.type == YAML_STREAM_END_EVENT)
		return 0;
	if (next(r) == -1 || read_root(r) == -1 || next(r) == -1 || next(r) == -1)
		return -1;
	if (r->event.type != YAML_STREAM_END_EVENT)
		return FAIL(r, "expected one document; found the beginning of another");
	return 0;
}

int
config_yaml_read(struct config *c, const char *file, const char *text, size_t len,
    struct config_place *places, struct config_error *err)
{
	struct reader r = {
		.config = c, .file = file, .text = text, .places = places, .err = err,
	};
	int bad;

	if (!yaml_parser_initialize(&r.parser))
		return config_error_set(err, file, 0, 0, "not enough memory to read it");
	r.section_line = xcalloc(config_nsections, sizeof(*r.section_line));
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const yaml_char_t *)text, len);
	bad = read_stream(&r);
	yaml_event_delete(&r.event);
	yaml_parser_delete(&r.parser);
	free(r.section_line);
	return bad;
}
