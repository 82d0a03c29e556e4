/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "workloads/lib/param.h"

static int param_text(const char *name, const char **ret, struct err *e)
{
	char key[80];
	int n = snprintf(key, sizeof(key), "RAMRIG_%s", name);

	for (char *c = key; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	const char *text = n < (int)sizeof(key) ? getenv(key) : NULL;

	if (!text || !*text)
		return err_set(e, EINVAL, "parameter '%s' is missing: %s is not set", name, key);
	*ret = text;
	return 0;
}

int param_number(const char *name, uint64_t min, uint64_t max, uint64_t *ret, struct err *e)
{
	const char *text;
	char *end;
	int rc = param_text(name, &text, e);

	if (rc)
		return rc;
	errno = 0;
	uint64_t value = strtoull(text, &end, 10);
	if (errno || *end || !isdigit((unsigned char)*text))
		return err_set(e, EINVAL, "parameter '%s' is '%.40s', not a whole number", name, text);
	if (value < min || value > max)
		return err_set(e, EINVAL, "parameter '%s' is %" PRIu64 ", not %" PRIu64 " to %" PRIu64,
			       name, value, min, max);
	*ret = value;
	return 0;
}

int param_numbers(const struct param_number *numbers, size_t n, void *into, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < n; i++)
		rc = param_number(numbers[i].name, numbers[i].min, numbers[i].max,
				  (uint64_t *)((char *)into + numbers[i].offset), e);
	return rc;
}

int param_word(const char *name, const char *const *words, unsigned *ret, struct err *e)
{
	char known[200] = "";
	size_t len = 0;
	const char *text;
	int rc = param_text(name, &text, e);

	if (rc)
		return rc;
	for (unsigned i = 0; words[i]; i++) {
		if (!strcmp(words[i], text)) {
			*ret = i;
			return 0;
		}
		if (len < sizeof(known))
			len += (size_t)snprintf(known + len, sizeof(known) - len, "%s%s",
						i ? ", " : "", words[i]);
	}
	return err_set(e, EINVAL, "parameter '%s' is '%.40s', not one of: %s", name, text, known);
}
