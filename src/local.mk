# The daemon: every role in one binary, each behind its own library.
sbin_PROGRAMS += cmdrd
cmdrd_SOURCES = src/main.c src/roles.c
cmdrd_LDADD = libmaster.a libworker.a libproducer.a libtailer.a libindexer.a libregistrar.a libbroker.a libaccess.a libdaemon.a libconfig.a libindex.a \
	libcommand.a libvalue.a libutil.a \
	$(EVENT_LIBS) $(KAFKA_LIBS) $(YAML_LIBS) $(UUID_LIBS) $(SSL_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS) \
	$(MSGPACK_LIBS) $(SECCOMP_LIBS) $(SQLITE_LIBS) $(PCRE2_LIBS) -lm
