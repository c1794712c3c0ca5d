/*
 * manual_contract.c: the lists of cmdr-contract(7): `manual_contract types` and so on, each a block between two markers of the
 * page. `make docs` writes them; manual_docs.sh compares. Bytes are those that the codecs write; what stands beside them in
 * words is held against them: pieces of a message have to add up to it, codes to be all that there are.
 */
#include <stdio.h>
#include <string.h>

#include "command/command.h"
#include "command/event.h"
#include "manual_contract.h"
#include "mdoc.h"
#include "util/hex.h"
#include "value/bignum.h"
#include "value/edn.h"
#include "value/fressian.h"

#define EVENT		"{:id #uuid \"075415a0-7f6e-11e6-bcdd-540e9df06c05\" :parent #uuid \"" CONTRACT_ID "\" " \
			    ":action :foo-created :data {:a \"map data payload\"}}"

/* --- the parts of a command */

static const struct {
	const char	*hex, *doc;
} pieces[] = {
	{ "C0 EA", "a map, whose content is a list of 6: key, value, key, value" },
	{ "CA F7 CD DC 69 64", "the keyword :id: no namespace (F7), and a name of two bytes, which goes into the cache (CD) as number 0" },
	{ "C3 D9 10 AB 67 5E A0 7F 6D 11 E6 BC DD 54 0E 9D F0 6C 05", "a UUID: 16 bytes, in the order of its text" },
	{ "CA F7 CD E0 61 63 74 69 6F 6E", ":action; \"action\" is number 1 of the cache" },
	{ "CA F7 CD E3 0A 63 72 65 61 74 65 2D 66 6F 6F", ":create-foo, a name of 10 bytes; number 2" },
	{ "CA F7 CD DE 64 61 74 61", ":data; number 3" },
	{ "C0 E6", "a map of one pair" },
	{ "CA F7 CD DB 61", ":a; number 4. Were it to come again, it would be CA F7 84" },
	{ "E3 10 6D 61 70 20 64 61 74 61 20 70 61 79 6C 6F 61 64", "a string of 16 bytes; it is no name, and is not cached" },
	{ "CF CF CF CF 00 00 00 55", "the footer: 85 bytes came before it" },
	{ "C7 6F 31 C2", "their checksum, and that of the footer so far" },
};

static struct value
command(const char *edn)
{
	struct value body = contract_value(edn), v;
	struct command_faults faults;
	struct command c;
	struct id id;

	if (command_parse(&body, false, &contract_arena, &c, &faults) == -1 || id_parse(CONTRACT_ID, ID_TEXT, &id) == -1 ||
	    (v = command_value(&contract_arena, &id, &c)).kind != VALUE_MAP)
		contract_broken("%s is no command", edn);
	return v;
}

static void
put_command(void)
{
	struct value v = command("{:action :create-foo :data {:a \"map data payload\"}}");
	struct buf *whole = contract_written(fressian_write, &v);
	size_t at = 0;
	unsigned byte;
	int n;

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		for (const char *p = pieces[i].hex; sscanf(p, "%2x%n", &byte, &n) == 1; p += n)
			if (at == whole->len || whole->data[at++] != byte)
				contract_broken("the command's byte %zu is another one than in \"%s\"", at, pieces[i].hex);
		printf(".It Li ");
		mdoc_word(pieces[i].hex, strlen(pieces[i].hex));
		printf("\n");
		mdoc_text(pieces[i].doc);
	}
	if (at != whole->len)
		contract_broken("the command has %zu bytes, not %zu", whole->len, at);
}

/* --- a message as hexadecimal digits, for a shell */

static void
shell(const struct value *v)
{
	struct buf hex = { 0 };
	struct buf *out = contract_written(fressian_write, v);

	hex_encode(&hex, out->data, out->len);
	printf("$ cmdrctl decode");
	for (size_t at = 0; at < hex.len; at += 60)
		printf(" \\e\n    %.*s", (int)(hex.len - at < 60 ? hex.len - at : 60), (const char *)hex.data + at);
	printf("\n");
	buf_free(&hex);
}

/* {:a 1, :b 2}, a line for each pair. */
static void
pairs(const struct value *map)
{
	struct buf *out;

	for (uint32_t i = 0; i < map->n; i++) {
		fputs(i == 0 ? "{" : " ", stdout);
		out = contract_written(edn_write, &map->u.items[2 * i]);
		contract_literal((const char *)out->data, out->len);
		out = contract_written(edn_write, &map->u.items[2 * i + 1]);
		putchar(' ');
		contract_literal((const char *)out->data, out->len);
		fputs(i + 1 == map->n ? "}\n" : "\n", stdout);
	}
}

static void
put_decode(void)
{
	struct value v = command("{:action :create-foo :data {:a \"map data payload\"}}");

	shell(&v);
	contract_literal(buf_cstr(contract_written(edn_write, &v)), strlen(buf_cstr(contract_written(edn_write, &v))));
	printf("\n");
}

/* The event of the examples, which has to be one, and of that command. */
static void
put_event(void)
{
	struct value v = contract_value(EVENT);
	struct buf *out = contract_written(fressian_write, &v);
	struct codec_error err;
	struct event e;
	struct id id;

	if (event_parse(NULL, 0, out->data, out->len, &contract_arena, &e, &err) == -1)
		contract_broken("the event: %s", err.text);
	if (!e.has_parent || id_parse(CONTRACT_ID, ID_TEXT, &id) == -1 || !id_equal(&id, &e.parent))
		contract_broken("the event is of another command");
	pairs(&v);
	printf("\n");
	out = contract_written(fressian_write, &v);
	contract_bytes(out->data, out->len, "");
}

/* --- the keys of a command's map, in their order */

static const struct {
	const char	*name, *doc;
} keys[] = {
	{ "id", "a uuid, which cmdrd gave it: of version 1, or of version 5 where the client sent an Idempotency-Key" },
	{ "action", "a keyword that can be written in EDN" },
	{ "data", "a map, whose first keys are keywords; what is in them is the client's" },
	{ "user", "a uuid, where the client sent one" },
	{ "system", "the same" },
};

static void
put_keys(void)
{
	struct value v = command("{:action :a :data {} :user \"" CONTRACT_ID "\" :system \"" CONTRACT_ID "\"}");

	if (v.n != sizeof(keys) / sizeof(keys[0]))
		contract_broken("a command has %u keys", v.n);
	for (uint32_t i = 0; i < v.n; i++) {
		if (!value_named(&v.u.items[2 * i], keys[i].name, false))
			contract_broken("key %u of a command is not :%s", i + 1, keys[i].name);
		printf(".It Li :%s\n", keys[i].name);
		mdoc_text(keys[i].doc);
	}
}

/* --- the keys of records */

static const struct {
	enum command_key	 form;
	const char		*name;
} forms[] = {
	{ COMMAND_KEY_FRESSIAN, "fressian" },
	{ COMMAND_KEY_STRING, "string" },
	{ COMMAND_KEY_BINARY, "binary" },
};

static void
put_record_keys(void)
{
	struct buf out = { 0 };
	struct id id;

	if (id_parse(CONTRACT_ID, ID_TEXT, &id) == -1)
		contract_broken("no id");
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		buf_reset(&out);
		command_key(&out, forms[i].form, &id);
		printf(".It Cm %s\n%zu bytes:\n.Bd -literal -compact\n", forms[i].name, out.len);
		if (forms[i].form == COMMAND_KEY_STRING)
			printf("%.*s\n", (int)out.len, (const char *)out.data);
		else
			contract_bytes(out.data, out.len, "");
		printf(".Ed\n");
	}
	buf_free(&out);
}

/* --- what is refused */

static void
put_limits(void)
{
	printf(".It levels of values\n%u in an event, %u in a command\n", codec_event_limits.depth, codec_request_limits.depth);
	printf(".It an action\n%d bytes: namespace, slash and name\n", COMMAND_ACTION_MAX);
	printf(".It a bigint, or the unscaled value of a bigdec\n%d bytes\n", BIGNUM_MAX_BYTES);
	printf(".It either part of a ratio\n%d bytes\n", BIGNUM_RATIO_BYTES);
	printf(".It what the cache makes of a message\n%llu values, and %llu more for each byte of the message\n",
	    (unsigned long long)FRESSIAN_WORK(0), (unsigned long long)(FRESSIAN_WORK(1) - FRESSIAN_WORK(0)));
}

static const struct {
	const char	*name, *doc;
} classes[] = {
#define X(class, doc) { #class, doc },
	CODEC_CLASSES(X)
#undef X
};

static void
put_classes(void)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		printf(".It Dv %s\n", classes[i].name);
		mdoc_text(classes[i].doc);
	}
}

static const struct {
	const char	*name;
	void		(*put)(void);
} blocks[] = {
	{ "record-keys", put_record_keys },
	{ "keys", put_keys },
	{ "command", put_command },
	{ "decode", put_decode },
	{ "event", put_event },
	{ "types", contract_types },
	{ "codes", contract_codes },
	{ "limits", put_limits },
	{ "classes", put_classes },
};

int
main(int argc, char **argv)
{
	arena_init(&contract_arena, 0);
	for (size_t i = 0; argc == 2 && i < sizeof(blocks) / sizeof(blocks[0]); i++)
		if (strcmp(argv[1], blocks[i].name) == 0) {
			blocks[i].put();
			arena_free(&contract_arena);
			return fflush(stdout) == 0 ? 0 : 1;
		}
	fprintf(stderr, "usage: manual_contract BLOCK, one of");
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		fprintf(stderr, " %s", blocks[i].name);
	fprintf(stderr, "\n");
	return 2;
}
