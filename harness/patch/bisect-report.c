/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include "patch/bisect-report.h"

void bisect_report_step(struct bisect_report *r, size_t k, const struct bisect_step *s)
{
	const struct bisect_figure *f = &r->run->question.figure;
	json_t *step = json_pack("{s:I, s:s, s:s, s:i, s:s}", "changes", (json_int_t)k, "title",
				 series_kernels_title(&r->run->kernels, k), "mark",
				 bisect_mark_names[s->mark], "boots", (int)s->boots, "reason", s->why);

	if (r->run->question.kind == BISECT_FIGURE && s->boots)
		json_object_set_new(step, "change", json_real(bisect_change(f, s->worse)));
	json_array_append_new(r->steps, step);
}

static json_t *question_json(const struct bisect_report *r)
{
	const struct bisect_question *q = &r->run->question;

	switch (q->kind) {
	case BISECT_FIGURE:
		return json_pack("{s:s, s:s, s:s, s:s, s:s, s:f}", "kind", "figure",
				 "topology", q->figure.topology, "workload", q->figure.workload,
				 "metric", q->figure.metric, "scale",
				 q->figure.ratio ? "ratio" : "difference", "change",
				 bisect_change(&q->figure, q->worse));
	case BISECT_FAILURE:
		return json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:i}", "kind", "failure", "topology",
				 q->figure.topology, "workload", q->figure.workload, "signature",
				 q->signature, "reason", q->failure, "failed", (int)q->failed, "booted",
				 (int)q->booted);
	default:
		return json_null();
	}
}

static json_t *suspects_json(const struct bisect_report *r)
{
	struct bisect_suspects s = bisect_suspects(r->marks, r->n);
	json_t *list = json_array();

	for (size_t k = s.first; k <= s.last; k++)
		json_array_append_new(list, json_pack("{s:I, s:s}", "change", (json_int_t)k, "title",
						      series_kernels_title(&r->run->kernels, k)));
	return list;
}

json_t *bisect_report_make(const struct bisect_report *r)
{
	bool differ = r->run->question.kind != BISECT_UNKNOWN;
	json_t *suspects = differ ? suspects_json(r) : json_array();
	size_t n = json_array_size(suspects);
	const char *verdict = !differ ? "ends-alike" : n == 1 ? "found" : "several";

	return json_pack("{s:i, s:s, s:O, s:O, s:o, s:O, s:f, s:o}", "schema", 1, "verdict", verdict,
			 "base", json_object_get(r->run->kernels.request, "base"), "experiment",
			 json_object_get(r->run->kernels.request, "experiment"), "question",
			 question_json(r), "steps", r->steps, "error_at_most",
			 fmin(1, r->run->alpha * r->decided), "suspects", suspects);
}
