#!/bin/sh
# ctl_docs.sh: the list of commands in man/cmdrctl.1.in says what the tables of commands and options say, and the
# completion scripts are ones that their shells take. With -w: make the page say it.
set -eu
: "${srcdir:?} ${top_builddir:?}"
page=$srcdir/man/cmdrctl.1.in
begin='^\.\\" BEGIN COMMANDS'
end='^\.\\" END COMMANDS'
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

if [ "$(grep -c "$begin" "$page")" != 1 ] || [ "$(grep -c "$end" "$page")" != 1 ]; then
	echo "$page: expected one line each of BEGIN COMMANDS and END COMMANDS" >&2
	exit 1
fi
sed -n "1,/$begin/p" "$page" >"$out/cmdrctl.1"
"$top_builddir/tests/ctl_docs" >>"$out/cmdrctl.1"
sed -n "/$end/,\$p" "$page" >>"$out/cmdrctl.1"
if [ "${1-}" = -w ]; then
	cmp -s "$out/cmdrctl.1" "$page" || cp "$out/cmdrctl.1" "$page"
	exit 0
fi
if ! diff -u "$page" "$out/cmdrctl.1"; then
	echo "the documentation is behind src/ctl/commands.c: run make docs" >&2
	exit 1
fi

# --- completion: what is installed is what the program prints; each shell that is there takes its script
for shell in bash zsh; do
	case $shell in
	bash) file=$top_builddir/completion/bash/cmdrctl ;;
	zsh) file=$top_builddir/completion/zsh/_cmdrctl ;;
	esac
	"$top_builddir/cmdrctl" completion $shell >"$out/$shell"
	cmp "$out/$shell" "$file" || exit 1
	if command -v $shell >/dev/null; then
		$shell -n "$file" || exit 1
	fi
done

# offered WORD…: what bash offers for the last word
offered() {
	bash -c '
		. "$1"
		shift
		COMP_WORDS=(cmdrctl "$@") COMP_CWORD=$#
		_cmdrctl
		printf "%s\n" "${COMPREPLY[@]}"' bash "$top_builddir/completion/bash/cmdrctl" "$@" | sort | tr '\n' ' '
}

# offers WANTED WORD…
offers() {
	wanted=$1
	shift
	got=$(offered "$@")
	[ "$got" = "$wanted " ] && return
	echo "bash offers \"$got\" for cmdrctl $*, not \"$wanted\"" >&2
	exit 1
}

if command -v bash >/dev/null; then
	offers "reload" rel
	offers "bash" completion ba
	offers "transit-json transit-json-verbose transit-msgpack" convert --from tr
	offers "--socket" reload --so
	offers "--from" convert --fr
fi
