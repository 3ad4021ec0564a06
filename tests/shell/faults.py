"""What a modern side can do instead of answering, and the key of the fault that it becomes."""

import gzip

from faulty import drips, never_answers, reply, resets, says, says_and_closes

JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
FAULTS = {
    "accepts and never answers": (never_answers, "upstream.timeout"),
    "a byte of the body now and then": (drips, "upstream.timeout"),
    "a reset instead of an answer": (resets, "upstream.broken"),
    "an end instead of an answer": (says_and_closes(b""), "upstream.broken"),
    "a body cut off": (says_and_closes(JSON_HEAD + b"Content-Length: 10\r\n\r\n{}"), "upstream.broken"),
    "a chunk cut off": (says_and_closes(JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{}"), "upstream.broken"),
    "a garbage status line": (says_and_closes(b"garbage\r\n\r\n"), "upstream.broken"),
    "two different lengths": (
        says(JSON_HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x"),
        "upstream.broken",
    ),
    "200 kB of headers": (reply(b"{}", "200 OK", "X-A: " + "a" * 200_000), "upstream.broken"),
    "a body that says it is too large": (reply(b"[" + b" " * 100_000 + b"]"), "upstream.too-large"),
    "a body that grows too large": (
        says(
            JSON_HEAD
            + b"Transfer-Encoding: chunked\r\n\r\n"
            + b"fa00\r\n"
            + b" " * 64_000
            + b"\r\n"
            + b"fa00\r\n"
            + b" " * 64_000
        ),
        "upstream.too-large",
    ),
    "a gzip bomb unasked": (
        reply(gzip.compress(b" " * 10_000_000), "200 OK", "Content-Encoding: gzip"),
        "upstream.encoding",
    ),
    "what is no gzip, called so": (reply(b"{}", "200 OK", "Content-Encoding: gzip"), "upstream.encoding"),
    "gzip that nothing tells of": (reply(gzip.compress(b"{}")), "upstream.invalid"),
    "brotli unasked": (reply(b"\x8b\x00\x80{}\x03", "200 OK", "Content-Encoding: br"), "upstream.encoding"),
    "a redirect to another host": (
        reply(b"{}", "307 Temporary Redirect", "Location: http://other.invalid/"),
        "upstream.redirect",
    ),
    "HTML": (reply(b"<p>hello", kind="text/html"), "upstream.invalid"),
    "HTML called JSON": (reply(b"<p>hello"), "upstream.invalid"),
    "JSON without a Content-Type": (reply(b"{}", kind=None), "upstream.invalid"),
    "JSON in Latin-1": (reply(b"{}", kind="application/json; charset=iso-8859-1"), "upstream.invalid"),
    "an empty 200": (reply(b""), "upstream.invalid"),
    "NaN": (reply(b'{"a":NaN}'), "upstream.invalid"),
    "a name twice": (reply(b'{"a":1,"a":2}'), "upstream.invalid"),
    "deep nesting": (reply(b"[" * 50_000), "upstream.invalid"),
    "a byte order mark": (reply(b"\xef\xbb\xbf{}"), "upstream.invalid"),
}
