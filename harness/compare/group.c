/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "compare/group.h"
#include "lib/cleanup.h"

/* The cells of one arm in one place, as its pairs number them. */
struct side {
	const struct result *result;
	const char *kernel;
	const char *topology;
	const char *workload;
	const char *arm;
};

static bool side_has(const struct side *s, const struct result_cell *c)
{
	/* Pair 0 only tells what limits go by. */
	return c->pair && !strcmp(c->arm, s->arm) && !strcmp(c->workload, s->workload) &&
	       !strcmp(c->topology, s->topology) && !strcmp(c->kernel, s->kernel);
}

static bool side_is_planned(const struct side *s)
{
	for (size_t i = 0; i < s->result->n_cells; i++) {
		if (side_has(s, &s->result->cells[i]))
			return true;
	}
	return false;
}

/* Fills @by_pair, indexed by pair number; of two cells with one number the first counts. */
static void side_cells(const struct side *s, const struct result_cell **by_pair)
{
	for (size_t i = 0; i < s->result->n_cells; i++) {
		const struct result_cell *c = &s->result->cells[i];

		if (side_has(s, c) && !by_pair[c->pair])
			by_pair[c->pair] = c;
	}
}

static unsigned last_pair(const struct result *r)
{
	unsigned last = 0;

	for (size_t i = 0; i < r->n_cells; i++) {
		if (r->cells[i].pair > last)
			last = r->cells[i].pair;
	}
	return last;
}

static int group_pairs(struct group *g, const struct side *base, const struct side *arm)
{
	unsigned last_base = last_pair(base->result), last_arm = last_pair(arm->result);
	size_t n = (last_base > last_arm ? last_base : last_arm) + 1;
	cleanup_free const struct result_cell **cells = calloc(2 * n, sizeof(*cells));

	g->pairs = calloc(n, sizeof(*g->pairs));
	if (!cells || !g->pairs)
		return -ENOMEM;
	side_cells(base, cells);
	side_cells(arm, cells + n);
	for (size_t i = 0; i < n; i++) {
		const struct result_cell *b = cells[i], *a = cells[n + i];

		if (b && a && b->outcome == OUTCOME_OK && a->outcome == OUTCOME_OK)
			g->pairs[g->n_pairs++] = (struct pair){ b, a };
	}
	return 0;
}

static bool group_exists(const struct groups *gs, const struct side *base, const struct side *arm)
{
	for (size_t i = 0; i < gs->n; i++) {
		const struct group *g = &gs->v[i];

		if (!strcmp(g->workload, arm->workload) && !strcmp(g->topology, arm->topology) &&
		    !strcmp(g->base_kernel, base->kernel) &&
		    !strcmp(g->arm_kernel, arm->kernel) && !strcmp(g->base, base->arm) &&
		    !strcmp(g->arm, arm->arm))
			return true;
	}
	return false;
}

/* Two arms that both bring their own kernel meet once, however many kernels there are. */
static int group_add(struct groups *gs, const struct side *base, const struct side *arm,
		     struct err *e)
{
	if (!side_is_planned(base) || !side_is_planned(arm) || group_exists(gs, base, arm))
		return 0;

	struct group *v = realloc(gs->v, (gs->n + 1) * sizeof(*v));
	if (v) {
		gs->v = v;
		v[gs->n] = (struct group){
			.workload = arm->workload,
			.topology = arm->topology,
			.base_kernel = base->kernel,
			.arm_kernel = arm->kernel,
			.base = base->arm,
			.arm = arm->arm,
		};
		if (!group_pairs(&v[gs->n++], base, arm))
			return 0;
	}
	return err_set(e, ENOMEM, "out of memory for the pairs of arm '%s'", arm->arm);
}

/* The kernel that @arm runs in the group of @kernel: its own, if it brings one. */
static const char *arm_kernel(const json_t *arm, const char *kernel)
{
	const char *own = json_str(arm, "kernel");

	return own ? own : kernel;
}

/* One call of @fn for every place of the plan, in its order. */
typedef int (*place_fn)(const struct side *place, void *arg, struct err *e);

static int places_visit(const struct result *r, place_fn fn, void *arg, struct err *e)
{
	const char *workload, *topology, *kernel;
	json_t *w, *t, *k;

	json_object_foreach(json_object_get(r->plan, "workloads"), workload, w) {
		json_object_foreach(json_object_get(r->plan, "topologies"), topology, t) {
			json_object_foreach(json_object_get(r->plan, "kernels"), kernel, k) {
				struct side place = { r, kernel, topology, workload, NULL };
				int rc = fn(&place, arg, e);

				if (rc)
					return rc;
			}
		}
	}
	return 0;
}

static int within_place(const struct side *place, void *arg, struct err *e)
{
	const json_t *arms = json_object_get(place->result->plan, "arms"), *arm, *base = NULL;
	struct side b = *place, a = *place;
	size_t i;
	int rc = 0;

	json_array_foreach(arms, i, arm) {
		if (json_is_true(json_object_get(arm, "base")))
			base = arm;
	}
	b.arm = json_str(base, "name");
	b.kernel = arm_kernel(base, place->kernel);
	json_array_foreach(arms, i, arm) {
		a.arm = json_str(arm, "name");
		a.kernel = arm_kernel(arm, place->kernel);
		if (arm != base && !rc)
			rc = group_add(arg, &b, &a, e);
	}
	return rc;
}

int groups_within(const struct result *r, struct groups *ret, struct err *e)
{
	cleanup_groups struct groups gs = { 0 };
	int rc = places_visit(r, within_place, &gs, e);

	if (rc)
		return rc;
	*ret = gs;
	gs = (struct groups){ 0 };
	return 0;
}

struct between {
	const struct result *b;
	struct groups *groups;
};

/* The one kernel that an arm runs in @r, or NULL where there are several or none. */
static const char *only_kernel(const struct result *r, const char *arm)
{
	const char *kernel = NULL;

	for (size_t i = 0; i < r->n_cells; i++) {
		const struct result_cell *c = &r->cells[i];

		if (strcmp(c->arm, arm))
			continue;
		if (kernel && strcmp(kernel, c->kernel))
			return NULL;
		kernel = c->kernel;
	}
	return kernel;
}

static int between_place(const struct side *place, void *arg, struct err *e)
{
	struct between *to = arg;
	const json_t *arm;
	size_t i;
	int rc = 0;

	json_array_foreach(json_object_get(place->result->plan, "arms"), i, arm) {
		struct side a = *place, b = *place;
		const char *only_a, *only_b;

		a.arm = b.arm = json_str(arm, "name");
		a.kernel = b.kernel = arm_kernel(arm, place->kernel);
		b.result = to->b;
		only_a = only_kernel(a.result, a.arm);
		only_b = only_kernel(b.result, b.arm);
		if (only_a && only_b)
			b.kernel = only_b;
		if (!rc)
			rc = group_add(to->groups, &a, &b, e);
	}
	return rc;
}

int groups_between(const struct result *a, const struct result *b, struct groups *ret,
		   struct err *e)
{
	cleanup_groups struct groups gs = { 0 };
	struct between to = { b, &gs };
	int rc = places_visit(a, between_place, &to, e);

	if (rc)
		return rc;
	if (!gs.n)
		return err_set(e, EINVAL,
			       "%s and %s have nothing in common: no arm of one name with the same "
			       "workload, topology and kernel",
			       a->dir, b->dir);
	*ret = gs;
	gs = (struct groups){ 0 };
	return 0;
}

void groups_clear(struct groups *g)
{
	for (size_t i = 0; i < g->n; i++)
		free(g->v[i].pairs);
	free(g->v);
	*g = (struct groups){ 0 };
}
