/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CONTEST_SITE_H
#define RAMRIG_CONTEST_SITE_H

#include "cell/batch.h"
#include "image/image.h"
#include "spec/search.h"

/* What those who run contests stand on (try, bisect, claims, history); all of it borrowed. */
struct contest_site {
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
void contest_say(const struct contest_site *site, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
