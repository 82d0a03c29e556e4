/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PATCH_SITE_H
#define RAMRIG_PATCH_SITE_H

#include "cell/batch.h"
#include "image/image.h"
#include "spec/search.h"

/* What `ramrig try`, `ramrig bisect` and `ramrig claims` stand on; all of it borrowed. */
struct patch_site {
	const struct search *search;
	const struct progress *progress;
	const char *connect;		/* libvirt URI */
	unsigned jobs;			/* cells at once */
	void (*on_change)(const struct batch *b);
	void (*on_cell)(const struct batch *b, const struct batch_slot *s, enum outcome outcome,
			const char *reason);
	void (*on_end)(void);		/* cells no longer run: takes their display away */
};

/* Says @fmt as a line of progress. */
void patch_say(const struct patch_site *site, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
