/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SWAPSTORM_MODEL_H
#define SWAPSTORM_MODEL_H

#include <stdint.h>
#include "workloads/swapstorm/swapstorm-page.h"

/*
 * What a page must hold, after all that was done to it: pure. All zero is a page that
 * was never touched. A version is never used twice, so that one from before a
 * MADV_DONTNEED is known for what it is.
 */
enum model_state {
	MODEL_ZERO,
	MODEL_HELD,		/* the version that was written last */
	MODEL_FREED,		/* that, or zero: the kernel may take it at any time */
};

struct model {
	uint32_t state : 2;	/* enum model_state */
	uint32_t version : 30;
};

static inline void model_write(struct model *m)
{
	m->version++;
	m->state = MODEL_HELD;
}

/* After zeroes were written, or MADV_DONTNEED. */
static inline void model_clear(struct model *m)
{
	m->state = MODEL_ZERO;
}

/* After MADV_FREE: zeroes stay zeroes. */
static inline void model_free(struct model *m)
{
	if (m->state == MODEL_HELD)
		m->state = MODEL_FREED;
}

/*
 * Whether page @p of @owner in its @life may be as it is: PAGE_GOOD. A page that
 * was freed and is found zero is zero from now on.
 */
struct page_verdict model_judge(struct model *m, const struct page *p, uint64_t seed,
				uint32_t owner, uint32_t life, uint32_t number);

/* "zero", "version 3", "zero or version 3". */
void model_text(const struct model *m, char *text, size_t size);

#endif
