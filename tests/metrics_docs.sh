#!/bin/sh
# metrics_docs.sh: the table in docs/metrics.md says what the tables of the daemon say. With -w: make it say it.
set -eu
: "${srcdir:?} ${top_builddir:?}"
page=$srcdir/docs/metrics.md
begin='^<!-- BEGIN METRICS'
end='^<!-- END METRICS'
out=$(mktemp)
trap 'rm -f "$out"' EXIT

if [ "$(grep -c "$begin" "$page")" != 1 ] || [ "$(grep -c "$end" "$page")" != 1 ]; then
	echo "$page: expected one line each of BEGIN METRICS and END METRICS" >&2
	exit 1
fi
{
	sed -n "1,/$begin/p" "$page"
	echo
	"$top_builddir/tests/metrics_docs" markdown
	echo
	sed -n "/$end/,\$p" "$page"
} >"$out"
if [ "${1-}" = -w ]; then
	cmp -s "$out" "$page" || cp "$out" "$page"
	exit 0
fi
diff -u "$page" "$out" && exit 0
echo "docs/metrics.md is behind counters.def, histograms.def or metrics.def: run make docs" >&2
exit 1
