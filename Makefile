# SPDX-License-Identifier: GPL-2.0-or-later
#
#   make            build/ramrig, build/ramrig-agent and the workloads' programs
#   make demo       set up, build, run experiments/quickstart.yaml, compare
#   make check      set up, build, pass all tests
#   make soak       the long tests; make bench: the figures README quotes
#   make install    with DESTDIR= and PREFIX=
#
# DEVELOPER=1 turns warnings into errors, SANITIZE=1 builds and tests with
# ASan and UBSan.

MAKEFLAGS += -j$(shell nproc)

VERSION := 0.1.0
PREFIX ?= /usr/local
DESTDIR ?=
CC := gcc
B := build

# These goals install what is missing first: the packages of ci/packages.
SETUP_GOALS := demo check soak bench fuzz
ifneq ($(filter $(SETUP_GOALS),$(MAKECMDGOALS)),)
SETUP := $(B)/setup-done
endif

# Asked for once, when first needed: setup may only just have installed them.
PACKAGES := libvirt jansson libfyaml sqlite3 popt smartcols libxml-2.0 libkmod libarchive libcrypto libmd libdw libelf
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell pkg-config --cflags $(PACKAGES)))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $$(shell pkg-config --libs $(PACKAGES)))$(PKG_LIBS)

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wvla \
	    -Wpointer-arith -Wwrite-strings -Wundef
HARDENING := -fstack-protector-strong -fstack-clash-protection -fcf-protection
OPTIMISE := -O2 -g
ifdef DEVELOPER
WARNINGS += -Werror
endif
ifdef SANITIZE
HARDENING += -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
else
HARDENING += -D_FORTIFY_SOURCE=2
endif
CPPFLAGS_ALL = -D_GNU_SOURCE -DRAMRIG_VERSION='"$(VERSION)"' -Iharness -I. -I$(B) \
	       -include harness/lib/banned.h $(CPPFLAGS)
CFLAGS_ALL = -std=gnu17 $(OPTIMISE) $(WARNINGS) $(HARDENING) -fPIE -pthread $(PKG_CFLAGS) $(CFLAGS)
LDFLAGS_ALL = -pie -pthread -Wl,-z,relro,-z,now -Wl,--as-needed \
	      $(filter -fsanitize=%,$(HARDENING)) $(LDFLAGS)

# The agent is static, knows no library but jansson, and is never sanitised in
# a guest: its tests on the host are.
AGENT_SRC := $(wildcard harness/agent/*.c) harness/proto/frame.c \
	     $(patsubst %,harness/lib/%.c,err clock file json ranges)
AGENT_CFLAGS = -std=gnu17 $(OPTIMISE) $(WARNINGS) -fstack-protector-strong $(CFLAGS)

# Programs that run in the guest as part of a workload: workloads/X/NAME.c with
# its parts NAME-*.c and what workloads share becomes $(B)/workloads/X/NAME. They
# are static and know no library but libc, whatever image they run on; never
# sanitised, as a sanitiser's shadow would lie in the memory that is measured.
# Their parts are in libguest.a for the unit tests.
GUEST_SRC := $(filter-out workloads/lib/%,$(wildcard workloads/*/*.c))
GUEST_PARTS := $(foreach s,$(GUEST_SRC),$(filter $(s:.c=)-%.c,$(GUEST_SRC)))
GUEST_COMMON := $(wildcard workloads/lib/*.c)
GUEST_PROGRAMS := $(patsubst %.c,$(B)/%,$(filter-out $(GUEST_PARTS),$(GUEST_SRC)))

# Programs of ramrig's own that measure a guest's hardware: as static, for the same reasons.
PROBES := $(patsubst harness/probes/%.c,$(B)/probes/%,$(wildcard harness/probes/*.c))

# Daemons that act in a guest, or on a production machine: harness/daemons/X/*.c with what
# they share in harness/daemons/lib becomes the static $(B)/ramrig-X.
DAEMON_LIB_SRC := $(wildcard harness/daemons/lib/*.c) \
		  $(patsubst %,harness/lib/%.c,err clock file json quantity text)
DAEMON_NAMES := $(filter-out lib,$(patsubst harness/daemons/%/,%,$(wildcard harness/daemons/*/)))
DAEMONS := $(DAEMON_NAMES:%=$(B)/ramrig-%)
daemon_src = $(wildcard harness/daemons/$(1)/*.c)

LIB_SRC := $(filter-out harness/agent/%.c harness/cli/%.c harness/probes/%.c,$(wildcard harness/*/*.c))
CLI_SRC := $(wildcard harness/cli/*.c)
TEST_SRC := $(wildcard tests/unit/test-*.c)
AGENT_LIB_SRC := $(filter-out harness/agent/main.c,$(wildcard harness/agent/*.c))

obj = $(patsubst %.c,$(B)/obj/%.o,$(1))
LIB_OBJ := $(call obj,$(LIB_SRC))
CLI_OBJ := $(call obj,$(CLI_SRC))
AGENT_OBJ := $(patsubst %.c,$(B)/agent/%.o,$(AGENT_SRC))
AGENT_LIB_OBJ := $(call obj,$(AGENT_LIB_SRC))
parts_of = $(filter $(1)-%.c,$(GUEST_PARTS))
guest_obj = $(patsubst %.c,$(B)/agent/%.o,$(1))
GUEST_COMMON_OBJ := $(call guest_obj,$(GUEST_COMMON) harness/lib/err.c harness/lib/text.c)
# A daemon's main.c is only what connects its parts to a process.
DAEMON_PARTS := $(filter-out %/main.c,$(wildcard harness/daemons/*/*.c))
GUEST_TEST_OBJ := $(call obj,$(GUEST_PARTS) $(GUEST_COMMON) $(DAEMON_PARTS))
TESTS := $(patsubst tests/unit/%.c,$(B)/tests/%,$(TEST_SRC))
FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz-*.c))
SHORT_FUZZERS := $(FUZZERS:%=$(B)/fuzz-short/%)
FUZZ_SECONDS ?= 60
DOCS := $(B)/ramrig.1 $(B)/ramrig.bash

# V=1 shows whole commands.
ifdef V
say = $(2)
else
say = @printf '  %-6s %s\n' $(1) '$@'; $(2)
endif

.PHONY: all check check-unit check-cli check-report check-boot demo soak mutants bench fuzz install clean FORCE
.DELETE_ON_ERROR:
# A test's object is no intermediate file to be removed.
.SECONDARY:

all: $(B)/ramrig $(B)/ramrig-agent $(DAEMONS) $(GUEST_PROGRAMS) $(PROBES) $(DOCS)

$(B)/setup-done: ci/packages ci/setup ci/npm reports/package-lock.json tests/report/package-lock.json
	ci/setup
	@mkdir -p $(@D) && touch $@

# Objects of other flags are of no use: a change of flags builds anew.
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(OPTIMISE) $(WARNINGS) $(HARDENING) $(CFLAGS) $(CPPFLAGS) $(VERSION)' | \
		cmp -s - $@ || echo '$(OPTIMISE) $(WARNINGS) $(HARDENING) $(CFLAGS) $(CPPFLAGS) $(VERSION)' > $@

$(B)/obj/%.o: %.c $(B)/flags | $(SETUP)
	@mkdir -p $(@D)
	$(call say,CC,$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<)

$(B)/agent/%.o: %.c $(B)/flags | $(SETUP)
	@mkdir -p $(@D)
	$(call say,CC,$(CC) $(CPPFLAGS_ALL) $(AGENT_CFLAGS) -MMD -MP -c -o $@ $<)

# What every page of a report holds is part of the program (harness/report/assets.c).
REPORT_ASSETS := $(addprefix $(B)/reports/,style.css program.js policy.txt)
$(B)/npm/reports/installed: reports/package-lock.json | $(SETUP)
	ci/npm reports
	@touch $@
$(REPORT_ASSETS) &: $(B)/npm/reports/installed reports/assemble \
		$(wildcard reports/*.css reports/*.js reports/*/*.js)
	$(call say,MAKE,reports/assemble $(B)/npm/reports $(B)/reports)
$(B)/obj/harness/report/assets.o $(B)/fuzz/obj/harness/report/assets.o: $(REPORT_ASSETS)

$(B)/libramrig.a: $(LIB_OBJ)
	@rm -f $@
	$(call say,AR,ar rcs $@ $^)

$(B)/ramrig: $(CLI_OBJ) $(B)/libramrig.a
	$(call say,LD,$(CC) $(LDFLAGS_ALL) -o $@ $^ $(PKG_LIBS) -lm)

$(B)/ramrig-agent: $(AGENT_OBJ)
	$(call say,LD,$(CC) -static -o $@ $^ -ljansson)

$(PROBES): $(B)/probes/%: $(B)/agent/harness/probes/%.o
	@mkdir -p $(@D)
	$(call say,LD,$(CC) -static -o $@ $^)

.SECONDEXPANSION:
$(DAEMONS): $(B)/ramrig-%: $$(call guest_obj,$$(call daemon_src,$$*) $(DAEMON_LIB_SRC))
	$(call say,LD,$(CC) -static -o $@ $^ -ljansson -lpopt -lm)

$(GUEST_PROGRAMS): $(B)/%: $(B)/agent/%.o \
		$$(call guest_obj,$$(call parts_of,$$*)) $(GUEST_COMMON_OBJ)
	@mkdir -p $(@D)
	$(call say,LD,$(CC) -static -pthread -o $@ $^ -lm)

$(B)/libguest.a: $(GUEST_TEST_OBJ)
	@rm -f $@
	$(call say,AR,ar rcs $@ $^)

$(B)/tests/%: $(B)/obj/tests/unit/%.o $(AGENT_LIB_OBJ) $(B)/libguest.a $(B)/libramrig.a
	@mkdir -p $(@D)
	$(call say,LD,$(CC) $(LDFLAGS_ALL) -o $@ $^ $(PKG_LIBS) -lcmocka -lm)

# What statistics are held against: tests/bench/designs.c says how.
$(B)/tests/bench-%: $(B)/obj/tests/bench/%.o $(B)/libramrig.a
	@mkdir -p $(@D)
	$(call say,LD,$(CC) $(LDFLAGS_ALL) -o $@ $^ $(PKG_LIBS) -lm)

# Two builds of each fuzz target. The short round of `make check` is our own
# driver over the objects of everything else; `make fuzz` has the library built
# anew and sanitised, under libFuzzer where there is one.
FUZZ_SAN := address,undefined -fno-sanitize-recover=undefined
FUZZ_CC = $(eval FUZZ_CC := $$(shell tests/fuzz/compiler))$(FUZZ_CC)
FUZZ_CFLAGS = -std=gnu17 -O1 -g -pthread $(PKG_CFLAGS) \
	      -fsanitize=$(if $(findstring clang,$(FUZZ_CC)),fuzzer-no-link$(comma))$(FUZZ_SAN)
FUZZ_DRIVER = $(if $(findstring clang,$(FUZZ_CC)),,$(B)/fuzz/obj/tests/fuzz/driver.o)
FUZZ_OBJ := $(patsubst %.c,$(B)/fuzz/obj/%.o,$(LIB_SRC) $(AGENT_LIB_SRC))
comma := ,

$(B)/fuzz-short/%: $(B)/obj/tests/fuzz/%.o $(B)/obj/tests/fuzz/driver.o $(AGENT_LIB_OBJ) \
		$(B)/libramrig.a
	@mkdir -p $(@D)
	$(call say,LD,$(CC) $(LDFLAGS_ALL) -o $@ $^ $(PKG_LIBS) -lm)

$(B)/fuzz/obj/%.o: %.c $(B)/flags | $(SETUP)
	@mkdir -p $(@D)
	$(call say,CC,$(FUZZ_CC) $(CPPFLAGS_ALL) $(FUZZ_CFLAGS) -MMD -MP -c -o $@ $<)

$(B)/fuzz/libramrig.a: $(FUZZ_OBJ)
	@rm -f $@
	$(call say,AR,ar rcs $@ $^)

$(B)/fuzz/%: $(B)/fuzz/obj/tests/fuzz/%.o $(B)/fuzz/obj/tests/fuzz/driver.o $(B)/fuzz/libramrig.a
	$(call say,LD,$(FUZZ_CC) -pthread -fsanitize=$(if $(findstring clang,$(FUZZ_CC)),fuzzer$(comma))$(FUZZ_SAN) \
		-o $@ $< $(FUZZ_DRIVER) $(B)/fuzz/libramrig.a $(PKG_LIBS) -lm)

# Man page and completion come from the tables that --help comes from.
$(B)/ramrig.1: $(B)/ramrig
	$< docs man > $@
$(B)/ramrig.bash: $(B)/ramrig
	$< docs completion > $@

check: all $(TESTS) $(SHORT_FUZZERS)
	tests/run-check $(B) $(TESTS)

check-unit: $(TESTS)
	tests/run-unit $(TESTS)

check-cli: all
	bats --print-output-on-failure tests/cli

check-report: all
	ci/npm tests/report
	bats --print-output-on-failure tests/report

check-boot: all
	bats --print-output-on-failure tests/boot

# A regression is what the comparison found, not a failure of the demo.
demo: all
	$(B)/ramrig run quickstart || [ $$? -eq 1 ]

soak: all
	bats --print-output-on-failure tests/soak
	tests/mutants/run

# Detectors taken out one at a time, and the unit tests that must then fail.
mutants: all
	tests/mutants/run --unit

bench: all $(B)/tests/bench-designs
	tests/bench/run

# For FUZZ_SECONDS each, from the seeds in tests/fuzz/corpus/; the corpora grow
# under build/.
fuzz: $(FUZZERS:%=$(B)/fuzz/%)
	tests/fuzz/run $(B)/fuzz $(FUZZ_SECONDS)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/libexec/ramrig/probes \
		$(DESTDIR)$(PREFIX)/share/ramrig $(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -m 755 $(B)/ramrig $(DESTDIR)$(PREFIX)/bin/ramrig
	install -m 755 $(B)/ramrig-agent $(DESTDIR)$(PREFIX)/libexec/ramrig/ramrig-agent
	install -m 755 $(DAEMONS) $(DESTDIR)$(PREFIX)/libexec/ramrig/
	install -m 755 $(PROBES) $(DESTDIR)$(PREFIX)/libexec/ramrig/probes/
	install -m 644 $(B)/ramrig.1 $(DESTDIR)$(PREFIX)/share/man/man1/ramrig.1
	install -m 644 $(B)/ramrig.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/ramrig
	cp -R images topologies policies workloads experiments $(DESTDIR)$(PREFIX)/share/ramrig/
	install -d $(DESTDIR)$(PREFIX)/share/ramrig/reports
	cp -R reports/claims $(DESTDIR)$(PREFIX)/share/ramrig/reports/
	for program in $(GUEST_PROGRAMS:$(B)/%=%); do \
		install -m 755 $(B)/$$program $(DESTDIR)$(PREFIX)/share/ramrig/$$program; done

clean:
	rm -rf $(B)

-include $(shell find $(B)/obj $(B)/agent $(B)/fuzz -name '*.d' 2>/dev/null)
