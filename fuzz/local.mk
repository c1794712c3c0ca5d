# libFuzzer targets: configure with CC=clang --enable-fuzzing, then run fuzz/fuzz_NAME CORPUS.
FUZZ_LINK = $(AM_LDFLAGS) -fsanitize=fuzzer,address,undefined
FUZZ_LIBS = libvalue.a libutil.a $(CRYPTO_LIBS) $(UUID_LIBS) $(ZLIB_LIBS) $(MSGPACK_LIBS) -lm
FUZZERS = fuzz/fuzz_fressian fuzz/fuzz_edn
noinst_PROGRAMS += $(FUZZERS)

fuzz_fuzz_fressian_SOURCES = fuzz/fuzz_fressian.c
fuzz_fuzz_fressian_LDFLAGS = $(FUZZ_LINK)
fuzz_fuzz_fressian_LDADD = $(FUZZ_LIBS)

FUZZERS += fuzz/fuzz_json
fuzz_fuzz_json_SOURCES = fuzz/fuzz_json.c
fuzz_fuzz_json_LDFLAGS = $(FUZZ_LINK)
fuzz_fuzz_json_LDADD = $(FUZZ_LIBS)

FUZZERS += fuzz/fuzz_form
fuzz_fuzz_form_SOURCES = fuzz/fuzz_form.c
fuzz_fuzz_form_LDFLAGS = $(FUZZ_LINK)
fuzz_fuzz_form_LDADD = $(FUZZ_LIBS)

FUZZERS += fuzz/fuzz_negotiate
fuzz_fuzz_negotiate_SOURCES = fuzz/fuzz_negotiate.c
fuzz_fuzz_negotiate_LDFLAGS = $(FUZZ_LINK)
fuzz_fuzz_negotiate_LDADD = $(FUZZ_LIBS)
fuzz_fuzz_edn_SOURCES = fuzz/fuzz_edn.c
fuzz_fuzz_edn_LDFLAGS = $(FUZZ_LDFLAGS)
fuzz_fuzz_edn_LDADD = $(FUZZ_LIBS)
FUZZERS += fuzz/fuzz_transit_json fuzz/fuzz_transit_msgpack
fuzz_fuzz_transit_json_SOURCES = fuzz/fuzz_transit_json.c fuzz/fuzz_transit.h
fuzz_fuzz_transit_json_LDFLAGS = $(FUZZ_LDFLAGS)
fuzz_fuzz_transit_json_LDADD = $(FUZZ_LIBS)

fuzz_fuzz_transit_msgpack_SOURCES = fuzz/fuzz_transit_msgpack.c fuzz/fuzz_transit.h
fuzz_fuzz_transit_msgpack_LDFLAGS = $(FUZZ_LDFLAGS)
fuzz_fuzz_transit_msgpack_LDADD = $(FUZZ_LIBS)
FUZZERS += fuzz/fuzz_config
fuzz_fuzz_config_SOURCES = fuzz/fuzz_config.c
fuzz_fuzz_config_LDFLAGS = $(FUZZ_LINK)
fuzz_fuzz_config_LDADD = libconfig.a libutil.a $(YAML_LIBS)
