/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/coldheap/coldheap-page.h"

#define WEIGHT_FIRST 0x9e3779b97f4a7c15ULL	/* odd, and so are all that follow */
#define WEIGHT_INVERSE 0xf1de83e19937733dULL	/* of the first: their product is 1 */
#define WEIGHT_STEP 0xbf58476d1ce4e5b8ULL	/* even */
#define NOISE_STEP 0xd1342543de82ef95ULL
#define NOISE_FACTOR 0x94d049bb133111ebULL

static uint64_t weight(unsigned word)
{
	return WEIGHT_FIRST + word * WEIGHT_STEP;
}

/* One multiplication a word: what limits filling under a translator. */
static uint64_t mix(uint64_t x)
{
	return (x ^ x >> 32) * NOISE_FACTOR;
}

/* What the sum begins with: that of a page of zeros is not zero. */
static uint64_t sum_first(const struct page_form *f)
{
	return f->seed | 1;
}

static uint64_t page_sum(const struct page *p, const struct page_form *f)
{
	uint64_t sum = sum_first(f), w = WEIGHT_FIRST;

	for (unsigned i = 0; i < PAGE_WORDS; i++, w += WEIGHT_STEP)
		sum += p->words[i] * w;
	return sum - p->words[PAGE_CHECKSUM] * weight(PAGE_CHECKSUM);
}

struct page_form page_form(uint64_t seed, unsigned compressible)
{
	unsigned noise = PAGE_WORDS * (100 - compressible) / 100, most = PAGE_WORDS - PAGE_PAYLOAD;

	return (struct page_form){ .seed = seed, .noise = noise < most ? noise : most };
}

/*
 * Word by word, never as a string of bytes: emulated CXL memory takes as long for
 * a byte as for a word.
 */
static void word_put(struct page *p, unsigned i, uint64_t word, uint64_t *sum)
{
	*(volatile uint64_t *)&p->words[i] = word;
	*sum += word * weight(i);
}

void page_fill(struct page *p, const struct page_form *f, uint64_t index, uint64_t version)
{
	uint64_t x = mix(mix(f->seed + index) + version), sum = sum_first(f);
	unsigned end = PAGE_PAYLOAD + f->noise;

	word_put(p, PAGE_VERSION, version, &sum);
	word_put(p, PAGE_INDEX, index, &sum);
	for (unsigned i = PAGE_PAYLOAD; i < end; i++)
		word_put(p, i, mix(x += NOISE_STEP), &sum);
	for (unsigned i = end; i < PAGE_WORDS; i++)
		word_put(p, i, 0, &sum);
	p->words[PAGE_CHECKSUM] = sum;
}

static bool page_is_zero(const struct page *p)
{
	uint64_t any = 0;

	for (unsigned i = PAGE_VERSION + 1; i < PAGE_WORDS; i++)
		any |= p->words[i];
	return !any;
}

/*
 * What is wrong with a page. One that is whole has a checksum for the version
 * that it had before one was @stored in it.
 */
static enum page_state page_blame(const struct page *p, const struct page_form *f, uint64_t index,
				  bool stored)
{
	uint64_t version = p->words[PAGE_VERSION];
	uint64_t summed = version + (p->words[PAGE_CHECKSUM] - page_sum(p, f)) * WEIGHT_INVERSE;

	if (page_is_zero(p) && (stored || !version))
		return PAGE_ZERO;
	if (!summed || summed > PAGE_VERSION_MAX || (version != summed && !stored))
		return PAGE_DAMAGED;
	return p->words[PAGE_INDEX] == index ? PAGE_STALE : PAGE_MISPLACED;
}

enum page_state page_check(const struct page *p, const struct page_form *f, uint64_t index,
			   uint64_t version, uint64_t summed)
{
	uint64_t sum = page_sum(p, f) + (summed - version) * WEIGHT_FIRST;
	bool has_version = p->words[PAGE_VERSION] == version;

	if (p->words[PAGE_CHECKSUM] == sum && p->words[PAGE_INDEX] == index && has_version)
		return PAGE_GOOD;
	return page_blame(p, f, index, has_version && version != summed);
}

void page_renew(struct page *p, const struct page_form *f, uint64_t old, uint64_t version)
{
	uint64_t sum = (version - old) * weight(PAGE_VERSION);

	if (f->noise) {
		unsigned i = PAGE_PAYLOAD + (unsigned)(version % f->noise);
		uint64_t word = mix(f->seed + p->words[i] + version);

		sum += (word - p->words[i]) * weight(i);
		p->words[i] = word;
	}
	p->words[PAGE_CHECKSUM] += sum;
}

const char *page_state_text(enum page_state state)
{
	static const char *const texts[] = {
		[PAGE_GOOD] = "is right",
		[PAGE_ZERO] = "is all zero",
		[PAGE_MISPLACED] = "is another page",
		[PAGE_STALE] = "is another version of itself",
		[PAGE_DAMAGED] = "does not match its checksum",
	};

	return texts[state];
}
