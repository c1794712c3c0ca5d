noinst_LIBRARIES += libindex.a
libindex_a_SOURCES = \
	src/index/actions.c src/index/actions.h \
	src/index/blocks.c src/index/blocks.h \
	src/index/check.c \
	src/index/cursor.c src/index/cursor.h \
	src/index/db.c src/index/db.h \
	src/index/files.c src/index/files.h \
	src/index/index.c src/index/index.h \
	src/index/lists.c src/index/lists.h \
	src/index/key.c src/index/key.h \
	src/index/page.c \
	src/index/queries.def \
	src/index/reader.c src/index/reader.h src/index/reader_state.h \
	src/index/times.c src/index/times.h \
	src/index/trim.c \
	src/index/walk.c src/index/walk.h \
	src/index/writer.c src/index/writer.h src/index/writer_state.h \
	src/index/writer_open.c
nodist_libindex_a_SOURCES = src/index/schema_sql.h

# The schema as a C string.
EXTRA_DIST += src/index/schema.sql
BUILT_SOURCES += src/index/schema_sql.h
CLEANFILES += src/index/schema_sql.h
src/index/schema_sql.h: src/index/schema.sql
	$(AM_V_GEN)$(MKDIR_P) src/index && { echo "/* Made from schema.sql. */"; echo "static const char schema_sql[] ="; \
	$(SED) -e '/^--/d' -e '/^$$/d' -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/    "/' -e 's/$$/\\n"/' $(srcdir)/src/index/schema.sql; \
	echo "    ;"; } >$@.tmp && mv -f $@.tmp $@
# BUILT_SOURCES are made for `make all` only.
src/index/writer_open.$(OBJEXT): src/index/schema_sql.h
