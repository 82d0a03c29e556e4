/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include "workloads/files/files-content.h"

#define WORDS_4K (4096 / CONTENT_WORD)
#define NOISE_STEP 0xd1342543de82ef95ULL
#define NOISE_FACTOR 0x94d049bb133111ebULL

/* One multiplication a word: what limits filling under a translator. */
static uint64_t mix(uint64_t x)
{
	return (x ^ x >> 32) * NOISE_FACTOR;
}

struct content_form content_form(uint64_t seed, unsigned compressible)
{
	unsigned noise = WORDS_4K * (100 - compressible) / 100;

	/* Without a word of its own, one 4 KiB of a file would be as good as another. */
	return (struct content_form){ .seed = seed, .noise = noise > 2 ? noise : 2 };
}

static uint64_t start_of(const struct content_form *f, uint64_t number)
{
	return mix(mix(f->seed + number) + NOISE_STEP);
}

static uint64_t word_of(const struct content_form *f, uint64_t number, uint64_t start, uint64_t k)
{
	if (!k)
		return number;
	return k % WORDS_4K < f->noise ? mix(start + k * NOISE_STEP) : 0;
}

void content_fill(uint64_t *buf, const struct content_form *f, uint64_t number, uint64_t first,
		  uint64_t n)
{
	uint64_t start = start_of(f, number);

	for (uint64_t i = 0; i < n; i++)
		buf[i] = word_of(f, number, start, first + i);
}

static bool is_zero(const uint64_t *buf, uint64_t n)
{
	uint64_t any = 0;

	for (uint64_t i = 0; i < n; i++)
		any |= buf[i];
	return !any;
}

enum content_state content_check(const uint64_t *buf, const struct content_form *f,
				 uint64_t number, uint64_t n, uint64_t wanted)
{
	uint64_t start = start_of(f, number), wrong = 0;

	if (n != wanted)
		return CONTENT_LENGTH;
	for (uint64_t i = 0; i < n; i++)
		wrong |= buf[i] ^ word_of(f, number, start, i);
	if (!wrong)
		return CONTENT_GOOD;
	if (is_zero(buf, n))
		return CONTENT_ZERO;
	return buf[0] != number ? CONTENT_OTHER : CONTENT_DAMAGED;
}

const char *content_state_text(enum content_state state)
{
	static const char *const texts[] = {
		[CONTENT_GOOD] = "is right",
		[CONTENT_LENGTH] = "has not its length",
		[CONTENT_ZERO] = "is all zero",
		[CONTENT_OTHER] = "begins as no file of its number does",
		[CONTENT_DAMAGED] = "holds words that were not written to it",
	};

	return texts[state];
}
