#!/bin/bash
# package.sh [WORK]: build the Debian packages from a clean export, check them with lintian, install them into a Debian 12 root
# of its own (debootstrap) and run the init script there: start, a command, status, reload, upgrade, restart, stop,
# remove, purge; then nothing may be left. Needs root, debhelper, lintian, debootstrap and a mirror.
# shellcheck disable=SC2015,SC2016 # fail ends the test; what is quoted is for the shell in the root
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
work=${1:-$top/build-package}
root=$work/root
passed=0

# What this machine has not, or may not: the rest is passed over, which is a failure in CI.
give_up() {
	echo "package: $1: the life of the package in a root of its own is passed over"
	[ -z "${CI:-}" ] || exit 1
	echo "$passed passed, 0 failed"
	exit 77
}

[ "$(id -u)" = 0 ] || give_up "it needs root for debootstrap and chroot"
for tool in dpkg-buildpackage dh lintian debootstrap unshare; do
	command -v $tool >/dev/null || give_up "$tool was not found (contrib/packages test)"
done

ok() {
	passed=$((passed + 1))
	echo "ok   $1"
}

fail() {
	echo "FAIL $1"
	[ ! -r "$root/var/log/cmdr/cmdr.log" ] || tail -20 "$root/var/log/cmdr/cmdr.log"
	echo "$passed passed, 1 failed"
	exit 1
}

build() {
	rm -rf "$work/0.1.0"
	mkdir -p "$work/0.1.0/cmdr"
	(cd "$top" && git ls-files -z | xargs -0 tar cf -) | tar xf - -C "$work/0.1.0/cmdr"
	(cd "$work/0.1.0/cmdr" && dpkg-buildpackage -us -uc -b >"$work/0.1.0/log" 2>&1) || {
		tail -30 "$work/0.1.0/log"
		fail "dpkg-buildpackage"
	}
}

# The same under a higher version, to upgrade to: its files are others, if of the same content.
raise_version() {
	rm -rf "$work/0.1.1" "$work/raised"
	mkdir -p "$work/0.1.1"
	for deb in "$work"/0.1.0/cmdr_0.1.0_*.deb "$work"/0.1.0/cmdr-doc_0.1.0_*.deb; do
		dpkg-deb -R "$deb" "$work/raised"
		sed -i 's/^Version: .*/Version: 0.1.1/' "$work/raised/DEBIAN/control"
		dpkg-deb --root-owner-group -b "$work/raised" "$work/0.1.1/$(basename "$deb" | sed s/0.1.0/0.1.1/)" >/dev/null
		rm -rf "$work/raised"
	done
}

# The mirror that this machine has Debian from.
mirror() {
	find /etc/apt \( -name '*.list' -o -name '*.sources' \) -exec cat {} + |
	    sed -n -E 's/^deb +(\[[^]]*\] +)?([^ ]+) +bookworm +main.*/\2/p; s/^URIs: *([^ ]+).*/\1/p' | sed -n 1p
}

# in_root COMMAND …: in the root, with processes and mounts of its own where it is alone
in_root() {
	DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$root" "$@"
}

files() {
	in_root find / -xdev \( -path /proc -o -path /sys -o -path /var/cache -o -path /var/lib/apt -o -path /var/lib/dpkg \
	    -o -path /var/log -o -path /run -o -path /tmp -o -path /packages -o -path /usr/share/man \) -prune -o -print | sort
}

make_root() {
	local from
	from=$(mirror)
	[ -n "$from" ] || give_up "no mirror of bookworm in /etc/apt"
	if [ ! -e "$work/root.tar" ]; then
		rm -rf "$root"
		debootstrap --variant=minbase --include=adduser,curl,systemd-standalone-sysusers,sysvinit-utils,init-system-helpers,procps bookworm "$root" "$from" \
		    >"$work/debootstrap.log" 2>&1 || { tail -5 "$work/debootstrap.log"; give_up "debootstrap failed"; }
		cp -r /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/"
		cp /etc/resolv.conf "$root/etc/resolv.conf"
		printf '#!/bin/sh\nexit 0\n' >"$root/usr/sbin/policy-rc.d"
		chmod 755 "$root/usr/sbin/policy-rc.d"
		tar cf "$work/root.tar" -C "$root" .
	fi
	rm -rf "$root"
	mkdir -p "$root"
	tar xf "$work/root.tar" -C "$root"
	rm -rf "$root"/etc/apt/sources.list.d/*
	echo "deb $from bookworm main" >"$root/etc/apt/sources.list"
	mount -t proc proc "$root/proc"
	mount --bind /dev "$root/dev"
	mkdir -p "$root/packages"
}

install_package() {
	cp "$work/$1"/cmdr_*.deb "$work/$1"/cmdr-doc_*.deb "$root/packages/"
	in_root sh -c "apt-get install -y -q --no-install-recommends /packages/cmdr_$1_*.deb /packages/cmdr-doc_$1_all.deb" >>"$work/apt.log" 2>&1 || {
		tail -20 "$work/apt.log"
		fail "apt-get install of $1"
	}
}

configure() {
	cat >"$root/etc/cmdr.yaml" <<-EOF
	http:
	  listen: ["127.0.0.1:$1"]
	  workers: 1
	kafka:
	  servers: embedded
	log:
	  to: file
	  file: /var/log/cmdr/cmdr.log
	EOF
	mkdir -p "$root/var/log/cmdr"
}

init() {
	in_root /etc/init.d/cmdr "$@" >>"$work/init.log" 2>&1
}

post() {
	curl -s -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' \
	    -d '{"action":"create-foo","data":{"a":1}}' "http://127.0.0.1:$1/commands"
}

master() {
	cat "$root/run/cmdr/cmdrd.pid"
}

# The whole life, in namespaces of its own: what is mounted and what runs ends with it.
life() {
	local port=3987 pid before
	make_root
	in_root apt-get update -q >"$work/apt.log" 2>&1 || { tail -5 "$work/apt.log"; give_up "apt-get update in the root failed"; }
	# What the package depends on comes first: it is not what a purge must remove.
	cp "$work/0.1.0"/cmdr_*.deb "$root/packages/"
	in_root sh -c 'apt-get satisfy -y -q --no-install-recommends "$(dpkg-deb -f /packages/cmdr_*.deb Depends)"' >>"$work/apt.log" 2>&1 || { tail -5 "$work/apt.log"; give_up "the dependencies cannot be installed there"; }
	files >"$work/before"
	install_package 0.1.0
	ok "installed"
	[ "$(stat -c '%a %U %G' "$root/etc/cmdr.yaml" | sed "s/ UNKNOWN//g")" ] && in_root sh -c \
	    '[ "$(stat -c "%a %U %G" /etc/cmdr.yaml)" = "640 root cmdr" ] && [ "$(stat -c "%U" /var/lib/cmdr)" = cmdr ]' ||
	    fail "modes of /etc/cmdr.yaml and /var/lib/cmdr"
	in_root cmdrd -n || fail "cmdrd -n of the default configuration"
	! init status || fail "it runs after the installation, before anyone edited the configuration"
	ok "configuration: root:cmdr 640, found good; not started"
	configure $port
	init start || { cat "$work/init.log"; fail "start"; }
	init status || fail "status"
	[ "$(post $port)" = 202 ] || fail "a command"
	in_root sh -c 'ps -o user= -C cmdrd,worker 2>/dev/null; for p in $(pgrep -P "$(cat /run/cmdr/cmdrd.pid)"); do
	    stat -c %U /proc/$p/task; done' | sort -u >"$work/users"
	grep -q '^cmdr$' "$work/users" || fail "the roles do not run as cmdr"
	ok "start, status, a command; roles run as cmdr"
	pid=$(master)
	init reload && [ "$(master)" = "$pid" ] && [ "$(post $port)" = 202 ] || fail "reload"
	ok "reload: the same master"
	# An upgrade while a client asks all the time: nobody is refused.
	( end=$((SECONDS + 25)); n=0
	while [ $SECONDS -lt $end ] && [ ! -e "$work/upgraded" ]; do
		[ "$(post $port)" = 202 ] || { echo refused >"$work/refused"; break; }
		n=$((n + 1)); echo $n >"$work/asked"
	done ) &
	install_package 0.1.1
	sleep 3
	touch "$work/upgraded"
	wait
	[ ! -e "$work/refused" ] || fail "a command was refused during the upgrade"
	[ "$(master)" = "$pid" ] && [ "$(post $port)" = 202 ] || fail "after the upgrade"
	# Of one that was replaced it would say (deleted).
	in_root sh -c '[ "$(readlink /proc/$(cat /run/cmdr/cmdrd.pid)/exe)" = /usr/sbin/cmdrd ]' || fail "the new binary does not run after the upgrade"
	grep -q 127.0.0.1:$port "$root/etc/cmdr.yaml" || fail "the upgrade changed the configuration"
	ok "upgrade while running: $(cat "$work/asked") commands meanwhile, none refused; the new binary runs"
	init restart && [ "$(post $port)" = 202 ] || fail "restart"
	init stop || fail "stop"
	! init status || fail "status after stop"
	init start && [ "$(post $port)" = 202 ] || fail "start again"
	ok "restart, stop, start"
	in_root apt-get remove -y -q cmdr >>"$work/apt.log" 2>&1 || fail "remove"
	[ "$(post $port)" = 000 ] || fail "it runs after its removal"
	[ -e "$root/etc/cmdr.yaml" ] && [ -e "$root/var/lib/cmdr/index.db" ] || fail "a removal took configuration or index"
	ok "removed: stopped, configuration and index are still there"
	in_root apt-get purge -y -q cmdr cmdr-doc >>"$work/apt.log" 2>&1 || fail "purge"
	files >"$work/after"
	before=$(diff "$work/before" "$work/after" | grep -vE '^[<>] /etc/(group|passwd|shadow|gshadow|subuid|subgid)-?$|^[0-9,acd]+$' || true)
	[ -z "$before" ] || { echo "$before"; fail "a purge left or took something"; }
	! in_root getent passwd cmdr >/dev/null || fail "the user is left"
	! ls "$root"/var/log/cmdr* "$root"/run/cmdr* 2>/dev/null || fail "logs or sockets are left"
	ok "purged: nothing is left"
}

if [ "${PACKAGE_INSIDE:-}" = yes ]; then
	life
	echo "$((passed + 2)) passed, 0 failed"
	exit
fi
mkdir -p "$work"
rm -f "$work"/upgraded "$work"/refused "$work"/asked "$work"/init.log
build
raise_version
ok "built: $(cd "$work/0.1.0" && echo *.deb)"
found=$(cd "$work/0.1.0" && lintian --allow-root -EvIL +pedantic ./*.changes 2>&1 | grep -E '^[EWIPX]:' || true)
[ -z "$found" ] || { echo "$found"; fail "lintian"; }
ok "lintian finds nothing"
unshare --mount --pid --fork true 2>/dev/null || give_up "namespaces are not allowed here"
PACKAGE_INSIDE=yes exec unshare --mount --pid --fork --kill-child "$0" "$work"
