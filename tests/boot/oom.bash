# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# For oom.bats here and in tests/soak: one cell of a variant of the workload.

# Runs the experiment with another variant, and topology and policies where they are given.
oom_run() { # VARIANT [TOPOLOGY POLICY]
	mkdir -p "$OUT/own-$1"
	sed -e "s/variant: plain/variant: $1/" -e "s/little/${2-little}/" -e "s/\[na\]/[${3-na}]/" \
		"$OWN_PATH/experiments/oom.yaml" >"$OUT/own-$1/oom.yaml"
	ramrig_keep "$1" run "$OUT/own-$1/oom.yaml" --out "$OUT/$1"
}

oom_output() { # VARIANT
	cat "$OUT/$1/cells/0001/output/measure.txt"
}

# What the contest's line for programs, or the figures, say.
oom_contest() { # VARIANT FILTER
	oom_output "$1" | sed -n 's/^contest //p' | jq -e "$2" || fail "not so: $2" "$(oom_output "$1")"
}

oom_figures() { # VARIANT FILTER
	oom_output "$1" | tail -n 1 | jq -e "$2" || fail "not so: $2" "$(oom_output "$1")"
}

# A good cell in which these, and nobody else, were to die and did; who died of a later
# shortage does not count.
oom_expect() { # VARIANT NAME...
	local variant=$1
	shift
	expect_code "$variant" 0
	expect_equal "$(outcome "$OUT/$variant")" ok
	oom_figures "$variant" '.predicted_right == 1'
	expect_equal "$(oom_contest "$variant" '[.who[] | select(.predicted).name] | join(" ")')" "\"$*\""
}
