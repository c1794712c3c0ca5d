noinst_LIBRARIES += libtailer.a
libtailer_a_SOURCES = \
	src/tailer/feeder.c src/tailer/feeder.h \
	src/tailer/follow.c src/tailer/follow.h \
	src/tailer/watchers.c src/tailer/watchers.h \
	src/tailer/match.c src/tailer/match.h \
	src/tailer/tailer.c src/tailer/tailer.h
