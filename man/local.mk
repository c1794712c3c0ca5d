# The pages whose paths are those of this build.
SUBSTITUTED += man/cmdrd.8 man/cmdr.yaml.5
dist_man_MANS += man/cmdrctl.1
EXTRA_DIST += man/cmdrd.8.in man/cmdr.yaml.5.in
man_MANS = man/cmdrd.8 man/cmdr.yaml.5
man/cmdrd.8: man/cmdrd.8.in
man/cmdr.yaml.5: man/cmdr.yaml.5.in
