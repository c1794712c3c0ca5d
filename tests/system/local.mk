# The installed daemon, driven by real clients.
system-check: all
	$(srcdir)/tests/system/run $(builddir)
