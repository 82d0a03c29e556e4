/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include "spec/nearest.h"

#define NAME_MAX_COMPARED 64
#define DISTANCE_MAX 2

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Levenshtein's distance by bytes; names over NAME_MAX_COMPARED are far from all. */
static size_t name_distance(const char *a, const char *b)
{
	size_t row[NAME_MAX_COMPARED + 1], a_len = strlen(a), b_len = strlen(b);

	if (a_len > NAME_MAX_COMPARED || b_len > NAME_MAX_COMPARED)
		return NAME_MAX_COMPARED;
	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t above = row[j];

			row[j] = min3(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[b_len];
}

void nearest_offer(struct nearest *n, const char *name)
{
	size_t d = name_distance(n->written, name);

	if (d > DISTANCE_MAX || 2 * d >= strlen(n->written) + 1 || (n->best && d >= n->distance))
		return;
	n->best = name;
	n->distance = d;
}

const char *nearest_hint(const struct nearest *n, char *buf, size_t size)
{
	if (n->best)
		snprintf(buf, size, "; did you mean '%s'?", n->best);
	else
		buf[0] = '\0';
	return buf;
}
