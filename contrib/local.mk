# What a Unix host starts, stops and rotates the daemon by.
SUBSTITUTED += contrib/init.d/cmdr contrib/logrotate/cmdr contrib/systemd/cmdr.service
EXTRA_DIST += contrib/init.d/cmdr.in contrib/logrotate/cmdr.in contrib/systemd/cmdr.service.in
contrib/init.d/cmdr: contrib/init.d/cmdr.in
contrib/logrotate/cmdr: contrib/logrotate/cmdr.in
contrib/systemd/cmdr.service: contrib/systemd/cmdr.service.in

initdir = $(sysconfdir)/init.d
init_SCRIPTS = contrib/init.d/cmdr
logrotatedir = $(sysconfdir)/logrotate.d
logrotate_DATA = contrib/logrotate/cmdr
systemdsystemunit_DATA = contrib/systemd/cmdr.service
