#!/bin/sh
# clients_docs.sh: the code in docs/clients.md is what the programs of tests/clients say between "docs: begin" and "docs: end",
# which tests/system/clients.py runs. A comment names the program before each piece of code. With -w: make it so.
set -eu
: "${srcdir:?}"
page=$srcdir/docs/clients.md
out=$(mktemp)
trap 'rm -f "$out"' EXIT

awk -v top="$srcdir" '
# The marked part of a program, without the indent that all of it has.
function code(file,    line, n, i, inside, indent, own) {
	while ((getline line < file) > 0) {
		if (line ~ /docs: end/)
			inside = 0
		if (inside)
			lines[n++] = line
		if (line ~ /docs: begin/)
			inside = 1
	}
	close(file)
	indent = 99
	for (i = 0; i < n; i++)
		if (lines[i] != "") {
			match(lines[i], /^ */)
			indent = RLENGTH < indent ? RLENGTH : indent
		}
	for (i = 0; i < n; i++)
		if ((i > 0 && i < n - 1) || lines[i] != "")
			print substr(lines[i], indent + 1)
	if (n == 0)
		print file ": nothing is marked in it"
}
/^<!-- tests\/clients\// { file = $2; print; next }
/^```/ && file != "" {
	print
	code(top "/" file)
	while ((getline line) > 0 && line != "```")
		;
	print "```"
	file = ""
	next
}
{ print }' "$page" >"$out"
if [ "${1-}" = -w ]; then
	cmp -s "$out" "$page" || cp "$out" "$page"
	exit 0
fi
grep -q '^<!-- tests/clients/' "$page" || { echo "$page names no program" >&2; exit 1; }
diff -u "$page" "$out" && exit 0
echo "docs/clients.md is behind the programs of tests/clients: run make docs" >&2
exit 1
