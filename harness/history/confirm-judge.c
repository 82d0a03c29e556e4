/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "history/confirm-judge.h"
#include "stats/paired.h"

/* The end of the interval that is worst is better than the margin. */
static bool short_of_margin(const struct bisect_figure *f, const double ci[2])
{
	return f->more_is_better ? ci[0] > -f->margin : ci[1] < f->margin;
}

const char *confirm_rig_failure(const struct result *r)
{
	for (size_t i = 0; i < r->n_cells; i++) {
		const struct result_cell *c = &r->cells[i];

		if (c->doc && c->outcome == OUTCOME_INFRA_ERROR)
			return json_str(c->doc, "reason");
	}
	return NULL;
}

int confirm_judge(const struct bisect_figure *f, const double *base, const double *arm, size_t n,
		  size_t look, struct confirm_finding *ret, struct err *e)
{
	const struct paired_opts o = {
		.ratio = f->ratio,
		.alpha = sequential_alpha(CONFIRM_ALPHA, look),
		.family = 1,
		.seed = 1,
	};
	bool last = look + 1 == SEQUENTIAL_LOOKS;
	enum bisect_mark mark;
	struct paired p;
	double worse;

	*ret = (struct confirm_finding){ .verdict = !n   ? CONFIRM_NO_PAIR :
						    last ? CONFIRM_UNCLEAR :
							   CONFIRM_MORE,
					 .pairs = n };
	if (!n)
		return 0;
	int rc = paired_analyse(base, arm, n, &o, &p, e);

	if (!rc)
		rc = bisect_judge_figure(f, base, arm, n, 0, CONFIRM_ALPHA, look, &mark, &worse, e);
	if (rc)
		return rc;
	ret->change = p.change;
	ret->ci[0] = p.ci[0];
	ret->ci[1] = p.ci[1];
	if (mark == MARK_BAD)
		ret->verdict = CONFIRM_REGRESSION;
	else if (short_of_margin(f, p.ci))
		ret->verdict = CONFIRM_NONE;
	return 0;
}
