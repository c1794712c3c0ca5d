# Built by bench/run, not by default.
EXTRA_PROGRAMS += bench/bare
bench_bare_SOURCES = bench/bare.c
bench_bare_LDADD = $(EVENT_LIBS)
CLEANFILES += bench/bare
EXTRA_DIST += bench/README.md bench/go-gateway/go.mod bench/go-gateway/main.go bench/post.lua bench/run
EXTRA_PROGRAMS += bench/index_cost
bench_index_cost_SOURCES = bench/index_cost.c
bench_index_cost_LDADD = libindex.a libutil.a $(SQLITE_LIBS) $(UUID_LIBS)
CLEANFILES += bench/index_cost
