#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Starts RAMRIG_INSTANCES nginx servers on ports from RAMRIG_PORT on, each with a
# master and one worker, waits until every one has served the file, says
# "ready" and stays for as long as they run.
set -eu
base=/run/ramrig-nginx
mkdir -p $base/www
head -c "$RAMRIG_FILE_SIZE" /dev/zero | tr '\0' 'x' > $base/www/file

i=0
while [ $i -lt "$RAMRIG_INSTANCES" ]; do
	mkdir -p $base/$i
	cat > $base/$i/nginx.conf <<-EOF
		user www-data;
		worker_processes 1;
		daemon off;
		pid $base/$i/pid;
		error_log $base/$i/error.log;
		events { worker_connections 1024; }
		http {
			include /etc/nginx/mime.types;
			access_log off;
			sendfile on;
			keepalive_requests 100000000;
			client_body_temp_path $base/$i/body;
			proxy_temp_path $base/$i/proxy;
			fastcgi_temp_path $base/$i/fastcgi;
			uwsgi_temp_path $base/$i/uwsgi;
			scgi_temp_path $base/$i/scgi;
			server {
				listen 127.0.0.1:$((RAMRIG_PORT + i));
				root $base/www;
			}
		}
	EOF
	nginx -c $base/$i/nginx.conf -e $base/$i/error.log &
	i=$((i + 1))
done

i=0
while [ $i -lt "$RAMRIG_INSTANCES" ]; do
	until busybox wget -q -O /dev/null http://127.0.0.1:$((RAMRIG_PORT + i))/file; do
		sleep 0.1
	done
	i=$((i + 1))
done
echo ready
wait
cat $base/*/error.log
exit 1
