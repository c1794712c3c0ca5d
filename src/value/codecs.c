/*
 * codecs.c: the table of media types, one row each. See codec.h.
 */
#include <string.h>

#include "value/codec.h"
#include "value/edn.h"
#include "value/form.h"
#include "value/fressian.h"
#include "value/json.h"
#include "value/transit.h"

const struct codec codecs[] = {
	{ "json", "application/json", NULL, 1, json_read, json_write,
	    "RFC 8259; object keys become keywords" },
	{ "edn", "application/edn", NULL, 1, edn_read, edn_write,
	    "extensible data notation, with literals for what plain EDN cannot say" },
	{ "transit-json", "application/transit+json", NULL, 1, transit_json_read, transit_json_write,
	    "transit 0.8 in JSON, with its key cache" },
	{ "transit-json-verbose", "application/transit+json", ";verbose=true", 1, transit_json_read,
	    transit_verbose_write, "transit 0.8 in JSON without cache, readable" },
	{ "transit-msgpack", "application/transit+msgpack", NULL, 0, transit_msgpack_read,
	    transit_msgpack_write, "transit 0.8 in MessagePack" },
	{ "fressian", "application/fressian", NULL, 0, fressian_read, fressian_write,
	    "the bytes of the topics, with footer" },
	{ "form", "application/x-www-form-urlencoded", NULL, 1, form_read, NULL,
	    "HTML forms; every value is a string" },
};
const size_t codecs_count = sizeof(codecs) / sizeof(codecs[0]);

const struct codec *
codec_by_name(const char *name)
{
	for (size_t i = 0; i < codecs_count; i++)
		if (strcmp(codecs[i].name, name) == 0)
			return &codecs[i];
	return NULL;
}
