/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a measuring program prints: it is refused with a sentence, or every
 * figure of the workload is there, finite, and inside its check.
 */
#include <math.h>
#include <stdint.h>
#include "cell/figures.h"
#include "lib/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char workload_text[] =
	"{\"figures\": ["
	"{\"name\": \"rps\", \"unit\": \"1/s\", \"better\": \"more\", \"scale\": \"ratio\"},"
	"{\"name\": \"errors\", \"unit\": \"count\", \"better\": \"less\", \"scale\": \"difference\"}],"
	"\"check\": [{\"figure\": \"errors\", \"at_most\": 0, \"what\": \"no errors\"}]}";

static double value_of(const json_t *metrics, const char *name)
{
	return json_number_value(json_object_get(json_object_get(metrics, name), "value"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_json json_t *workload = json_loads(workload_text, 0, NULL);
	cleanup_json json_t *metrics = json_object();
	cleanup_free char *output = strndup((const char *)data, size);
	cleanup_json json_t *outputs = json_object();
	struct err e = {};

	json_object_set_new(outputs, "", json_string_nocheck(output));
	int rc = cell_figures_read(workload, outputs, metrics, &e);
	if (rc && !*e.msg)
		abort();
	if (!rc && (json_object_size(metrics) != 2 || !isfinite(value_of(metrics, "rps")) ||
		    value_of(metrics, "errors") > 0))
		abort();
	return 0;
}
