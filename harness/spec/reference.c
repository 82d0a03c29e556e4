/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "spec/schema.h"

static void type_print(const struct field *f, FILE *out)
{
	static const char *const shapes[] = {
		[SHAPE_ONE] = "",
		[SHAPE_LIST] = "list of: ",
		[SHAPE_BY_NAME] = "mapping from names to: ",
	};

	fputs(f->lone ? "one, or a list of: " : shapes[f->shape], out);
	if (f->lone_key)
		fprintf(out, "`%s` alone, or ", f->lone_key);
	if (f->type != FIELD_WORD) {
		fputs(field_type_name(f->type), out);
	} else {
		for (const char *const *w = f->words; *w; w++)
			fprintf(out, "%s`%s`", w == f->words ? "" : " or ", *w);
	}
}

static void row_print(const struct field *f, FILE *out)
{
	fprintf(out, "| `%s` | ", f->key);
	type_print(f, out);
	if (f->min || f->max) {
		char min[32], max[32];

		fprintf(out, ", %s to %s", field_format_limit(f, f->min, min, sizeof(min)),
			field_format_limit(f, f->max, max, sizeof(max)));
	}
	fputs(" | ", out);
	if (f->required)
		fputs("required", out);
	else if (f->group)
		fprintf(out, "one %s is required", f->group);
	else if (f->fallback)
		fprintf(out, "`%s`", f->fallback);
	fprintf(out, " | %s |\n", f->help);
}

static void table_print(const struct field *fields, const char *title, unsigned level, FILE *out)
{
	for (unsigned i = 0; i < level; i++)
		fputc('#', out);
	fprintf(out, " %s\n\n| key | value | default | meaning |\n| --- | --- | --- | --- |\n", title);
	for (const struct field *f = fields; f->key; f++)
		row_print(f, out);
	fputc('\n', out);
	for (const struct field *f = fields; f->key; f++) {
		char below[200];

		if (f->type != FIELD_MAP)
			continue;
		snprintf(below, sizeof(below), "%s/%s", title, f->key);
		table_print(f->fields, below, level + 1, out);
	}
}

void spec_print_reference(enum spec_kind kind, FILE *out)
{
	table_print(schema_fields(kind), spec_kind_name(kind), 2, out);
}
