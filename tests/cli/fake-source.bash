# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# For tests that build kernels of fake-kernel/, a source whose Makefile imitates a
# kernel's; after: load common

need_build_tools() {
	for tool in gcc make patch git bc bison flex; do
		command -v $tool >/dev/null || skip "$tool is not installed"
	done
}

mine() {
	ramrig --path mine "$@"
}

# The kernel "base" of the folder "mine", with $1 as its source.
write_base() {
	mkdir -p mine/images/kernels/base
	printf 'CONFIG_A=y\n' >mine/images/kernels/base/some.config
	cat >mine/images/kernels/base/kernel.yaml <<-END
		kernel: base
		summary: A base to patch
		source: {$1}
		config: tinyconfig
		fragments: [some.config]
	END
}

git_in() { # REPOSITORY ARGUMENT...
	local repo=$1
	shift
	git -C "$repo" -c user.name=me -c user.email=me@here.test -c commit.gpgsign=false "$@"
}

commit() { # REPOSITORY SUBJECT
	git_in "$1" add -A
	git_in "$1" commit -q -m "$2"
}

make_repo() { # REPOSITORY
	cp -R "$BATS_TEST_DIRNAME/fake-kernel" "$1"
	git_in "$1" init -q
	commit "$1" base
}

# make_patch REPOSITORY FILE SUBJECT SED: what SED does to mm/one.c, as git format-patch writes it.
make_patch() {
	sed -i "$4" "$1/mm/one.c"
	commit "$1" "$3"
	git_in "$1" format-patch -q -1 --stdout >"$2"
}
