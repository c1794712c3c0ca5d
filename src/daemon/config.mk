# What the operator decided: apart from libdaemon.a, since only it needs libyaml.
noinst_LIBRARIES += libconfig.a
libconfig_a_SOURCES = \
	src/daemon/config.c src/daemon/config.h \
	src/daemon/config_blame.c src/daemon/config_blame.h \
	src/daemon/config_blob.c \
	src/daemon/config_check.c src/daemon/config_check.h \
	src/daemon/config_env.c src/daemon/config_env.h \
	src/daemon/config_error.c src/daemon/config_error.h \
	src/daemon/config_files.c src/daemon/config_files.h \
	src/daemon/config_kafka.c src/daemon/config_kafka.h \
	src/daemon/config_listen.c src/daemon/config_listen.h \
	src/daemon/config_net.c src/daemon/config_net.h \
	src/daemon/config_nearest.c \
	src/daemon/config_auth.c src/daemon/config_auth.h \
	src/daemon/config_open.c src/daemon/config_open.h \
	src/daemon/config_rule.c src/daemon/config_rule.h \
	src/daemon/config_secrets.c src/daemon/config_secrets.h \
	src/daemon/config_table.c src/daemon/config_table.h \
	src/daemon/config_value.c src/daemon/config_value.h \
	src/daemon/config_yaml.c src/daemon/config_yaml.h
