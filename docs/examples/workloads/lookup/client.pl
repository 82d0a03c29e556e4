# SPDX-License-Identifier: GPL-2.0-or-later
# Asks the servers in turn for so many keys, one at a time: client.pl REQUESTS
use strict;
use warnings;

my ($requests, $copies) = ($ARGV[0], $ENV{RAMRIG_COPIES});
my $rows = $ENV{RAMRIG_TABLE_SIZE} / 16;
my (@ask, @answer);
my ($row, $wrong) = (0, 0);

# The guest's uptime in seconds, to 10 ms.
sub uptime {
	open my $file, '<', '/proc/uptime' or die "/proc/uptime: $!";
	return (split ' ', <$file>)[0];
}

for my $i (0 .. $copies - 1) {
	open $ask[$i], '>', "/run/lookup/ask.$i" or die "ask.$i: $!";
	open $answer[$i], '<', "/run/lookup/answer.$i" or die "answer.$i: $!";
}
my $start = uptime();
for my $n (0 .. $requests - 1) {
	my $i = $n % $copies;

	$row = ($row * 7919 + 1) % $rows;	# the same keys in every boot
	syswrite $ask[$i], sprintf "k%06d\n", $row + 1;
	$wrong++ if readline($answer[$i]) ne sprintf "v%06d\n", $row + 1;
}
printf "{\"lookups\": %.4f, \"wrong\": %d}\n", $requests / (uptime() - $start), $wrong;
