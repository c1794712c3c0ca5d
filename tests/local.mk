# Every check_NAME.c is one Check suite: a line in CHECKS is all that it needs.
CHECKS = \
	tests/check_bignum \
	tests/check_command \
	tests/check_config \
	tests/check_edn \
	tests/check_event \
	tests/check_form \
	tests/check_fressian \
	tests/check_fressian_rules \
	tests/check_guard \
	tests/check_json \
	tests/check_json_write \
	tests/check_mapping \
	tests/check_negotiate \
	tests/check_number \
	tests/check_outcome \
	tests/check_submit \
	tests/check_submit_loss \
	tests/check_transit \
	tests/check_transit_bad \
	tests/check_util \
	tests/check_value \
	tests/check_worker
check_PROGRAMS += $(CHECKS)
TESTS += $(CHECKS)

# What several suites share. A suite takes from the libraries what it needs.
check_LIBRARIES = tests/libtest.a
tests_libtest_a_SOURCES = \
	tests/fake_roles.c tests/fake_roles.h \
	tests/far_end.c tests/far_end.h \
	tests/gen_value.c tests/gen_value.h \
	tests/mapping_rows.c tests/mapping_rows.h \
	tests/submit_stage.c tests/submit_stage.h \
	tests/tsv.c tests/tsv.h
AM_CFLAGS += $(CHECK_CFLAGS)
LDADD = tests/libtest.a libworker.a libproducer.a libtailer.a libdaemon.a libconfig.a libcommand.a libvalue.a \
	libutil.a $(CHECK_LIBS) $(EVENT_LIBS) $(KAFKA_LIBS) $(YAML_LIBS) $(UUID_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS) \
	$(MSGPACK_LIBS) $(SECCOMP_LIBS) -lm

# Check ends a test after 4 seconds by itself, which a busy machine makes a failure of a sound one.
AM_TESTS_ENVIRONMENT = srcdir='$(srcdir)'; export srcdir; top_builddir='$(top_builddir)'; export top_builddir; \
	CK_DEFAULT_TIMEOUT=120; export CK_DEFAULT_TIMEOUT;

check_SCRIPTS += \
	tests/config_docs.sh \
	tests/convert.sh \
	tests/examples_vectors.py \
	tests/initscript.sh \
	tests/json_suite.sh \
	tests/layers.sh
TESTS += $(check_SCRIPTS)
EXTRA_DIST += $(check_SCRIPTS) tests/cover.sh tests/lint.sh \
	tests/vectors/fressian-bad.tsv tests/vectors/fressian-vectors.tsv tests/vectors/mapping.tsv

# JSONTestSuite, fetched by the script into the build folder.
check_PROGRAMS += tests/json_suite_run
clean-local: clean-json-suite
clean-json-suite:
	rm -rf tests/json-suite

# The codecs that the examples carry; the script builds and runs them.
EXTRA_DIST += tests/examples_recode.c

check_SCRIPTS += tests/layers.sh
TESTS += tests/layers.sh
EXTRA_DIST += tests/layers.sh

tests_check_fressian_SOURCES = tests/check_fressian.c tests/gen_value.c tests/gen_value.h tests/tsv.c tests/tsv.h
tests_check_fressian_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_fressian_LDADD = $(TEST_LIBS)

tests_check_event_SOURCES = tests/check_event.c
tests_check_event_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_event_LDADD = libcommand.a $(TEST_LIBS)

tests_check_outcome_SOURCES = tests/check_outcome.c
tests_check_outcome_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_outcome_LDADD = libproducer.a $(CHECK_LIBS)

CHECKS += tests/check_wheel
tests_check_wheel_SOURCES = tests/check_wheel.c
tests_check_wheel_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_wheel_LDADD = libworker.a libutil.a $(EVENT_LIBS) $(CHECK_LIBS)

EXTRA_DIST += tests/http_face.py
CHECKS += tests/check_worker
tests_check_worker_SOURCES = tests/check_worker.c tests/fake_roles.c tests/fake_roles.h
tests_check_worker_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_worker_LDADD = libworker.a libdaemon.a libconfig.a libcommand.a $(TEST_LIBS) $(EVENT_LIBS) \
	$(YAML_LIBS) $(SECCOMP_LIBS)

tests_check_guard_SOURCES = tests/check_guard.c
tests_check_guard_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_guard_LDADD = libworker.a libdaemon.a libvalue.a libutil.a $(EVENT_LIBS) $(CHECK_LIBS) \
	$(CRYPTO_LIBS) $(UUID_LIBS) -lm
# The codecs that the examples carry; they are built and run by the test itself.
check_SCRIPTS += tests/examples_vectors.py
TESTS += tests/examples_vectors.py
EXTRA_DIST += tests/examples_vectors.py tests/examples_recode.c \
	contrib/examples/c/fressian_lite.c contrib/examples/c/fressian_lite.h \
	contrib/examples/c/fressian_lite_impl.h contrib/examples/c/fressian_lite_read.c \
	contrib/examples/python/fressian_lite.py

tests_check_edn_SOURCES = tests/check_edn.c tests/gen_value.c tests/gen_value.h tests/tsv.c tests/tsv.h
tests_check_edn_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_edn_LDADD = $(TEST_LIBS)

tests_check_fressian_rules_SOURCES = tests/check_fressian_rules.c
tests_check_fressian_rules_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_fressian_rules_LDADD = $(TEST_LIBS)
# The table of configuration keys as documentation: `make docs` writes it, tests/config_docs.sh compares.
# It has a config_table.o of its own, with @runstatedir@ (which config.status must not see) for the directory.
check_PROGRAMS += tests/config_docs
tests_config_docs_SOURCES = tests/config_docs.c src/daemon/config_table.c
tests_config_docs_CPPFLAGS = $(AM_CPPFLAGS) -UCMDR_RUNSTATEDIR -DCMDR_RUNSTATEDIR='"@runstatedir''@"'
tests_config_docs_LDADD = libconfig.a libutil.a
