/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include "lib/cleanup.h"
#include "plan/arms.h"

/* One policy of one arm, and where its name stands. */
struct place {
	const struct spec *experiment;
	const json_t *origins;	/* of the arm */
	size_t arm, policy;
};

static int place_error(const struct place *at, struct err *e, const char *msg)
{
	char pointer[64];

	snprintf(pointer, sizeof(pointer), "/arms/%zu/policies/%zu", at->arm,
		 (size_t)json_integer_value(json_array_get(at->origins, at->policy)));
	return spec_error(at->experiment, pointer, e, "%s", msg);
}

/* What two policies of one arm must not both do. */
static const struct contradiction {
	const char *list, *key;		/* of a policy, and of its items; NULL: items are texts */
	const char *before, *after;	/* the thing, in words */
	const char *rule, *why;
} contradictions[] = {
	{ "write", "file", "write ", "", "write the same file", "one of them would have no effect" },
	{ "cgroups", "file", "write ", " of the groups' cgroups",
	  "write the same file of the groups' cgroups", "one of them would have no effect" },
	{ "swap", "device", "swap to ", " devices", "swap to the same kind of device",
	  "a device has one priority" },
	{ "daemons", "name", "run the daemon ", "", "run a daemon of the same name",
	  "both would steer the same thing" },
	{ "exclusive", NULL, "take ", " for themselves", "be `exclusive` about the same thing",
	  "the kernel has one of it: what is set in /sys and its own modules exclude each other" },
};

/*
 * Two policies of one arm that claim one thing contradict each other, or one of
 * them is idle. @claimed maps things to the policy that has them.
 */
static int claims_check(const struct place *at, const struct contradiction *c,
			const json_t *policy, json_t *claimed, struct err *e)
{
	const char *name = json_str(policy, "policy");
	const json_t *item;
	char msg[sizeof(e->msg)];
	size_t i;

	json_array_foreach(json_object_get(policy, c->list), i, item) {
		const char *thing = c->key ? json_str(item, c->key) : json_string_value(item);
		const char *other = json_str(claimed, thing);

		if (other && strcmp(other, name)) {
			snprintf(msg, sizeof(msg), "policies '%s' and '%s' both %s%s%s; an arm can "
				 "have one of them", other, name, c->before, thing, c->after);
			return place_error(at, e, msg);
		}
		json_object_set_new(claimed, thing, json_string(name));
	}
	return 0;
}

static int arm_contradicts_itself(struct place *at, const json_t *keys, const json_t *policies,
				  struct err *e)
{
	const json_t *key;

	for (size_t n = 0; n < ARRAY_SIZE(contradictions); n++) {
		cleanup_json json_t *claimed = json_object();

		json_array_foreach(keys, at->policy, key) {
			const json_t *policy = json_object_get(policies, json_string_value(key));

			if (claims_check(at, &contradictions[n], policy, claimed, e))
				return -e->code;
		}
	}
	return 0;
}

/* A policy that sets memory.max, in an experiment whose limit_ratio does. */
static int arm_limits_itself(struct place *at, const json_t *keys, const json_t *policies,
			     struct err *e)
{
	char msg[sizeof(e->msg)];
	const json_t *key, *item;
	size_t i;

	json_array_foreach(keys, at->policy, key) {
		const json_t *policy = json_object_get(policies, json_string_value(key));

		json_array_foreach(json_object_get(policy, "cgroups"), i, item) {
			if (strcmp(json_str(item, "file"), "memory.max"))
				continue;
			snprintf(msg, sizeof(msg), "policy '%s' writes memory.max of the groups' "
				 "cgroups, and so does limit_ratio; an experiment can have one of "
				 "them", json_str(policy, "policy"));
			return place_error(at, e, msg);
		}
	}
	return 0;
}

void plan_print_contradictions(FILE *out)
{
	fputs("| two policies of an arm cannot both | since |\n| --- | --- |\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(contradictions); i++)
		fprintf(out, "| %s | %s |\n", contradictions[i].rule, contradictions[i].why);
	fputs("\nNor can a policy write `memory.max` of the groups' cgroups where the experiment has "
	      "a `limit_ratio`.\n", out);
}

/* What a policy wants of a topology: a device to swap to, so many tiers or nodes, a writeback. */
enum want_kind { WANT_DEVICE, WANT_TIERS, WANT_NODES, WANT_BACKING };

struct want {
	enum want_kind kind;
	enum device_kind device;
	unsigned n;
};

static bool want_met(const struct topology *t, const void *arg)
{
	const struct want *w = arg;

	if (w->kind == WANT_TIERS)
		return topology_tiers(t) >= w->n;
	if (w->kind == WANT_NODES)
		return t->n_nodes >= w->n;
	for (size_t i = 0; i < t->n_devices; i++)
		if (w->kind == WANT_BACKING ? t->devices[i].backing != NULL :
					      topology_swappable(&t->devices[i], w->device))
			return true;
	return false;
}

/* Why @t does not meet @w: "swaps to zram devices, and topology 'dram' has none". */
static void want_explain(const struct want *w, const struct topology *t, char *buf, size_t size)
{
	const char *kind = device_kind_names[w->device];

	switch (w->kind) {
	case WANT_TIERS:
		snprintf(buf, size, "needs %u memory tiers, and topology '%s' has %u", w->n, t->name,
			 topology_tiers(t));
		break;
	case WANT_NODES:
		snprintf(buf, size, "needs %u memory nodes, and topology '%s' has %zu", w->n, t->name,
			 t->n_nodes);
		break;
	case WANT_BACKING:
		snprintf(buf, size, "needs a zram that writes back to a device, and topology '%s' has "
			 "none", t->name);
		break;
	case WANT_DEVICE:
		if (topology_devices_of(t, w->device))
			snprintf(buf, size, "swaps to %s devices, and those of topology '%s' all back "
				 "a zram", kind, t->name);
		else
			snprintf(buf, size, "swaps to %s devices, and topology '%s' has none", kind,
				 t->name);
	}
}

static int want_check(const struct search *s, const struct place *at, const char *policy,
		      const struct want *w, const struct topology *t, struct err *e)
{
	char why[200], msg[sizeof(e->msg)];

	if (want_met(t, w))
		return 0;
	cleanup_free char *others = topology_names(s, 1, want_met, w);

	want_explain(w, t, why, sizeof(why));
	snprintf(msg, sizeof(msg), "policy '%s' %s; %s would do", policy, why,
		 others ? others : "no topology here");
	return place_error(at, e, msg);
}

/* Everything that @policy wants, held against @t. */
static int policy_fits(const struct search *s, const struct place *at, const json_t *policy,
		       const struct topology *t, struct err *e)
{
	const json_t *needs = json_object_get(policy, "needs"), *item;
	const struct want wants[] = {
		{ .kind = WANT_TIERS, .n = (unsigned)json_int_or(needs, "tiers", 1) },
		{ .kind = WANT_NODES, .n = (unsigned)json_int_or(needs, "nodes", 1) },
		{ .kind = WANT_BACKING },
	};
	size_t n = json_is_true(json_object_get(needs, "backing")) ? 3 : 2, i;
	const char *name = json_str(policy, "policy");
	int rc = 0;

	for (i = 0; i < n && !rc; i++)
		rc = want_check(s, at, name, &wants[i], t, e);
	json_array_foreach(json_object_get(policy, "swap"), i, item) {
		const char *kind = json_str(item, "device");
		struct want w = { .kind = WANT_DEVICE };

		for (w.device = 0; strcmp(device_kind_names[w.device], kind);)
			w.device++;
		if (!rc && !json_is_true(json_object_get(item, "optional")))
			rc = want_check(s, at, name, &w, t, e);
	}
	return rc;
}

static int arm_fits(const struct search *s, struct place *at, const json_t *keys,
		    const json_t *policies, const json_t *topologies, struct err *e)
{
	const char *topology;
	const json_t *key;
	json_t *doc;

	json_object_foreach((json_t *)topologies, topology, doc) {
		struct topology t;
		int rc = topology_read(doc, &t, NULL, e);

		json_array_foreach(keys, at->policy, key) {
			if (!rc)
				rc = policy_fits(s, at,
						 json_object_get(policies, json_string_value(key)), &t,
						 e);
		}
		if (rc)
			return rc;
	}
	return 0;
}

int plan_check_arms(const struct search *s, const struct spec *experiment,
		    const json_t *topologies, const struct plan_policies *p, bool limited,
		    struct err *e)
{
	struct place at = { .experiment = experiment };
	const json_t *arm;

	json_array_foreach(p->arms, at.arm, arm) {
		const json_t *keys = json_object_get(arm, "policies");

		at.origins = json_array_get(p->origins, at.arm);
		if (arm_contradicts_itself(&at, keys, p->policies, e) ||
		    (limited && arm_limits_itself(&at, keys, p->policies, e)) ||
		    arm_fits(s, &at, keys, p->policies, topologies, e))
			return -e->code;
	}
	return 0;
}
