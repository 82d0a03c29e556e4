# SPDX-License-Identifier: GPL-2.0-or-later
#
# Writes what is no frame into the agent's channel. The port opens only once, so
# the agent's own descriptor is taken (pidfd_open, pidfd_getfd).
use strict;

my %garbage = (
	'too-long' => "\xff\xff\xff\xff",
	'cut' => pack('V', 200) . '{"event": "sample", ',
	'no-json' => pack('V', 9) . 'not JSON!',
	'no-message' => pack('V', 2) . '[]',
);

my ($port) = grep { (readlink($_) // '') =~ m{^/dev/vport} } glob('/proc/1/fd/*');
die "process 1 has no port\n" unless $port;
my $process = syscall(434, 1, 0);
my $fd = syscall(438, $process, $port =~ s{.*/}{}r + 0, 0);
die "cannot take the port: $!\n" if $fd < 0;
open(my $channel, '>&=', $fd) or die "cannot write to the port: $!\n";
syswrite($channel, $garbage{$ARGV[0]}) or die "cannot write to the port: $!\n";
