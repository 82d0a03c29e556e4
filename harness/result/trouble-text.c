/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "result/trouble.h"

const char *trouble_text(const struct trouble *r, char buf[static TROUBLE_TEXT_MAX])
{
	bool named = !r->function[0] || strstr(r->title, r->function);

	snprintf(buf, TROUBLE_TEXT_MAX, "%s%s%s (report %s, console line %u)", r->title,
		 named ? "" : " in ", named ? "" : r->function, r->hash, r->line);
	return buf;
}

static json_t *report_json(const struct trouble *r)
{
	json_t *stack = json_array(), *frames = json_array(), *context = json_array();

	for (size_t i = 0; i < r->n_stack; i++) {
		json_array_append_new(stack, json_string(r->stack[i]));
		json_array_append_new(frames, json_pack("{s:s, s:b}", "at", r->frames[i].at,
							"exact", r->frames[i].exact));
	}
	for (size_t i = 0; i < r->n_context; i++)
		json_array_append_new(context, json_string(r->context[i]));
	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:i, s:i, s:o, s:o, s:o}", "kind",
			 trouble_table[r->kind].name, "title", r->title, "function", r->function,
			 "hash", r->hash, "fatal", r->fatal, "count", (int)r->count, "line",
			 (int)r->line, "stack", stack, "frames", frames, "context", context);
}

json_t *troubles_json(const struct troubles *t)
{
	json_t *all = json_array();

	for (size_t i = 0; i < troubles_count(t); i++)
		json_array_append_new(all, report_json(troubles_at(t, i)));
	return all;
}
