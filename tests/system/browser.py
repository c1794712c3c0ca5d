#!/usr/bin/python3
"""Live streams behind nginx as it comes, and in a real browser: an EventSource behind that nginx, whose connection is lost
because workers are killed, nginx is restarted, cmdrd is reloaded. See sse.py and lib.py; needs nginx and chromium.

CMDR_PAGE_SECONDS says for how long events reach the page."""
import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

import lib
from lib import Daemon, Failed, Kafka, check, free_port, wait_until
from sse import Ended, Follower, Reader, Source, Stream

SECONDS = int(os.environ.get("CMDR_PAGE_SECONDS", "12"))
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
kafka = None
serial = 0

NGINX = """
daemon off;
pid %(dir)s/pid;
events { worker_connections 1024; }
http {
	access_log off;
	client_body_temp_path %(dir)s/body;
	proxy_temp_path %(dir)s/proxy;
	fastcgi_temp_path %(dir)s/fastcgi;
	uwsgi_temp_path %(dir)s/uwsgi;
	scgi_temp_path %(dir)s/scgi;
	server {
		listen 127.0.0.1:%(port)d;
		location / { proxy_pass http://127.0.0.1:%(upstream)d; }
		location /page { proxy_pass http://127.0.0.1:%(page)d; }
		location /kept/ {
			proxy_http_version 1.1;
			proxy_set_header Connection "";
			proxy_pass http://127.0.0.1:%(upstream)d/;
		}
	}
}
"""

PAGE = """<!DOCTYPE html><meta charset="utf-8"><title>cmdr</title><script>
const seen = {}, told = {opens: 0, errors: 0, remade: 0, twice: 0, disorder: 0, token: ''}, next = {};
let source;
function hear(query) {
	source = new EventSource('/events/updates' + query);
	source.onopen = () => told.opens++;
	source.onerror = () => {
		told.errors++;
		/* A browser gives up after an answer that is not 200, as nginx gives while nothing is behind it. */
		if (source.readyState === EventSource.CLOSED) {
			told.remade++;
			setTimeout(() => hear(told.token && '?last_event_id=' + encodeURIComponent(told.token)), 500);
		}
	};
	source.addEventListener('event', e => {
		const r = JSON.parse(e.data), place = r.partition + ':' + r.offset;
		told.token = e.lastEventId;
		if (place in seen)
			told.twice++;
		else if (r.offset < (next[r.partition] || 0))
			told.disorder++;
		next[r.partition] = Math.max(next[r.partition] || 0, r.offset + 1);
		seen[place] = r.data.n;
	});
}
hear('');
setInterval(() => fetch('/page', {method: 'POST', body: JSON.stringify({...told, seen})}).catch(() => 0), 300);
</script>"""


class Pages(http.server.BaseHTTPRequestHandler):
    """Serves the page, and keeps what it says last."""
    told = {}

    def do_GET(self):
        body = PAGE.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        Pages.told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


class Nginx:
    def __init__(self, upstream, page=1):
        self.dir = tempfile.mkdtemp(prefix="cmdr-nginx-")
        os.chmod(self.dir, 0o755)
        self.port = free_port()
        self.conf = os.path.join(self.dir, "nginx.conf")
        with open(self.conf, "w") as f:
            f.write(NGINX % {"dir": self.dir, "port": self.port, "upstream": upstream, "page": page})

    def start(self):
        self.process = subprocess.Popen(["nginx", "-p", self.dir, "-e", os.path.join(self.dir, "error.log"), "-c", self.conf])

        def answers():
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return True
            except OSError:
                return False
        wait_until(answers, 20, "nginx to listen")
        return self

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


def daemon(**sections):
    global serial
    serial += 1
    c, e = "bcommands%d" % serial, "bevents%d" % serial
    kafka.create(c)
    kafka.create(e)
    d = Daemon(kafka.bootstrap, c, e, extra=sections)
    d.options.setdefault("index", {})["directory"] = os.path.join(d.dir, "index")
    d.write()
    return d.start(), Source(kafka.bootstrap, e)


def behind_nginx():
    """Nothing else comes that could push an event through: heartbeats are far apart."""
    d, source = daemon(sse={"heartbeat": "50s"})
    nginx = Nginx(d.port).start()
    try:
        for path in ("/events/updates", "/kept/events/updates"):
            with Reader(nginx.port, path) as r:
                r.first_token()
                slowest = 0.0
                for n in range(10):
                    began = time.monotonic()
                    source.put(n)
                    source.flush()
                    check(r.record(20)["data"]["n"] == n, "an event behind nginx")
                    slowest = max(slowest, time.monotonic() - began)
                token = r.token
                for pid in d.pids("worker"):
                    os.kill(pid, signal.SIGKILL)
                try:
                    while r.next(20):
                        pass
                    raise Failed("nginx does not tell that the worker is gone")
                except Ended:
                    pass
            source.put(10)
            source.flush()
            d.wait_ready()
            with Reader(nginx.port, path, token=token) as r:
                check(r.record(20)["data"]["n"] == 10, "resumed behind nginx")
                r.quiet(0.5)
            with Stream(nginx.port, path, token="x").head() as s:
                check(s.status == 400, "a bad token behind nginx: %d" % s.status)
        f = Follower(nginx.port, "/events/updates")
        for _ in range(8):
            f.life(2)
            source.put(0)
        source.flush()
        # Those that were cut before their first token had nothing to resume from.
        check(not f.double and not f.disorder, "behind nginx: %d twice, %d out of order" % (f.double, f.disorder))
    finally:
        nginx.stop()
        d.stop()
    return "an event took at most %.2f s" % slowest


def disturb(d, nginx, n):
    if n % 4 == 0:
        nginx.stop()
        time.sleep(1)
        nginx.start()
    elif n % 4 == 1:
        nginx.process.send_signal(signal.SIGHUP)
    elif n % 4 == 2:
        os.kill(d.master(), signal.SIGHUP)
    for pid in d.pids("worker"):
        os.kill(pid, signal.SIGKILL)


def page_misses_nothing():
    d, source = daemon(shutdown={"grace": "2s"})
    pages = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    nginx = Nginx(d.port, pages.server_port).start()
    profile = tempfile.mkdtemp(prefix="cmdr-chromium-")
    Pages.told = {}
    browser = subprocess.Popen(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
         "--remote-debugging-port=0", "--user-data-dir=" + profile, "http://127.0.0.1:%d/page" % nginx.port],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: Pages.told.get("opens"), 60, "the page to have its stream")
        time.sleep(1)
        n, began, next_fault, faults = 0, time.monotonic(), 2.0, 0
        while time.monotonic() < began + SECONDS:
            source.put(n)
            n += 1
            time.sleep(0.01)
            if time.monotonic() > began + next_fault:
                disturb(d, nginx, faults)
                faults += 1
                next_fault += 4
        source.flush()
        d.wait_ready()
        try:
            wait_until(lambda: len(Pages.told.get("seen", ())) >= n, 60, "the page to see all")
        except Failed:
            pass
        time.sleep(1)
        told = dict(Pages.told)
        seen = {tuple(map(int, k.split(":"))): v for k, v in told.pop("seen").items()}
        what = "%d of %d seen, %d disturbances, %r" % (len(seen), n, faults, told)
        check(seen == source.written and not told["twice"] and not told["disorder"], what)
        check(told["opens"] > 1, "the page was never disconnected: %s" % what)
    finally:
        browser.terminate()
        browser.wait(30)
        shutil.rmtree(profile, ignore_errors=True)
        nginx.stop()
        pages.shutdown()
        d.stop()
    version = subprocess.run([CHROMIUM, "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             text=True).stdout.strip()
    return "%s: %s" % (version, what)


TESTS = [
    ("behind nginx", behind_nginx),
    ("an EventSource in a browser", page_misses_nothing),
]

if __name__ == "__main__":
    kafka = Kafka(int(os.environ.get("CMDR_BROWSER_PORT", "19710"))).start()
    try:
        status = lib.run(TESTS, os.environ.get("CMDR_ONLY"))
    finally:
        kafka.clean()
    raise SystemExit(status)
