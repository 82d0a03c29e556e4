/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COLDHEAP_PAGE_H
#define COLDHEAP_PAGE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A page that tells whether it is the right one: it holds its own number, its
 * version, a payload that both determine, and a checksum over all of it. So a
 * page that was damaged, that came back as another page, or as an older version
 * of itself, is told from the right one.
 *
 * The checksum is the sum of each word times an odd weight of its own: any
 * change of one word changes it, and a write updates it without reading the page.
 */
#define PAGE_BYTES 4096
#define PAGE_WORDS (PAGE_BYTES / 8)

enum {
	PAGE_VERSION,		/* the first word: what a timed access loads or stores */
	PAGE_INDEX,
	PAGE_CHECKSUM,
	PAGE_PAYLOAD
};

struct page {
	uint64_t words[PAGE_WORDS];
};

/* What all pages of a heap have in common. */
struct page_form {
	uint64_t seed;
	unsigned noise;		/* words of payload that do not compress; the rest are zero */
};

enum page_state { PAGE_GOOD, PAGE_ZERO, PAGE_MISPLACED, PAGE_STALE, PAGE_DAMAGED };

/* @compressible is the share of each page, in percent, that compresses to nothing. */
struct page_form page_form(uint64_t seed, unsigned compressible);

/* @version is 1 to PAGE_VERSION_MAX, so that no good page is all zero. */
#define PAGE_VERSION_MAX UINT16_MAX
void page_fill(struct page *p, const struct page_form *f, uint64_t index, uint64_t version);

/*
 * Whether @p is page @index with @version in its first word, and the checksum
 * that is right for @summed there: the two differ between the store of a new
 * version and page_renew().
 */
enum page_state page_check(const struct page *p, const struct page_form *f, uint64_t index,
			   uint64_t version, uint64_t summed);

/*
 * After @version was stored into the first word of a page whose version was
 * @old: changes a word of the payload as well, and mends the checksum.
 */
void page_renew(struct page *p, const struct page_form *f, uint64_t old, uint64_t version);

/* "is all zero", "is another page", ... */
const char *page_state_text(enum page_state state);

#endif
