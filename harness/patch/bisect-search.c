/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "patch/bisect-search.h"

const char *const bisect_mark_names[MARK_COUNT] = {
	[MARK_UNTESTED] = "untested",   [MARK_GOOD] = "good",
	[MARK_BAD] = "bad",             [MARK_SKIPPED] = "skipped",
	[MARK_UNDECIDED] = "undecided",
};

struct bisect_suspects bisect_suspects(const enum bisect_mark *marks, size_t n)
{
	size_t good = 0, bad = n;

	for (size_t k = 0; k <= n && marks[k] != MARK_BAD; k++) {
		if (marks[k] == MARK_GOOD)
			good = k;
	}
	for (size_t k = n; k > good; k--) {
		if (marks[k] == MARK_BAD)
			bad = k;
	}
	return (struct bisect_suspects){ good + 1, bad };
}

bool bisect_next(const enum bisect_mark *marks, size_t n, size_t *ret_kernel)
{
	struct bisect_suspects s = bisect_suspects(marks, n);
	size_t good = s.first - 1, middle = good + (s.last - good) / 2, best = 0;
	bool found = false;

	for (size_t k = s.first; k < s.last; k++) {
		size_t off = k > middle ? k - middle : middle - k;
		size_t least = best > middle ? best - middle : middle - best;

		if (marks[k] == MARK_UNTESTED && (!found || off < least)) {
			best = k;
			found = true;
		}
	}
	if (found)
		*ret_kernel = best;
	return found;
}

unsigned bisect_tests(size_t n)
{
	unsigned tests = 1;

	for (size_t left = n; left > 1; left = (left + 1) / 2)
		tests++;
	return tests;
}
