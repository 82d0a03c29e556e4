# SPDX-License-Identifier: GPL-2.0-or-later
# A PostgreSQL cluster with pgbench's tables at several scales, in /srv/postgres:
# databases pgbench1, pgbench5 and pgbench10, of 15 MiB a scale. A guest has no
# time for that: under TCG initdb alone takes 12 s.
bin=/usr/lib/postgresql/15/bin
data=/srv/postgres

# What Debian's packages made for the host of the build, a key among it.
pg_dropcluster --stop 15 main 2>/dev/null || true
rm -rf /etc/postgresql/15 /var/lib/postgresql/15 /etc/ssl/private/ssl-cert-snakeoil.key \
	/etc/ssl/certs/ssl-cert-snakeoil.pem

postgres_run() {
	(cd / && HOME=/tmp setpriv --reuid postgres --regid postgres --clear-groups "$@")
}

mkdir -p $data
chown postgres:postgres $data
postgres_run $bin/initdb -D $data -U postgres -A trust --locale=C.UTF-8 --no-sync >/dev/null
# An abstract socket: below fakechroot a path of the image is too long for one.
export PGHOST="@ramrig-$$" PGUSER=postgres
postgres_run $bin/pg_ctl -D $data -s -w -l $data/log -o "-c listen_addresses= \
	-c unix_socket_directories=$PGHOST -c fsync=off -c dynamic_shared_memory_type=mmap" start || {
	cat $data/log
	exit 1
}
for scale in 1 5 10; do
	postgres_run $bin/createdb pgbench$scale
	postgres_run $bin/pgbench -i -q -s $scale pgbench$scale 2>/dev/null
done
postgres_run $bin/pg_ctl -D $data -s -w stop
# The log of the load, most of what would otherwise be here.
postgres_run $bin/pg_resetwal -D $data >/dev/null
rm -f $data/log
chown -R postgres:postgres $data
chmod 0700 $data
