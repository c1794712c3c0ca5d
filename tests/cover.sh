#!/bin/sh
# cover.sh SRCDIR: build with coverage in a folder of its own, run make check, print lcov's summary.
set -eu
command -v lcov >/dev/null || { echo "cover: lcov is missing (apt install lcov)" >&2; exit 1; }
mkdir -p build-cover
cd build-cover
[ -f Makefile ] || "$1/configure" -q --enable-coverage
make -s -j"$(nproc)" check
lcov --quiet --capture --directory . --output-file all.info
lcov --quiet --extract all.info "$1/src/*" --output-file cover.info
lcov --summary cover.info
