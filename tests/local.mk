# Every check_NAME.c is one Check suite: a line in CHECKS is all that it needs.
CHECKS = \
	tests/check_access \
	tests/check_access_log \
	tests/check_activation \
	tests/check_admin \
	tests/check_auth \
	tests/check_batch \
	tests/check_bignum \
	tests/check_command \
	tests/check_config \
	tests/check_config_tls \
	tests/check_config_auth \
	tests/check_control \
	tests/check_ctl \
	tests/check_cors \
	tests/check_daemon \
	tests/check_config_files \
	tests/check_edn \
	tests/check_empty_root \
	tests/check_event \
	tests/check_form \
	tests/check_fressian \
	tests/check_fressian_rules \
	tests/check_guard \
	tests/check_guard_stream \
	tests/check_idempotency \
	tests/check_index \
	tests/check_index_hurt \
	tests/check_index_jail \
	tests/check_index_kill \
	tests/check_index_parts \
	tests/check_jail \
	tests/check_json \
	tests/check_json_write \
	tests/check_jwks \
	tests/check_jwt \
	tests/check_jwt_forged \
	tests/check_limits \
	tests/check_mapping \
	tests/check_metrics \
	tests/check_negotiate \
	tests/check_number \
	tests/check_once \
	tests/check_openapi \
	tests/check_outcome \
	tests/check_peer \
	tests/check_rates \
	tests/check_reads \
	tests/check_registry \
	tests/check_rollback \
	tests/check_schema \
	tests/check_schema_coerce \
	tests/check_schema_compat \
	tests/check_schema_limits \
	tests/check_stream \
	tests/check_stream_random \
	tests/check_stream_resume \
	tests/check_submit \
	tests/check_submit_loss \
	tests/check_tail \
	tests/check_tail_feed \
	tests/check_tls \
	tests/check_tls_hostile \
	tests/check_token \
	tests/check_trace \
	tests/check_transit \
	tests/check_transit_bad \
	tests/check_util \
	tests/check_value \
	tests/check_wheel \
	tests/check_worker \
	tests/check_worker_face
check_PROGRAMS += $(CHECKS)
TESTS += $(CHECKS)

# What several suites share. A suite takes from the libraries what it needs.
check_LIBRARIES = tests/libtest.a
tests_libtest_a_SOURCES = \
	tests/fake_roles.c tests/fake_roles.h \
	tests/far_end.c tests/far_end.h \
	tests/gen_value.c tests/gen_value.h \
	tests/index_model.c tests/index_model.h \
	tests/jwt_maker.c tests/jwt_maker.h \
	tests/mapping_rows.c tests/mapping_rows.h \
	tests/role_names.c \
	tests/stream_stage.c tests/stream_stage.h \
	tests/submit_stage.c tests/submit_stage.h \
	tests/tls_maker.c tests/tls_maker.h \
	tests/tsv.c tests/tsv.h
AM_CFLAGS += $(CHECK_CFLAGS)
# libtest.a stands in for src/roles.c too, which libdaemon.a asks for: hence a second time.
LDADD = tests/libtest.a libmaster.a libworker.a libproducer.a libtailer.a libindexer.a libregistrar.a libaccess.a libdaemon.a tests/libtest.a libconfig.a libindex.a libcommand.a \
	libvalue.a libutil.a $(CHECK_LIBS) $(EVENT_LIBS) $(KAFKA_LIBS) $(YAML_LIBS) $(UUID_LIBS) $(SSL_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS) \
	$(MSGPACK_LIBS) $(SECCOMP_LIBS) $(SQLITE_LIBS) $(PCRE2_LIBS) -lm

tests_check_jwt_SOURCES = tests/check_jwt.c tests/jwt_stage.c tests/jwt_stage.h
tests_check_jwt_forged_SOURCES = tests/check_jwt_forged.c tests/jwt_stage.c tests/jwt_stage.h

# Check ends a test after 4 seconds by itself, which a busy machine makes a failure of a sound one.
AM_TESTS_ENVIRONMENT = srcdir='$(srcdir)'; export srcdir; top_builddir='$(top_builddir)'; export top_builddir; \
	CK_DEFAULT_TIMEOUT=120; export CK_DEFAULT_TIMEOUT;

check_SCRIPTS += \
	tests/clients_docs.sh \
	tests/config_docs.sh \
	tests/convert.sh \
	tests/ctl.sh \
	tests/ctl_docs.sh \
	tests/examples_vectors.py \
	tests/initscript.sh \
	tests/jail_docs.sh \
	tests/json_suite.sh \
	tests/layers.sh \
	tests/manual_docs.sh \
	tests/manual_lint.sh \
	tests/metrics_docs.sh \
	tests/metrics_files.py \
	tests/schema_suite.sh
TESTS += $(check_SCRIPTS)
EXTRA_DIST += $(check_SCRIPTS) tests/cover.sh tests/package.sh tests/systemd.sh tests/http_face.py tests/lint.sh \
	tests/auth_stage.h tests/guard_client.h tests/guard_rows.h tests/guard_server.h tests/jwt_vectors.h tests/stream_client.h tests/tls_client.h tests/worker_client.h \
	tests/vectors/fressian-bad.tsv tests/vectors/fressian-vectors.tsv tests/vectors/json-suite-bytes.tsv tests/vectors/mapping.tsv \
	tests/vectors/schema-compatible.tsv

# JSONTestSuite, fetched by the script into the build folder.
check_PROGRAMS += tests/json_suite_run
clean-local: clean-json-suite
clean-json-suite:
	rm -rf tests/json-suite

# JSON Schema's own suite, fetched by the script into the build folder.
check_PROGRAMS += tests/schema_suite_run
clean-local: clean-schema-suite
clean-schema-suite:
	rm -rf tests/schema-suite

# The codecs that the examples carry; the script builds and runs them.
EXTRA_DIST += tests/examples_recode.c

# The table of configuration keys as documentation: `make docs` writes it, tests/config_docs.sh compares.
# It has a config_table.o of its own, with @runstatedir@ (which config.status must not see) for the directory.
check_PROGRAMS += tests/config_docs
tests_config_docs_SOURCES = tests/config_docs.c tests/mdoc.c tests/mdoc.h src/daemon/config_table.c
tests_config_docs_CPPFLAGS = $(AM_CPPFLAGS) -UCMDR_RUNSTATEDIR -DCMDR_RUNSTATEDIR='"@runstatedir''@"' \
	-UCMDR_LOCALSTATEDIR -DCMDR_LOCALSTATEDIR='"@localstatedir''@"'
tests_config_docs_LDADD = libconfig.a libutil.a

# The same for the commands of cmdrctl.
check_PROGRAMS += tests/ctl_docs
tests_ctl_docs_SOURCES = tests/ctl_docs.c src/ctl/options.c
tests_ctl_docs_CPPFLAGS = $(AM_CPPFLAGS) -UCMDR_SYSCONFDIR -DCMDR_SYSCONFDIR='"@sysconfdir''@"'
tests_ctl_docs_LDADD = $(CTL_LIBS)

# The lists of cmdr-http(7) and cmdr-contract(7).
check_PROGRAMS += tests/manual_http tests/manual_contract
tests_manual_http_SOURCES = tests/manual_http.c tests/manual_words.c tests/manual_words.h tests/mdoc.c tests/mdoc.h
tests_manual_contract_SOURCES = tests/manual_contract.c tests/manual_contract.h tests/manual_types.c \
	tests/mdoc.c tests/mdoc.h

# The rows of the jails.
check_PROGRAMS += tests/jail_docs

# The families of /metrics as documentation, in the same way.
check_PROGRAMS += tests/metrics_docs
tests_check_ctl_LDADD = $(CTL_LIBS) $(CHECK_LIBS)
