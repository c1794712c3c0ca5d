#!/bin/sh
# lint.sh SRCDIR BUILDDIR: every source under both compilers' warnings, cppcheck, shellcheck; long files and functions.
set -u
src=$1 build=$2 status=0
warn='-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion -Werror'
defs='-D_GNU_SOURCE -DCMDR_SYSCONFDIR="" -DCMDR_RUNSTATEDIR="" -DCMDR_SBINDIR="" -DCMDR_LOCALSTATEDIR=""'
libs=$(pkg-config --cflags libevent rdkafka yaml-0.1 uuid libcrypto zlib msgpack libseccomp check)

need() {
	command -v "$1" >/dev/null && return 0
	if [ -n "${CI:-}" ]; then
		echo "lint: $1 is missing (apt install $2)" >&2
		status=1
	else
		echo "lint: no $1, passed over"
	fi
	return 1
}

sources() { (cd "$src" && find src tests fuzz bench contrib/examples/c -name '*.c' 2>/dev/null); }

for cc in gcc clang; do
	need $cc $cc || continue
	for f in $(sources); do
		# shellcheck disable=SC2086
		$cc -std=gnu17 $defs $warn $libs -I"$src/src" -I"$build" -I"$src/tests" -O1 -fsyntax-only \
			"$src/$f" || status=1
	done
	echo "lint: $cc has seen $(sources | wc -l) files"
done
if need cppcheck cppcheck; then
	cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,portability --inline-suppr \
		--suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches -D_GNU_SOURCE \
		-I"$src/src" -I"$build" "$src/src" || status=1
	echo "lint: cppcheck done"
fi
if need shellcheck shellcheck; then
	(cd "$src" && grep -rlE '^#!.*(/sh|bash)' .ci contrib tests bench bootstrap 2>/dev/null) |
		while read -r f; do shellcheck "$src/$f" || echo "$f"; done | tee "$build/shellcheck.log"
	[ ! -s "$build/shellcheck.log" ] || status=1
fi
long=$(cd "$src" && find src tests fuzz bench -name '*.[ch]' -exec wc -l {} + | awk '$2 != "total" && $1 > 600')
[ -z "$long" ] || { echo "lint: files over 600 lines:"; echo "$long"; status=1; }
functions=$(cd "$src" && find src -name '*.c' | while read -r f; do
	awk -v f="$f" '/^\{/ {s=NR} /^\}/ && s {if (NR-s>100) print "  " NR-s " lines  " f ":" s; s=0}' "$f"
done)
[ -z "$functions" ] || { echo "lint: functions over 100 lines:"; echo "$functions"; status=1; }
[ $status -eq 0 ] && echo "lint: clean"
exit $status
