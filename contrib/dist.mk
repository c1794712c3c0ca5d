# What a source package carries of contrib/ beyond what local.mk installs.
EXTRA_DIST += contrib/packages contrib/try contrib/test
dist-hook:
	for d in contrib/examples contrib/kafka bench docs fuzz tests; do \
		(cd $(srcdir) && find $$d -type f ! -name '*.o' ! -name '*.pyc' ! -path '*/.deps/*') | \
		while read -r f; do \
			[ -e "$(distdir)/$$f" ] && continue; \
			mkdir -p "$(distdir)/$$(dirname "$$f")"; \
			cp -p "$(srcdir)/$$f" "$(distdir)/$$f"; \
		done; \
	done
