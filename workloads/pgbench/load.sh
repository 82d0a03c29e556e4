# SPDX-License-Identifier: GPL-2.0-or-later
# pgbench against the database of RAMRIG_SCALE, for RAMRIG_DURATION milliseconds
# or RAMRIG_TRANSACTIONS. A log line for each transaction goes to /tmp.
bin=/usr/lib/postgresql/15/bin
export PGUSER=postgres PGDATABASE=pgbench$RAMRIG_SCALE PGHOST=/run/postgresql

# Makes the database where the image has none of this scale.
database_make() {
	$bin/psql -d postgres -Atc "select 1 from pg_database where datname = '$PGDATABASE'" |
		grep -q 1 && return
	echo "making $PGDATABASE"
	$bin/createdb "$PGDATABASE"
	$bin/pgbench -i -q -s "$RAMRIG_SCALE"
}

pgbench_run() { # ARGUMENT...
	case $RAMRIG_SCRIPT in
	tpcb) script=tpcb-like ;;
	select) script=select-only ;;
	*) echo "parameter 'script' is '$RAMRIG_SCRIPT', not tpcb or select"; exit 1 ;;
	esac
	set -- "$@" -n -b $script -c "$RAMRIG_CLIENTS" -j "$RAMRIG_THREADS" \
		--random-seed "$RAMRIG_SEED"
	[ "$RAMRIG_RATE" -eq 0 ] || set -- "$@" -R "$RAMRIG_RATE"
	if [ "$RAMRIG_TRANSACTIONS" -gt 0 ]; then
		set -- "$@" -t $(((RAMRIG_TRANSACTIONS + RAMRIG_CLIENTS - 1) / RAMRIG_CLIENTS))
	else
		set -- "$@" -T $(((RAMRIG_DURATION + 999) / 1000))
	fi
	$bin/pgbench "$@"
}
