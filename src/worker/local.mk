noinst_LIBRARIES += libworker.a
libworker_a_SOURCES = \
	src/worker/access_log.c src/worker/access_log.h \
	src/worker/audit.c src/worker/audit.h \
	src/worker/auth.c src/worker/auth.h \
	src/worker/limit.c src/worker/limit.h \
	src/worker/line_log.c src/worker/line_log.h \
	src/worker/accept.c src/worker/accept.h \
	src/worker/answers.c src/worker/answers.h \
	src/worker/block.c src/worker/block.h \
	src/worker/batch.c src/worker/batch.h \
	src/worker/client.c src/worker/client.h \
	src/worker/cors.c src/worker/cors.h \
	src/worker/course.c src/worker/course.h \
	src/worker/deflate.c src/worker/deflate.h \
	src/worker/engine.c src/worker/engine.h \
	src/worker/exchange.c src/worker/exchange.h \
	src/worker/feed.c src/worker/feed.h \
	src/worker/certificate.c src/worker/certificate.h \
	src/worker/guard.c src/worker/guard.h src/worker/guard_conn.h \
	src/worker/guard_chars.c src/worker/guard_chars.h \
	src/worker/guard_chunk.c src/worker/guard_chunk.h \
	src/worker/guard_framing.c src/worker/guard_framing.h \
	src/worker/guard_head.c src/worker/guard_head.h \
	src/worker/guard_in.c src/worker/guard_out.c \
	src/worker/guard_shake.c \
	src/worker/guard_stream.c src/worker/guard_stream.h \
	src/worker/guard_tls.c src/worker/guard_tls.h \
	src/worker/health.c src/worker/health.h \
	src/worker/html.c src/worker/html.h \
	src/worker/idempotency.c src/worker/idempotency.h \
	src/worker/inflate.c src/worker/inflate.h \
	src/worker/live.c \
	src/worker/media.c src/worker/media.h \
	src/worker/metrics.c src/worker/metrics.def src/worker/metrics.h \
	src/worker/metrics_process.c \
	src/worker/metrics_put.c src/worker/metrics_put.h \
	src/worker/metrics_text.c src/worker/metrics_text.h \
	src/worker/metrics_topics.c \
	src/worker/openapi.c src/worker/openapi.h src/worker/openapi_actions.c src/worker/openapi_ops.c \
	src/worker/page.c src/worker/page.h \
	src/worker/pending.c src/worker/pending.h \
	src/worker/list.c src/worker/list.h \
	src/worker/post.c src/worker/post.h \
	src/worker/post_answer.c src/worker/post_answer.h \
	src/worker/prefer.c src/worker/prefer.h \
	src/worker/read.c src/worker/read.h \
	src/worker/registrar_link.c src/worker/registrar_link.h \
	src/worker/record.c src/worker/record.h \
	src/worker/problem.c src/worker/problem.h \
	src/worker/producer_link.c \
	src/worker/ready.c src/worker/ready.h \
	src/worker/response.c src/worker/response.h \
	src/worker/resume.c \
	src/worker/routes.c src/worker/routes.h \
	src/worker/schema_read.c src/worker/schema_read.h \
	src/worker/schema_target.c src/worker/schema_target.h \
	src/worker/schema_write.c src/worker/schema_write.h \
	src/worker/schemas.c src/worker/schemas.h \
	src/worker/stream.c src/worker/stream.h src/worker/stream_state.h src/worker/streams.c \
	src/worker/submit.c src/worker/submit.h \
	src/worker/tailer_link.c \
	src/worker/token.c src/worker/token.h \
	src/worker/vector.c src/worker/vector.h \
	src/worker/trace.c src/worker/trace.h \
	src/worker/wheel.c src/worker/wheel.h \
	src/worker/worker.c src/worker/worker.h

nodist_libworker_a_SOURCES = src/worker/openapi_schemas.h
EXTRA_DIST += src/worker/openapi_schemas.json
CLEANFILES += src/worker/openapi_schemas.h
# The schemas as a C string.
src/worker/openapi_schemas.h: src/worker/openapi_schemas.json
	$(AM_V_GEN)$(MKDIR_P) src/worker && { echo "/* Made from openapi_schemas.json. */"; \
	echo "static const char schemas_json[] ="; \
	$(SED) -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/    "/' -e 's/$$/"/' $(srcdir)/src/worker/openapi_schemas.json; \
	echo "    ;"; } >$@.tmp && mv -f $@.tmp $@
src/worker/openapi.$(OBJEXT): src/worker/openapi_schemas.h
