/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "lib/ranges.h"

struct run {
	unsigned first, last;
};

/* Reads a number of at most four digits and moves *@text behind it. */
static bool number_read(const char **text, unsigned *ret)
{
	size_t digits = strspn(*text, "0123456789");

	if (!digits || digits > 4)
		return false;
	*ret = (unsigned)strtoul(*text, NULL, 10);
	*text += digits;
	return *ret < RANGES_LIMIT;
}

/* Reads "4" or "0-1" and moves *@text behind it. */
static bool run_read(const char **text, struct run *ret)
{
	*ret = (struct run){ 0 };
	if (!number_read(text, &ret->first))
		return false;
	ret->last = ret->first;
	if (**text != '-')
		return true;
	(*text)++;
	return number_read(text, &ret->last);
}

/* The next part of a checked list; false at its end. */
static bool run_next(const char **text, struct run *ret)
{
	bool more = run_read(text, ret);

	*text += **text == ',';
	return more;
}

/* Quotes the wrong @part, and the whole list where there is more of it. */
static int part_refuse(const char *text, const char *part, int len, struct err *e, const char *why)
{
	if (!strchr(text, ','))
		return err_set(e, EINVAL, "'%.60s' %s", text, why);
	return err_set(e, EINVAL, "'%.60s': '%.*s' %s", text, len > 60 ? 60 : len, part, why);
}

int ranges_check(const char *text, struct err *e)
{
	unsigned next = 0;

	for (const char *p = text;; p++) {
		int len = (int)strcspn(p, ",");
		const char *part = p;
		struct run r;

		if (!run_read(&p, &r) || p != part + len)
			return part_refuse(text, part, len, e, "is neither a number below 4096 nor "
					   "two of them with '-' between");
		if (r.last < r.first)
			return part_refuse(text, part, len, e, "runs backwards");
		if (r.first < next)
			return part_refuse(text, part, len, e, "comes too late: numbers ascend, and "
					   "each stands once");
		next = r.last + 1;
		if (!*p)
			return 0;
	}
}

unsigned ranges_count(const char *text)
{
	unsigned n = 0;
	struct run r;

	while (run_next(&text, &r))
		n += r.last - r.first + 1;
	return n;
}

bool ranges_has(const char *text, unsigned n)
{
	struct run r;

	while (run_next(&text, &r))
		if (n >= r.first && n <= r.last)
			return true;
	return false;
}

unsigned ranges_nth(const char *text, unsigned k)
{
	struct run r = { 0 };

	while (run_next(&text, &r) && k > r.last - r.first)
		k -= r.last - r.first + 1;
	return r.first + k;
}

unsigned ranges_last(const char *text)
{
	unsigned last = 0;
	struct run r;

	while (run_next(&text, &r))
		last = r.last;
	return last;
}
