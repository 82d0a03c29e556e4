/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/swapstorm/swapstorm-model.h"

struct page_verdict model_judge(struct model *m, const struct page *p, uint64_t seed,
				uint32_t owner, uint32_t life, uint32_t number)
{
	struct page_id id = { owner, life, number, m->version };
	struct page_verdict v = storm_page_check(p, seed, &id);

	switch (m->state) {
	case MODEL_ZERO:
		/* A whole page of the last version came back from before it was zeroed. */
		if (v.state == PAGE_ZERO)
			return (struct page_verdict){ .state = PAGE_GOOD };
		if (v.state == PAGE_GOOD)
			v = (struct page_verdict){ .state = PAGE_STALE, .found = id };
		return v;
	case MODEL_FREED:
		if (v.state == PAGE_ZERO) {
			m->state = MODEL_ZERO;
			v.state = PAGE_GOOD;
		}
		return v;
	default:
		return v;
	}
}

void model_text(const struct model *m, char *text, size_t size)
{
	if (m->state == MODEL_ZERO)
		snprintf(text, size, "zero");
	else
		snprintf(text, size, "%sversion %u", m->state == MODEL_FREED ? "zero or " : "",
			 m->version);
}
