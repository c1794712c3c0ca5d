/*
 * openapi_ops.c: what each operation takes and gives, one row each. See
 * openapi.h; tests compare these rows with those of routes.c.
 */
#include "worker/openapi.h"

#define P(name)		OPENAPI_BIT(name)
#define ALWAYS		P(REQUEST_ID)
#define LIST		(ALWAYS | P(LIMIT) | P(OFFSET) | P(AFTER) | P(ACTION) | P(SINCE) | P(UNTIL))
#define STREAM		(ALWAYS | P(ACTION) | P(LAST_ID) | P(LAST_EVENT_ID))

#define BAD		{ 400, "Problem", "A parameter or the body is not as it must be." }
#define NOT_THERE	{ 404, "Problem", "There is no such record, or no index." }
#define NO_SCHEMA	{ 404, "Problem", "There is no such schema, or none are kept." }
#define NO_TYPE		{ 406, "Problem", "Accept names nothing that there is." }
#define GONE		{ 410, "Problem", "The cursor or token points to what is kept no longer." }
#define CHANGED		{ 412, "Problem", "It is not as If-Match expects." }
#define AWAY		{ 503, "Problem", "Not now; Retry-After says when to try again." }

const struct openapi_op openapi_ops[] = {
	{ "/", NULL, METHOD_GET, "root", "What this is and what there is", ALWAYS, NULL,
	    { { 200, "Root", "Its resources." }, NO_TYPE } },
	{ "/commands", NULL, METHOD_POST, "postCommand", "Write a command, or several",
	    ALWAYS | P(SYNC) | P(ATOMIC) | P(KEY) | P(PREFER) | P(TRACEPARENT), "CommandOrBatch",
	    { { 201, "Written", "Written, and its first event came." },
	      { 202, "Written", "All in-sync replicas have it. With error: no event came in time." },
	      { 207, "Results", "A batch whose items fared differently." },
	      { 400, OPENAPI_REFUSED, "A parameter, the key or the body is not as it must be." },
	      { 401, OPENAPI_REFUSED, "The credentials are missing or not good." },
	      { 403, OPENAPI_REFUSED, "No rule allows it." },
	      NO_TYPE,
	      { 409, OPENAPI_REFUSED, "The same command, with this key, is being written now." },
	      { 413, OPENAPI_REFUSED, "The body, or the record, is too large." },
	      { 415, "Problem", "The body's type or coding is not taken." },
	      { 422, OPENAPI_REFUSED, "It is no valid command, its data does not match its schema, or the key was used for another one." },
	      { 503, OPENAPI_REFUSED, "Not now; Retry-After says when to try again." },
	      { 504, OPENAPI_REFUSED, "It may or may not have been written; id names it." } } },
	{ "/commands", NULL, METHOD_GET, "listCommands", "Commands, oldest first", LIST, NULL,
	    { { 200, "Commands", "A page." }, BAD, NOT_THERE, NO_TYPE, GONE, AWAY } },
	{ "/events", NULL, METHOD_GET, "listEvents", "Events, oldest first", LIST | P(PARENT), NULL,
	    { { 200, "Events", "A page." }, BAD, NOT_THERE, NO_TYPE, GONE, AWAY } },
	{ "/commands/*", NULL, METHOD_GET, "getCommand", "A command and the ids of its events",
	    ALWAYS | P(ID) | P(WAIT) | P(IF_MATCH) | P(IF_NONE_MATCH), NULL,
	    { { 200, "Command", "The command." }, { 304, NULL, "It is as the client has it." }, BAD,
	      NOT_THERE, NO_TYPE, CHANGED, AWAY } },
	{ "/events/*", NULL, METHOD_GET, "getEvent", "An event",
	    ALWAYS | P(ID) | P(IF_MATCH) | P(IF_NONE_MATCH), NULL,
	    { { 200, "Event", "The event." }, { 304, NULL, "It is as the client has it." }, BAD, NOT_THERE,
	      NO_TYPE, CHANGED, AWAY } },
	{ "/commands/updates", NULL, METHOD_GET, "streamCommands", "Commands as they are written", STREAM, NULL,
	    { { 200, "Stream", "Server-sent events." }, BAD, NO_TYPE, GONE, AWAY } },
	{ "/events/updates", NULL, METHOD_GET, "streamEvents", "Events as they are written", STREAM | P(PARENT), NULL,
	    { { 200, "Stream", "Server-sent events." }, BAD, NO_TYPE, GONE, AWAY } },
	{ "/events/events/updates", NULL, METHOD_GET, "streamEventsFormerly", "The same, under its former name",
	    STREAM | P(PARENT), NULL,
	    { { 200, "Stream", "Server-sent events." }, BAD, NO_TYPE, GONE, AWAY } },
	{ "/schemas", NULL, METHOD_GET, "listSchemas", "The actions that have a JSON Schema",
	    ALWAYS | P(LIMIT) | P(AFTER_ACTION), NULL,
	    { { 200, "Schemas", "A page, in the order of their names." }, BAD, NO_TYPE } },
	{ "/schemas/*", "/schemas/{action}", METHOD_GET, "getSchema", "The schema of an action's data",
	    ALWAYS | P(SCHEMA_ACTION) | P(IF_NONE_MATCH), NULL,
	    { { 200, "Schema", "The schema that holds." }, { 304, NULL, "It is as the client has it." }, BAD,
	      NO_SCHEMA, NO_TYPE } },
	{ "/schemas/*", "/schemas/{action}", METHOD_PUT, "putSchema", "Register another version",
	    ALWAYS | P(SCHEMA_ACTION) | P(DRY_RUN) | P(COMPATIBILITY) | P(IF_MATCH) | P(IF_NONE_MATCH), "Schema",
	    { { 200, "Schema", "It holds now, on every machine; or it held before." },
	      { 201, "Schema", "It holds now, the first of its action." }, BAD,
	      { 403, "Problem", "Schemas cannot be changed here, or this one is a file." }, NO_SCHEMA, NO_TYPE,
	      { 409, "Problem", "It would refuse commands that the version before takes; errors say where." },
	      { 412, "Problem", "It is not as If-Match or If-None-Match expects, or was changed meanwhile." },
	      { 413, "Problem", "It is too large." }, { 415, "Problem", "It is not sent as JSON." },
	      { 422, "Problem", "It is no JSON Schema; errors say where." }, AWAY,
	      { 504, "Problem", "It may or may not hold: GET tells." } } },
	{ "/schemas/*", "/schemas/{action}", METHOD_DELETE, "deleteSchema", "Remove the schema of an action",
	    ALWAYS | P(SCHEMA_ACTION) | P(IF_MATCH), NULL,
	    { { 204, NULL, "It has none now; former versions can still be read." }, BAD,
	      { 403, "Problem", "Schemas cannot be changed here, or this one is a file." }, NO_SCHEMA, NO_TYPE,
	      { 412, "Problem", "It is not as If-Match expects, or was changed meanwhile." }, AWAY,
	      { 504, "Problem", "It may or may not be removed: GET tells." } } },
	{ "/schemas/*/versions", "/schemas/{action}/versions", METHOD_GET, "listSchemaVersions", "All versions of a schema",
	    ALWAYS | P(SCHEMA_ACTION), NULL,
	    { { 200, "SchemaVersions", "Oldest first." }, BAD, NO_SCHEMA, NO_TYPE } },
	{ "/schemas/*/versions/*", "/schemas/{action}/versions/{version}", METHOD_GET, "getSchemaVersion",
	    "One version of a schema", ALWAYS | P(SCHEMA_ACTION) | P(VERSION) | P(IF_NONE_MATCH), NULL,
	    { { 200, "Schema", "The schema." }, { 304, NULL, "It is as the client has it." }, BAD, NO_SCHEMA,
	      NO_TYPE } },
	{ "/health", NULL, METHOD_GET, "health", "Is the process alive?", ALWAYS, NULL,
	    { { 200, "Health", "It is." }, NO_TYPE } },
	{ "/ready", NULL, METHOD_GET, "ready", "Can a command be taken now?", ALWAYS, NULL,
	    { { 200, "Ready", "It can." }, NO_TYPE, { 503, "Ready", "It cannot; checks say why." } } },
	{ "/metrics", NULL, METHOD_GET, "metrics", "What was counted, for Prometheus", ALWAYS, NULL,
	    { { 200, "Text", "Text format 0.0.4." }, NO_TYPE } },
	{ "/openapi.json", NULL, METHOD_GET, "openapi", "This document", ALWAYS, NULL,
	    { { 200, "Json", "OpenAPI 3.1." }, NO_TYPE } },
	{ "/swagger.json", NULL, METHOD_GET, "swagger", "This document, under its former name", ALWAYS, NULL,
	    { { 200, "Json", "OpenAPI 3.1." }, NO_TYPE } },
};
const size_t openapi_nops = sizeof(openapi_ops) / sizeof(openapi_ops[0]);

const struct openapi_link openapi_links[] = {
	{ "postCommand", 202, "command", "getCommand", "id", "$response.body#/id" },
	{ "postCommand", 201, "command", "getCommand", "id", "$response.body#/id" },
	{ "postCommand", 201, "event", "getEvent", "id", "$response.body#/children/0" },
	{ "listCommands", 200, "command", "getCommand", "id", "$response.body#/commands/0/id" },
	{ "listCommands", 200, "next", "listCommands", "after", "$response.body#/next" },
	{ "listEvents", 200, "event", "getEvent", "id", "$response.body#/events/0/id" },
	{ "listEvents", 200, "next", "listEvents", "after", "$response.body#/next" },
	{ "getCommand", 200, "events", "listEvents", "parent", "$response.body#/id" },
	{ "getEvent", 200, "command", "getCommand", "id", "$response.body#/parent" },
};
const size_t openapi_nlinks = sizeof(openapi_links) / sizeof(openapi_links[0]);
