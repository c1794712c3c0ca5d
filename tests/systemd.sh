#!/bin/bash
# systemd.sh [WORK]: boot a Debian 12 root of its own under systemd-nspawn, with the package and from the root that package.sh has
# made in WORK, and look after cmdr with systemctl there: start, reload, reloads that fail, a process that dies, socket
# activation, restarts under load, stop. Needs root, systemd-container and a mirror; where no system can be booted it is
# passed over, in CI too.
# shellcheck disable=SC2015 # fail ends the test
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
work=${1:-$top/build-package}
root=$work/systemd-root
port=${CMDR_SYSTEMD_PORT:-3986}
passed=0

give_up() {
	echo "systemd: $1: passed over"
	exit 77
}

ok() {
	passed=$((passed + 1))
	echo "ok   $1"
}

fail() {
	echo "FAIL $1"
	journalctl -u cmdr -n 30 --no-pager -o cat
	echo "$passed passed, 1 failed"
	exit 1
}

configure() {
	cat >/etc/cmdr.yaml <<-EOF
	auth: none
	http:
	  listen: $1
	  workers: 2
	  access_log: common
	kafka:
	  servers: embedded
	${2:-}
	EOF
}

# post CURLARGUMENT …: the status of a command
post() {
	curl -s -m 60 -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' -d '{"action":"create-foo","data":{"a":1}}' "$@"
}

master() {
	systemctl show -p MainPID --value cmdr
}

posted() {
	[ "$(post "$1/commands")" = 202 ]
}

service() {
	local here=http://127.0.0.1:$port pid
	configure "[ \"127.0.0.1:$port\" ]"
	systemctl start cmdr && posted "$here" || fail "start"
	pid=$(master)
	[ "$(ps -o user= --ppid "$pid" | sort -u)" = cmdr ] || fail "the roles do not run as cmdr"
	[ -s /var/log/cmdr/access.log ] || fail "no access log"
	ok "start, a command; roles run as cmdr"
	systemctl reload cmdr && [ "$(master)" = "$pid" ] && posted "$here" || fail "reload"
	ok "reload: the same master"
	configure "[ \"127.0.0.1:$port\" ]" "nonsense: 1"
	! systemctl reload cmdr 2>/dev/null || fail "a reload of a bad file went well"
	journalctl -u cmdr -n 20 --no-pager -o cat | grep -q 'nonsense: no such key' || fail "the journal does not name the mistake"
	# An address of documentation's, which no host has.
	configure "[ \"127.0.0.1:$port\", \"192.0.2.1:$port\" ]"
	! systemctl reload cmdr 2>/dev/null || fail "a reload that cannot listen went well"
	systemctl is-active -q cmdr && posted "$here" || fail "it does not go on after reloads that failed"
	ok "reloads that fail are told by systemctl, and it goes on"
	configure "[ \"127.0.0.1:$port\" ]"
	systemctl reload cmdr || fail "reload of the good file"
	pkill -KILL -f '^cmdrd: worker 0' && sleep 1 && posted "$here" && [ "$(master)" = "$pid" ] || fail "a worker's death"
	systemctl kill -s KILL --kill-who=main cmdr
	for _ in $(seq 100); do
		[ "$(master)" = "$pid" ] || [ "$(master)" = 0 ] || ! posted "$here" || break
		sleep 0.2
	done
	posted "$here" && [ "$(systemctl show -p NRestarts --value cmdr)" = 1 ] || fail "the master's death"
	ok "a worker is started again by the master, the master by systemd"
	systemctl stop cmdr && [ "$(post "$here/commands")" = 000 ] && [ ! -e /run/cmdr ] || fail "stop"
	[ "$(systemctl show -p Result --value cmdr)" = success ] || fail "the result of the stop"
	ok "stop"
}

sockets() {
	local here=http://127.0.0.1:$port
	configure "[ \"$port\", \"unix:/run/cmdr-http.sock\" ]"
	mkdir -p /etc/systemd/system/cmdr.socket.d
	printf '[Socket]\nListenStream=\nListenStream=%s\nListenStream=/run/cmdr-http.sock\n' "$port" >/etc/systemd/system/cmdr.socket.d/test.conf
	systemctl daemon-reload
	systemctl start cmdr.socket
	! systemctl is-active -q cmdr || fail "the socket has started the service"
	[[ $(post "$here/commands") == [25]0[23] ]] || fail "the first client"
	for _ in $(seq 50); do
		! posted "$here" || break
		sleep 0.2
	done
	posted "$here" && posted "http://[::1]:$port" && [ "$(post --unix-socket /run/cmdr-http.sock http://x/commands)" = 202 ] ||
	    fail "commands over passed sockets"
	journalctl -u cmdr --no-pager -o cat | grep -q "passed socket 1 (cmdr.socket) is \[::\]:$port, for IPv4 as well" || fail "the journal"
	ok "a client starts it; IPv4, IPv6 and the socket file are served"
	for _ in $(seq 200); do
		post "$here/commands"
		echo
	done >/root/answers &
	systemctl restart cmdr && systemctl reload cmdr && systemctl restart cmdr || fail "restart"
	wait $!
	! grep -vqE '^(202|503)$' /root/answers || fail "a client was refused during a restart: $(sort /root/answers | uniq -c)"
	ok "two restarts and a reload under load: $(sort /root/answers | uniq -c | tr -s ' \n' ' ')"
	systemctl stop cmdr.socket cmdr
	[ "$(post "$here/commands")" = 000 ] || fail "it runs after the stop of both"
	ok "stop of both"
}

if [ "${1:-}" = inside ]; then
	service
	sockets
	echo "$passed passed, 0 failed"
	exit
fi

[ "$(id -u)" = 0 ] || give_up "it needs root"
command -v systemd-nspawn >/dev/null || give_up "systemd-nspawn was not found (contrib/packages test)"
deb=$(echo "$work"/0.1.0/cmdr_0.1.0_*.deb)
[ -e "$deb" ] && [ -e "$work/root.tar" ] || give_up "there is no package and no root in $work: tests/package.sh makes them"
rm -rf "$root"
mkdir -p "$root"
tar xf "$work/root.tar" -C "$root"
cp "$deb" "$0" "$root/root/"
in_root() {
	DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$root" "$@"
}
in_root sh -c 'apt-get update -q && apt-get install -y -q --no-install-recommends systemd-sysv /root/cmdr_*.deb' \
    >"$work/systemd.log" 2>&1 ||
    { tail -5 "$work/systemd.log"; give_up "the package cannot be installed there"; }
in_root systemctl -q is-enabled cmdr.service >/dev/null && ! in_root systemctl -q is-enabled cmdr.socket >/dev/null ||
    { echo "FAIL enabled is what should not be, or the reverse"; exit 1; }
in_root systemctl -q disable cmdr.service 2>/dev/null
cat >"$root/etc/systemd/system/try.service" <<EOF
[Unit]
After=multi-user.target
[Service]
Type=oneshot
Environment=CMDR_SYSTEMD_PORT=$port
ExecStart=/bin/sh -c 'bash /root/systemd.sh inside >/root/out 2>&1; echo \$\$? >/root/status; systemctl --no-block poweroff'
TimeoutStartSec=150
[Install]
WantedBy=graphical.target
EOF
in_root systemctl -q enable try.service 2>/dev/null
timeout 180 systemd-nspawn -q -D "$root" -b --register=no --keep-unit >"$work/systemd-boot.log" 2>&1 || true
[ -s "$root/root/status" ] || { tail -3 "$work/systemd-boot.log"; give_up "systemd does not boot here"; }
cat "$root/root/out"
exit "$(cat "$root/root/status")"
