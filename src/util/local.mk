noinst_LIBRARIES += libutil.a
libutil_a_SOURCES = \
	src/util/arena.c src/util/arena.h \
	src/util/buf.c src/util/buf.h \
	src/util/clock.c src/util/clock.h \
	src/util/hash.h \
	src/util/hex.c src/util/hex.h \
	src/util/id.c src/util/id.h \
	src/util/idtab.c src/util/idtab.h \
	src/util/jsonw.c src/util/jsonw.h \
	src/util/log.c src/util/log.h \
	src/util/mem.c src/util/mem.h
