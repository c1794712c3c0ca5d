# The pages whose paths are those of this build.
PAGES = man/cmdrctl.1 man/cmdr.yaml.5 man/cmdr-contract.7 man/cmdr-http.7 man/cmdrd.8
SUBSTITUTED += $(PAGES)
EXTRA_DIST += man/cmdrctl.1.in man/cmdr.yaml.5.in man/cmdr-contract.7.in man/cmdr-http.7.in man/cmdrd.8.in
man_MANS = $(PAGES)
man/cmdrctl.1: man/cmdrctl.1.in
man/cmdr.yaml.5: man/cmdr.yaml.5.in
man/cmdr-contract.7: man/cmdr-contract.7.in
man/cmdr-http.7: man/cmdr-http.7.in
man/cmdrd.8: man/cmdrd.8.in
