#!/bin/sh
# manual_lint.sh: every manual page is clean mdoc(7), names pages of ours that there are, and is named by another one.
set -eu
: "${srcdir:?}"
if ! command -v mandoc >/dev/null; then
	[ -z "${CI-}" ] || { echo "mandoc is missing (apt install mandoc)" >&2; exit 1; }
	exit 77
fi
out=$(mktemp)
trap 'rm -f "$out"' EXIT
status=0

for page in "$srcdir"/man/*.in; do
	# that another page is not installed here, or that the system has no list of its pages, is no fault of this one
	mandoc -Tlint "$page" 2>&1 | grep -v 'referenced manual not found\|outdated mandoc.db' >"$out" || :
	if [ -s "$out" ]; then
		cat "$out" >&2
		status=1
	fi
	# Xr NAME SECTION, of ours
	sed -n 's/^\.Xr \(cmdr[a-z.-]*\) \([0-9]\).*/\1.\2/p' "$page" | sort -u | while read -r to; do
		[ -f "$srcdir/man/$to.in" ] || { echo "$page: there is no man/$to.in" >&2; exit 1; }
	done || status=1
	name=$(basename "$page" .in)
	for other in "$srcdir"/man/*.in; do
		[ "$other" != "$page" ] || continue
		sed -n '/^\.Sh SEE ALSO/,$p' "$other" | grep -q "^\.Xr ${name%.*} ${name##*.}" && continue
		echo "$other: SEE ALSO lacks ${name%.*}(${name##*.})" >&2
		status=1
	done
done
exit $status
