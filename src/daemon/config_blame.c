/*
 * config_blame.c: where the blame lies for two keys that do not agree. See config_blame.h.
 */
#include "daemon/config_blame.h"
#include "daemon/config_error.h"

int
config_blame(const char *file, const struct config_place *places, struct config_error *err,
    const char *const names[2], const char *text)
{
	const struct config_place *at[2] = { NULL, NULL };

	for (int i = 0; i < 2 && places != NULL; i++) {
		at[i] = &places[config_key_find(names[i]) - config_keys];
		if (at[i]->env != NULL)
			return config_error_set(err, NULL, 0, 0, "environment variable %s: %s",
			    at[i]->env, text);
	}
	for (int i = 0; i < 2 && places != NULL; i++)
		if (at[i]->line != 0)
			return config_error_set(err, file, at[i]->line, at[i]->column, "%s", text);
	return config_error_set(err, file, 0, 0, "%s", text);
}
