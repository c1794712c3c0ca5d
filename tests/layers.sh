#!/bin/sh
# layers.sh: includes point down, and each library stays behind its own door (docs/design.md, "The source tree").
# Layers: util 0 < value 1 < command, index, daemon 2 < access < roles 3. value and command never include daemon; a role
# never includes another role. ctl, which runs beside the daemon, knows its configuration in one file.
set -u
src=${srcdir:-.}/src
status=0
list=$(mktemp)
trap 'rm -f "$list"' EXIT

complain() {
	echo "layers: $1" >&2
	status=1
}

# own FOLDER: the folders that files in FOLDER may include from
allowed() {
	case $1 in
	util) echo util ;;
	value) echo util value ;;
	command) echo util value command ;;
	index) echo util value command index ;;
	access) echo util value daemon access ;;
	daemon) echo util daemon ;;
	master) echo util access daemon master ;;
	worker) echo util value command index access daemon worker ;;
	producer | broker) echo util daemon "$1" ;;
	tailer | indexer | registrar) echo util value command index daemon "$1" ;;
	ctl) echo util value command index ctl ;;
	*) complain "unknown folder src/$1: give it a layer in tests/layers.sh" ;;
	esac
}

# also FILE: a folder that this one file may include from besides. cmdrctl reads the daemon's configuration in one place.
also() {
	case $1 in
	ctl/settings.c) echo daemon ;;
	ctl/token.c) echo access ;;
	esac
}

for dir in "$src"/*/; do
	folder=$(basename "$dir")
	for file in "$dir"*.c "$dir"*.h "$dir"*.def "$dir"*/*.c "$dir"*/*.h; do
		[ -f "$file" ] || continue
		may=" $(allowed "$folder") $(also "${file#"$src"/}") "
		sed -n 's/^#[ ]*include "\([^"]*\)".*/\1/p' "$file" >"$list"
		while read -r inc; do
			case $inc in
			build-config.h) continue ;;
			*/*) ;;
			*) complain "$file includes \"$inc\": ours are included by path from src/" ;;
			esac
			case $may in
			*" ${inc%%/*} "*) ;;
			*) complain "$file includes $inc: $folder may not include ${inc%%/*}" ;;
			esac
		done <"$list"
	done
done

# door HEADER PATTERN: only files whose path matches PATTERN (under src/) may include HEADER
door() {
	grep -rlE "^#[ ]*include <$1" "$src" --include='*.[ch]' | while read -r file; do
		rel=${file#"$src"/}
		printf '%s\n' "$rel" | grep -qE "^($2)$" || echo "$rel includes <$1…>"
	done
}

doors=$(
	door 'event2/http' 'worker/.*'
	door 'librdkafka/' 'daemon/kafka.*|producer/.*|registrar/.*|tailer/.*|indexer/.*|broker/.*|main\.c|ctl/.*kafka.*'
	door 'sqlite3' 'index/.*'
	door 'yaml' 'daemon/config_yaml\.c'
	door 'uuid/' 'util/id\.c'
	door 'seccomp' 'daemon/jail\.c'
	door 'msgpack' 'value/transit_.*msgpack.*'
	door 'openssl/' 'value/bignum.*|value/base64\.c|access/.*|worker/guard_tls\.[ch]|worker/guard\.h'
	door 'curl/' 'ctl/http\.c'
	door 'pcre2' 'command/schema/pattern\.c'
	door 'zlib' 'value/fressian_.*|worker/(in|de)flate\.c'
)
[ -z "$doors" ] || complain "a library outside its door:
$doors"

[ $status -eq 0 ] && echo "layers: includes point down, each library behind its door"
exit $status
