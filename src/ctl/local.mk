# The operator's tool.
bin_PROGRAMS += cmdrctl
cmdrctl_SOURCES = \
	src/ctl/convert.c \
	src/ctl/ctl.h \
	src/ctl/document.c src/ctl/document.h \
	src/ctl/main.c
cmdrctl_LDADD = libvalue.a libutil.a $(CRYPTO_LIBS) $(UUID_LIBS) $(ZLIB_LIBS) $(MSGPACK_LIBS) -lm
