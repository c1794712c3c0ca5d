#!/bin/sh
# schema_suite.sh: the official JSON Schema test suite against src/command/schema. PyPI's source distribution of
# jsonschema carries it; that is fetched once into the build folder. Without pip or a network: skipped, but failed
# where CI is set.
set -eu
version=4.26.0
cache=${top_builddir:-.}/tests/schema-suite
suite=$cache/suite-$version

give_up()
{
	echo "schema_suite: $1"
	test -z "${CI:-}" || exit 1
	exit 77
}

if [ ! -d "$suite" ]; then
	python3 -m pip --version >/dev/null 2>&1 || give_up "pip was not found (Debian: apt install python3-pip)"
	rm -rf "$cache"
	mkdir -p "$cache"
	python3 -m pip download -q --disable-pip-version-check --no-deps --no-binary jsonschema -d "$cache" \
	    "jsonschema==$version" >"$cache/pip.log" 2>&1 ||
	    { cat "$cache/pip.log"; give_up "pip download jsonschema==$version failed: is there a network?"; }
	tar -xzf "$cache/jsonschema-$version.tar.gz" -C "$cache"
	mv "$cache/jsonschema-$version/json" "$suite"
	rm -rf "${cache:?}/jsonschema-$version"
fi
"${top_builddir:-.}/tests/schema_suite_run" "$suite"
