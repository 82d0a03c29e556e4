/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SWAPSTORM_PAGE_H
#define SWAPSTORM_PAGE_H

#include <stdint.h>
#include <stdio.h>

/*
 * A page whose contents follow from whose it is, its number and its version, every
 * word of it. What a wrong page is can be told from itself: zero, another whole page
 * (of which process, which number, which version), or damaged from some word on.
 * Half of it compresses to nothing and yet is nobody else's.
 */
#define PAGE_BYTES 4096
#define PAGE_WORDS (PAGE_BYTES / 8)

struct page {
	uint64_t words[PAGE_WORDS];
};

/* Owners beyond the numbers of workers. */
enum {
	OWNER_CHILD = 0x10000,	/* or'ed to its worker's */
	OWNER_BALLAST = 0x20000,
	OWNER_PROBE,
	OWNER_VICTIM
};

struct page_id {
	uint32_t owner, life;	/* a worker that was started anew has another life */
	uint32_t number, version;
};

enum page_state {
	PAGE_GOOD,
	PAGE_ZERO,
	PAGE_FOREIGN,		/* of another owner, or of an earlier life */
	PAGE_MISPLACED,		/* of another number */
	PAGE_STALE,		/* of another version */
	PAGE_DAMAGED
};

struct page_verdict {
	enum page_state state;
	struct page_id found;	/* of FOREIGN, MISPLACED, STALE */
	unsigned word;		/* of DAMAGED: the first wrong one */
};

void storm_page_fill(struct page *p, uint64_t seed, const struct page_id *id);

/* Looks at each word. */
struct page_verdict storm_page_check(const struct page *p, uint64_t seed, const struct page_id *id);

/* "all zero", "page 7 of worker 2, life 1, version 3", "garbage from byte 512 on". */
void storm_verdict_text(const struct page_verdict *v, char *text, size_t size);

#endif
