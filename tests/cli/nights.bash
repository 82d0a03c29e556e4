# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Results of seven nights, made by code, with a regression of rps planted on the fifth: load nights,
# behind common.

NIGHTS=7
PLANTED=5

# A result of four boots of try-nginx's base arm, as `ramrig run --dry-run` plans them. What identifies
# a kernel is its bytes: here a file that is none. Paths begin with @HERE@ until a test has its copy.
night_make() { # NIGHT RPS KERNEL
	local dir=night-$1 hash cell n
	hash=$(sha256sum "kernels/$3" | cut -d' ' -f1)
	mkdir "$dir"
	jq --arg created "2026-11-$(printf %02d "$1")T22:00:00Z" --arg hash "$hash" \
		--arg file "@HERE@/kernels/$3" '.created = $created |
		.kernels["testbed-6.12"] += {release: "6.12.1", bzimage: $file, hash: $hash}' plan.json \
		>"$dir/plan.json"
	while read -r n cell; do
		mkdir -p "$dir/cells/$(printf %04d "$n")"
		echo "$cell" >"$dir/cells/$(printf %04d "$n")/result.json"
	done < <(jq -r --argjson rps "$2" --argjson night "$1" '.cells[] | select(.arm == "base") |
		"\(.n) \(. + {schema: 1, attempt: 1, outcome: "ok", reason: "",
		host: {model: "Some CPU", cpus: 2, memory_bytes: 25769803776, kernel: "6.1.0"},
		versions: {ramrig: "0.1.0", qemu: "7.2.1", libvirt: "9.0.0"},
		fidelity: {accelerator: "tcg", clock: "virtual", cpus: 1,
			nodes: {"0": "dram: not-modelled"}, swaps: {}},
		proof: {status: "none", checks: []},
		metrics: {rps: {value: ($rps + (.n * 3 + $night * 5) % 7 / 10), unit: "1/s",
			better: "more", scale: "ratio", kind: "measured"},
			mem_used: {value: 1e8, unit: "bytes", better: "less", scale: "ratio",
			kind: "derived"}}})"' plan.json)
}

# For setup_file: makes them in a folder of the file's own.
nights_prepare() {
	mkdir "$BATS_FILE_TMPDIR/made"
	cd "$BATS_FILE_TMPDIR/made" || return
	mkdir kernels
	echo old >kernels/old
	echo new >kernels/new
	ramrig run try-nginx --dry-run --json --pairs 4 --diagnostic >plan.json
	for ((i = 1; i <= NIGHTS; i++)); do
		if [ "$i" -lt $PLANTED ]; then night_make "$i" 1000 old; else night_make "$i" 950 new; fi
	done
}

# Copies them to where the caller is.
nights_make() {
	cp -R "$BATS_FILE_TMPDIR/made/." .
	sed -i "s|@HERE@|$PWD|" night-*/plan.json
}
