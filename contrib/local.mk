# What a Unix host starts, stops and rotates the daemon by.
SUBSTITUTED += contrib/init.d/cmdr contrib/logrotate/cmdr contrib/systemd/cmdr.service contrib/systemd/sysusers.d/cmdr.conf \
	contrib/systemd/tmpfiles.d/cmdr.conf
EXTRA_DIST += contrib/init.d/cmdr.in contrib/logrotate/cmdr.in contrib/systemd/cmdr.service.in \
	contrib/systemd/sysusers.d/cmdr.conf.in contrib/systemd/tmpfiles.d/cmdr.conf.in
contrib/init.d/cmdr: contrib/init.d/cmdr.in
contrib/logrotate/cmdr: contrib/logrotate/cmdr.in
contrib/systemd/cmdr.service: contrib/systemd/cmdr.service.in
contrib/systemd/sysusers.d/cmdr.conf: contrib/systemd/sysusers.d/cmdr.conf.in
contrib/systemd/tmpfiles.d/cmdr.conf: contrib/systemd/tmpfiles.d/cmdr.conf.in

initdir = $(sysconfdir)/init.d
init_SCRIPTS = contrib/init.d/cmdr
logrotatedir = $(sysconfdir)/logrotate.d
logrotate_DATA = contrib/logrotate/cmdr
systemdsystemunit_DATA = contrib/systemd/cmdr.service
dist_systemdsystemunit_DATA = contrib/systemd/cmdr.socket
sysusers_DATA = contrib/systemd/sysusers.d/cmdr.conf
tmpfiles_DATA = contrib/systemd/tmpfiles.d/cmdr.conf

# What watches it.
prometheusdir = $(docdir)/prometheus
dist_prometheus_DATA = contrib/prometheus/cmdr.rules.yml contrib/prometheus/prometheus.yml
grafanadir = $(docdir)/grafana
dist_grafana_DATA = contrib/grafana/cmdr.json
EXTRA_DIST += contrib/prometheus/cmdr.rules.test.yml

# What a source package carries besides: to try it, to test it, to learn from.
EXTRA_DIST += contrib/packages contrib/test contrib/try \
	contrib/examples/README.md \
	contrib/examples/c/Makefile contrib/examples/c/README.md contrib/examples/c/fressian_lite.c \
	contrib/examples/c/fressian_lite.h contrib/examples/c/fressian_lite_impl.h \
	contrib/examples/c/fressian_lite_read.c contrib/examples/c/processor.c contrib/examples/c/run \
	contrib/examples/clojure/README.md contrib/examples/clojure/pom.xml \
	contrib/examples/clojure/processor.clj contrib/examples/clojure/run \
	contrib/examples/java/README.md contrib/examples/java/pom.xml contrib/examples/java/run \
	contrib/examples/java/src/Fressian.java contrib/examples/java/src/Processor.java \
	contrib/examples/python/README.md contrib/examples/python/fressian_lite.py \
	contrib/examples/python/processor.py contrib/examples/python/run \
	contrib/kafka/README.md contrib/kafka/dump.pl contrib/kafka/kafka contrib/kafka/pom.xml \
	contrib/kafka/reference/edn.clj contrib/kafka/reference/pom.xml \
	contrib/kafka/reference/read-topic.clj contrib/kafka/reference/write-fressian.clj \
	contrib/kafka/server.properties.in
