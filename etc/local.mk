# The configuration file. An installed one is the operator's: a new default is laid beside it.
# Files made from FILE.in have the directories of this build filled in; SUBSTITUTED lists them.
SUBSTITUTED = etc/cmdr.yaml
EXTRA_DIST += etc/cmdr.yaml.in
CLEANFILES += $(SUBSTITUTED)
noinst_DATA = etc/cmdr.yaml
dist_doc_DATA = etc/cmdr-dev.yaml

FILL_IN = $(SED) -e 's|@sbindir[@]|$(sbindir)|g' -e 's|@bindir[@]|$(bindir)|g' -e 's|@sysconfdir[@]|$(sysconfdir)|g' \
	-e 's|@runstatedir[@]|$(runstatedir)|g' -e 's|@localstatedir[@]|$(localstatedir)|g' \
	-e 's|@docdir[@]|$(docdir)|g'

$(SUBSTITUTED): Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(FILL_IN) $(srcdir)/$@.in >$@.tmp && mv -f $@.tmp $@
etc/cmdr.yaml: etc/cmdr.yaml.in

installed_yaml = "$(DESTDIR)$(sysconfdir)/cmdr.yaml"

install-data-local: etc/cmdr.yaml
	$(MKDIR_P) "$(DESTDIR)$(sysconfdir)"
	@if cmp -s etc/cmdr.yaml $(installed_yaml); then :; \
	elif test -e $(installed_yaml); then \
		echo "$(sysconfdir)/cmdr.yaml is there and stays; the new default is cmdr.yaml.new"; \
		$(INSTALL_DATA) etc/cmdr.yaml $(installed_yaml).new; \
	else \
		$(INSTALL_DATA) etc/cmdr.yaml $(installed_yaml); \
	fi

uninstall-local:
	rm -f $(installed_yaml).new
	@if cmp -s etc/cmdr.yaml $(installed_yaml); then rm -f $(installed_yaml); \
	elif test -e $(installed_yaml); then echo "$(sysconfdir)/cmdr.yaml was changed and stays"; fi

# Write anew what comes from tables: etc/cmdr.yaml.in, the key list of man/cmdr.yaml.5.in, the command list of
# man/cmdrctl.1.in, the lists of man/cmdr-*.7.in, the list in docs/metrics.md.
docs: tests/config_docs tests/jail_docs tests/metrics_docs tests/ctl_docs tests/manual_http tests/manual_contract
	srcdir='$(srcdir)' top_builddir=. $(SHELL) $(srcdir)/tests/config_docs.sh -w
	srcdir='$(srcdir)' top_builddir=. $(SHELL) $(srcdir)/tests/metrics_docs.sh -w
	srcdir='$(srcdir)' top_builddir=. $(SHELL) $(srcdir)/tests/jail_docs.sh -w
	srcdir='$(srcdir)' top_builddir=. $(SHELL) $(srcdir)/tests/ctl_docs.sh -w
	srcdir='$(srcdir)' top_builddir=. $(SHELL) $(srcdir)/tests/manual_docs.sh -w
	srcdir='$(srcdir)' $(SHELL) $(srcdir)/tests/clients_docs.sh -w
.PHONY: docs
