"""Relays between a client and the daemon, which do to it what networks do. No checks.

Counting: passes bytes on and counts connections. Cutting: the same, and ends each connection after so many bytes of answer.
Losing: reads whole requests; of each Idempotency-Key the first is passed on and its answer thrown away, the second is 503."""
import http.client
import socket
import threading


class Relay:
    def __init__(self, target):
        self.target = target
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.port

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def close(self):
        self.listener.close()


class Counting(Relay):
    """cut_after: bytes of answer after which a connection ends; None: never."""

    def __init__(self, target, cut_after=None):
        self.cut_after = cut_after
        super().__init__(target)

    def pump(self, a, b, left):
        try:
            while left is None or left > 0:
                data = a.recv(65536 if left is None else min(65536, left))
                if not data:
                    break
                b.sendall(data)
                if left is not None:
                    left -= len(data)
        except OSError:
            pass
        for s in (a, b):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def serve(self, client):
        with client, socket.create_connection(("127.0.0.1", self.target)) as server:
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            up = threading.Thread(target=self.pump, args=(client, server, None), daemon=True)
            up.start()
            self.pump(server, client, self.cut_after)
            up.join()


class Losing(Relay):
    def __init__(self, target):
        self.times = {}
        super().__init__(target)

    def request(self, f):
        """The next request of a connection: (method, path, headers, body), or None at its end."""
        line = f.readline().decode("latin-1").split()
        if len(line) != 3:
            return None
        headers = http.client.parse_headers(f)
        return line[0], line[1], headers, f.read(int(headers.get("Content-Length", 0)))

    def forward(self, method, path, headers, body):
        c = http.client.HTTPConnection("127.0.0.1", self.target, timeout=60)
        wanted = ("content-type", "idempotency-key", "accept")
        c.request(method, path, body, {k: v for k, v in headers.items() if k.lower() in wanted})
        r = c.getresponse()
        text = r.read()
        head = ["HTTP/1.1 %d %s" % (r.status, r.reason)]
        head += ["%s: %s" % h for h in r.getheaders() if h[0].lower() not in ("content-length", "connection")]
        c.close()
        return "\r\n".join(head + ["Content-Length: %d" % len(text), "", ""]).encode("latin-1") + text

    def serve(self, client):
        with client, client.makefile("rb") as f:
            while True:
                request = self.request(f)
                if request is None:
                    return
                key = request[2].get("Idempotency-Key")
                n = self.times[key] = self.times.get(key, 0) + 1
                if n == 1:
                    self.forward(*request)
                    client.shutdown(socket.SHUT_RDWR)
                    return
                client.sendall(b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n" if n == 2
                               else self.forward(*request))
