noinst_LIBRARIES += libproducer.a
libproducer_a_SOURCES = \
	src/producer/ends.c src/producer/ends.h \
	src/producer/handle.c src/producer/handle.h \
	src/producer/link.c src/producer/link.h \
	src/producer/once.c src/producer/once.h \
	src/producer/outcome.c src/producer/outcome.h \
	src/producer/producer.c src/producer/producer.h
