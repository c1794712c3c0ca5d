#!/bin/sh
# manual_docs.sh: the lists in cmdr-http(7) that stand between markers, .\" BEGIN BLOCK and .\" END BLOCK, say what the
# tables of the program say. With -w: make them say it. Of what is told in words: the page knows every header field that
# answers may have, and no page names a key of the configuration that there is not.
set -eu
: "${srcdir:?} ${top_builddir:?}"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
status=0

# filled PAGE PROGRAM: the page with its blocks as the program makes them now
filled() {
	awk -v program="$2" '
	/^\.\\" END / { skip = 0; ended++ }
	skip { next }
	{ print }
	/^\.\\" BEGIN / {
		name = $3
		sub(/:$/, "", name)
		command = program " " name
		n = 0
		while ((command | getline line) > 0) {
			print line
			n++
		}
		if (close(command) != 0 || n == 0)
			exit 1
		skip = 1
		begun++
	}
	END { exit begun > 0 && begun == ended ? 0 : 1 }' "$1"
}

# page NAME PROGRAM
page() {
	if ! filled "$srcdir/man/$1.in" "$top_builddir/tests/$2" >"$out/$1"; then
		echo "man/$1.in: its blocks cannot be filled, or a BEGIN is without an END" >&2
		exit 1
	fi
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
