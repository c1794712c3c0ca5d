/*
 * index.c: what writers and readers share. See index.h.
 */
#include "index/index.h"

static const char *const texts[] = {
	[INDEX_OK] = "",
	[INDEX_NONE] = "there is no such record",
	[INDEX_FULL] = "the disk is full",
	[INDEX_CORRUPT] = "the file is damaged, or no index",
	[INDEX_VERSION] = "the file is another version's",
	[INDEX_GONE] = "what it points to is not kept any more",
	[INDEX_BAD] = "it is no cursor of this service",
	[INDEX_COSTLY] = "it would look at too many records",
	[INDEX_ERROR] = "the index failed",
};

const char *
index_result_text(enum index_result r)
{
	return texts[r];
}
