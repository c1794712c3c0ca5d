/*
 * guard_rows.h: requests as bytes and what the guard must answer, for
 * check_guard.c: sound ones first, then what must be refused.
 */
#ifndef TESTS_GUARD_ROWS_H
#define TESTS_GUARD_ROWS_H

#define OPEN	0	/* the connection serves on */
#define CLOSE	1

#define H	"Host: h\r\n"
/* The head of a request in chunks. */
#define CHUNKED	"POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
#define ROW(raw, want, end) { raw, sizeof(raw) - 1, want, end }

static const struct row {
	const char	*raw;
	size_t		 len;
	const char	*want;
	int		 end;
} rows[] = {
	/* Sound requests. */
	ROW("GET / HTTP/1.1\r\n" H "\r\n", "200", OPEN),
	ROW("\r\nGET / HTTP/1.1\r\n" H "\r\n", "200", OPEN),
	ROW("GET /a%20b?c=d&e HTTP/1.1\r\n" H "\r\n", "200", OPEN),
	ROW("GET http://h:80/x HTTP/1.1\r\n" H "\r\n", "200", OPEN),
	ROW("GET HTTPS://h?q HTTP/1.1\r\n" H "\r\n", "200", OPEN),
	ROW("OPTIONS * HTTP/1.1\r\n" H "\r\n", "200", OPEN),
	ROW("get / HTTP/1.1\r\n" H "\r\n", "200", OPEN),
	ROW("BREW /pot HTTP/1.1\r\n" H "\r\n", "200", OPEN),
	ROW("GET / HTTP/1.7\r\n" H "\r\n", "200", OPEN),
	ROW("GET / HTTP/1.1\r\nHOST:h\r\n\r\n", "200", OPEN),
	ROW("GET / HTTP/1.1\r\nHost:\r\n\r\n", "200", OPEN),
	ROW("GET / HTTP/1.1\r\nHost: h:\r\n\r\n", "200", OPEN),
	ROW("GET / HTTP/1.1\r\nHost: h.example:80\r\n\r\n", "200", OPEN),
	ROW("GET / HTTP/1.1\r\nHost: [fe80::1]\r\n\r\n", "200", OPEN),
	ROW("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "200", OPEN),
	ROW("GET http://[::1]:80/x HTTP/1.1\r\n" H "\r\n", "200", OPEN),
	ROW("GET / HTTP/1.1\r\n" H "X:\r\nY: \t v \t\r\nZ: \x80\xff\r\n\r\n", "200", OPEN),
	ROW("GET / HTTP/1.1\r\n" H "Accept: a/b\r\nAccept: c/d\r\n\r\n", "200", OPEN),
	ROW("GET / HTTP/1.1\r\n" H "Accept: a\r\nPrefer: b\r\nAccept: c\r\nPrefer: d\r\n\r\n",
	    "200", OPEN),
	ROW("GET / HTTP/1.0\r\n\r\n", "200", CLOSE),
	ROW("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "200", OPEN),
	ROW("GET / HTTP/1.1\r\n" H "Connection: close\r\n\r\n", "200", CLOSE),
	ROW("GET / HTTP/1.1\r\n" H "Connection: te, Close\r\n\r\n", "200", CLOSE),
	ROW("GET /later HTTP/1.1\r\n" H "\r\n", "200", OPEN),
	ROW("GET /later HTTP/1.1\r\n" H "Connection: close\r\n\r\n", "200", CLOSE),
	/* Bodies. */
	ROW("POST / HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhello", "200", OPEN),
	ROW("POST / HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n", "200", OPEN),
	ROW("POST / HTTP/1.1\r\n" H "Content-Length: 0005\r\n\r\nhello", "200", OPEN),
	ROW("POST / HTTP/1.1\r\n" H "\r\n", "200", OPEN),
	ROW("GET / HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\nabc", "200", OPEN),
	ROW(CHUNKED "5\r\nhello\r\n0\r\n\r\n", "200", OPEN),

	    ROW("POST / HTTP/1.1\r\n" H "transfer-encoding:CHUNKED\r\n\r\n"
	    "3;a=b;c=\"d e\"\r\nabc\r\n00\r\nT: v\r\n\r\n",
	    "200", OPEN),
	ROW(CHUNKED "0\r\n\r\n", "200", OPEN),
	ROW("POST /nowhere HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhello", "404", OPEN),
	ROW("POST /nowhere HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"
	    "\r\n",
	    "404", OPEN),
	ROW("POST /nowhere HTTP/1.1\r\n" H "Content-Length: 70000\r\n\r\n", "404", CLOSE),
	ROW("POST /nowhere HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n",
	    "404", CLOSE),
	ROW("POST /nowhere HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n10001\r\n",
	    "404", CLOSE),
	ROW("POST / HTTP/1.1\r\n" H "Content-Length: 100001\r\n\r\n", "413", CLOSE),
	ROW("POST / HTTP/1.1\r\n" H "Content-Length: 99999999999999999999999999\r\n\r\n",
	    "413", CLOSE),
	ROW(CHUNKED "186a1\r\n", "413", CLOSE),
	ROW(CHUNKED "ffffffffffffffff\r\n", "413", CLOSE),
	/* Pipelining. */
	ROW("GET /1 HTTP/1.1\r\n" H "\r\nGET /2 HTTP/1.1\r\n" H "\r\n", "200 200", OPEN),

	    ROW("GET /later HTTP/1.1\r\n" H "\r\nGET /2 HTTP/1.1\r\n" H
	    "\r\nGET /later HTTP/1.1\r\n" H "\r\n",
	    "200 200 200", OPEN),
	ROW("POST / HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\nhiGET /nowhere HTTP/1.1\r\n" H "\r\n",
	    "200 404", OPEN),
	ROW("GET /later HTTP/1.1\r\n" H "\r\nBAD\r\n\r\n", "200 400", CLOSE),
	ROW("GET / HTTP/1.1\r\n" H "Connection: close\r\n\r\nGET / HTTP/1.1\r\n" H "\r\n",
	    "200", CLOSE),
	/* Request lines. */
	ROW("GET /\r\n\r\n", "400", CLOSE),
	ROW("GET\r\n\r\n", "400", CLOSE),
	ROW(" GET / HTTP/1.1\r\n" H "\r\n", "400", CLOSE),
	ROW("GET  / HTTP/1.1\r\n" H "\r\n", "400", CLOSE),
	ROW("GET /  HTTP/1.1\r\n" H "\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1 \r\n" H "\r\n", "400", CLOSE),
	ROW("GET\t/ HTTP/1.1\r\n" H "\r\n", "400", CLOSE),
	ROW("GET / http/1.1\r\n" H "\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.\r\n" H "\r\n", "400", CLOSE),
	ROW("GET / HTTP/11\r\n" H "\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.10\r\n" H "\r\n", "400", CLOSE),
	ROW("GET / HTTP/2.0\r\n" H "\r\n", "505", CLOSE),
	ROW("GET / HTTP/0.9\r\n" H "\r\n", "505", CLOSE),
	ROW("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505", CLOSE),
	ROW("GET x HTTP/1.1\r\n" H "\r\n", "400", CLOSE),
	ROW("GET * HTTP/1.1\r\n" H "\r\n", "400", CLOSE),
	ROW("GET /a#b HTTP/1.1\r\n" H "\r\n", "400", CLOSE),
	ROW("GET /\xc3\xa4 HTTP/1.1\r\n" H "\r\n", "400", CLOSE),
	ROW("GET /\x01 HTTP/1.1\r\n" H "\r\n", "400", CLOSE),
	ROW("GET /\0 HTTP/1.1\r\n" H "\r\n", "400", CLOSE),
	ROW("GET http:///x HTTP/1.1\r\n" H "\r\n", "400", CLOSE),
	ROW("GET http://u@h/x HTTP/1.1\r\n" H "\r\n", "400", CLOSE),
	ROW("GET ftp://h/x HTTP/1.1\r\n" H "\r\n", "400", CLOSE),
	ROW("CONNECT h:443 HTTP/1.1\r\n" H "\r\n", "501", CLOSE),
	ROW("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG / HTTP/1.1\r\n" H "\r\n", "501", CLOSE),
	ROW("\x16\x03\x01\x02", "400", CLOSE),
	ROW("\r\n\r\nGET / HTTP/1.1\r\n" H "\r\n", "400", CLOSE),
	/* Lines and fields. */
	ROW("GET / HTTP/1.1\n" H "\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\nHost: h\n\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\n" H "\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\r\n" H "\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\n" H "X: a\rb\r\n\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\n" H "X: a\r\r\n\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\n" H "X: a\0b\r\n\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\n" H "X: \x7f\r\n\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\n" H "X : a\r\n\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\n" H "X\t: a\r\n\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\n" H " X: a\r\n\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\n X: a\r\n" H "\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\n" H "X: a\r\n\tb\r\n\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\n" H ": a\r\n\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\n" H "X\r\n\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\n" H "X(: a\r\n\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\n" H "\xc3\xa4: a\r\n\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\n\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\n" H H "\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\nHost: []\r\n\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\nHost: a[::1]\r\n\r\n", "400", CLOSE),
	ROW("GET / HTTP/1.1\r\nHost: a]\r\n\r\n", "400", CLOSE),
	ROW("GET http://h:x/ HTTP/1.1\r\n" H "\r\n", "400", CLOSE),
	ROW("GET http://[::1/ HTTP/1.1\r\n" H "\r\n", "400", CLOSE),
	/* Framing that two readers could take in two ways. */
	ROW("POST / HTTP/1.1\r\n" H "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
	    "400", CLOSE),
	ROW("POST / HTTP/1.1\r\n" H "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
	    "400", CLOSE),
	ROW("POST / HTTP/1.1\r\n" H "Content-Length: 5, 5\r\n\r\nhello", "400", CLOSE),
	ROW("POST / HTTP/1.1\r\n" H "Content-Length: +5\r\n\r\nhello", "400", CLOSE),
	ROW("POST / HTTP/1.1\r\n" H "Content-Length: -5\r\n\r\nhello", "400", CLOSE),
	ROW("POST / HTTP/1.1\r\n" H "Content-Length: 0x5\r\n\r\nhello", "400", CLOSE),
	ROW("POST / HTTP/1.1\r\n" H "Content-Length: 5 5\r\n\r\nhello", "400", CLOSE),
	ROW("POST / HTTP/1.1\r\n" H "Content-Length:\r\n\r\nhello", "400", CLOSE),
	ROW("POST / HTTP/1.1\r\n" H "Content-Length: 5\x0b\r\n\r\nhello", "400", CLOSE),
	ROW("POST / HTTP/1.1\r\n" H "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
	    "\r\n",
	    "400", CLOSE),
	ROW("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n"
	    "\r\n",
	    "400", CLOSE),

	    ROW("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	    "400", CLOSE),

	    ROW("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n"
	    "Transfer-Encoding: identity\r\n\r\n0\r\n\r\n",
	    "400", CLOSE),
	ROW("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
	    "400", CLOSE),
	ROW("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
	    "400", CLOSE),
	ROW("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n",
	    "400", CLOSE),
	ROW("POST / HTTP/1.1\r\n" H "Transfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n", "400", CLOSE),
	ROW("POST / HTTP/1.1\r\n" H "Transfer-Encoding:\r\n\r\n0\r\n\r\n", "400", CLOSE),
	ROW("POST / HTTP/1.1\r\n" H "Transfer-Encoding: \x0b" "chunked\r\n\r\n0\r\n\r\n",
	    "400", CLOSE),
	ROW("POST / HTTP/1.1\r\n" H "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", "400", CLOSE),
	ROW("POST / HTTP/1.1\r\n" H "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
	    "400", CLOSE),
	ROW("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400", CLOSE),
	ROW("POST / HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
	    "501", CLOSE),
	ROW("POST / HTTP/1.1\r\n" H "Transfer-Encoding: identity\r\n\r\nx", "501", CLOSE),
	ROW("POST / HTTP/1.1\r\n" H "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "501", CLOSE),
	ROW("POST / HTTP/1.1\r\n" H "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n",
	    "501", CLOSE),
	/* Chunks. */
	ROW(CHUNKED "x\r\n", "400", CLOSE),
	ROW(CHUNKED "\r\n", "400", CLOSE),
	ROW(CHUNKED "-1\r\n", "400", CLOSE),
	ROW(CHUNKED "0x5\r\n", "400", CLOSE),
	ROW(CHUNKED " 5\r\nhello\r\n0\r\n\r\n", "400", CLOSE),
	ROW(CHUNKED "5 \r\nhello\r\n0\r\n\r\n", "400", CLOSE),
	ROW(CHUNKED "5\nhello\r\n0\r\n\r\n", "400", CLOSE),
	ROW(CHUNKED "5\rXhello\r\n0\r\n\r\n", "400", CLOSE),
	ROW(CHUNKED "5\r\nhelloX\r\n0\r\n\r\n", "400", CLOSE),
	ROW(CHUNKED "5\r\nhello\n0\r\n\r\n", "400", CLOSE),
	ROW(CHUNKED "5\r\nhello0\r\n\r\n", "400", CLOSE),
	ROW(CHUNKED "10000000000000000\r\n", "400", CLOSE),
	ROW(CHUNKED "5;a\nb\r\nhello\r\n0\r\n\r\n", "400", CLOSE),
	ROW(CHUNKED "0\r\nX\r\n\r\n", "400", CLOSE),
	ROW(CHUNKED "0\r\n X: y\r\n\r\n", "400", CLOSE),
	ROW(CHUNKED "0\r\nX: y\n\r\n", "400", CLOSE),
	ROW(CHUNKED "0\r\nContent-Length: 5\r\n\r\n", "400", CLOSE),
	ROW(CHUNKED "0\r\nTransfer-Encoding: chunked\r\n\r\n",
	    "400", CLOSE),
};
#define NROWS ((int)(sizeof(rows) / sizeof(rows[0])))

#endif
