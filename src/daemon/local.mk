noinst_LIBRARIES += libdaemon.a
libdaemon_a_SOURCES = \
	src/daemon/control.c src/daemon/control.h \
	src/daemon/counters.def \
	src/daemon/empty_root.c src/daemon/empty_root.h \
	src/daemon/histogram.c src/daemon/histogram.h src/daemon/histograms.def \
	src/daemon/ipc.c src/daemon/ipc.def src/daemon/ipc.h \
	src/daemon/jail.c src/daemon/jail.h \
	src/daemon/jail_rows.c src/daemon/jail_rows.h \
	src/daemon/kafka.c src/daemon/kafka.h \
	src/daemon/kafka_scout.c src/daemon/kafka_scout.h \
	src/daemon/peer.c src/daemon/peer.h \
	src/daemon/proc.c src/daemon/proc.h \
	src/daemon/rates.c src/daemon/rates.h \
	src/daemon/registry_log.c src/daemon/registry_log.h \
	src/daemon/role.h \
	src/daemon/scoreboard.c src/daemon/scoreboard.h \
	src/daemon/series.c src/daemon/series.h \
	src/daemon/title.c src/daemon/title.h \
	src/daemon/usage.c src/daemon/usage.h
