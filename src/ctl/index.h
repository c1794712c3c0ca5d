/*
 * index.h: the index, opened beside the daemon that writes it.
 */
#ifndef CTL_INDEX_H
#define CTL_INDEX_H

#include "ctl/ctl.h"
#include "ctl/settings.h"
#include "index/reader.h"

/* Open the index of the configuration, to be closed by index_reader_close. CTL_OK, or CTL_FAILED (told). */
int	index_open(const struct ctl_command *self, const struct settings *s, struct index_reader **out);

#endif
