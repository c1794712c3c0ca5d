/*
 * config_docs.c: the table of configuration keys as documentation, so that it
 * cannot say anything else than the daemon does: `config_docs yaml` is
 * etc/cmdr.yaml.in, `config_docs mdoc` the key list in man/cmdr.yaml.5.in.
 * Built with @runstatedir@ for the directory, which make fills in later.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/config_table.h"
#include "daemon/config_value.h"
#include "mdoc.h"
#include "util/buf.h"

#define YAML_COLUMNS	92

static const char *
last_part(const struct config_key *key)
{
	const char *dot = strchr(key->name, '.');

	return dot == NULL ? key->name : dot + 1;
}

static int
in_section(const struct config_key *key, const char *section)
{
	size_t len = strlen(section);

	if (len == 0)
		return strchr(key->name, '.') == NULL;
	return strncmp(key->name, section, len) == 0 && key->name[len] == '.';
}

/* "From 1KiB to 64MiB.", "One of fressian, string or binary.", "Takes an absolute path." */
static void
takes(const struct config_key *key, struct buf *out)
{
	struct buf text = { 0 };
	const char *expects, *from;

	config_value_expects(key, &text);
	expects = buf_cstr(&text);
	from = strstr(expects, " from ");
	if (key->type == CONFIG_ENUM)
		buf_printf(out, "One of %s.", expects);
	else if (key->check == NULL && from != NULL)
		buf_printf(out, "From %s.", from + strlen(" from "));
	else
		buf_printf(out, "Takes %s.", expects);
	buf_free(&text);
}

/* Words, filled into comment lines. */
static void
yaml_comment(const char *indent, const char *text)
{
	size_t column = 0, len;

	while (*text != '\0') {
		len = strcspn(text, " ");
		if (column == 0 || column + 1 + len > YAML_COLUMNS)
			column = (size_t)printf("%s%s# ", column == 0 ? "" : "\n", indent) - 1;
		else
			column += (size_t)printf(" ");
		column += (size_t)printf("%.*s", (int)len, text);
		text += len + strspn(text + len, " ");
	}
	putchar('\n');
}

static void
yaml_key(const struct config_key *key, const char *indent)
{
	struct buf text = { 0 };

	yaml_comment(indent, key->doc);
	takes(key, &text);
	yaml_comment(indent, buf_cstr(&text));
	buf_free(&text);
	if (key->type == CONFIG_LIST && *key->def == '\0')
		printf("%s#%s: []\n", indent, last_part(key));
	else if (key->type == CONFIG_LIST)
		printf("%s#%s:\n%s#  - %s\n", indent, last_part(key), indent, key->def);
	else if (key->type == CONFIG_MAP)
		printf("%s#%s: {}\n", indent, last_part(key));
	else
		printf("%s#%s: %s\n", indent, last_part(key),
		    *key->def == '\0' ? "\"\"" : key->def);
}

static void
yaml_keys(const char *section, const char *indent)
{
	for (size_t i = 0, n = 0; i < config_nkeys; i++) {
		if (!in_section(&config_keys[i], section))
			continue;
		if (n++ > 0)
			putchar('\n');
		yaml_key(&config_keys[i], indent);
	}
}

static void
yaml(void)
{
	printf("# cmdr.yaml: what cmdrd does. Every key is here with its default, commented out; "
	       "see\n# cmdr.yaml(5). Sizes are in bytes, KiB, MiB or GiB, durations in ms, s, m or "
	       "h.\n# After a change: cmdrd -n checks the file, SIGHUP (reload) takes it over.\n");
	for (size_t i = 0; i < config_nsections; i++) {
		putchar('\n');
		yaml_comment("", config_sections[i].doc);
		printf("%s:\n", config_sections[i].name);
		yaml_keys(config_sections[i].name, "  ");
	}
	putchar('\n');
	yaml_keys("", "");
}

static void
mdoc_key(const struct config_key *key)
{
	struct buf text = { 0 };

	printf(".It Ic %s\n", key->name);
	mdoc_text(key->doc);
	takes(key, &text);
	mdoc_text(buf_cstr(&text));
	buf_free(&text);
	if (*key->def == '\0')
		printf("Empty by default.\n");
	else
		printf("The default is\n.Ql %s .\n", key->def);
}

static void
mdoc_keys(const char *section)
{
	printf(".Bl -tag -width Ds\n");
	for (size_t i = 0; i < config_nkeys; i++)
		if (in_section(&config_keys[i], section))
			mdoc_key(&config_keys[i]);
	printf(".El\n");
}

static void
mdoc(void)
{
	for (size_t i = 0; i < config_nsections; i++) {
		printf(".Ss %s\n", config_sections[i].name);
		mdoc_text(config_sections[i].doc);
		mdoc_keys(config_sections[i].name);
	}
	printf(".Ss Keys without a section\n");
	mdoc_keys("");
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "yaml") == 0) {
		yaml();
	} else if (argc == 2 && strcmp(argv[1], "mdoc") == 0) {
		mdoc();
	} else {
		fprintf(stderr, "usage: config_docs yaml | mdoc\n");
		return 2;
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
