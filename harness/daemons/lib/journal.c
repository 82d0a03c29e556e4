/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemons/lib/journal.h"
#include "lib/clock.h"

#define DIGITS 9	/* of a fraction: more is noise in a line that people read, too */

void journal_write(FILE *out, json_t *fields)
{
	json_t *line = json_pack("{s:I}", "t_ns", (json_int_t)clock_now_ns());

	json_object_update(line, fields);
	json_dumpf(line, out, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS));
	fputc('\n', out);
	fflush(out);
	json_decref(line);
	json_decref(fields);
}
