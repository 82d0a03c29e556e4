/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdbool.h>
#include <string.h>
#include "daemons/lib/psi.h"
#include "lib/text.h"

static bool line_parse(const char *text, const char *key, struct psi_line *ret)
{
	const char *at = strstr(text, key);

	return at && sscanf(at + strlen(key), " avg10=%lf avg60=%lf avg300=%lf total=%" SCNu64,
			    &ret->avg10, &ret->avg60, &ret->avg300, &ret->total_us) == 4;
}

int psi_parse_lines(const char *text, struct psi *ret, struct err *e)
{
	struct psi p;

	if (!line_parse(text, "some", &p.some) || !line_parse(text, "full", &p.full))
		return err_set(e, EINVAL, "this is no pressure file: '%.80s'", text);
	*ret = p;
	return 0;
}

int psi_read(int dirfd, const char *name, struct psi *ret, struct err *e)
{
	char text[512];
	int rc = text_read_at(dirfd, name, text, sizeof(text), e);

	if (rc == -EOPNOTSUPP)
		return err_set(e, EOPNOTSUPP, "this kernel accounts no pressure (%s); boot it with psi=1",
			       name);
	return rc ? rc : psi_parse_lines(text, ret, e);
}
