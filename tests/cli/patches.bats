#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# try and bisect as far as they go without a guest: what is refused before anything
# is built, and patches that do not build. The source imitates a kernel's
# (fake-kernel/).

load common
load fake-source

setup_file() {
	need_build_tools
	command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86_64 is not installed"
}

# A kernel "base" on the path "mine", and patches of it: good.patch, and broken.patch
# that does not compile.
make_patches() {
	make_repo tree
	write_base "git: $PWD/tree"
	make_patch tree good.patch 'mm: good' 's/one_5/five/'
	make_patch tree broken.patch 'mm: broken' 's/five/BROKEN/'
	git_in tree reset -q --hard HEAD~2
}

@test "what try is given must make sense" {
	make_patches
	run_apart mine try
	expect_status 2
	expect_in "$errors" "name the patches to try, or --tree DIR"
	run_apart mine try --good HEAD good.patch
	expect_status 2
	expect_in "$errors" "--good goes with --tree"
	run_apart mine try --smoke --pairs 3 good.patch
	expect_status 2
	expect_in "$errors" "--smoke compares nothing"
	run_apart mine try --base nobody good.patch
	expect_status 2
	expect_in "$errors" "nobody"
	run_apart mine try --base debian-6.12 good.patch
	expect_status 2
	expect_in "$errors" "a stock package is not built from source"
	run_apart mine try --base base nowhere.patch
	expect_status 2
	expect_in "$errors" "nowhere.patch"
}

@test "a wrong experiment or topology is told before anything is built" {
	make_patches
	run_apart mine try --base base --experiment quickstar good.patch
	expect_status 2
	expect_in "$errors" "quickstart"
	run_apart mine try --base base --topology dra good.patch
	expect_status 2
	expect_in "$errors" "dram"
	run_apart mine try --base base --pairs 2 good.patch
	expect_status 2
	expect_in "$errors" "--pairs 2 is too few"
	run_apart mine try --base base --arm nobodys good.patch
	expect_status 2
	expect_in "$errors" "has no arm 'nobodys'"
	[ ! -d "$XDG_CACHE_HOME/ramrig/workshop" ] || fail "something was built"
	[ -z "$(ls -A results)" ] || fail "left: $(ls results)"
}

@test "a patch that does not compile is a verdict, with the compiler's words" {
	make_patches
	run_apart mine try --base base good.patch broken.patch --out tried
	expect_status 2
	expect_in "$output" "Verdict: does-not-build"
	expect_in "$output" "BROKEN undeclared"
	expect_in "$(jq -r '.verdict + " " + .patched + " " + .base' tried/try.json)" \
		"does-not-build base+good base"
	[ -s tried/images/kernels/base+good/broken.patch ]
	run_apart mine try --base base good.patch broken.patch --out tried
	expect_status 2
	expect_in "$errors" "tried is there already"
}

@test "a patch that does not apply is a verdict, too" {
	make_patches
	run_apart mine try --base base broken.patch --json
	expect_status 2
	expect_in "$(jq -r .verdict <<<"$output")" "does-not-build"
	expect_in "$(jq -r '.reasons[0]' <<<"$output")" "does not apply to mm/one.c"
}

@test "git bisect is told to skip what does not build, and to stop where the rig fails" {
	make_patches
	git_in tree am -q "$PWD/good.patch" "$PWD/broken.patch"
	run_apart mine try --git-bisect --base base --tree tree --good HEAD~2
	expect_status 125
	expect_in "$output" "BROKEN undeclared"
	[ -z "$(git_in tree status --porcelain)" ] || fail "the tree is dirty: $(git_in tree status)"
	[ -d tree.ramrig ]
	run_apart mine try --git-bisect --base base --tree tree --experiment nothing
	expect_status 255
}

@test "what bisect is given must make sense" {
	make_patches
	run_apart mine bisect
	expect_status 2
	expect_in "$errors" "name the patches of the series"
	run_apart mine bisect good.patch
	expect_status 2
	expect_in "$errors" "name the --experiment"
	run_apart mine bisect --base base --experiment try-coldheap --good 2 good.patch broken.patch --out b
	expect_status 2
	expect_in "$errors" "there is no change between the good and the bad end"
	run_apart mine bisect --base base --experiment try-coldheap --bad 3 good.patch broken.patch --out b
	expect_status 2
	expect_in "$errors" "the bad end has 3 patches, the series 2"
	run_apart mine bisect --base base --experiment try-coldheap --metric rps good.patch --out b
	expect_status 2
	expect_in "$errors" "rps is no key metric of the experiment"
	for range in HEAD HEAD.. ..HEAD HEAD...HEAD nobody..HEAD --output=x..y; do
		run_apart mine bisect --base base --experiment try-coldheap --git tree --out b -- "$range"
		expect_status 2
		[[ $errors == *"is no range"* || $errors == *"has no commit"* ]] || fail "$range: $errors"
	done
	run_apart mine bisect --base base --experiment try-coldheap --git tree HEAD..HEAD --out b
	expect_status 2
	expect_in "$errors" "no change between"
	[ ! -e b ] || fail "something is left"
	run_apart mine bisect --resume b --metric rps
	expect_status 2
	expect_in "$errors" "--resume goes on with what was asked"
	run_apart mine bisect --resume b
	expect_status 2
}
