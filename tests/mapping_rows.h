/*
 * mapping_rows.h: the rows of mapping.tsv that a request body of one media type is read by.
 */
#ifndef TESTS_MAPPING_ROWS_H
#define TESTS_MAPPING_ROWS_H

#include "value/codec.h"

/*
 * Check what the reader makes of each row ("in" and "command") of this type: fails the Check test
 * at a difference. Returns how many rows there were. A command's meaning (who is rejected) is not
 * the reader's concern.
 */
unsigned mapping_rows_check(const char *type, codec_read_fn *read);

#endif
