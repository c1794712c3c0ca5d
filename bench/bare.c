/*
 * bare.c: what cmdr is measured against: an evhttp server that reads a POST and
 * answers the body that cmdr would answer, and does nothing else. One process,
 * one loop. Usage: bare PORT
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>

static const char answer[] = "{\"id\":\"ab675ea0-7f6d-11e6-bcdd-540e9df06c05\",\"action\":\"create-foo\","
    "\"data\":{\"a\":\"map data payload\"},\"timestamp\":1474374896789,\"topic\":\"commands\","
    "\"partition\":0,\"offset\":17}";

static void
reply(struct evhttp_request *req, void *arg)
{
	struct evbuffer *out = evbuffer_new();

	(void)arg;
	if (out == NULL) {
		evhttp_send_error(req, 500, NULL);
		return;
	}
	evbuffer_add(out, answer, sizeof(answer) - 1);
	evhttp_add_header(evhttp_request_get_output_headers(req), "Content-Type",
	    "application/json; charset=utf-8");
	evhttp_send_reply(req, 202, "Accepted", out);
	evbuffer_free(out);
}

int
main(int argc, char **argv)
{
	struct event_base *base = event_base_new();
	struct evhttp *http = base == NULL ? NULL : evhttp_new(base);
	int port = argc == 2 ? atoi(argv[1]) : 0;

	signal(SIGPIPE, SIG_IGN);
	if (http == NULL || port <= 0 || evhttp_bind_socket(http, "127.0.0.1", (ev_uint16_t)port) == -1) {
		fprintf(stderr, "usage: bare PORT (which is free)\n");
		return 1;
	}
	evhttp_set_gencb(http, reply, NULL);
	event_base_dispatch(base);
	return 0;
}
