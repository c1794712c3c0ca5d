/*
 * status.h: the answer to "status" as a page for people. What is in it:
 * PROTOCOL.
 */
#ifndef CTL_STATUS_H
#define CTL_STATUS_H

#include "value/value.h"

/* Print now; before (may be NULL) is an earlier answer that rates are made with. */
void	status_page(const struct value *before, const struct value *now);

#endif
