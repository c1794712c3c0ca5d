#!/bin/sh
# convert.sh: the three tables of tests/vectors through `cmdrctl convert`: what a table says is read,
# refused or written is, in the built program. What a command means beyond its form is check_mapping's.
set -u
ctl=${top_builddir:-.}/cmdrctl
vectors=${srcdir:-.}/tests/vectors
status=0
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT

# convert OPTIONS <INPUT >OUTPUT: a result a line. That some are failures is for the caller to judge.
convert() {
	"$ctl" convert --lines "$@"
	[ $? -le 1 ] || { echo "convert.sh: cmdrctl convert $* was not understood" >&2; exit 1; }
}

# rows TABLE FILE: the table without comments
rows() { awk '!/^#/ && NF' "$vectors/$1" >"$2"; }

# column N <ROWS
column() { awk -F'\t' -v n="$1" '{ print $n }'; }

# tally NAME WANTED <VERDICTS: "ok", or the name of a row that is not
tally() {
	awk -v table="$1" -v wanted="$2" '
		$1 == "ok" { ok++; next }
		{ print "convert.sh: " table ": " $0; bad++ }
		END { print table ": " ok + 0 "/" wanted; exit bad > 0 || ok != wanted }'
}

# --- Fressian: what is written to the byte; what is read by writing it again, or as EDN in whatever order its
# maps stand
rows fressian-vectors.tsv "$t/rows"
column 2 <"$t/rows" | convert --from edn --to fressian --hex-out >"$t/written"
column 2 <"$t/rows" | convert --from edn --to edn >"$t/want"
column 3 <"$t/rows" | convert --from fressian --hex-in --to fressian --hex-out >"$t/reread"
column 3 <"$t/rows" | convert --from fressian --hex-in --to edn >"$t/got"
paste "$t/rows" "$t/written" "$t/reread" "$t/want" "$t/got" | awk -F'\t' '
	function sorted(text,    parts, n, i, j, part) {
		n = split(text, parts, /[ ,{}]+/)
		for (i = 2; i <= n; i++)
			for (j = i; j > 1 && parts[j] < parts[j - 1]; j--) {
				part = parts[j]; parts[j] = parts[j - 1]; parts[j - 1] = part
			}
		text = ""
		for (i = 1; i <= n; i++)
			text = text " " parts[i]
		return text
	}
	$4 == "write" && $5 == $3 { print "ok"; next }
	$4 == "both" && $5 == $3 && $6 == $3 { print "ok"; next }
	$4 == "read" && $8 !~ /^!/ && ($5 == $6 || sorted($7) == sorted($8)) { print "ok"; next }
	{ print $1 }' | tally fressian-vectors 622 || status=1

# --- Fressian that must be refused, with a class the table lists
rows fressian-bad.tsv "$t/rows"
column 2 <"$t/rows" | convert --from fressian --hex-in --to edn | cut -c1-200 >"$t/got"
paste "$t/rows" "$t/got" | awk -F'\t' '
	{
		class = substr($NF, 2); sub(/ .*/, "", class)
		refused = $NF ~ /^!/ && index("|" $4 "|", "|" class "|") > 0
		taken = $3 == "may" && $NF !~ /^!/
		print refused || taken ? "ok" : $1 " " $NF
	}' | tally fressian-bad 332 || status=1

# --- the media types
# part TYPE ENCODING IN: the rows that are read (IN=1) or written
part() {
	awk -F'\t' -v type="$1" -v encoding="$2" -v in_="$3" '
		($3 != "out") == in_ && $4 == encoding && ($2 == type ||
		    (type == "kafka" && $2 ~ /^\(kafka/))' "$t/mapping" >"$t/rows"
	[ -s "$t/rows" ]
}

# A reader ends at the form of a command: #error rejected is taken here. An empty body is none in HTTP.
verdicts_in() {
	column 6 <"$t/rows" | convert --from edn --to fressian --hex-out >"$t/want"
	paste "$t/rows" "$t/want" "$t/got" | awk -F'\t' '
		{ refused = $NF ~ /^!/; ok = 0 }
		$6 == "#error malformed" { ok = refused || $5 == "" }
		$6 == "#error rejected" || ($3 == "command" && $2 ~ /^application/) { ok = ok || !refused }
		$6 !~ /^#error/ && $3 == "in" { ok = $NF == $(NF - 1) && !refused }
		$2 ~ /^\(kafka/ { ok = $NF == $5 && $NF == $(NF - 1) }
		# The table notes what the reference does behind a value; here that is refused (http.md 8).
		$1 == "json-in-bad-comment" { ok = refused }
		{ print ok ? "ok" : $1 " " $NF }'
}

# JSON, and transit in it, is compared as it is read, in the order of its keys.
verdicts_out() {
	column 5 <"$t/rows" >"$t/want"
	case $1 in
	json | transit-json*)
		for file in want got; do
			# shellcheck disable=SC2086
			convert --from json --to json $2 <"$t/$file" >"$t/$file.read"
			mv "$t/$file.read" "$t/$file"
		done
		;;
	esac
	paste "$t/rows" "$t/want" "$t/got" | awk -F'\t' '
		{ print $NF == $(NF - 1) && $NF !~ /^!/ ? "ok" : $1 " " $NF }'
}

rows mapping.tsv "$t/mapping"
while read -r name type; do
	for encoding in text hex; do
		hex_in='' hex_out='' hex_both=''
		[ $encoding = text ] || hex_in=--hex-in hex_out=--hex-out hex_both='--hex-in --hex-out'
		if part "$type" $encoding 1; then
			# shellcheck disable=SC2086
			column 5 <"$t/rows" | convert --from "$name" $hex_in --to fressian --hex-out >"$t/got"
			verdicts_in
		fi
		if part "$type" $encoding 0; then
			# shellcheck disable=SC2086
			column 6 <"$t/rows" | convert --from edn --to "$name" $hex_out >"$t/got"
			verdicts_out "$name" "$hex_both"
		fi
	done
done >"$t/verdicts" <<END
json application/json
edn application/edn
transit-json application/transit+json
transit-json-verbose application/transit+json;verbose
transit-msgpack application/transit+msgpack
form application/x-www-form-urlencoded
fressian kafka
END
tally mapping 483 <"$t/verdicts" || status=1

# --- the command line: ask STATUS INPUT ARGUMENTS: how it ends, with something said about it where it fails
ask() {
	wanted=$1 input=$2
	shift 2
	printf '%b' "$input" | "$ctl" "$@" >"$t/out" 2>"$t/err"
	ended=$?
	[ "$ended" -eq "$wanted" ] && { [ "$wanted" -eq 0 ] || [ -s "$t/err" ] || [ -s "$t/out" ]; } && return
	echo "convert.sh: cmdrctl $* ended with $ended, not $wanted: $(cat "$t/err")"
	status=1
}

ask 2 ''
ask 2 '' unheard-of
ask 2 '' help unheard-of
ask 2 '' convert
ask 2 '' convert --from json
ask 2 '' convert --from yaml --to edn
ask 2 '' convert --from json --to form
ask 2 '' convert --from json --to edn --aloud
ask 2 '' convert --from json --to edn file
ask 2 '' convert --from json --to fressian --lines
ask 0 '' help convert
ask 0 '' --version
ask 0 ' {"a":\n1} ' convert --from json --to edn
ask 0 '5 0\n40' convert --hex-in --from fressian --to edn
ask 1 '[1' convert --from edn --to edn
ask 1 '5' convert --hex-in --from fressian --to edn
ask 1 '1\n[\n2' convert --lines --from edn --to json
printf '1\n2\n' >"$t/want"
grep -v '^!' "$t/out" | cmp -s - "$t/want" || { echo 'convert.sh: a bad line stopped the next'; status=1; }
exit $status
