#!/usr/bin/env python3
"""Runs the codecs of the C and the Python example against the Fressian vectors: each
message is read and written again. What they say they leave out (typed arrays, structs,
and for Python maps with keys that no dict holds) must be refused as such."""

import os
import shutil
import subprocess
import sys
import tempfile

SRC = os.environ.get("srcdir", os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
EXAMPLES = os.path.join(SRC, "contrib", "examples")
LEFT_OUT = ("typed array, a struct", "a dict cannot")
# Passed on as they came; the reference's writer would shorten them.
AS_THEY_CAME = ("bigint-redundant-sign-bytes", "bigint-redundant-minus1")

failed = passed = 0


def check(ok, *words):
    global failed, passed
    if ok:
        passed += 1
    else:
        failed += 1
        print("FAIL:", *words)


def rows(name):
    with open(os.path.join(SRC, "tests", "vectors", name), encoding="utf-8") as f:
        return [line.rstrip("\n").split("\t") for line in f if not line.startswith("#")]


def recode_in_c(messages):
    """What tests/examples_recode.c, built with a sanitizer, prints for each message."""
    compiler = os.environ.get("CC", "cc").split()
    c = os.path.join(EXAMPLES, "c")
    with tempfile.TemporaryDirectory() as tmp:
        program = os.path.join(tmp, "recode")
        subprocess.run(compiler + [
            "-std=gnu17", "-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover",
            "-I", c, "-o", program, os.path.join(SRC, "tests", "examples_recode.c"),
            os.path.join(c, "fressian_lite.c"), os.path.join(c, "fressian_lite_read.c"), "-lm"],
            check=True)
        done = subprocess.run([program], input="\n".join(messages) + "\n", text=True,
                              stdout=subprocess.PIPE, check=True)
    return done.stdout.splitlines()


def recode_in_python(messages):
    sys.dont_write_bytecode = True
    sys.path.insert(0, os.path.join(EXAMPLES, "python"))
    import fressian_lite as f

    def recode(message):
        try:
            return f.write(f.read(bytes.fromhex(message))).hex()
        except f.FressianError as e:
            return f"error: {e}"
    return [recode(m) for m in messages]


def check_codec(language, recode):
    good, bad = rows("fressian-vectors.tsv"), rows("fressian-bad.tsv")
    written = {edn: message for _, edn, message, direction in good if direction != "read"}
    outcomes = recode([row[2] for row in good] + [row[1] for row in bad])
    check(len(outcomes) == len(good) + len(bad), language, "gave", len(outcomes), "answers")
    for (name, edn, message, direction), got in zip(good, outcomes):
        if got.startswith("error") and any(words in got for words in LEFT_OUT):
            continue
        # The rows to be read name a value; what is to be written for it, another row may say.
        expected = message if direction == "both" else written.get(edn)
        if name in AS_THEY_CAME or expected is None:
            check(not got.startswith("error"), language, name, got[:200])
        else:
            check(got == expected, language, name, "wrote", got[:200], "for", expected[:200])
    for row, got in zip(bad, outcomes[len(good):]):
        check(row[2] != "must" or got.startswith("error"), language, row[0], "was read:", got[:200])


def main():
    if sys.version_info < (3, 10) or not shutil.which(os.environ.get("CC", "cc").split()[0]):
        print("needs Python 3.10 and a C compiler")
        return 1 if os.environ.get("CI") else 77
    check_codec("C", recode_in_c)
    check_codec("Python", recode_in_python)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


sys.exit(main())
