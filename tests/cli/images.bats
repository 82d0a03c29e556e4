#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Recipes of images that are based on others, and are wrong: nothing is built.

load common

recipe() { # NAME LINE...
	mkdir -p "my/images/rootfs/$1"
	printf '%s\n' "image: $1" 'summary: A test' "${@:2}" >"my/images/rootfs/$1/image.yaml"
}

refused() { # NAME TEXT
	run_apart ramrig --path my image build "$1"
	expect_status 2
	expect_in "$errors" "/my/images/rootfs/$1/image.yaml:3:7: base: $2"
}

@test "an image can't be based on itself, nor two on each other" {
	recipe own 'base: own'
	recipe hen 'base: egg'
	recipe egg 'base: hen'
	refused own "'own' has a base itself"
	refused hen "'egg' has a base itself"
}

@test "a base must exist and be of the same release" {
	recipe orphan 'base: none'
	recipe young 'base: old' 'suite: trixie'
	recipe old 'suite: bookworm'
	refused orphan "there is no image 'none'"
	refused young "'old' is of bookworm, and this of trixie"
}
