noinst_LIBRARIES += libindexer.a
libindexer_a_SOURCES = \
	src/indexer/batch.c src/indexer/batch.h \
	src/indexer/indexer.c src/indexer/indexer.h \
	src/indexer/intake.c src/indexer/intake.h
