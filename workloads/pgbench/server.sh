#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# PostgreSQL on the cluster that the image has, without an init system. The
# settings that are not PostgreSQL's own stand on its command line, and
# measure.sh prints what the server makes of them.
set -eu
bin=/usr/lib/postgresql/15/bin
data=/srv/postgres
mkdir -p /run/postgresql
chown postgres:postgres /run/postgresql
exec env HOME=/tmp setpriv --reuid postgres --regid postgres --clear-groups \
	$bin/postgres -D $data \
	-c listen_addresses= \
	-c max_connections=$((RAMRIG_CLIENTS + 10)) \
	-c shared_buffers=$((RAMRIG_SHARED_BUFFERS / 1024))kB \
	-c synchronous_commit=off \
	-c autovacuum=off \
	-c checkpoint_timeout=1h \
	-c max_wal_size=4GB \
	-c jit=off
