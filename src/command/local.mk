noinst_LIBRARIES += libcommand.a
libcommand_a_SOURCES = \
	src/command/action.c src/command/action.h \
	src/command/command.c src/command/command.h \
	src/command/event.c src/command/event.h \
	src/command/registry.c src/command/registry.h \
	src/command/schema/applicator.c \
	src/command/schema/coerce.c \
	src/command/schema/coerce.h \
	src/command/schema/compat.c \
	src/command/schema/compat.h \
	src/command/schema/compat_branch.c \
	src/command/schema/compat_items.c \
	src/command/schema/compat_members.c \
	src/command/schema/compat_reach.c \
	src/command/schema/compat_same.c \
	src/command/schema/compat_scalar.c \
	src/command/schema/compat_view.c \
	src/command/schema/compile.c \
	src/command/schema/compile.h \
	src/command/schema/dependency.c \
	src/command/schema/edn_type.c \
	src/command/schema/evaluate.c \
	src/command/schema/evaluate.h \
	src/command/schema/format.c \
	src/command/schema/format.h \
	src/command/schema/instance.c \
	src/command/schema/instance.h \
	src/command/schema/items.c \
	src/command/schema/keyword.c \
	src/command/schema/keyword.h \
	src/command/schema/keywords.h \
	src/command/schema/members.c \
	src/command/schema/metaschema.c \
	src/command/schema/metaschema.h \
	src/command/schema/pattern.c \
	src/command/schema/pattern.h \
	src/command/schema/program.h \
	src/command/schema/program_new.h \
	src/command/schema/ref.c \
	src/command/schema/resource.c \
	src/command/schema/resource.h \
	src/command/schema/schema.h \
	src/command/schema/unevaluated.c \
	src/command/schema/uri.c \
	src/command/schema/uri.h \
	src/command/schema/validation.c

nodist_libcommand_a_SOURCES = src/command/schema/metaschemas.h
EXTRA_DIST += src/command/schema/metaschemas.json
CLEANFILES += src/command/schema/metaschemas.h
# What the drafts publish, as a C string.
src/command/schema/metaschemas.h: src/command/schema/metaschemas.json
	$(AM_V_GEN)$(MKDIR_P) src/command/schema && { echo "/* Made from metaschemas.json. */"; \
	echo "static const char metaschemas_json[] ="; \
	$(SED) -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/    "/' -e 's/$$/"/' $(srcdir)/src/command/schema/metaschemas.json; \
	echo "    ;"; } >$@.tmp && mv -f $@.tmp $@
src/command/schema/metaschema.$(OBJEXT): src/command/schema/metaschemas.h
