/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include "stats/sequential.h"

const unsigned sequential_pairs[SEQUENTIAL_LOOKS] = { 8, 12, 16, SEQUENTIAL_PAIRS_MAX };

static double spent(double alpha, size_t looks)
{
	double t = looks ? (double)sequential_pairs[looks - 1] / SEQUENTIAL_PAIRS_MAX : 0;

	return alpha * log1p((M_E - 1) * t);
}

double sequential_alpha(double alpha, size_t look)
{
	return spent(alpha, look + 1) - spent(alpha, look);
}
