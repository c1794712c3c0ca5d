#!/bin/sh
# jail_docs.sh: the tables in docs/security.md say what the rows of the jails say. With -w: make it say it.
set -eu
: "${srcdir:?} ${top_builddir:?}"
page=$srcdir/docs/security.md
begin='^<!-- BEGIN JAIL'
end='^<!-- END JAIL'
out=$(mktemp)
trap 'rm -f "$out"' EXIT

if [ "$(grep -c "$begin" "$page")" != 1 ] || [ "$(grep -c "$end" "$page")" != 1 ]; then
	echo "$page: expected one line each of BEGIN JAIL and END JAIL" >&2
	exit 1
fi
{
	sed -n "1,/$begin/p" "$page"
	echo
	"$top_builddir/tests/jail_docs"
	echo
	sed -n "/$end/,\$p" "$page"
} >"$out"
if [ "${1-}" = -w ]; then
	cmp -s "$out" "$page" || cp "$out" "$page"
	exit 0
fi
diff -u "$page" "$out" && exit 0
echo "docs/security.md is behind src/daemon/jail_rows.c: run make docs" >&2
exit 1
