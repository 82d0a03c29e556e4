/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include "workloads/swapstorm/swapstorm-lack.h"

double refault_share(uint64_t known, uint64_t pages, uint64_t moved)
{
	uint64_t unmoved = pages - moved;

	if (!moved)
		return NAN;
	/* That all others were known is assumed: in doubt, against the moved ones. */
	return known > unmoved ? (double)(known - unmoved) / (double)moved : 0;
}

uint64_t charge_lack(uint64_t swapped, uint64_t charged)
{
	return swapped > charged ? swapped - charged : 0;
}
