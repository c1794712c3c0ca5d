#!/bin/sh
# config_docs.sh: etc/cmdr.yaml.in and the key list of man/cmdr.yaml.5.in say what the table of
# configuration keys says. With -w: make them say it.
set -eu
: "${srcdir:?} ${top_builddir:?}"
yaml=$srcdir/etc/cmdr.yaml.in
page=$srcdir/man/cmdr.yaml.5.in
begin='^\.\\" BEGIN KEYS'
end='^\.\\" END KEYS'
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

"$top_builddir/tests/config_docs" yaml >"$out/yaml"
"$top_builddir/tests/config_docs" mdoc >"$out/keys"
if [ "$(grep -c "$begin" "$page")" != 1 ] || [ "$(grep -c "$end" "$page")" != 1 ]; then
	echo "$page: expected one line each of BEGIN KEYS and END KEYS" >&2
	exit 1
fi
sed -n "1,/$begin/p" "$page" >"$out/page"
cat "$out/keys" >>"$out/page"
sed -n "/$end/,\$p" "$page" >>"$out/page"

if [ "${1-}" = -w ]; then
	cmp -s "$out/yaml" "$yaml" || cp "$out/yaml" "$yaml"
	cmp -s "$out/page" "$page" || cp "$out/page" "$page"
	exit 0
fi
diff -u "$yaml" "$out/yaml" && diff -u "$page" "$out/page" && exit 0
echo "the documentation is behind src/daemon/config_table.c: run make docs" >&2
exit 1
