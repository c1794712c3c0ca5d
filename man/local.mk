# The pages whose paths are those of this build.
SUBSTITUTED += man/cmdrctl.1 man/cmdrd.8 man/cmdr.yaml.5
EXTRA_DIST += man/cmdrctl.1.in man/cmdrd.8.in man/cmdr.yaml.5.in
man_MANS = man/cmdrctl.1 man/cmdrd.8 man/cmdr.yaml.5
man/cmdrctl.1: man/cmdrctl.1.in
man/cmdrd.8: man/cmdrd.8.in
man/cmdr.yaml.5: man/cmdr.yaml.5.in
