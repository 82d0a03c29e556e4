# SPDX-License-Identifier: GPL-2.0-or-later
# Runs inside the new root file system, as its root, after the packages are in.
# What a workload would otherwise do at each boot is done here, once.

# mmdebstrap leaves the host's name and name servers; the guest has no network.
echo ramrig >/etc/hostname
echo '127.0.0.1 localhost ramrig' >/etc/hosts
rm -f /etc/resolv.conf

# The agent starts nginx with a configuration of the workload's own.
rm -f /etc/nginx/sites-enabled/default
mkdir -p /workload /var/log/nginx /var/lib/nginx

# Nothing of the build's day stays.
: >/etc/machine-id
rm -rf /var/log/*.log /var/log/apt /var/lib/dpkg/*-old /var/cache/debconf/*-old \
	/var/cache/ldconfig/aux-cache
