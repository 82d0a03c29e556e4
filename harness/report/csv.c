/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <string.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "report/report.h"

/*
 * RFC 4180: a head, CRLF, and quotes about a field that holds a comma, a quote or a line break.
 * Absent is an empty field, never zero.
 */
static void field_print(FILE *out, const char *text)
{
	if (!text[strcspn(text, ",\"\r\n")]) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

/* A value of JSON: its text, a number in as many digits as it has, nothing for null. */
static void value_print(FILE *out, const json_t *v)
{
	if (json_is_integer(v))
		fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	else if (json_is_real(v))
		fprintf(out, "%.15g", json_real_value(v));
	else if (json_is_boolean(v))
		fputs(json_is_true(v) ? "true" : "false", out);
	else if (json_is_string(v))
		field_print(out, json_string_value(v));
}

/* Keys of @j, in the order of @keys (NULL-ended), as fields of a row, with a comma before each but
 * the first. */
static void keys_print(FILE *out, const json_t *j, const char *const *keys)
{
	for (size_t i = 0; keys[i]; i++) {
		if (i)
			fputc(',', out);
		value_print(out, json_object_get(j, keys[i]));
	}
}

static void head_print(FILE *out, const char *const *keys)
{
	for (size_t i = 0; keys[i]; i++)
		fprintf(out, "%s%s", i ? "," : "", keys[i]);
}

static const char *const cell_keys[] = { "kernel", "topology", "workload", "arm",
					 "pair",   "n",	       "seed",	   NULL };
static const char *const metric_keys[] = { "unit", "better", "scale", "kind", "loop", NULL };

/* The fields of a cell that all its rows begin with. */
static void cell_print(FILE *out, const struct report *r, const struct result_cell *c,
		       const json_t *planned)
{
	const json_t *fidelity = json_object_get(c->doc, "fidelity");

	value_print(out, json_object_get(r->comparison, "experiment"));
	fputc(',', out);
	keys_print(out, planned, cell_keys);
	fprintf(out, ",%s,", c->doc ? outcome_table[c->outcome].name : "not-done");
	value_print(out, json_object_get(json_object_get(c->doc, "proof"), "status"));
	fputc(',', out);
	value_print(out, json_object_get(fidelity, "accelerator"));
	fputc(',', out);
	value_print(out, json_object_get(fidelity, "clock"));
	fputc(',', out);
}

int report_csv(const struct report *r, FILE *out, struct err *e)
{
	const json_t *planned = json_object_get(r->result->plan, "cells");

	(void)e;
	fputs("experiment,", out);
	head_print(out, cell_keys);
	fputs(",outcome,proof,accelerator,clock,metric,value,", out);
	head_print(out, metric_keys);
	fputs("\r\n", out);
	for (size_t i = 0; i < r->result->n_cells; i++) {
		const struct result_cell *c = &r->result->cells[i];
		const char *name;
		json_t *value;

		json_object_foreach(c->values, name, value) {
			cell_print(out, r, c, json_array_get(planned, i));
			field_print(out, name);
			fputc(',', out);
			value_print(out, value);
			fputc(',', out);
			keys_print(out, json_object_get(c->about, name), metric_keys);
			fputs("\r\n", out);
		}
		if (json_object_size(c->values))
			continue;
		cell_print(out, r, c, json_array_get(planned, i));
		fputc(',', out);
		for (size_t k = 0; metric_keys[k]; k++)
			fputc(',', out);
		fputs("\r\n", out);
	}
	return 0;
}

static const char *const row_keys[] = { "workload", "topology",	   "base_kernel", "arm_kernel",
					"base",	    "arm",	   "metric",	  "unit",
					"better",   "scale",	   "kind",	  "loop",
					"pairs",    "base_median", "arm_median",  "change",
					NULL };
static const char *const rest_keys[] = { "p",	"p_adjusted", "adjustment", "family", "margin",
					 "mde", "verdict",    "label",	    "proof",  NULL };

static void rows_print(FILE *out, const struct report *r, const char *list)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(r->comparison, list), i, row) {
		const json_t *ci = json_object_get(row, "ci");
		const json_t *fidelity = json_object_get(row, "fidelity");

		value_print(out, json_object_get(r->comparison, "experiment"));
		fprintf(out, ",%s,", strcmp(list, "comparisons") ? "diagnostic" : "key");
		keys_print(out, row, row_keys);
		for (size_t k = 0; k < 2; k++) {
			fputc(',', out);
			value_print(out, json_array_get(ci, k));
		}
		fputc(',', out);
		keys_print(out, row, rest_keys);
		fputc(',', out);
		value_print(out, json_object_get(fidelity, "accelerator"));
		fputc(',', out);
		value_print(out, json_object_get(fidelity, "clock"));
		fputs("\r\n", out);
	}
}

int report_csv_comparisons(const struct report *r, FILE *out, struct err *e)
{
	(void)e;
	fputs("experiment,asked,", out);
	head_print(out, row_keys);
	fputs(",ci_low,ci_high,", out);
	head_print(out, rest_keys);
	fputs(",accelerator,clock\r\n", out);
	rows_print(out, r, "comparisons");
	rows_print(out, r, "diagnostics");
	return 0;
}
