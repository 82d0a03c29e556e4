/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "compare/fidelity.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/* Adds @from's swap devices to @into; false where both know one differently. */
static bool swaps_add(json_t *into, const json_t *from)
{
	const char *name;
	json_t *how;

	json_object_foreach((json_t *)from, name, how) {
		const json_t *known = json_object_get(into, name);

		if (known && !json_equal(known, how))
			return false;
		json_object_set(into, name, how);
	}
	return true;
}

static bool fidelity_add(json_t *into, const json_t *from)
{
	static const char *const same[] = { "accelerator", "clock", "cpus", "nodes" };

	for (size_t i = 0; i < ARRAY_SIZE(same); i++) {
		if (!json_equal(json_object_get(into, same[i]), json_object_get(from, same[i])))
			return false;
	}
	/* The base relies on nothing that the arm relies on. */
	if (json_object_get(from, "heat"))
		json_object_set(into, "heat", json_object_get(from, "heat"));
	return swaps_add(json_object_get(into, "swaps"), json_object_get(from, "swaps"));
}

static void heat_print(FILE *out, const char *source, const json_t *score)
{
	const json_t *lag = json_object_get(score, "lag_s");

	if (json_is_null(score)) {
		fprintf(out, "; HEAT UNSCORED: what %s calls hot was never checked here (`ramrig run "
			"heat`)", source);
		return;
	}
	fputs("; ", out);
	if (!json_is_true(json_object_get(score, "ok")))
		fprintf(out, "HEAT BELOW ITS BAR of %g: ",
			json_number_value(json_object_get(score, "bar")));
	fprintf(out, "heat by %s: precision %.2f, recall %.2f", source,
		json_number_value(json_object_get(score, "precision")),
		json_number_value(json_object_get(score, "recall")));
	if (lag)
		fprintf(out, ", lag %.1f s", json_number_value(lag));
}

int fidelity_merge(const struct group *g, json_t **ret, struct err *e)
{
	cleanup_json json_t *all = NULL;

	for (size_t i = 0; i < 2 * g->n_pairs; i++) {
		const struct pair *p = &g->pairs[i / 2];
		const struct result_cell *c = i % 2 ? p->arm : p->base;
		const json_t *one = json_object_get(c->doc, "fidelity");

		if (!all)
			all = json_deep_copy(one);
		else if (!fidelity_add(all, one))
			return err_set(e, EINVAL,
				       "cell %u (%s) and cell %u (%s) differ in fidelity "
				       "(accelerator, clock, CPUs, nodes or swap): figures of both "
				       "kinds must not be mixed; run the experiment again",
				       g->pairs[0].base->n, g->base, c->n, c->arm);
	}
	*ret = all ? take_ptr(all) : json_null();
	return 0;
}

char *fidelity_text(const json_t *f)
{
	static const struct { const char *key, *word; } parts[] = {
		{ "nodes", "node" },
		{ "swaps", "swap" },
	};
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	json_int_t cpus = json_int_or(f, "cpus", 0);
	const char *name;
	json_t *how;

	if (!out)
		return path_format("fidelity unknown");
	fprintf(out, "%s, %s clock, %lld CPU%s", json_str(f, "accelerator"), json_str(f, "clock"),
		(long long)cpus, cpus == 1 ? "" : "s");
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		json_object_foreach(json_object_get(f, parts[i].key), name, how)
			fprintf(out, "; %s %s %s", parts[i].word, name, json_string_value(how));
	}
	json_object_foreach(json_object_get(f, "limits"), name, how)
		fprintf(out, "; memory.max of %s %.1f MiB", name,
			(double)json_integer_value(how) / (1 << 20));
	json_object_foreach(json_object_get(f, "heat"), name, how)
		heat_print(out, name, how);
	if (json_is_true(json_object_get(f, "sweeper")))
		fputs("; with the TLB sweeper", out);
	fputs(".", out);
	if (!strcmp(json_str(f, "accelerator"), "tcg"))
		fputs(" TCG figures are not hardware figures.", out);
	if (!strcmp(json_str(f, "clock"), "virtual"))
		fputs(" Virtual time counts instructions: it sees path length, not latency.", out);
	fclose(out);
	return text;
}
