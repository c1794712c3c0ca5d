# libFuzzer targets: configure with CC=clang --enable-fuzzing, then make fuzz-run, or fuzz/fuzz_NAME CORPUS.
if FUZZING
FUZZERS = \
	fuzz/fuzz_access \
	fuzz/fuzz_config \
	fuzz/fuzz_edn \
	fuzz/fuzz_form \
	fuzz/fuzz_fressian \
	fuzz/fuzz_guard \
	fuzz/fuzz_index \
	fuzz/fuzz_json \
	fuzz/fuzz_jwt \
	fuzz/fuzz_negotiate \
	fuzz/fuzz_schema \
	fuzz/fuzz_tls \
	fuzz/fuzz_token \
	fuzz/fuzz_transit_json \
	fuzz/fuzz_transit_msgpack
noinst_PROGRAMS += $(FUZZERS)
FUZZ_LINK = $(AM_LDFLAGS) -fsanitize=fuzzer,address,undefined

fuzz_fuzz_jwt_SOURCES = fuzz/fuzz_jwt.c tests/jwt_maker.c tests/jwt_maker.h
fuzz_fuzz_tls_SOURCES = fuzz/fuzz_tls.c tests/tls_maker.c tests/tls_maker.h
fuzz_fuzz_transit_json_SOURCES = fuzz/fuzz_transit_json.c fuzz/fuzz_transit.h
fuzz_fuzz_transit_msgpack_SOURCES = fuzz/fuzz_transit_msgpack.c fuzz/fuzz_transit.h
fuzz_fuzz_access_LDFLAGS = $(FUZZ_LINK)
fuzz_fuzz_config_LDFLAGS = $(FUZZ_LINK)
fuzz_fuzz_edn_LDFLAGS = $(FUZZ_LINK)
fuzz_fuzz_form_LDFLAGS = $(FUZZ_LINK)
fuzz_fuzz_fressian_LDFLAGS = $(FUZZ_LINK)
fuzz_fuzz_guard_LDFLAGS = $(FUZZ_LINK)
fuzz_fuzz_index_LDFLAGS = $(FUZZ_LINK)
fuzz_fuzz_json_LDFLAGS = $(FUZZ_LINK)
fuzz_fuzz_jwt_LDFLAGS = $(FUZZ_LINK)
fuzz_fuzz_negotiate_LDFLAGS = $(FUZZ_LINK)
fuzz_fuzz_schema_LDFLAGS = $(FUZZ_LINK)
fuzz_fuzz_tls_LDFLAGS = $(FUZZ_LINK)
fuzz_fuzz_token_LDFLAGS = $(FUZZ_LINK)
fuzz_fuzz_transit_json_LDFLAGS = $(FUZZ_LINK)
fuzz_fuzz_transit_msgpack_LDFLAGS = $(FUZZ_LINK)
endif FUZZING

# Seconds of each target, from seeds made of tests/vectors.
FUZZ_SECONDS = 20
fuzz-run: $(FUZZERS)
	$(SHELL) $(srcdir)/fuzz/run "$(srcdir)" $(FUZZ_SECONDS) $(FUZZERS)
.PHONY: fuzz-run
EXTRA_DIST += fuzz/README.md fuzz/run fuzz/seeds.py
