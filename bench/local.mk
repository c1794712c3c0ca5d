# Built by bench/run, not by default.
EXTRA_PROGRAMS += bench/bare
bench_bare_SOURCES = bench/bare.c
bench_bare_LDADD = $(EVENT_LIBS)
CLEANFILES += bench/bare
EXTRA_DIST += bench/README.md bench/go-gateway/go.mod bench/go-gateway/main.go bench/attacks bench/post.lua bench/run bench/tls
EXTRA_PROGRAMS += bench/index_cost
bench_index_cost_SOURCES = bench/index_cost.c
bench_index_cost_LDADD = libindex.a libutil.a $(SQLITE_LIBS) $(UUID_LIBS)
CLEANFILES += bench/index_cost
EXTRA_PROGRAMS += bench/schema_cost
bench_schema_cost_SOURCES = bench/schema_cost.c
bench_schema_cost_LDADD = libcommand.a libvalue.a libutil.a $(PCRE2_LIBS) $(MSGPACK_LIBS) $(CRYPTO_LIBS) $(UUID_LIBS) $(ZLIB_LIBS) -lm
CLEANFILES += bench/schema_cost
EXTRA_PROGRAMS += bench/jwt_cost
bench_jwt_cost_SOURCES = bench/jwt_cost.c tests/jwt_maker.c tests/jwt_maker.h
bench_jwt_cost_LDADD = libaccess.a libvalue.a libutil.a $(MSGPACK_LIBS) $(CRYPTO_LIBS) $(UUID_LIBS) $(ZLIB_LIBS) -lm
CLEANFILES += bench/jwt_cost
