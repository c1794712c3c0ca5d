#!/bin/sh
# initscript.sh: every action of contrib/init.d/cmdr and its exit status, with a script standing in
# for cmdrd, once with the host's LSB functions and once without.
set -u
: "${srcdir:?}"
# A shell cannot trap what was ignored when it began, as nohup leaves SIGHUP.
[ -n "${CMDR_SIGNALS-}" ] || CMDR_SIGNALS=default exec env --default-signal=HUP,TERM /bin/sh "$0" "$@"
root=$(mktemp -d)
script=$root/etc/init.d/cmdr
pidfile=$root/run/cmdr/cmdrd.pid
failed=0

# shellcheck disable=SC2317 # the trap calls it
cleanup() {
	[ ! -s "$pidfile" ] || kill -KILL "$(cat "$pidfile")" 2>/dev/null
	rm -rf "$root"
}
trap cleanup EXIT

# The stand-in obeys files in $root: refuse (does not start), stubborn (needs two TERM), deaf (ignores TERM).
make_daemon() {
	cat >"$root/sbin/cmdrd" <<-'DAEMON'
		#!/bin/sh
		root=$(dirname "$(dirname "$0")")
		if [ "${1-}" = serve ]; then
			terms=0
			on_term() {
				terms=$((terms + 1))
				[ -e "$root/deaf" ] && return
				[ -e "$root/stubborn" ] && [ $terms -lt 2 ] && return
				rm -f "$2"
				exit 0
			}
			trap 'on_term "$@"' TERM
			trap 'echo HUP >>"$root/signals"' HUP
			echo "${COMMANDS_TOPIC-}" >"$root/topic"
			echo $$ >"$2.new" && mv "$2.new" "$2"
			while :; do
				sleep 0.1 &
				wait $!
			done
		fi
		check=
		while getopts nf:p: option; do
			case $option in
			n) check=1 ;;
			f) file=$OPTARG ;;
			p) pidfile=$OPTARG ;;
			*) exit 2 ;;
			esac
		done
		if grep -q bad "$file"; then
			echo "cmdrd: $file:1:1: bad: no such key" >&2
			exit 1
		fi
		[ -z "$check" ] || exit 0
		if [ -e "$root/refuse" ]; then
			echo "cmdrd: http.listen: the address is in use" >&2
			exit 1
		fi
		"$0" serve "$pidfile" </dev/null >/dev/null 2>&1 &
		until [ -s "$pidfile" ]; do sleep 0.1; done
	DAEMON
	chmod 755 "$root/sbin/cmdrd"
}

# $1: where the LSB functions are.
make_root() {
	rm -rf "${root:?}"/*
	mkdir -p "$root/etc/init.d" "$root/etc/default" "$root/sbin"
	sed -e "s|@sbindir@|$root/sbin|g" -e "s|@bindir@|$root/bin|g" -e "s|@localstatedir@|$root/var|g" -e "s|@sysconfdir@|$root/etc|g" \
	    -e "s|@runstatedir@|$root/run|g" -e "s|/lib/lsb/init-functions|$1|g" \
	    "$srcdir/contrib/init.d/cmdr.in" >"$script"
	echo "good" >"$root/etc/cmdr.yaml"
	printf 'STOP_WAIT=1\nCOMMANDS_TOPIC=from-default\n' >"$root/etc/default/cmdr"
	make_daemon
}

fail() {
	echo "FAIL: $*" >&2
	[ ! -s "$root/out" ] || sed 's/^/  | /' "$root/out" >&2
	failed=1
}

# $1: the exit status, $2: the action, $3: what the output must hold.
expect() {
	sh "$script" "$2" >"$root/out" 2>&1 </dev/null
	got=$?
	[ $got = "$1" ] || fail "$2: expected exit status $1, got $got"
	[ $# -lt 3 ] || grep -qF -e "$3" "$root/out" || fail "$2: expected to read \"$3\""
}

alive() {
	[ -s "$pidfile" ] && kill -0 "$(cat "$pidfile")" 2>/dev/null
}

# A trapped signal is noted a moment after it was sent.
heard_hup() {
	tries=0
	while [ $tries -lt 300 ]; do
		[ "$(grep -c HUP "$root/signals" 2>/dev/null)" = "$1" ] && return
		sleep 0.1
		tries=$((tries + 1))
	done
	fail "expected $1 HUP to have come"
}

daily_life() {
	expect 3 status "not running"
	expect 0 start cmdrd
	alive || fail "start: no process"
	grep -qx from-default "$root/topic" || fail "start: default/cmdr did not reach the daemon"
	expect 0 start "already running"
	expect 0 status "running as process"
	expect 0 reload
	heard_hup 1
	expect 0 force-reload
	heard_hup 2
	first=$(cat "$pidfile")
	expect 0 restart
	alive || fail "restart: no process"
	[ "$first" != "$(cat "$pidfile")" ] || fail "restart: still the same process"
	expect 0 try-restart
	alive || fail "try-restart: no process"
	expect 0 stop
	[ ! -e "$pidfile" ] || fail "stop: the pid file is still there"
	expect 3 status "not running"
	expect 0 stop "not running"
	expect 7 reload "not running"
	expect 0 try-restart
	alive && fail "try-restart: started what was stopped"
	expect 2 dance "usage:"
	expect 2 "" "usage:"
}

bad_file() {
	expect 0 start
	first=$(cat "$pidfile")
	echo bad >"$root/etc/cmdr.yaml"
	rm -f "$root/signals"
	expect 6 reload "cmdr.yaml:1:1: bad"
	expect 6 restart "cmdr.yaml:1:1: bad"
	[ ! -e "$root/signals" ] || fail "reload: signalled for a bad file"
	alive || fail "restart: a bad file stopped the daemon"
	[ "$first" = "$(cat "$pidfile")" ] || fail "restart: a bad file restarted the daemon"
	expect 0 stop
	expect 6 start "cmdr.yaml:1:1: bad"
	rm "$root/etc/cmdr.yaml"
	expect 6 start "cmdr.yaml is missing"
	echo good >"$root/etc/cmdr.yaml"
	touch "$root/refuse"
	expect 1 start "the address is in use"
	rm "$root/refuse"
}

# With a cmdrctl that the daemon answers, a reload is what that says of it.
asked() {
	expect 0 start
	rm -f "$root/signals"
	mkdir -p "$root/bin"
	cat >"$root/bin/cmdrctl" <<-CTL
		#!/bin/sh
		case \$1 in
		status) [ ! -e "$root/mute" ] ;;
		reload) [ ! -e "$root/worse" ] || { echo "cmdrctl reload: not every role was ready in time" >&2; exit 1; } ;;
		esac
	CTL
	chmod 755 "$root/bin/cmdrctl"
	expect 0 reload
	[ ! -e "$root/signals" ] || fail "reload: signalled though it could be asked"
	touch "$root/worse"
	expect 1 reload "not every role was ready in time"
	touch "$root/mute"
	expect 0 reload
	heard_hup 1
	rm -r "${root:?}/bin" "$root/worse" "$root/mute"
	expect 0 stop
}

leftovers() {
	mkdir -p "$(dirname "$pidfile")"
	echo $$ >"$pidfile"	# this test's own: alive, and not cmdrd
	expect 1 status "dead"
	expect 7 reload "not running"
	expect 0 stop "not running"
	expect 3 status "not running"
	sh -c 'echo $$' >"$pidfile"
	expect 1 status "dead"
	echo "rubbish" >"$pidfile"
	expect 1 status "dead"
	rm -f "$pidfile"
	mv "$root/sbin/cmdrd" "$root/sbin/gone"
	expect 5 start "not installed"
	expect 0 stop "not running"
	mv "$root/sbin/gone" "$root/sbin/cmdrd"
}

slow_end() {
	expect 0 start
	touch "$root/stubborn"
	expect 0 stop "still finishing after 1 seconds"
	[ ! -e "$pidfile" ] || fail "stop: the pid file is still there"
	rm "$root/stubborn"
	expect 0 start
	touch "$root/deaf"
	expect 1 stop "still finishing"
	rm "$root/deaf"
	expect 0 stop
}

for functions in /lib/lsb/init-functions "$root/none"; do
	make_root "$functions"
	daily_life
	bad_file
	asked
	leftovers
	slow_end
done
exit $failed
