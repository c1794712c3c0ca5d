/*
 * ipc.c: the rows of ipc.def. See ipc.h.
 */
#include "daemon/ipc.h"

static const struct ipc_row rows[] = {
#define IPC(type, number, senders, receivers, least, most, doc) \
	{ IPC_##type, #type, senders, receivers, least, most, doc },
#include "daemon/ipc.def"
#undef IPC
};

const struct ipc_row *
ipc_row(unsigned type)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].type == type)
			return &rows[i];
	return NULL;
}

const char *
ipc_check(const struct ipc_row *row, enum role_id sender, enum role_id receiver, size_t len)
{
	if (row == NULL)
		return "unknown message type";
	if ((row->senders & ROLE_BIT(sender)) == 0)
		return "this role may not send it";
	if ((row->receivers & ROLE_BIT(receiver)) == 0)
		return "this role may not receive it";
	if (len < row->least || len > row->most)
		return "length out of bounds";
	return NULL;
}
