# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What every test with real guests starts with: load common (or, from
# tests/soak, load ../boot/common).
#
# Guests are expensive, so a file boots what it needs once, in setup_file, and
# its tests look at what came of it. Image and kernels come from the caller's
# cache and are made there where missing; work folders lie below a TMPDIR of
# the file's own, so that whatever is left in it was left by these tests.

bats_require_minimum_version 1.5.0
ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
RAMRIG=${RAMRIG:-$ROOT/build/ramrig}
OWN_PATH=$ROOT/tests/boot/path

# For setup_file: a work folder that QEMU's account may enter (bats' own may
# not), and $OUT for results. QEMU's sockets lie in it, so its path is short.
own_workplace() {
	TMPDIR=$(mktemp -d /var/tmp/rig-test-XXXXXX)
	OUT=$BATS_FILE_TMPDIR
	export TMPDIR OUT
	chmod 755 "$TMPDIR"
	cd "$OUT" || return 1
}

# For teardown_file: ends what is left, so that no failed test leaves a guest.
own_workplace_remove() {
	"$RAMRIG" doctor --clean >"$OUT/doctor-clean.log" 2>&1
	rm -rf "$TMPDIR"
}

setup() {
	cd "$OUT" || return 1
}

ramrig() {
	"$RAMRIG" --path "$OWN_PATH" "$@"
}

# Runs ramrig with what it printed in NAME.out and NAME.err below $OUT, the exit
# code in NAME.code, and the seconds it took in NAME.seconds.
ramrig_keep() { # NAME ARGUMENT...
	local name=$1 code=0 start=$SECONDS
	shift
	ramrig "$@" >"$OUT/$name.out" 2>"$OUT/$name.err" </dev/null || code=$?
	echo "$code" >"$OUT/$name.code"
	echo $((SECONDS - start)) >"$OUT/$name.seconds"
}

# Runs a command in the background, in a process group of its own and with
# SIGINT as a terminal gives it, its output as with ramrig_keep. Sets $pid.
start_apart() { # NAME COMMAND...
	local name=$1
	shift
	env --default-signal=INT setsid "$@" >"$OUT/$name.out" 2>"$OUT/$name.err" </dev/null 3>&- &
	pid=$!
}

# Waits for what start_apart started.
end_apart() { # NAME
	local code=0
	wait "$pid" || code=$?
	echo "$code" >"$OUT/$1.code"
}

# A process and all that it started, and that these did, one id a line.
process_tree() { # PID
	local child
	echo "$1"
	for child in $(pgrep -P "$1"); do
		process_tree "$child"
	done
}

# Says what was seen, which bats shows when the test fails.
fail() {
	printf '%s\n' "$@" >&2
	return 1
}

expect_code() { # NAME CODE
	[ "$(<"$OUT/$1.code")" -eq "$2" ] ||
		fail "exit code $(<"$OUT/$1.code"), expected $2" "$(tail -n 20 "$OUT/$1.out" "$OUT/$1.err")"
}

expect_in() { # TEXT PART
	case $1 in
	*"$2"*) ;;
	*) fail "expected to find: $2" "in: $1" ;;
	esac
}

expect_equal() { # SEEN WANTED
	[ "$1" = "$2" ] || fail "seen: $1" "wanted: $2"
}

expect_json() { # FILE FILTER: the filter holds
	local json
	json=$(<"$1")
	jq -e "$2" <<<"$json" >/dev/null || fail "not so: $2" "${json:0:2000}"
}

# The QEMU processes of this file's guests.
own_guests() {
	pgrep -f "^[^ ]*qemu-system.*$TMPDIR/ramrig-" || true
}

# A run that is over leaves no guest, no work folder and no mount.
expect_nothing_left() {
	expect_equal "$(own_guests)" ""
	expect_equal "$(ls -A "$TMPDIR")" ""
	expect_equal "$(grep -F "$TMPDIR" /proc/self/mounts)" ""
}

# Waits until a command succeeds, but no longer than what start_apart started.
wait_for() { # SECONDS COMMAND...
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ -z "${pid-}" ] || kill -0 "$pid" 2>/dev/null || fail "it ended before: $*" || return 1
		[ $SECONDS -lt $end ] || fail "waited in vain for: $*" || return 1
		sleep 0.1
	done
}

# Outcome of the cell of an arm, or of all cells in order without one.
outcome() { # FOLDER [ARM]
	jq -r "select(\"${2-}\" == \"\" or .arm == \"${2-}\") | .outcome" "$1"/cells/????/result.json
}

reason() { # FOLDER ARM
	jq -r "select(.arm == \"$2\") | .reason" "$1"/cells/????/result.json
}

# Whether the probe measures in the guest that is running now: it says so on the console.
measuring() {
	grep -qs 'the probe measures' "$TMPDIR"/ramrig-*/run/out/console.log
}

# Runs one arm of an experiment of the tests' own, unless that was done, as an
# experiment by itself: a test that is run alone boots its own guest and no other.
boot_arm() { # EXPERIMENT ARM: into $OUT/EXPERIMENT/ARM
	local own=$OUT/$1/own-$2
	[ ! -e "$OUT/$1/$2" ] || return 0
	mkdir -p "$own"
	awk -v arm="$2" '/^arms:/ { arms = 1 } /^pairs:/ { arms = 0 }
		!arms || !/name: / { print; next }
		$0 ~ "name: " arm "[,}]" { sub(/, base: true/, ""); sub(/name: [a-z-]*/, "&, base: true"); print }' \
		"$OWN_PATH/experiments/$1.yaml" >"$own/$1.yaml"
	ramrig_keep "$1-$2" run "$own/$1.yaml" --out "$OUT/$1/$2"
}

# What became of an arm's cell, and within how many seconds; a line of the table of faults.
expect_end() { # FOLDER ARM OUTCOME CHARGED PART-OF-REASON [SECONDS-AT-MOST]
	local seen seconds result
	result=$(jq -c "select(.arm == \"$2\")" "$1"/cells/????/result.json)
	seen=$(jq -r '"\(.outcome) \(.charged_to)"' <<<"$result")
	seconds=$(jq '[.phases[].wall_ms] | add / 1000 | ceil' <<<"$result")
	printf '# %-16s %-16s %-9s %4s s\n' "$2" "${seen% *}" "${seen#* }" "$seconds" >&3
	expect_equal "$seen" "$3 $4"
	expect_in "$(reason "$1" "$2")" "$5"
	[ "$seconds" -le "${6-60}" ] || fail "$2 took $seconds s"
}

# What the kernel of the only cell told: kind and function of each report, "-" for none.
reports() { # FOLDER
	jq -r '[.reports[] | .kind + " " + (.function | sub("\\+.*"; ""))]
		| if . == [] then "-" else join(", ") end' "$1/cells/0001/result.json"
}

# Debian's 6.12 with other bytes where its protected mode begins: right after the
# setup code, whose length in sectors stands in the header.
break_kernel() { # BYTES FILE
	local good setup
	good=$(ramrig kernel show debian-6.12 | sed -n 's/^ *bzImage:\? *//p')
	setup=$(od -An -tu1 -j $((0x1f1)) -N 1 "$good")
	cp "$good" "$2"
	# shellcheck disable=SC2059
	printf "$1" | dd of="$2" bs=1 seek=$(((setup + 1) * 512)) conv=notrunc status=none
}

# Makes an ordinary user with a copy of ramrig and a cache of its own, where
# the caller is root; without "empty", the cache holds root's image and kernel.
# Sets HOME_OF_USER and TEST_USER.
user_make() { # [empty]
	if [ "$(id -u)" -ne 0 ]; then
		TEST_USER=$(id -un)
		export TEST_USER HOME_OF_USER=$OUT TREE=$ROOT
		return
	fi
	export TEST_USER=ramrig-test HOME_OF_USER=$TMPDIR.home TREE=$TMPDIR.tree
	! id "$TEST_USER" >/dev/null 2>&1 || userdel "$TEST_USER"	# of a test that was killed
	useradd --home-dir "$HOME_OF_USER" --create-home --shell /bin/sh \
		-K SUB_UID_COUNT=0 -K SUB_GID_COUNT=0 "$TEST_USER"
	mkdir -p "$TREE/build" "$TREE/tests/boot" "$HOME_OF_USER/.cache"
	cp "$RAMRIG" "$(dirname "$RAMRIG")/ramrig-agent" "$TREE/build/"
	cp -R "$(dirname "$RAMRIG")/workloads" "$TREE/build/"
	cp -R "$ROOT"/{images,topologies,policies,workloads,experiments} "$TREE/"
	cp -R "$OWN_PATH" "$TREE/tests/boot/"
	[ "${1-}" = empty ] || user_fill_cache
	chown -R "$TEST_USER:" "$TMPDIR" "$HOME_OF_USER/.cache" 2>/dev/null || true
	chmod -R a+rX "$TREE"
}

user_fill_cache() {
	local from=${XDG_CACHE_HOME:-$HOME/.cache}/ramrig to=$HOME_OF_USER/.cache/ramrig kind
	ramrig image build default >"$OUT/image.log" 2>&1
	ramrig kernel fetch debian-6.12 >"$OUT/kernel.log" 2>&1
	mkdir -p "$to"
	for kind in image kernel; do
		cp -R "$from/$kind" "$to/"
	done
}

# ramrig as that user, with nothing of root's in its environment.
user_ramrig() {
	local as=()
	[ "$(id -u)" -ne 0 ] || as=(setpriv --reuid "$TEST_USER" --regid "$TEST_USER" --init-groups
		env -i "PATH=$PATH" "HOME=$HOME_OF_USER" "TMPDIR=$TMPDIR")
	(cd "$HOME_OF_USER" && "${as[@]}" "$TREE/build/ramrig" --path "$TREE/tests/boot/path" "$@")
}

# As ramrig_keep.
user_keep() { # NAME ARGUMENT...
	local name=$1 code=0 start=$SECONDS
	shift
	user_ramrig "$@" >"$OUT/$name.out" 2>"$OUT/$name.err" </dev/null || code=$?
	echo "$code" >"$OUT/$name.code"
	echo $((SECONDS - start)) >"$OUT/$name.seconds"
}

user_remove() {
	[ "${TEST_USER-}" = ramrig-test ] || return 0
	pkill -KILL -u ramrig-test || true
	userdel ramrig-test
	rm -rf "$HOME_OF_USER" "$TREE"
}
