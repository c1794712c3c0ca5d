#!/bin/bash
# curl against cmdr, by the rows of checks.json in their flat form (see flat() of tests/system/clients.py). `curl.sh ROWS`
set -u
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
declare -A saved=()
status=0

# docs: begin
# send URL JSON KEY: until it is answered. The same key makes it the same command, however often it is sent.
send() {
	local code
	for _ in 1 2 3 4 5 6 7 8; do
		code=$(curl -sS -D headers -o body -w '%{http_code}' --max-time 30 "$1" \
			-H 'Content-Type: application/json' -H "Idempotency-Key: \"$3\"" --data-binary "$2") || code=000
		case $code in 000 | 409 | 429 | 503 | 504) ;; *) return 0 ;; esac
		sleep "$(sed -n 's/^Retry-After: *\([0-9]*\).*/\1/Ip' headers | grep . || echo 1)"
	done
	return 1	# no answer yet: send it again later, with the same key
}
# docs: end

# fill TEXT: with ${…} replaced by what was saved
fill() {
	local text=$1 name
	for name in "${!saved[@]}"; do
		text=${text//"\${$name}"/${saved[$name]}}
	done
	printf '%s' "$text"
}

# header NAME: its value in the last answer, nothing where it is not there
header() { tr -d '\r' <headers | grep -i "^$1:" | tail -1 | sed 's/^[^:]*: *//'; }

# ask: sends the row; headers, body and code come of it
ask() {
	local args=(-sS -D headers --max-time 60) h
	while IFS= read -r -d $'\x1d' h; do
		[ -z "$h" ] || args+=(-H "$(fill "$h")")
	done <<<"$headers_out"
	printf '%s' "$text" >text
	case $how in
	gzip) gzip -nc text >text.gz && args+=(--data-binary @text.gz) ;;
	chunked) args+=(-H 'Transfer-Encoding: chunked' --data-binary @text) ;;
	expect) args+=(-H 'Expect: 100-continue' --expect100-timeout 20 --data-binary @text) ;;
	gunzip) args+=(--compressed --data-binary @text) ;;
	*) [ -z "$text" ] || args+=(--data-binary @text) ;;
	esac
	[ "$method" = HEAD ] && args+=(-I) || args+=(-X "$method")
	case $how in
	kept) args+=(-w '%{http_code} %{num_connects}\n' -o /dev/null) ;;
	'at once') args+=(-w '%{http_code}\n' -o /dev/null -Z --parallel-max 8) ;;
	*) args+=(-w '%{http_code}' -o body) ;;
	esac
	# The number is a parameter that cmdr does not know, and passes over.
	if [ -n "$times" ]; then
		curl "${args[@]}" "$url?n=[1-$times]" >codes || return
		code=$(awk '{ print $1 }' codes | sort | uniq -c | sort -rn | awk '{ print $1, $2 }' | head -1)
		[ "$how" != kept ] || [ "$(awk '{ n += $2 } END { print n }' codes)" = 1 ] || code='more than one connection'
	else
		code=$(curl "${args[@]}" "$url")
	fi
}

# wrong_header WANT: "Name: value"; value may be *, end with *, or be - (absent)
wrong_header() {
	local name=${1%%: *} want=${1#*: } got
	got=$(header "$name")
	case $want in
	-) [ -n "$got" ] ;;
	'*') [ -z "$got" ] ;;
	*'*') [ "${got#"${want%'*'}"}" = "$got" ] ;;
	*) [ "$got" != "$want" ] ;;
	esac
}

judge() {
	local part rest
	[ -z "$times" ] || { [ "$code" = "$times $expected" ] || why="$code"; return; }
	[ "$code" = "$expected" ] || { why="status $code, not $expected: $(head -c 300 body)"; return; }
	while IFS= read -r -d $'\x1d' part; do
		[ -z "$part" ] || ! wrong_header "$part" || { why="not $part: $(header "${part%%: *}")"; return; }
	done <<<"$answers"
	[ -z "$empty" ] || [ "$method" = HEAD ] || [ ! -s body ] || { why='a body'; return; }
	[ "$how" != gunzip ] || [ "$(header Content-Encoding)" = gzip ] || { why='the answer was not gzipped'; return; }
	[ "$how" != expect ] || [ "$expected" != 202 ] || grep -q '100 Continue' headers || { why='no 100 came'; return; }
	[ "$how" != expect ] || [ "$expected" = 202 ] || ! grep -q '100 Continue' headers || { why='a 100 came'; return; }
	rest=$(<body)
	while IFS= read -r -d $'\x1d' part; do
		[[ $rest == *"$part"* ]] || { why="$part is not there, or not in its place: $(head -c 300 body)"; return; }
		rest=${rest#*"$part"}
	done <<<"$contains"
	rest=$(<body)
	while IFS= read -r -d $'\x1d' part; do
		[[ $rest == *"$part"* ]] || { why="$part is not there: $(head -c 300 body)"; return; }
	done <<<"$has"
}

rows=$(realpath "$1")
cd "$dir" || exit 1
while IFS=$'\x1f' read -r -d $'\x1e' name how times method url headers_out text expected answers empty contains has save; do
	url=$(fill "$url") why=
	: >body
	: >headers
	if [ "$how" = safely ]; then
		code=000
		key=$(grep -ao "Idempotency-Key: \"[^\"]*" <<<"$headers_out" | cut -d'"' -f2)
		send "$url" "$text" "$key" && code=$(awk '/^HTTP/ { c = $2 } END { print c }' headers)
	else
		ask
	fi
	judge
	for part in ${save//$'\x1d'/ }; do
		saved[${part%%=*}]=$(header "${part#*=}")
	done
	if [ -z "$why" ]; then
		printf 'ok\t%s\n' "$name"
	else
		printf 'FAIL\t%s\t%s\n' "$name" "${why//$'\n'/ }"
		status=1
	fi
done <"$rows"
exit $status
