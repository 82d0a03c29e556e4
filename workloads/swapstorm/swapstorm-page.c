/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include "workloads/swapstorm/swapstorm-page.h"

#define NOISE_STEP 0xd1342543de82ef95ULL
#define NOISE_FACTOR 0x94d049bb133111ebULL

enum {
	WORD_OWNER,
	WORD_PLACE,
	WORD_TAG,
	WORD_PAYLOAD,
	WORD_TAIL = PAGE_WORDS / 2	/* from here on the tag is repeated */
};

struct page_words {
	uint64_t owner, place, tag;
};

/* One multiplication a word: what limits filling under a translator. */
static uint64_t mix(uint64_t x)
{
	return (x ^ x >> 32) * NOISE_FACTOR;
}

static struct page_words words_of(uint64_t seed, const struct page_id *id)
{
	struct page_words w = {
		.owner = (uint64_t)id->life << 32 | id->owner,
		.place = (uint64_t)id->version << 32 | id->number,
	};

	/* Odd, so that no word of a tail is zero. */
	w.tag = mix(mix(mix(seed + NOISE_STEP) + w.owner) + w.place) | 1;
	return w;
}

void storm_page_fill(struct page *p, uint64_t seed, const struct page_id *id)
{
	struct page_words w = words_of(seed, id);
	uint64_t x = w.tag;

	p->words[WORD_OWNER] = w.owner;
	p->words[WORD_PLACE] = w.place;
	p->words[WORD_TAG] = w.tag;
	for (unsigned i = WORD_PAYLOAD; i < WORD_TAIL; i++)
		p->words[i] = mix(x += NOISE_STEP);
	for (unsigned i = WORD_TAIL; i < PAGE_WORDS; i++)
		p->words[i] = w.tag;
}

/* The first word that is not that of page @id, or PAGE_WORDS. */
static unsigned word_wrong(const struct page *p, uint64_t seed, const struct page_id *id)
{
	struct page_words w = words_of(seed, id);
	uint64_t x = w.tag;

	if (p->words[WORD_OWNER] != w.owner)
		return WORD_OWNER;
	if (p->words[WORD_PLACE] != w.place)
		return WORD_PLACE;
	if (p->words[WORD_TAG] != w.tag)
		return WORD_TAG;
	for (unsigned i = WORD_PAYLOAD; i < WORD_TAIL; i++)
		if (p->words[i] != mix(x += NOISE_STEP))
			return i;
	for (unsigned i = WORD_TAIL; i < PAGE_WORDS; i++)
		if (p->words[i] != w.tag)
			return i;
	return PAGE_WORDS;
}

static bool page_is_zero(const struct page *p)
{
	uint64_t any = 0;

	for (unsigned i = 0; i < PAGE_WORDS; i++)
		any |= p->words[i];
	return !any;
}

static struct page_id id_of(const struct page *p)
{
	return (struct page_id){
		.owner = (uint32_t)p->words[WORD_OWNER],
		.life = (uint32_t)(p->words[WORD_OWNER] >> 32),
		.number = (uint32_t)p->words[WORD_PLACE],
		.version = (uint32_t)(p->words[WORD_PLACE] >> 32),
	};
}

static enum page_state state_of(const struct page_id *found, const struct page_id *id)
{
	if (found->owner != id->owner || found->life != id->life)
		return PAGE_FOREIGN;
	return found->number != id->number ? PAGE_MISPLACED : PAGE_STALE;
}

struct page_verdict storm_page_check(const struct page *p, uint64_t seed, const struct page_id *id)
{
	struct page_verdict v = { .word = word_wrong(p, seed, id) };

	if (v.word == PAGE_WORDS)
		return (struct page_verdict){ .state = PAGE_GOOD };
	v.found = id_of(p);
	if (page_is_zero(p))
		v.state = PAGE_ZERO;
	else if (word_wrong(p, seed, &v.found) == PAGE_WORDS)
		v.state = state_of(&v.found, id);
	else
		v.state = PAGE_DAMAGED;
	return v;
}

/* "worker 2", "the ballast". */
static void owner_text(const struct page_id *id, char *text, size_t size)
{
	switch (id->owner) {
	case OWNER_BALLAST:
		snprintf(text, size, "the ballast");
		break;
	case OWNER_PROBE:
		snprintf(text, size, "the probe");
		break;
	case OWNER_VICTIM:
		snprintf(text, size, "a victim");
		break;
	default:
		snprintf(text, size, "%sworker %u", id->owner & OWNER_CHILD ? "a child of " : "",
			 id->owner & ~OWNER_CHILD);
	}
}

void storm_verdict_text(const struct page_verdict *v, char *text, size_t size)
{
	const struct page_id *f = &v->found;
	char owner[40];

	switch (v->state) {
	case PAGE_GOOD:
		snprintf(text, size, "what it should");
		break;
	case PAGE_ZERO:
		snprintf(text, size, "all zero");
		break;
	case PAGE_DAMAGED:
		snprintf(text, size, "garbage from byte %zu on", v->word * sizeof(uint64_t));
		break;
	default:
		owner_text(f, owner, sizeof(owner));
		snprintf(text, size, "page %u of %s, life %u, version %u", f->number, owner,
			 f->life, f->version);
	}
}
