# Every check_*.c is one Check suite; TESTS lists them all.
EXTRA_DIST += tests/vectors/fressian-vectors.tsv tests/vectors/fressian-bad.tsv tests/vectors/mapping.tsv
# Check ends a test after 4 seconds by itself, which a busy machine makes a failure of a sound one.
AM_TESTS_ENVIRONMENT = srcdir='$(srcdir)'; export srcdir; top_builddir='$(top_builddir)'; export top_builddir; \
	CK_DEFAULT_TIMEOUT=120; export CK_DEFAULT_TIMEOUT;
AM_TESTS_ENVIRONMENT = CK_TIMEOUT_MULTIPLIER='15'; export CK_TIMEOUT_MULTIPLIER; srcdir='$(srcdir)'; export srcdir; top_builddir='$(top_builddir)'; export top_builddir;
TEST_LIBS = libvalue.a libutil.a $(CHECK_LIBS) $(CRYPTO_LIBS) $(UUID_LIBS) $(ZLIB_LIBS) $(MSGPACK_LIBS) -lm
CHECKS = tests/check_util tests/check_value tests/check_number tests/check_bignum tests/check_config tests/check_fressian tests/check_fressian_rules tests/check_event tests/check_outcome tests/check_guard tests/check_edn
check_PROGRAMS += $(CHECKS)
TESTS += $(CHECKS)

tests_check_util_SOURCES = tests/check_util.c
tests_check_util_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_util_LDADD = $(TEST_LIBS)

tests_check_value_SOURCES = tests/check_value.c
tests_check_value_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_value_LDADD = $(TEST_LIBS)

tests_check_number_SOURCES = tests/check_number.c
tests_check_number_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_number_LDADD = $(TEST_LIBS)

tests_check_bignum_SOURCES = tests/check_bignum.c
tests_check_bignum_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_bignum_LDADD = $(TEST_LIBS)

CHECKS += tests/check_json tests/check_json_write tests/check_form tests/check_negotiate
tests_check_json_SOURCES = tests/check_json.c
tests_check_json_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_json_LDADD = $(TEST_LIBS)

tests_check_json_write_SOURCES = tests/check_json_write.c tests/gen_value.c tests/gen_value.h \
	tests/mapping_rows.c tests/mapping_rows.h tests/tsv.c tests/tsv.h
tests_check_json_write_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_json_write_LDADD = $(TEST_LIBS)

tests_check_form_SOURCES = tests/check_form.c tests/mapping_rows.c tests/mapping_rows.h tests/tsv.c \
	tests/tsv.h
tests_check_form_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_form_LDADD = $(TEST_LIBS)

tests_check_negotiate_SOURCES = tests/check_negotiate.c
tests_check_negotiate_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_negotiate_LDADD = $(TEST_LIBS)

# JSONTestSuite, fetched by the script into the build folder.
check_PROGRAMS += tests/json_suite_run
TESTS += tests/json_suite.sh
EXTRA_DIST += tests/json_suite.sh
tests_json_suite_run_SOURCES = tests/json_suite_run.c
tests_json_suite_run_LDADD = $(TEST_LIBS)
clean-local: clean-json-suite
clean-json-suite:
	rm -rf tests/json-suite

tests_check_config_SOURCES = tests/check_config.c
tests_check_config_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_config_LDADD = libconfig.a libutil.a $(YAML_LIBS) $(CHECK_LIBS)

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
check_SCRIPTS += tests/config_docs.sh tests/initscript.sh
TESTS += tests/config_docs.sh tests/initscript.sh
EXTRA_DIST += tests/config_docs.sh tests/initscript.sh
CHECKS += tests/check_transit tests/check_transit_bad
tests_check_transit_SOURCES = tests/check_transit.c tests/gen_value.c tests/gen_value.h tests/tsv.c tests/tsv.h
tests_check_transit_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_transit_LDADD = $(TEST_LIBS)

tests_check_transit_bad_SOURCES = tests/check_transit_bad.c tests/tsv.c tests/tsv.h
tests_check_transit_bad_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_transit_bad_LDADD = $(TEST_LIBS)

# What a test needs that plays the other end of a link.
LINK_LIBS = libdaemon.a libconfig.a libcommand.a libvalue.a libutil.a $(EVENT_LIBS) $(YAML_LIBS) \
	$(SECCOMP_LIBS) $(CHECK_LIBS) $(CRYPTO_LIBS) $(UUID_LIBS) $(ZLIB_LIBS) -lm
FAKE = tests/fake.c tests/fake.h
CHECKS += tests/check_submit tests/check_submit_loss
tests_check_submit_SOURCES = tests/check_submit.c tests/submit_stage.c tests/submit_stage.h $(FAKE)
tests_check_submit_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_submit_LDADD = libworker.a $(LINK_LIBS)
tests_check_submit_loss_SOURCES = tests/check_submit_loss.c tests/submit_stage.c tests/submit_stage.h $(FAKE)
tests_check_submit_loss_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_submit_loss_LDADD = libworker.a $(LINK_LIBS)
CHECKS += tests/check_mapping
tests_check_mapping_SOURCES = tests/check_mapping.c tests/tsv.c tests/tsv.h
tests_check_mapping_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_mapping_LDADD = libcommand.a $(TEST_LIBS)

# The tables through the built cmdrctl.
check_SCRIPTS += tests/convert.sh
TESTS += tests/convert.sh
EXTRA_DIST += tests/convert.sh
