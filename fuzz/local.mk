# libFuzzer targets: configure with CC=clang --enable-fuzzing, then run fuzz/fuzz_NAME CORPUS.
FUZZ_LINK = $(AM_LDFLAGS) -fsanitize=fuzzer,address,undefined
FUZZ_LIBS = libvalue.a libutil.a $(CRYPTO_LIBS) $(UUID_LIBS) $(ZLIB_LIBS) $(MSGPACK_LIBS) -lm
FUZZERS = fuzz/fuzz_fressian
noinst_PROGRAMS += $(FUZZERS)

fuzz_fuzz_fressian_SOURCES = fuzz/fuzz_fressian.c
fuzz_fuzz_fressian_LDFLAGS = $(FUZZ_LINK)
fuzz_fuzz_fressian_LDADD = $(FUZZ_LIBS)
