#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Kernels from source, with a source whose Makefile imitates a kernel's
# (fake-kernel/): what is compiled again, what is refused, what a killed build leaves.
# Patches are made with git from that source.

load common
load fake-source

setup_file() {
	need_build_tools
}

# The kernel "base" from a tree, in the folder "mine", which is first on the path.
make_base() {
	cp -R "$BATS_TEST_DIRNAME/fake-kernel" tree
	write_base 'tree: ../../../../tree'
}

# patch_of FILE SUBJECT SED: a patch out of the repository "repo".
patch_of() {
	[ -d repo ] || make_repo repo
	make_patch repo "$@"
}

build() {
	run_apart mine kernel build "$1"
	expect_status "${2:-0}"
}

built() {
	jq -r .bzimage <<<"$(mine kernel show "$1" --json)"
}

# What the last build of a kernel has compiled.
compiled() {
	grep -o 'CC .*' "$XDG_CACHE_HOME"/ramrig/kernel/"$1"-*/build.log | tr -s ' ' | sort
}

@test "a kernel is built once, with image, config, symbols and vmlinux" {
	make_base
	build base
	expect_in "$output" "base is 6.99.0-base, built in"
	dir=$(dirname "$(dirname "$(built base)")")
	for file in boot/vmlinuz-6.99.0-base boot/config-6.99.0-base boot/System.map vmlinux; do
		[ -s "$dir/$file" ] || fail "no $file"
	done
	grep -qx CONFIG_A=y "$dir/boot/config-6.99.0-base"
	build base
	expect_in "$output" "already built"
	[ "$(mine kernel list --json | jq -r '.[] | select(.name == "base").release')" = 6.99.0-base ]
}

@test "a patch compiles only what it touches, and its kernel differs from the base's" {
	make_base
	build base
	patch_of 0001-one.patch 'mm: change one' 's/one_5/five/'
	run_apart mine kernel new base-one --base base --patch 0001-one.patch
	expect_status 0
	expect_in "$output" "ramrig kernel build base-one"
	build base-one
	[ "$(compiled base-one)" = "CC mm/one.o" ] || fail "compiled: $(compiled base-one)"
	grep -q five "$(built base-one)"
	run ! grep -q five "$(built base)"
	grep -q 'summary: "mm: change one"' mine/images/kernels/base-one/kernel.yaml
}

@test "an mbox of several patches applies in order, and is taken back for the base" {
	make_base
	patch_of one.patch 'first' 's/one_5/five/'
	patch_of two.patch 'second' 's/five/six/'
	{ cat one.patch; echo; cat two.patch; } >both.mbox
	mine kernel new both --base base both.mbox
	build both
	grep -q six "$(built both)"
	entry=$(dirname "$(dirname "$(built both)")")
	[ "$(jq -c .series "$entry/kernel.json")" = '["first","second"]' ]
	[ "$(jq -r '.series[1] | .file + " " + .title' "$entry/recipe/recipe.json")" = "0002.patch second" ]
	grep -q '^+int six' "$entry/recipe/0002.patch"
	grep -q CONFIG_A=y "$entry/recipe/fragment-1-some.config"
	build base
	grep -q one_5 "$(built base)"
	grep -q one_5 "$XDG_CACHE_HOME"/ramrig/workshop/*/src/mm/one.c
}

@test "a patch that does not apply shows its hunk, and the next kernel builds" {
	make_base
	patch_of one.patch 'first' 's/one_5/five/'
	patch_of two.patch 'second' 's/five/six/'
	mine kernel new lost --base base two.patch
	build lost 2
	expect_in "$errors" "two.patch (second) does not apply to mm/one.c: Hunk #1 FAILED"
	expect_in "$errors" "-int five;"
	run ! grep -rq six "$XDG_CACHE_HOME"/ramrig/workshop/*/src/mm
	mine kernel new found --base base one.patch
	build found
	grep -q five "$(built found)"
}

@test "a patch that applies only with fuzz is refused" {
	make_base
	patch_of one.patch 'first' 's/one_5/five/'
	sed -i 's/int one_3;/int other_3;/' tree/mm/one.c
	mine kernel new fuzzy --base base one.patch
	build fuzzy 2
	expect_in "$errors" "does not apply"
}

@test "an option that does not come out names its line, and what it depends on that is off" {
	make_base
	printf '# nothing\nCONFIG_A=n\nCONFIG_B=y\n' >mine/images/kernels/base/some.config
	build base 2
	expect_in "$errors" "some.config:3: CONFIG_B=y came out as off"
	expect_in "$errors" "mm/Kconfig:4: config B depends on A"
	expect_in "$errors" "of which off: A"
	printf 'CONFIG_C=y\n' >mine/images/kernels/base/some.config
	build base 2
	expect_in "$errors" "no Kconfig file of this source has such an option"
}

@test "a later fragment decides, also when it turns an option off" {
	make_base
	mkdir mine/images/kernels/off
	printf '# CONFIG_A is not set\n' >mine/images/kernels/off/off.config
	printf 'kernel: off\nsummary: A off\nbase: base\nfragments: [off.config]\n' \
		>mine/images/kernels/off/kernel.yaml
	build off
	grep -qx '# CONFIG_A is not set' "$(dirname "$(built off)")/config-6.99.0-off"
}

@test "what does not compile shows the compiler's error, and the next kernel builds" {
	make_base
	patch_of broken.patch 'break it' 's/int one_5/BROKEN/'
	mine kernel new broken --base base broken.patch
	build broken 2
	expect_in "$errors" "the kernel broken does not build"
	expect_in "$errors" "mm/one.c:1:1: error: BROKEN undeclared"
	build base
}

@test "a kernel with modules has them in the cache" {
	make_base
	printf 'CONFIG_MODULES=y\n' >mine/images/kernels/base/some.config
	build base
	[ -f "$(mine kernel show base --json | jq -r .modules)/modules.dep" ]
}

@test "a tree's uncommitted change is built, and a removed file is gone" {
	make_base
	build base
	echo 'int changed;' >>tree/mm/two.c
	touch tree/new; build base
	grep -q changed "$(built base)"
	rm tree/new
	build base
	[ ! -e "$(echo "$XDG_CACHE_HOME"/ramrig/workshop/*/src/new)" ]
}

@test "another revision of a git repository compiles only what differs" {
	make_base
	patch_of one.patch 'first' 's/one_5/five/'
	write_base 'git: ../../../../repo, revision: HEAD~1'
	build base
	grep -q one_5 "$(built base)"
	rm -r "$XDG_CACHE_HOME"/ramrig/kernel
	write_base 'git: ../../../../repo, revision: HEAD'
	build base
	grep -q five "$(built base)"
	[ "$(compiled base)" = "CC mm/one.o" ] || fail "compiled: $(compiled base)"
}

@test "a tarball is a source" {
	make_base
	tar -cJf tree.tar.xz tree
	write_base 'tarball: ../../../../tree.tar.xz'
	build base
	grep -q one_5 "$(built base)"
}

@test "a build that is killed leaves a workshop that heals" {
	make_base
	build base
	patch_of one.patch 'first' 's/one_5/five/'
	mine kernel new killed --base base one.patch
	HANG=60 "$RAMRIG" --path mine kernel build killed 2>/dev/null 3>&- &
	pid=$!
	for _ in $(seq 100); do
		[ -e "$(echo "$XDG_CACHE_HOME"/ramrig/workshop/*/obj-*/.ramrig-building)" ] &&
			[ -n "$(pgrep -P $pid)" ] && break
		sleep 0.1
	done
	group=$(pgrep -P $pid)
	kill -9 $pid
	for _ in $(seq 50); do
		pgrep -g "$group" >/dev/null || break
		sleep 0.1
	done
	run ! pgrep -g "$group"
	# Half of a file, newer than its source.
	echo half >"$(echo "$XDG_CACHE_HOME"/ramrig/workshop/*/obj-*/mm)"/one.o
	build killed
	grep -q five "$(built killed)"
	run ! grep -q half "$(built killed)"
}

@test "a source that a dead builder left half patched is unpacked anew" {
	make_base
	build base
	state=$(echo "$XDG_CACHE_HOME"/ramrig/workshop/*/state.json)
	jq '.dirty = true' "$state" >dirty.json && mv dirty.json "$state"
	echo 'int half;' >"$(dirname "$state")/src/mm/one.c"
	patch_of one.patch 'first' 's/one_5/five/'
	mine kernel new next --base base one.patch
	build next
	grep -q five "$(built next)"
}

@test "kernel new refuses a name that is taken, a stock base and what is no patch" {
	make_base
	patch_of one.patch 'first' 's/one_5/five/'
	run_apart mine kernel new base --base base one.patch
	expect_status 2
	expect_in "$errors" "there is a kernel base already"
	run_apart mine kernel new other --base debian-6.12 one.patch
	expect_status 2
	expect_in "$errors" "a stock package is not built from source"
	echo nothing >none.patch
	run_apart mine kernel new other --base base none.patch
	expect_status 2
	expect_in "$errors" "none.patch is no patch: it has no diff"
	run_apart mine kernel new base_one --base base one.patch
	expect_status 2
	expect_in "$errors" "cannot call a kernel so"
	[ "$(ls mine/images/kernels)" = base ]
}

@test "another source is built with the base's configuration" {
	make_base
	patch_of one.patch 'first' 's/one_5/five/'
	patch_of two.patch 'second' 's/five/six/'
	mine kernel new tree+x --base base --tree tree
	mine kernel new git+x --base base --git repo --revision HEAD~1
	rm -r mine/images/kernels/base		# it needs that no more
	build tree+x
	grep -q one_5 "$(built tree+x)"
	build git+x
	grep -q five "$(built git+x)"
	grep -qx CONFIG_A=y "$(dirname "$(built git+x)")"/config-*
	rm -r tree
	make_base
	run_apart mine kernel new git+y --base base --git repo --revision HEAD one.patch
	expect_status 0
	build git+y 2				# it has that patch already
	expect_in "$errors" "does not apply"
	run_apart mine kernel new none --base base --tree nowhere
	expect_status 2
	expect_in "$errors" "cannot find the source nowhere"
}

@test "a kernel that is its own base is refused" {
	make_base
	mkdir mine/images/kernels/loop
	printf 'kernel: loop\nsummary: A loop\nbase: loop\n' >mine/images/kernels/loop/kernel.yaml
	build loop 2
	expect_in "$errors" "cannot be based on itself"
}

@test "kernel fetch of a kernel from source names kernel build" {
	make_base
	run_apart mine kernel fetch base
	expect_status 2
	expect_in "$errors" "ramrig kernel build base"
}

@test "a kernel of files that are there already is shown and listed as it is" {
	make_base
	build base
	mkdir -p mine/images/kernels/made/lib/modules/6.99.0-base
	cp "$(built base)" mine/images/kernels/made/bzImage
	touch mine/images/kernels/made/lib/modules/6.99.0-base/modules.dep
	cat >mine/images/kernels/made/kernel.yaml <<-END
		kernel: made
		summary: Files of mine
		prebuilt: {bzimage: bzImage, modules: .}
	END
	expect_in "$(built made)" "/mine/images/kernels/made/bzImage"
	[ "$(mine kernel show made --json | jq -r '.name + " " + .release')" = "made 6.99.0-base" ]
	expect_in "$(mine kernel show made --json | jq -r .modules)" "made/lib/modules/6.99.0-base"
	[ "$(mine kernel list --json | jq -r '.[] | select(.name == "made").release')" = 6.99.0-base ]
	for command in "kernel build made" "kernel fetch made" "kernel new x --base made some.patch"; do
		# shellcheck disable=SC2086
		run_apart mine $command
		expect_status 2
		expect_in "$errors" "prebuilt"
	done
	rm mine/images/kernels/made/bzImage
	run_apart mine kernel show made
	expect_status 2
	expect_in "$errors" "made/kernel.yaml:3"
}
