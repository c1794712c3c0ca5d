/*
 * health.c: GET /health and GET /ready. See health.h; the checks are ready.c's.
 */
#include "worker/health.h"
#include "worker/ready.h"
#include "worker/response.h"
#include "worker/worker.h"

void
health_alive(struct exchange *x)
{
	struct value items[2] = { value_ckeyword(&x->arena, "status"), value_cstring("ok") };
	struct value v = value_map(items, 1);

	response_header(x, "Cache-Control", "no-store");
	response_value(x, 200, &v);
}

static struct value
check_value(struct arena *a, const char *name, bool ok, const char *detail)
{
	struct value *items = arena_array(a, 6, sizeof(*items));

	if (items == NULL)
		return value_nil();
	items[0] = value_ckeyword(a, "name");
	items[1] = value_cstring(name);
	items[2] = value_ckeyword(a, "ok");
	items[3] = value_bool(ok);
	items[4] = value_ckeyword(a, "detail");
	items[5] = value_cstring(detail != NULL ? detail : "");
	return value_map(items, 3);
}

void
health_ready(struct exchange *x)
{
	struct worker *w = exchange_worker(x);
	struct ready_check checks[READY_CHECKS];
	struct value list[READY_CHECKS + 1], items[4], v;
	bool ready = ready_checks(w->proc, &x->arena, checks);
	size_t n = 0;

	for (int i = 0; i < READY_CHECKS; i++)
		if (checks[i].name != NULL)
			list[n++] = check_value(&x->arena, checks[i].name, checks[i].ok, checks[i].detail);
	if (w->proc->stopping) {
		ready = false;
		list[n++] = check_value(&x->arena, "worker", false,
		    "stopping: connections are being closed");
	}
	items[0] = value_ckeyword(&x->arena, "ready");
	items[1] = value_bool(ready);
	items[2] = value_ckeyword(&x->arena, "checks");
	items[3] = value_seq(VALUE_VECTOR, list, n);
	v = value_map(items, 2);
	response_header(x, "Cache-Control", "no-store");
	response_value(x, ready ? 200 : 503, &v);
}
