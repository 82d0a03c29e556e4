#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Holds RAMRIG_SIZE bytes and touches half of them again and again, then all of them, then
# half again, each for RAMRIG_EACH ms. Tells when each began, on the kernel's monotonic clock,
# and how often it went round.
use strict;
use warnings;

use constant { PAGE => 4096, BLOCK => 1 << 20 };

my $blocks = $ENV{RAMRIG_SIZE} / BLOCK;
my @memory = map { my $n = $_; join '', map { pack 'N1024', map { $n * $_ } 1 .. 1024 } 1 .. BLOCK / PAGE }
	1 .. $blocks;

sub now {
	open my $f, '<', '/proc/uptime' or die "/proc/uptime: $!";
	return (split ' ', <$f>)[0];
}

sub touch {
	my ($n) = @_;
	for my $block (@memory[0 .. $n - 1]) {
		for (my $at = 0; $at < BLOCK; $at += PAGE) {
			substr($block, $at, 1, 'x');
		}
	}
}

$| = 1;
my @figures;
for my $part ([half => $blocks / 2], [all => $blocks], [again => $blocks / 2]) {
	my ($name, $n) = @$part;
	my ($start, $rounds) = (now(), 0);
	print "$name begins at $start\n";
	while (now() < $start + $ENV{RAMRIG_EACH} / 1000) {
		touch($n);
		$rounds++;
	}
	push @figures, "\"${name}_at\": $start, \"${name}_rounds\": $rounds";
}
print '{', join(', ', @figures), "}\n";
