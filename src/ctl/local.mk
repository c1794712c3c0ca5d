# The operator's tool. All but main() is a library, for the tests and the documentation.
noinst_LIBRARIES += libctl.a
libctl_a_SOURCES = \
	src/ctl/commands.c \
	src/ctl/completion.c \
	src/ctl/convert.c \
	src/ctl/ctl.h \
	src/ctl/decode.c \
	src/ctl/document.c src/ctl/document.h \
	src/ctl/door.c src/ctl/door.h \
	src/ctl/field.c src/ctl/field.h \
	src/ctl/get.c \
	src/ctl/http.c src/ctl/http.h \
	src/ctl/index.c src/ctl/index.h \
	src/ctl/options.c \
	src/ctl/paint.c src/ctl/paint.h \
	src/ctl/ready.c \
	src/ctl/reload.c \
	src/ctl/screen.c src/ctl/screen.h \
	src/ctl/schema.c \
	src/ctl/send.c \
	src/ctl/settings.c src/ctl/settings.h \
	src/ctl/status.c src/ctl/status.h src/ctl/status_page.c \
	src/ctl/stop.c \
	src/ctl/tail.c src/ctl/tail.h src/ctl/tail_kafka.c src/ctl/tail_stream.c \
	src/ctl/token.c \
	src/ctl/types.c src/ctl/types.h \
	src/ctl/undecodable.c

CTL_LIBS = libctl.a libaccess.a libindex.a libconfig.a libcommand.a libvalue.a libutil.a $(CURL_LIBS) $(KAFKA_LIBS) $(SQLITE_LIBS) \
	$(YAML_LIBS) $(SSL_LIBS) $(CRYPTO_LIBS) $(UUID_LIBS) $(ZLIB_LIBS) $(MSGPACK_LIBS) $(PCRE2_LIBS) -lm
bin_PROGRAMS += cmdrctl
cmdrctl_SOURCES = src/ctl/main.c
cmdrctl_LDADD = $(CTL_LIBS)

# What the shells complete with is what the built program says.
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
nodist_bashcompletion_DATA = completion/bash/cmdrctl
nodist_zshcompletion_DATA = completion/zsh/_cmdrctl
CLEANFILES += completion/bash/cmdrctl completion/zsh/_cmdrctl
completion/bash/cmdrctl: cmdrctl
	$(AM_V_GEN)$(MKDIR_P) $(@D) && ./cmdrctl completion bash >$@.tmp && mv -f $@.tmp $@
completion/zsh/_cmdrctl: cmdrctl
	$(AM_V_GEN)$(MKDIR_P) $(@D) && ./cmdrctl completion zsh >$@.tmp && mv -f $@.tmp $@
