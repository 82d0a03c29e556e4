/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "cli/kind.h"

int kind_from_name(const char *name, enum spec_kind *ret, struct err *e)
{
	char known[128] = "";
	size_t len = 0;

	for (int k = 0; k < SPEC_KIND_COUNT; k++) {
		if (!strcmp(spec_kind_name(k), name)) {
			*ret = k;
			return 0;
		}
		len += (size_t)snprintf(known + len, len < sizeof(known) ? sizeof(known) - len : 0,
					"%s%s", k ? ", " : "", spec_kind_name(k));
	}
	return err_set(e, EINVAL, "'%s' is no kind of file; there are %s", name, known);
}
