/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include "cell/conform-row.h"

int conform_row(json_t *rows, const char *what, const char *declared, const char *seen, bool ok)
{
	json_array_append_new(rows, json_pack("{s:o, s:s, s:o, s:b}", "what", json_sentence(what),
					      "declared", declared, "seen", json_sentence(seen), "ok",
					      ok));
	return !ok;
}

int conform_rows_judge(const json_t *rows, struct err *e)
{
	const json_t *row, *first = NULL;
	int differ = 0;
	size_t i;

	json_array_foreach(rows, i, row) {
		if (!json_is_false(json_object_get(row, "ok")))
			continue;
		first = first ? first : row;
		differ++;
	}
	if (!differ)
		return 0;
	return err_set(e, ENODEV, "%s: declared %s, seen %s (%d differ in all)",
		       json_str(first, "what"), json_str(first, "declared"),
		       json_str(first, "seen"), differ);
}
