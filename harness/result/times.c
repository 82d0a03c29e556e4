/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include "result/times.h"

int times_add(struct times *t, uint64_t v, struct err *e)
{
	if (t->n == t->room) {
		size_t room = t->room ? 2 * t->room : 16;
		uint64_t *more = reallocarray(t->v, room, sizeof(*more));

		if (!more)
			return err_set(e, ENOMEM, "out of memory for times from a trace");
		t->v = more;
		t->room = room;
	}
	t->v[t->n++] = v;
	return 0;
}

int times_join(struct times *t, const struct times *from, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < from->n; i++)
		rc = times_add(t, from->v[i], e);
	return rc;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void times_sort(struct times *t)
{
	if (t->n)
		qsort(t->v, t->n, sizeof(*t->v), compare);
}

uint64_t times_percentile(const struct times *t, unsigned percent)
{
	size_t rank = (t->n * percent + 99) / 100;

	return t->n ? t->v[rank ? rank - 1 : 0] : 0;
}

void times_free(struct times *t)
{
	free(t->v);
	*t = (struct times){ 0 };
}
