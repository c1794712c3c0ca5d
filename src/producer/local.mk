noinst_LIBRARIES += libproducer.a
libproducer_a_SOURCES = \
	src/producer/handle.c src/producer/handle.h \
	src/producer/link.c src/producer/link.h \
	src/producer/outcome.c src/producer/outcome.h \
	src/producer/producer.c src/producer/producer.h
