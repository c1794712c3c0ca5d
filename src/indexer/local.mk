noinst_LIBRARIES += libindexer.a
libindexer_a_SOURCES = \
	src/indexer/indexer.c src/indexer/indexer.h
