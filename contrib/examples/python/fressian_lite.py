"""The part of Fressian that a command processor needs, to be copied into programs
of your own: bytes as Clojure's data.fressian writes them, and all its spellings read.

nil, booleans, strings, bytes, lists and doubles are Python's own; an int is one of 64
bits, a larger one is written as a bigint. A map is a dict, a uuid a uuid.UUID. Keyword
and Symbol are below; what else has a code of its own stays as it is, in a Tagged, so
that it can be passed on. Typed arrays and structs (ratios, characters, records) are
refused, as are maps with keys that a dict cannot tell apart or cannot hold.
"""

import re
import struct
import uuid
import zlib
from dataclasses import dataclass

MAX_DEPTH = 256
MAX_MESSAGE = 4 << 20
STRING_CHUNK = 65536
BYTES_CHUNK = 65535
MAGIC = b"\xcf\xcf\xcf\xcf"

SET, UUID, REGEX, URI, BIGINT, BIGDEC, INST = 0xC1, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8

# Ints of 1 + i bytes: their first code, the code of 0, and 2 to the power of what they range.
PACKINGS = [(0x00, 0x00, 6), (0x40, 0x50, 12), (0x60, 0x68, 19), (0x70, 0x72, 25),
            (0x74, 0x76, 33), (0x78, 0x7A, 41), (0x7C, 0x7E, 49)]


class FressianError(ValueError):
    """A message that cannot be read, or a value that cannot be written."""


@dataclass(frozen=True)
class Keyword:
    name: str
    namespace: str | None = None


@dataclass(frozen=True)
class Symbol:
    name: str
    namespace: str | None = None


@dataclass(frozen=True)
class Float:
    """A float of 32 bits, by its bytes."""
    bits: bytes


@dataclass(frozen=True)
class Tagged:
    """A set, regex, uri, bigint, bigdec or inst: its code and its parts."""
    code: int
    parts: tuple


# What the parts of a Tagged have to be.
PARTS = {SET: (list,), UUID: (bytes,), REGEX: (str,), URI: (str,), BIGINT: (bytes,),
         BIGDEC: (bytes, int), INST: (int,)}


def _decode_chunk(data):
    """CESU-8 is UTF-8 but for the characters beyond U+FFFF, which are two surrogates."""
    if data.isascii():
        return data.decode("ascii")
    try:
        if max(data) < 0xF0:
            return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        pass
    raise FressianError("a string is not CESU-8")


def _surrogates(match):
    high, low = struct.unpack("<HH", match[0].encode("utf-16-le"))
    return chr(high) + chr(low)


def _encode_text(text):
    return re.sub("[\U00010000-\U0010FFFF]", _surrogates, text).encode("utf-8", "surrogatepass")


class _Reader:
    def __init__(self, data):
        self.data = data
        self.at = 0
        self.start = 0
        self.cache = []
        self.depth = 0

    def take(self, n):
        if n > len(self.data) - self.at:
            raise FressianError("the message ends within a value")
        self.at += n
        return self.data[self.at - n:self.at]

    def byte(self):
        return self.take(1)[0]

    def count(self):
        """A count is an int value of any spelling; what is counted takes a byte at least."""
        n = self.value()
        if type(n) is not int or n < 0:
            raise FressianError("a count is not an int from 0 on")
        if n > len(self.data) - self.at:
            raise FressianError("a count exceeds the message")
        return n

    def value(self):
        code = self.byte()
        while code == 0xFE:
            self.cache.clear()
            code = self.byte()
        if self.depth == MAX_DEPTH:
            raise FressianError("values are nested too deep")
        self.depth += 1
        value = _READERS[code](self, code)
        self.depth -= 1
        return value

    def int(self, code):
        n = max(i for i, packing in enumerate(PACKINGS) if packing[0] <= code)
        return ((code - PACKINGS[n][1]) << 8 * n) + int.from_bytes(self.take(n), "big")

    def cached(self, code):
        i = self.value() if code == 0xCC else code - 0x80
        if type(i) is not int or not 0 <= i < len(self.cache) or self.cache[i] is _UNREAD:
            raise FressianError("there is no such cached value")
        return self.cache[i]

    def into_cache(self, _):
        """Keeps a place before the value is read: that is the order of indexes."""
        i = len(self.cache)
        self.cache.append(_UNREAD)
        value = self.value()
        if i < len(self.cache) and self.cache[i] is _UNREAD:
            self.cache[i] = value
        return value

    def chunks(self, code, shortest, last, short_end):
        """The parts of a string or of bytes, which have the code before `last` but for one."""
        while True:
            short = shortest <= code < shortest + 8
            if not short and code not in (last - 1, last):
                raise FressianError("a chunk is followed by something else")
            yield self.take(code - shortest if short else self.count())
            if code != last - 1:
                return
            code = self.byte()
            if shortest <= code < shortest + 8 and not short_end:
                raise FressianError("chunked bytes do not end with a counted chunk")

    def string(self, code):
        """A chunk's edge can part two surrogates, so they are joined in the end."""
        text = "".join(map(_decode_chunk, self.chunks(code, 0xDA, 0xE3, True)))
        if text.isascii():
            return text
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")

    def bytes(self, code):
        return b"".join(self.chunks(code, 0xD0, 0xD9, False))

    def list(self, code):
        items = []
        for _ in range(self.count() if code == 0xEC else code - 0xE4):
            items.append(self.value())
        return items

    def unbounded_list(self, code):
        """Up to code FD; an open list, EE, may also end with the message."""
        items = []
        while not (code == 0xEE and self.at == len(self.data)):
            if self.byte() == 0xFD:
                break
            self.at -= 1
            items.append(self.value())
        return items

    def map(self, _):
        items = self.value()
        if type(items) is not list or len(items) % 2:
            raise FressianError("a map is not made of a list of pairs")
        try:
            value = dict(zip(items[::2], items[1::2]))
        except TypeError as e:
            raise FressianError("a map has a key that a dict cannot hold") from e
        if 2 * len(value) != len(items):
            raise FressianError("a map has keys that a dict cannot tell apart")
        return value

    def named(self, code):
        namespace, name = self.value(), self.value()
        if type(name) is not str or not (namespace is None or type(namespace) is str):
            raise FressianError("a keyword or symbol is not made of strings")
        return (Keyword if code == 0xCA else Symbol)(name, namespace)

    def tagged(self, code):
        parts = []
        for kind in PARTS[code]:
            parts.append(self.value())
            if type(parts[-1]) is not kind or parts[-1] == b"":
                raise FressianError(f"code {code:X} has a wrong part")
        if code != UUID:
            return Tagged(code, tuple(parts))
        if len(parts[0]) != 16:
            raise FressianError("a uuid does not have 16 bytes")
        return uuid.UUID(bytes=parts[0])

    def unknown(self, code):
        raise FressianError(f"code {code:X} is a typed array, a struct or none")

    def footer(self):
        """Vouches for the bytes since the last one, up to its own checksum."""
        n = self.at - self.start
        if self.take(4) != MAGIC:
            raise FressianError("something other than a footer follows the value")
        length, checksum = struct.unpack(">II", self.take(8))
        if length != n or checksum != zlib.adler32(self.data[self.start:self.at - 4]):
            raise FressianError("the footer has another length or checksum")
        self.start = self.at
        self.cache.clear()


_UNREAD = object()

_READERS = [_Reader.unknown] * 256
for _codes, _reader in [
        (range(0x00, 0x80), _Reader.int), (range(0x80, 0xA0), _Reader.cached),
        ([0xC0], _Reader.map), (PARTS, _Reader.tagged), ([0xC9, 0xCA], _Reader.named),
        ([0xCC], _Reader.cached), ([0xCD], _Reader.into_cache),
        (range(0xD0, 0xDA), _Reader.bytes), (range(0xDA, 0xE4), _Reader.string),
        (range(0xE4, 0xED), _Reader.list), ([0xED, 0xEE], _Reader.unbounded_list),
        ([0xF5], lambda r, c: True), ([0xF6], lambda r, c: False), ([0xF7], lambda r, c: None),
        ([0xF8], lambda r, c: struct.unpack(">q", r.take(8))[0]),
        ([0xF9], lambda r, c: Float(r.take(4))),
        ([0xFA], lambda r, c: struct.unpack(">d", r.take(8))[0]),
        ([0xFB], lambda r, c: 0.0), ([0xFC], lambda r, c: 1.0), ([0xFF], lambda r, c: -1)]:
    for _code in _codes:
        _READERS[_code] = _reader


def read(data):
    """The value of a message, which may have a footer: that has to be right then."""
    reader = _Reader(bytes(data))
    while reader.data.startswith(b"\xcf", reader.at):
        reader.footer()
    value = reader.value()
    if reader.at < len(reader.data):
        reader.footer()
    if reader.at < len(reader.data):
        raise FressianError("something follows the footer")
    return value


class _Writer:
    def __init__(self):
        self.out = bytearray()
        self.names = {}
        self.depth = 0

    def value(self, value):
        """Values that share parts can be larger and deeper than what they were read from."""
        if self.depth == MAX_DEPTH or len(self.out) > MAX_MESSAGE:
            raise FressianError("the value is too large or too deep")
        writer = _WRITERS.get(type(value))
        if writer is None:
            raise FressianError(f"a {type(value).__name__} cannot be written")
        self.depth += 1
        writer(self, value)
        self.depth -= 1

    def code(self, code, rest=b""):
        self.out.append(code)
        self.out += rest

    def int(self, i):
        if i == -1:
            return self.code(0xFF)
        for n, (_, zero, bits) in enumerate(PACKINGS):
            if (0 if n == 0 else -1 << bits) <= i < 1 << bits:
                return self.code(zero + (i >> 8 * n), (i & (1 << 8 * n) - 1).to_bytes(n, "big"))
        if -1 << 63 <= i < 1 << 63:
            return self.code(0xF8, struct.pack(">q", i))
        self.code(BIGINT)
        self.bytes(i.to_bytes((i + (i < 0)).bit_length() // 8 + 1, "big", signed=True))

    def double(self, d):
        if d in (0.0, 1.0):
            self.code(0xFC if d else 0xFB)
        else:
            self.code(0xFA, struct.pack(">d", d) if d == d else b"\x7f\xf8" + bytes(6))

    def string(self, text):
        data = _encode_text(text)
        while len(data) > STRING_CHUNK:
            n = STRING_CHUNK
            while data[n] & 0xC0 == 0x80:
                n -= 1
            self.chunk(0xE2, data[:n])
            data = data[n:]
        if len(data) < 8:
            self.code(0xDA + len(data), data)
        else:
            self.chunk(0xE3, data)

    def bytes(self, data):
        if len(data) < 8:
            return self.code(0xD0 + len(data), data)
        while len(data) > BYTES_CHUNK:
            self.chunk(0xD8, data[:BYTES_CHUNK])
            data = data[BYTES_CHUNK:]
        self.chunk(0xD9, data)

    def chunk(self, code, data):
        self.code(code)
        self.int(len(data))
        self.out += data

    def list(self, items):
        if len(items) < 8:
            self.code(0xE4 + len(items))
        else:
            self.code(0xEC)
            self.int(len(items))
        for item in items:
            self.value(item)

    def map(self, value):
        self.code(0xC0)
        self.list([x for entry in value.items() for x in entry])

    def name(self, text):
        """What keywords and symbols are made of is written once, and later named by index."""
        i = self.names.get(text)
        if not text:
            self.value(text)
        elif i is None:
            self.names[text] = len(self.names)
            self.code(0xCD)
            self.string(text)
        elif i < 32:
            self.code(0x80 + i)
        else:
            self.code(0xCC)
            self.int(i)

    def named(self, value):
        self.code(0xCA if type(value) is Keyword else 0xC9)
        self.name(value.namespace)
        self.name(value.name)

    def uuid(self, value):
        self.code(UUID)
        self.bytes(value.bytes)

    def tagged(self, value):
        self.code(value.code)
        for part in value.parts:
            self.value(part)


_WRITERS = {
    type(None): lambda w, v: w.code(0xF7), bool: lambda w, v: w.code(0xF5 if v else 0xF6),
    int: _Writer.int, float: _Writer.double, Float: lambda w, v: w.code(0xF9, v.bits),
    str: _Writer.string, bytes: _Writer.bytes, list: _Writer.list, tuple: _Writer.list,
    dict: _Writer.map, Keyword: _Writer.named, Symbol: _Writer.named, uuid.UUID: _Writer.uuid,
    Tagged: _Writer.tagged}


def write(value):
    """The message of a value, with footer."""
    writer = _Writer()
    writer.value(value)
    body = bytes(writer.out) + MAGIC + struct.pack(">I", len(writer.out))
    return body + struct.pack(">I", zlib.adler32(body))
