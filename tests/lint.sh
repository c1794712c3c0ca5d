#!/bin/sh
# lint.sh SRCDIR BUILDDIR: every source under both compilers' warnings, cppcheck, shellcheck; long files and functions.
set -u
src=$(cd "$1" && pwd) build=$(cd "$2" && pwd) status=0
warn='-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion -Werror'
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

sources() { find src tests fuzz bench contrib/examples/c -name '*.c'; }

# compile COMPILER FILE…: look, make nothing
compile() {
	cc=$1
	shift
	# shellcheck disable=SC2086
	"$cc" -std=gnu17 -D_GNU_SOURCE -DCMDR_SYSCONFDIR='""' -DCMDR_RUNSTATEDIR='""' -DCMDR_SBINDIR='""' \
	    -DCMDR_LOCALSTATEDIR='""' $warn $libs -Isrc -I. -I"$build" -I"$build/src" -Icontrib/examples/c -fsyntax-only "$@"
}

cd "$src" || exit 1
for cc in gcc clang; do
	need $cc $cc || continue
	# shellcheck disable=SC2046
	compile $cc $(sources) || status=1
	echo "lint: $cc has seen $(sources | wc -l) files"
done
if need cppcheck cppcheck; then
	# The macros of queue(3) are all that it needs of the system's.
	queue=$(echo '#include <sys/queue.h>' | gcc -M -xc - | tr ' ' '\n' | grep 'sys/queue\.h')
	cppcheck --quiet -j "$(nproc)" --error-exitcode=1 --std=c11 --enable=warning,portability --inline-suppr \
		--include="$queue" --suppress="*:$queue" --suppress=missingIncludeSystem \
		--suppress=normalCheckLevelMaxBranches --suppress=unmatchedSuppression -D_GNU_SOURCE \
		-Isrc -I"$build" src || status=1
	echo "lint: cppcheck done"
fi
if need shellcheck shellcheck; then
	scripts=$(grep -rlE '^#!.*(/sh|bash)' .ci contrib tests bench fuzz bootstrap 2>/dev/null)
	# shellcheck disable=SC2086
	shellcheck $scripts contrib/init.d/cmdr.in || status=1
	echo "lint: shellcheck has seen $(echo "$scripts" | wc -l) scripts"
fi
if [ -n "${PYTHON3:=$(command -v python3)}" ]; then
	find . -name '*.py' ! -path './build*' | PYTHONDONTWRITEBYTECODE=1 "$PYTHON3" -c '
import ast, sys
for name in sys.stdin.read().split():
    ast.parse(open(name, encoding="utf-8").read(), name)' || status=1
fi
long=$(find src tests fuzz bench -name '*.[ch]' -exec wc -l {} + | awk '$2 != "total" && $1 > 600')
[ -z "$long" ] || { echo "lint: files over 600 lines:"; echo "$long"; status=1; }
functions=$(find src tests fuzz bench -name '*.c' | while read -r f; do
	awk -v f="$f" '/^\{/ {s=NR} /^\}/ && s {if (NR-s>100) print "  " NR-s " lines  " f ":" s; s=0}' "$f"
done)
[ -z "$functions" ] || { echo "lint: functions over 100 lines:"; echo "$functions"; status=1; }
[ $status -eq 0 ] && echo "lint: clean"
exit $status
