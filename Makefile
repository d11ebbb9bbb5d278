# SPDX-License-Identifier: Apache-2.0
# A front for apt and meson, no more: what is built, and how, stands in meson.build.
#
#   make run          install what is missing, build, open the window   (DEMO=1: with the demo query running)
#   make test         install what is missing, build, run every test
#   make bench        Weir, DuckDB and Polars on the same files
#   make torture      kills weir-sql at random points and compares, until told to stop   (TORTURE_ARGS: of run-kill.py)
#   make fuzz         the fuzz targets, FUZZ_SECONDS each
#   make screenshots  pictures of every page into build/screenshots
#   make asan, tsan   the tests on a build with sanitizers

BUILD ?= build
FUZZ_SECONDS ?= 60

.DEFAULT_GOAL := build
.PHONY: run build test asan tsan bench torture fuzz screenshots clean

run:
	@tests/deps/apt-deps build run >&2
	@tests/deps/configure $(BUILD) >&2
	@ninja -C $(BUILD) >&2
	@tests/deps/run-weir $(BUILD)

build:
	@tests/deps/apt-deps build
	@tests/deps/configure $(BUILD)
	@ninja -C $(BUILD)

test:
	@tests/deps/apt-deps build run test
	@tests/deps/configure $(BUILD)
	@ninja -C $(BUILD)
	@tests/run-tests.py $(RUN_TESTS_ARGS) $(BUILD)

asan:
	@tests/deps/apt-deps build run test
	@tests/deps/configure $(BUILD)-asan -Db_sanitize=address,undefined -Db_lundef=false
	@ninja -C $(BUILD)-asan
	@tests/run-tests.py $(RUN_TESTS_ARGS) --timeout-multiplier 4 $(BUILD)-asan

tsan:
	@tests/deps/apt-deps build run test
	@tests/deps/configure $(BUILD)-tsan -Db_sanitize=thread -Db_lundef=false
	@ninja -C $(BUILD)-tsan
	@tests/run-tests.py $(RUN_TESTS_ARGS) --timeout-multiplier 6 --suite engine $(BUILD)-tsan

bench:
	@tests/deps/apt-deps build bench
	@tests/deps/configure $(BUILD)-release --buildtype=release
	@ninja -C $(BUILD)-release
	@tests/bench/bench.py $(BUILD)-release $(BENCH_ARGS)

torture:
	@tests/deps/apt-deps build run test
	@tests/deps/configure $(BUILD)
	@ninja -C $(BUILD) app/sql/weir-sql
	@tests/torture/run-torture.py $(BUILD) $(TORTURE_ARGS)

fuzz:
	@tests/deps/apt-deps build fuzz
	@CC=clang tests/deps/configure $(BUILD)-fuzz -Db_sanitize=address,undefined -Db_lundef=false \
	  -Dc_args=-fsanitize=fuzzer-no-link
	@ninja -C $(BUILD)-fuzz $$(cd tests/fuzz && ls fuzz-*.c | sed -n "/main/d; s,\(.*\).c,tests/fuzz/\1,p")
	@tests/fuzz/run-fuzz $(BUILD)-fuzz $(FUZZ_SECONDS) $(FUZZ_TARGETS)

screenshots:
	@tests/deps/apt-deps build run test
	@tests/deps/configure $(BUILD)
	@ninja -C $(BUILD)
	@tests/screenshots/take $(BUILD) $(BUILD)/screenshots

clean:
	rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-tsan $(BUILD)-release $(BUILD)-fuzz
