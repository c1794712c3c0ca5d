noinst_LIBRARIES += libindex.a
libindex_a_SOURCES = \
	src/index/index.c src/index/index.h \
	src/index/reader.h src/index/writer.h
