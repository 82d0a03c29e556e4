#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Bundles of a result that was written by hand, with a kernel, an image and an agent of a few
# bytes: what goes in and comes out, what is refused and why, and what `replay --dry-run` holds
# against this host. Nothing is booted; tests/boot/replay.bats does that.

load common

RELEASE=6.99.0-test
IMAGE_HASH=$(printf '%064d' 7)
SUFFIX=bundle.tar.zst

sha() {
	sha256sum "$1" | cut -d ' ' -f 1
}

# Modules of $1/lib/modules/$RELEASE, of which a guest wants two; the channel's are built in.
make_modules() {
	local dir=$1/lib/modules/$RELEASE name
	mkdir -p "$dir/kernel"
	for name in virtio_blk ext4 unwanted; do
		printf '.section .modinfo,"a"\n.asciz "name=%s"\n' $name >module.s
		gcc -c -o "$dir/kernel/$name.ko" module.s
	done
	printf 'kernel/%s.ko\n' virtio_pci virtio_console >"$dir/modules.builtin"
	: >"$dir/modules.order"
	depmod -b "$1" $RELEASE
}

make_kernel() { # DIR
	mkdir -p "$1/boot"
	echo "a kernel" >"$1/boot/vmlinuz-$RELEASE"
	echo "CONFIG_KSM=y" >"$1/boot/config-$RELEASE"
	make_modules "$1"
}

make_image() {
	local dir=$XDG_CACHE_HOME/ramrig/image/default-$IMAGE_HASH
	mkdir -p "$dir"
	truncate -s 1M "$dir/root.img"
	echo '[]' >"$dir/packages.json"
	printf '{"image": "default", "hash": "%s"}\n' "$IMAGE_HASH" >"$dir/image.json"
}

# A result of one pair, in the folder "result"; its kernel lies in "built".
make_result() {
	local n hash
	for tool in gcc depmod; do
		command -v $tool >/dev/null || skip "$tool is not installed"
	done
	make_kernel "$PWD/built"
	make_image
	mkdir -p result/programs result/workloads/web result/cells
	echo "an agent" >result/programs/ramrig-agent
	echo "echo ready" >result/workloads/web/server.sh
	hash=$(sha "built/boot/vmlinuz-$RELEASE")
	jq --arg pwd "$PWD" --arg hash "$hash" --arg release $RELEASE --arg image "$IMAGE_HASH" \
		--arg agent "$(sha result/programs/ramrig-agent)" \
		--arg path "$XDG_CACHE_HOME/ramrig/image/default-$IMAGE_HASH/root.img" '
		{name: "old", bzimage: "\($pwd)/built/boot/vmlinuz-\($release)", release: $release,
		 modules: "\($pwd)/built/lib/modules/\($release)", hash: $hash,
		 vmlinux: null, package: null, version: null} as $kernel
		| .kernels.old = $kernel | .reference = $kernel | .cells = .cells[:2] | .pairs = 1
		| .image = {name: "default", path: $path, hash: $image}
		| .programs = {"ramrig-agent": $agent} | .workloads.web.folder = "workloads/web"' \
		"$ROOT/tests/golden/plan-two-arms.json" >result/plan.json
	for n in 1 2; do
		mkdir -p result/cells/000$n
		jq --argjson cell "$(jq ".cells[$n - 1]" result/plan.json)" '. + $cell' \
			"$ROOT/tests/unit/data/results/quickstart/cells/0003/result.json" \
			>result/cells/000$n/result.json
		printf '{"columns":["meminfo.MemTotal","meminfo.MemAvailable"]}\n{"t_ns":1,"v":[100,%s]}\n' \
			$n >result/cells/000$n/samples.jsonl
		echo "Linux version $RELEASE" >result/cells/000$n/console.log
		echo '<domain/>' >result/cells/000$n/domain.xml
		echo '["qemu","-machine","pc-q35-7.2,usb=off"]' >result/cells/000$n/argv.json
	done
	: >result/lock
}

edit_cell() { # N FILTER
	jq "$2" "result/cells/000$1/result.json" >edited
	mv edited "result/cells/000$1/result.json"
}

bundled() {
	run_apart ramrig -q bundle result "$@"
	expect_status 0
}

refused() { # TEXT ARGUMENT...: nothing is written
	local text=$1
	shift
	rm -f result.$SUFFIX
	run_apart ramrig -q bundle result "$@"
	expect_status 2
	# shellcheck disable=SC2154
	expect_in "$errors" "$text"
	[ ! -e result.$SUFFIX ] || fail "there is a bundle"
	[ -z "$(ls -A "$TMPDIR")" ] || fail "left behind: $(ls -A "$TMPDIR")"
}

@test "a bundle has the result, its kernel, the modules that guests want, and no more" {
	make_result
	bundled
	[ "$output" = "bundle: result.$SUFFIX" ] || fail "other words"
	ramrig bundle show --members result.$SUFFIX | awk 'NR > 1 {print $3}' >members
	for name in plan.json cells/0001/samples.jsonl cells/0002/domain.xml programs/ramrig-agent \
		workloads/web/server.sh replay/kernels/1/boot/vmlinuz-$RELEASE \
		replay/kernels/1/boot/config-$RELEASE \
		replay/kernels/1/lib/modules/$RELEASE/kernel/ext4.ko \
		replay/kernels/1/lib/modules/$RELEASE/modules.dep.bin replay/image/packages.json; do
		grep -Fxq "$name" members || fail "no $name"
	done
	run ! grep -Eq 'unwanted|lock|root.img|manifest' members
	run_apart ramrig bundle show result.$SUFFIX
	expect_status 0
	expect_in "$output" "ran on      ramrig 0.1.0, QEMU 7.2.22 (tcg), libvirt 9.0.0, 2 CPUs"
	expect_in "$output" "kernel      old: 2 modules"
	expect_in "$output" "default 0000000000000000, not in the bundle"
}

@test "the same result gives the same bytes, whatever the times of its files" {
	make_result
	bundled -o one
	find result built -exec touch -d '2001-01-01' {} +
	bundled -o two
	cmp one two
}

@test "analysis of a bundle is that of the folder, and leaves nothing behind" {
	make_result
	bundled
	for command in "compare --json" "figures --json" "series --json --cell 2"; do
		read -ra words <<<"$command"
		[ "$(ramrig "${words[@]}" result)" = "$(ramrig "${words[@]}" result.$SUFFIX)" ] ||
			fail "$command differs"
	done
	[ -z "$(ls -A "$TMPDIR")" ] || fail "left behind: $(ls -A "$TMPDIR")"
}

@test "a bundle unpacks to a result's folder, which makes the same bundle without its cache" {
	make_result
	bundled --with-image
	run_apart ramrig bundle unpack result.$SUFFIX copy
	expect_status 0
	diff -r result/cells copy/cells
	diff result/plan.json copy/plan.json
	[ "$(stat -c %s copy/replay/image/root.img)" = 1048576 ]
	mv built elsewhere
	rm -r "$XDG_CACHE_HOME"
	run_apart ramrig -q bundle copy --with-image -o again
	expect_status 0
	cmp result.$SUFFIX again
	run_apart ramrig bundle unpack result.$SUFFIX copy
	expect_status 2
	expect_in "$errors" "copy is not empty"
}

@test "with --cell there are only the cells that were asked for" {
	make_result
	bundled --cell 2
	[ "$(ramrig bundle show --json result.$SUFFIX | jq -c .cells)" = "[2]" ]
	run ! grep -q cells/0001 <(ramrig bundle show --members result.$SUFFIX)
	refused "has no cell '3'" --cell 3
	refused "has no cell '1x'" --cell 1x
}

@test "what is gone or has changed since the run is named, and how to make it" {
	make_result
	cp -R built good-built
	cp -R result good
	echo "another kernel" >built/boot/vmlinuz-$RELEASE
	refused "the kernel old of the result is not what lies at $PWD/built/boot/vmlinuz-$RELEASE now"
	rm built/boot/vmlinuz-$RELEASE
	refused "is not at $PWD/built/boot/vmlinuz-$RELEASE any more: put it back"
	jq '.kernels.old.package = "linux-image" | .kernels.old.version = "6.99-1"
		| .reference = .kernels.old' good/plan.json >result/plan.json
	refused "\`ramrig kernel fetch old\` fetches the newest, which may be another than linux-image 6.99-1"
	cp good/plan.json result/plan.json
	rm -r built
	cp -R good-built built
	rm built/lib/modules/$RELEASE/kernel/ext4.ko
	refused "has lost modules"
	rm -r built
	cp -R good-built built
	echo "another agent" >result/programs/ramrig-agent
	refused "programs/ramrig-agent is not the program that the guests ran"
	rm result/programs/ramrig-agent
	refused "result/programs/ramrig-agent"
	rm -r result
	cp -R good result
	rm -r "$XDG_CACHE_HOME"
	refused "the image default that it ran on (0000000000000000) is not in the cache; \`ramrig image build"
}

@test "a result that kept no agent is not bundled, and it is said why" {
	make_result
	jq 'del(.programs)' result/plan.json >edited
	mv edited result/plan.json
	refused "does not hold the agent that its guests ran"
}

@test "an initramfs that comes out otherwise than the cell recorded is refused" {
	make_result
	edit_cell 2 '.initramfs = "00"'
	refused "the initramfs of cell 2 cannot be made again (SHA-256 then 00, now"
}

@test "a link out of the result is not followed" {
	make_result
	ln -s /etc/hostname result/cells/0001/hostname
	refused "cells/0001/hostname: it is a link to what is not in"
}

@test "a bundle that is cut short, changed or none is refused by whoever reads it" {
	make_result
	bundled
	head -c 2000 "result.$SUFFIX" >cut.short
	echo "no bundle" >none
	cp result.$SUFFIX changed
	printf '\377\377\377\377' | dd of=changed bs=1 seek=$(($(stat -c %s changed) / 2)) conv=notrunc status=none
	for file in cut.short none changed; do
		for command in "bundle unpack $file out" "replay $file 1 --dry-run"; do
			read -ra words <<<"$command"
			run_apart ramrig "${words[@]}"
			expect_status 2
			expect_in "$errors" "$file"
			rm -rf out
		done
	done
	for command in "bundle show none" "compare none" "figures cut.short"; do
		read -ra words <<<"$command"
		run_apart ramrig "${words[@]}"
		expect_status 2
		expect_in "$errors" "${words[-1]}"
	done
	[ -z "$(ls -A "$TMPDIR")" ] || fail "left behind: $(ls -A "$TMPDIR")"
	[ -z "$(ls "$XDG_CACHE_HOME/ramrig/bundle")" ] || fail "half a bundle is in the cache"
}

# Makes the cell's records those of this host, as `replay` itself sees it.
record_this_host() { # N
	command -v qemu-system-x86_64 >/dev/null || skip "QEMU is not installed"
	ramrig replay result "$1" --dry-run --json >rows.json || true
	is() {
		jq -r --arg what "$1" '.checks[] | select(.what == $what) | .is' rows.json
	}
	edit_cell "$1" ".versions = {ramrig: \"$(is ramrig)\", qemu: \"$(is qemu)\", libvirt: \"$(is libvirt)\"}
		| .fidelity.accelerator = \"$(is accelerator)\" | .host.cpus = $(is cpus)
		| .initramfs = \"$(is initramfs)\""
	jq -nc --arg machine "$(is machine)" '["-machine", $machine]' >"result/cells/000$1/argv.json"
}


verdicts() { # rows.json
	jq -r '.checks[] | "\(.what) \(.verdict)"' "$1"
}

@test "replay names each thing that differs with both values, and is refused" {
	make_result
	record_this_host 2
	bundled
	run_apart ramrig replay result.$SUFFIX 2 --dry-run
	expect_status 2
	expect_in "$errors" "this would be no replay: 1 thing differs, first domain"
	expect_in "$errors" "then <domain/>"
	expect_in "$output" "Cell 2 of two-arms: web on small, old, arm merge, pair 1"
	run_apart ramrig replay result.$SUFFIX 2
	expect_status 2
	[ ! -e results ] || fail "something was begun"
	run_apart ramrig replay result.$SUFFIX 2 --dry-run --json --allow domain
	expect_status 0
	[ "$(verdicts <(echo "$output") | grep -v equal | xargs)" = "domain allowed host-kernel told" ] ||
		[ "$(verdicts <(echo "$output") | grep -v equal | xargs)" = \
			"domain allowed memory told host-kernel told" ] || fail "other verdicts"
}

@test "of a cell as it was, one fact changed is refused by its name" {
	make_result
	record_this_host 2
	for change in 'qemu .versions.qemu="1.0.0"' 'libvirt .versions.libvirt="1.0.0"' \
		'ramrig .versions.ramrig="0.0.1"' 'cpus .host.cpus=977' 'initramfs del(.initramfs)' \
		'accelerator .fidelity.accelerator|=({tcg:"kvm",kvm:"tcg"}[.])'; do
		cp result/cells/0002/result.json good.json
		edit_cell 2 "${change#* }"
		run_apart ramrig replay result 2 --dry-run --json --allow domain
		expect_status 2
		[ "$(verdicts <(echo "$output") | sed -n 's/ refused//p')" = "${change%% *}" ] ||
			fail "not ${change%% *} alone"
		cp good.json result/cells/0002/result.json
	done
	run_apart ramrig replay result 1 --dry-run
	expect_status 2
	expect_in "$errors" "2 things differ, first initramfs"
}

@test "replay refuses what it cannot do before anything is begun" {
	make_result
	bundled
	bundled --cell 1 -o one.bundle
	rm result/cells/0002/result.json
	while IFS='|' read -r arguments text; do
		read -ra words <<<"$arguments"
		run_apart ramrig replay "${words[@]}"
		expect_status 2
		expect_in "$errors" "$text"
	done <<-END
		result 9|has no cell 9, but 2
		result 2|cell 2 of result has no result there: nothing to replay
		one.bundle 2|cell 2 of one.bundle has no result there
		result one|'one' is not the number of a cell
		nowhere 1|cannot find the result nowhere
		result 1 --allow memory|what may be allowed to differ is ramrig, qemu
	END
	rm -r "$XDG_CACHE_HOME/ramrig/image"
	run_apart ramrig replay result.$SUFFIX 1
	expect_status 2
	expect_in "$errors" "ask for a bundle made with --with-image, or --allow image"
	jq '.workloads.web.folder = "../../etc"' result/plan.json >edited
	mv edited result/plan.json
	run_apart ramrig replay result 1
	expect_status 2
	expect_in "$errors" "has no folder below workloads/"
	[ ! -e results ] || fail "something was begun"
}
