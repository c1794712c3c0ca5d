#!/bin/sh
# ctl.sh: the commands of the built cmdrctl where no daemon is needed: decode, wrong use, a daemon that is away.
# tests/system/ctl.py drives those that need one.
set -u
ctl=${top_builddir:-.}/cmdrctl
status=0
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT

# ask STATUS INPUT PATTERN ARGUMENTS: how it ends, and a line of what it says that the pattern matches
ask() {
	wanted=$1 input=$2 pattern=$3
	shift 3
	printf '%b' "$input" | "$ctl" "$@" >"$t/out" 2>"$t/err"
	ended=$?
	if [ "$ended" -ne "$wanted" ]; then
		echo "ctl.sh: cmdrctl $* ended with $ended, not $wanted: $(cat "$t/out" "$t/err")"
		status=1
	elif ! cat "$t/out" "$t/err" | grep -qe "$pattern"; then
		echo "ctl.sh: cmdrctl $* does not say \"$pattern\": $(cat "$t/out" "$t/err")"
		status=1
	fi
}

# --- every command explains itself, and refuses what it does not know
commands=$("$ctl" help | sed -n 's/^  \([a-z]*\) .*/\1/p')
[ -n "$commands" ] || { echo "ctl.sh: help lists no commands"; exit 1; }
for command in $commands; do
	ask 0 '' "^usage: cmdrctl $command" help "$command"
	ask 0 '' "^usage: cmdrctl $command" "$command" --help
	ask 0 '' '  -h, --help' "$command" -h
	ask 2 '' 'is no option here\|one command at a time\|there is no command' "$command" --unheard-of
	[ "$command" = help ] || ask 2 '' 'there is no option -Q' "$command" -Q
done
ask 2 '' 'usage: cmdrctl COMMAND'
ask 0 '' 'usage: cmdrctl COMMAND' --help
ask 0 '' '^cmdrctl [0-9]' --version
ask 2 '' 'there is no command unheard-of; there are status' unheard-of

# --- decode: the bytes that tests/vectors holds for {:a "map data payload"} and a uuid
hex=$(printf '{:a "map data payload"}' | "$ctl" convert --from edn --to fressian --hex-out)
printf '{:a "map data payload"}' | "$ctl" convert --from edn --to fressian >"$t/record"
printf '%s\n' "$hex" | sed 's/../& /g' >"$t/digits"
ask 0 '' '^{:a "map data payload"}$' decode "$hex"
# shellcheck disable=SC2046 # words
ask 0 '' '^{:a "map data payload"}$' decode $(cat "$t/digits")
ask 0 "$hex\n" '^{:a "map data payload"}$' decode
ask 0 '' '^{:a "map data payload"}$' decode --file "$t/record"
ask 0 '' '^{:a "map data payload"}$' decode --file "$t/digits"
ask 0 '' '^{"a":"map data payload"}$' decode --to json "$hex"
ask 0 '12' '^12$' decode --from json
ask 0 '{"a":1}' '^{:a 1}$' decode --from json
"$ctl" decode <"$t/record" | grep -qx '{:a "map data payload"}' || { echo "ctl.sh: decode of binary input"; status=1; }
ask 1 '' 'byte [0-9]* of 3: ' decode c0ffee
ask 1 '{"a"' 'line 1, column 5: ' decode --from json
ask 1 '' 'No such file' decode --file "$t/nothing"
ask 2 '' 'expected pairs of hexadecimal digits' decode abc
ask 2 '' 'expected pairs of hexadecimal digits' decode xy
ask 2 '' 'not both' decode --file "$t/record" "$hex"
ask 2 '' 'there is no type yaml' decode --from yaml
ask 2 '' 'form is only read' decode --to form
ask 2 '' '--file takes FILE' decode --file

# --- send: what is wrong is said before anything is sent
ask 2 '' 'ACTION is missing' send
ask 2 '' 'expected KEY=VALUE' send act word
ask 2 '' 'expected KEY=VALUE' send act =x
ask 2 '' 'line 1, column' send act 'a:={'
ask 2 '' 'cannot be written' send --type form act
ask 2 '[1]' 'must be a map; standard input has a vector' send act -
ask 2 '{' 'standard input: line 1' send act -
ask 2 '' '--key takes 1 to 255' send --key '' act
ask 2 '' '--key takes ASCII' send --key 'ü' act
ask 2 '' '--url takes' send --url ftp://localhost act
ask 1 '' 'nothing answers at http://127.0.0.1:1: .*is cmdrd running' send --url http://127.0.0.1:1 act -f /dev/null
ask 1 '' "nothing answers at $t/none" send --url "unix:$t/none" act -f /dev/null

# --- get, tail, index, undecodable
ask 2 '' 'ID is missing' get
ask 2 '' 'an id has 36 characters' get 12
ask 2 '' 'one ID at a time' get a b
ask 2 '' '--wait takes a number of seconds' get --wait soon ab675ea0-7f6d-11e6-bcdd-540e9df06c05
ask 2 '' 'expected commands or events' tail
ask 2 '' 'expected commands or events' tail news
ask 2 '' '--format takes json, edn or hex' tail events --format xml
ask 2 '' '--format hex needs --kafka' tail events --format hex
ask 2 '' 'do not go with --kafka' tail events --kafka --from x
ask 2 '' 'not both' tail events --from x --from-beginning
ask 2 '' 'commands have no parent' tail commands --parent ab675ea0-7f6d-11e6-bcdd-540e9df06c05
ask 2 '' '--parent takes an id' tail events --parent x
ask 2 '' '--count takes a number' tail events -n 0
ask 1 '' 'nothing answers at' tail events --url http://127.0.0.1:1 -f /dev/null
ask 2 '' 'expected check or rebuild' index
ask 2 '' 'expected check or rebuild' index drop
printf 'index:\n  directory: %s/index\n' "$t" >"$t/cmdr.yaml"
ask 1 '' "$t/index/index.db: No such file or directory: there is no index there" index check -f "$t/cmdr.yaml"
ask 1 '' "there is no index there" undecodable -f "$t/cmdr.yaml"
mkdir "$t/index" && echo rubbish >"$t/index/index.db"
ask 1 '' "$t/index/index.db: " undecodable -f "$t/cmdr.yaml"
ask 2 '' '--limit takes a number' undecodable --limit 0
ask 1 '' 'cmdrd is not running' index rebuild --socket "$t/none"

# --- the daemon is away, or is none
ask 1 '' "cmdrd is not running, or its socket is elsewhere: $t/none: No such file" status --socket "$t/none"
for command in reload stop; do
	ask 1 '' "cmdrd is not running, or its socket is elsewhere: $t/none: No such file" $command --socket "$t/none"
done
printf 'control:\n  socket: %s/elsewhere\nhttp:\n  listen: ["127.0.0.1:1"]\n' "$t" >"$t/cmdr.yaml"
ask 1 '' "elsewhere: $t/elsewhere: No such file" status -f "$t/cmdr.yaml"
ask 1 '' 'nothing answers at http://127.0.0.1:1' ready -f "$t/cmdr.yaml"
printf 'control:\n  socket: ""\n' >"$t/cmdr.yaml"
ask 1 '' 'cmdrd has no control socket: control.socket is empty' status -f "$t/cmdr.yaml"
printf 'contrl:\n  socket: ""\n' >"$t/cmdr.yaml"
ask 1 '' 'cmdr.yaml:1:1: contrl.*so the default was tried' status -f "$t/cmdr.yaml"
ask 1 '' "$t/missing.yaml: No such file" status -f "$t/missing.yaml"
ask 2 '' 'unexpected argument: now' status now
ask 2 '' '--watch takes a number of seconds' status --watch=x
ask 2 '' '--watch takes a number of seconds' status --watch 0
ask 2 '' '--json takes no argument' status --json=1
ask 2 '' '--wait takes a number of seconds' stop --wait x

# --- completion (ctl_docs.sh looks at the scripts)
ask 2 '' 'expected bash or zsh' completion
ask 2 '' 'expected bash or zsh' completion fish

[ $status -eq 0 ] && echo "ctl: every command answers as it says"
exit $status
