# The installed daemon, driven by real clients.
system-check: all
	$(srcdir)/tests/system/run $(builddir)
.PHONY: system-check
EXTRA_DIST += tests/system/access.py tests/system/activation.py tests/system/answers.py tests/system/browser.py tests/system/cluster.py tests/system/contract.py tests/system/ctl.py \
	tests/system/embedded.py tests/system/faults.py tests/system/idempotency.py tests/system/index_faults.py tests/system/lib.py \
	tests/system/manual.py tests/system/metrics.py tests/system/openapi.py tests/system/openapi_hooks.py tests/system/reloads.py tests/system/run tests/system/schemas.py tests/system/secured.py tests/system/shape_rows.py tests/system/shapes.py tests/system/sse.py tests/system/streams.py tests/system/tls.py tests/system/upgrades.py
# clients.py, what it runs, and what stands between.
EXTRA_DIST += tests/system/clients.py tests/system/relay.py tests/clients/HttpClientRows.java tests/clients/checks.json \
	tests/clients/client.go tests/clients/curl.sh tests/clients/fetch.mjs tests/clients/httpx_client.py tests/clients/libcurl.c \
	tests/clients/live.mjs tests/clients/pom.xml tests/clients/requests_client.py tests/clients/rich.clj tests/clients/rich.mjs \
	tests/clients/rich.py tests/clients/rows.py
