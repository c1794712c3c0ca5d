#!/bin/sh
# manual_docs.sh: the lists in cmdr-http(7) and cmdr-contract(7) that stand between markers, .\" BEGIN BLOCK and
# .\" END BLOCK, say what the tables of the program say. With -w: make them say it. Of what is told in words: cmdr-http(7) knows
# every header field that answers may have, and no page names a key of the configuration that there is not.
set -eu
: "${srcdir:?} ${top_builddir:?}"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
status=0

# page NAME PROGRAM: with its blocks as the program makes them now
page() {
	sed -n 's/^\.\\" BEGIN \([a-z-]*\):.*/\1/p' "$srcdir/man/$1.in" >"$out/blocks"
	while read -r block; do
		"$top_builddir/tests/$2" "$block" >"$out/block-$block" || exit 1
	done <"$out/blocks"
	awk -v from="$out/block-" '
	/^\.\\" END / { if (!skip || $3 != name) exit wrong = 1; skip = 0 }
	skip { next }
	{ print }
	/^\.\\" BEGIN / {
		name = $3
		sub(/:$/, "", name)
		while ((getline line < (from name)) > 0)
			print line
		skip = 1
	}
	END { exit wrong || skip }' "$srcdir/man/$1.in" >"$out/$1" || {
		echo "man/$1.in: a BEGIN and an END do not belong together" >&2
		exit 1
	}
	if [ "$write" = yes ]; then
		cmp -s "$out/$1" "$srcdir/man/$1.in" || cp "$out/$1" "$srcdir/man/$1.in"
	elif ! diff -u "$srcdir/man/$1.in" "$out/$1"; then
		echo "man/$1.in is behind the tables: run make docs" >&2
		status=1
	fi
}

write=no
[ "${1-}" != -w ] || write=yes
page cmdr-http.7 manual_http
page cmdr-contract.7 manual_contract
[ "$write" = no ] || exit 0

http=$srcdir/man/cmdr-http.7.in
sed -n 's/.*\(response\|guard\)_header([a-z]*, "\([A-Za-z-]*\)".*/\2/p' "$srcdir"/src/worker/*.c | sort -u >"$out/answered"
while read -r field; do
	grep -qE "^\.It Ic (.* )?$field( |\$)" "$http" && continue
	echo "cmdr-http.7: answers may have $field, of which it says nothing" >&2
	status=1
done <"$out/answered"
[ "$(wc -l <"$out/answered")" -ge 15 ] || { echo "found too few header fields of answers in src/worker" >&2; status=1; }

# Keys of the configuration, wherever a page names one; that of the keys shows a mistake too.
sed -n 's/^\.It Ic \([a-z_.]*\)$/\1/p' "$srcdir/man/cmdr.yaml.5.in" | sort -u >"$out/keys"
sections=$(sed -n 's/\..*//p' "$out/keys" | sort -u | paste -sd'|')
for p in "$srcdir"/man/*.in; do
	case $p in */cmdr.yaml.5.in) continue ;; esac
	grep -ohE "(^|[^a-z./_-])($sections)\.[a-z_]*[a-z]" "$p" | sed 's/^[^a-z]//' | sort -u >"$out/named"
	comm -23 "$out/named" "$out/keys" >"$out/unknown"
	while read -r key; do
		echo "$p: $key is no key of the configuration" >&2
		status=1
	done <"$out/unknown"
done
exit $status
