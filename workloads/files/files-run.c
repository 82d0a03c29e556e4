/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/files/files-run.h"
#include "workloads/lib/now.h"

const char *const files_op_names[OP_COUNT] = {
	[OP_READ_HOT] = "read_hot", [OP_READ_COLD] = "read_cold", [OP_APPEND] = "append",
	[OP_CREATE] = "create",	    [OP_DELETE] = "delete",
};

/* In @percent of all cases. */
static bool chance(struct pool *p, uint64_t percent)
{
	return rng_pick(&p->rng, 100) < percent;
}

static bool has_cold(const struct pool *p)
{
	return p->n > p->n_hot;
}

static void op_add(struct files_result *r, enum files_op op, int64_t ns)
{
	histogram_add(&r->latencies[op], ns > 0 ? (uint64_t)ns : 0);
}

static int run_read(struct pool *p, const struct zipf *z, struct files_result *r, struct err *e)
{
	bool is_hot = chance(p, p->config->hot_rate) || !has_cold(p);
	enum files_op op = is_hot ? OP_READ_HOT : OP_READ_COLD;
	uint64_t slot = is_hot ? zipf_draw(z, &p->rng) : p->next_cold;
	struct pool_read seen;

	if (!is_hot && slot >= p->n)
		slot = p->n_hot;
	if (!is_hot)
		p->next_cold = slot + 1;
	int rc = pool_read(p, slot, &seen, e);

	if (rc)
		return rc;
	op_add(r, op, seen.ns);
	r->missed[op] += seen.missing > 0;
	r->refaults[op] += seen.missing;
	return 0;
}

static uint64_t cold_pick(struct pool *p)
{
	return p->n_hot + rng_pick(&p->rng, p->n - p->n_hot);
}

/* A file that has its full size is left alone, and one is read instead. */
static int run_append(struct pool *p, const struct zipf *z, struct files_result *r, struct err *e)
{
	uint64_t slot = has_cold(p) ? cold_pick(p) : 0;
	uint64_t room = p->config->size_max / CONTENT_WORD - p->files[slot].words;
	int64_t ns;

	if (!has_cold(p) || !room)
		return run_read(p, z, r, e);
	uint64_t words = 1 + rng_pick(&p->rng, room);
	int rc = pool_append(p, slot, words, &ns, e);

	if (rc)
		return rc;
	op_add(r, OP_APPEND, ns);
	r->appended_bytes += words * CONTENT_WORD;
	return 0;
}

static int run_create_or_delete(struct pool *p, struct files_result *r, struct err *e)
{
	bool wants = chance(p, p->config->create);
	bool creates = (wants && !pool_is_full(p)) || !has_cold(p);
	int64_t ns;
	int rc = creates ? pool_create(p, &ns, e) : pool_delete(p, cold_pick(p), &ns, e);

	if (!rc)
		op_add(r, creates ? OP_CREATE : OP_DELETE, ns);
	return rc;
}

int files_run(struct pool *p, uint64_t transactions, uint64_t ms, struct files_result *ret,
	      struct err *e)
{
	static struct zipf z;
	int64_t begin = now_ns(), end = begin + (int64_t)ms * 1000000;
	int rc = 0;

	zipf_set(&z, p->n_hot, (double)p->config->zipf / 100);
	while (!rc && (transactions ? ret->transactions < transactions : now_ns() < end)) {
		rc = chance(p, p->config->read) ? run_read(p, &z, ret, e) : run_append(p, &z, ret, e);
		if (!rc)
			rc = run_create_or_delete(p, ret, e);
		ret->transactions += !rc;
	}
	ret->elapsed_ns = now_ns() - begin;
	return rc;
}
