/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include "lib/cleanup.h"
#include "plan/arms.h"

/* One policy of one arm, and where its name stands. */
struct place {
	const struct spec *experiment;
	size_t arm, policy;
};

static int place_error(const struct place *at, struct err *e, const char *msg)
{
	char pointer[64];

	snprintf(pointer, sizeof(pointer), "/arms/%zu/policies/%zu", at->arm, at->policy);
	return spec_error(at->experiment, pointer, e, "%s", msg);
}

/* What two policies of one arm must not both do. */
static const struct {
	const char *list, *key;		/* of a policy, and of its items */
	const char *before, *after;	/* the thing, in words */
} claims[] = {
	{ "write", "file", "write ", "" },
	{ "swap", "device", "swap to ", " devices" },
};

/*
 * Two policies of one arm that claim one thing contradict each other, or one of
 * them is idle. @claimed maps things to the policy that has them.
 */
static int claims_check(const struct place *at, size_t n, const json_t *policy, json_t *claimed,
			struct err *e)
{
	const char *name = json_str(policy, "policy");
	const json_t *item;
	char msg[sizeof(e->msg)];
	size_t i;

	json_array_foreach(json_object_get(policy, claims[n].list), i, item) {
		const char *thing = json_str(item, claims[n].key);
		const char *other = json_str(claimed, thing);

		if (other && strcmp(other, name)) {
			snprintf(msg, sizeof(msg), "policies '%s' and '%s' both %s%s%s; an arm can "
				 "have one of them", other, name, claims[n].before, thing,
				 claims[n].after);
			return place_error(at, e, msg);
		}
		json_object_set_new(claimed, thing, json_string(name));
	}
	return 0;
}

static int arm_contradicts_itself(struct place *at, const json_t *names, const json_t *policies,
				  struct err *e)
{
	const json_t *name;

	for (size_t n = 0; n < ARRAY_SIZE(claims); n++) {
		cleanup_json json_t *claimed = json_object();

		json_array_foreach(names, at->policy, name) {
			const json_t *policy = json_object_get(policies, json_string_value(name));

			if (claims_check(at, n, policy, claimed, e))
				return -e->code;
		}
	}
	return 0;
}

/* What a policy wants of a topology: a device to swap to, or so many tiers. */
struct want {
	bool is_device;
	enum device_kind device;
	unsigned tiers;
};

static bool want_met(const struct topology *t, const void *arg)
{
	const struct want *w = arg;

	for (size_t i = 0; w->is_device && i < t->n_devices; i++)
		if (topology_swappable(&t->devices[i], w->device))
			return true;
	return !w->is_device && topology_tiers(t) >= w->tiers;
}

/* Why @t does not meet @w: "swaps to zram devices, and topology 'dram' has none". */
static void want_explain(const struct want *w, const struct topology *t, char *buf, size_t size)
{
	const char *kind = device_kind_names[w->device];

	if (!w->is_device)
		snprintf(buf, size, "needs %u memory tiers, and topology '%s' has %u", w->tiers,
			 t->name, topology_tiers(t));
	else if (topology_devices_of(t, w->device))
		snprintf(buf, size, "swaps to %s devices, and those of topology '%s' all back a zram",
			 kind, t->name);
	else
		snprintf(buf, size, "swaps to %s devices, and topology '%s' has none", kind, t->name);
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
	const char *name = json_str(policy, "policy");
	struct want w = {
		.tiers = (unsigned)json_int_or(json_object_get(policy, "needs"), "tiers", 1),
	};
	const json_t *item;
	size_t i;
	int rc = want_check(s, at, name, &w, t, e);

	w.is_device = true;
	json_array_foreach(json_object_get(policy, "swap"), i, item) {
		const char *kind = json_str(item, "device");

		for (w.device = 0; strcmp(device_kind_names[w.device], kind);)
			w.device++;
		if (!rc)
			rc = want_check(s, at, name, &w, t, e);
	}
	return rc;
}

static int arm_fits(const struct search *s, struct place *at, const json_t *names,
		    const json_t *policies, const json_t *topologies, struct err *e)
{
	const char *topology;
	const json_t *name;
	json_t *doc;

	json_object_foreach((json_t *)topologies, topology, doc) {
		struct topology t;
		int rc = topology_read(doc, &t, NULL, e);

		json_array_foreach(names, at->policy, name) {
			if (!rc)
				rc = policy_fits(s, at,
						 json_object_get(policies, json_string_value(name)), &t,
						 e);
		}
		if (rc)
			return rc;
	}
	return 0;
}

int plan_check_arms(const struct search *s, const struct spec *experiment,
		    const json_t *topologies, const json_t *policies, struct err *e)
{
	struct place at = { .experiment = experiment };
	const json_t *arm;

	json_array_foreach(json_object_get(spec_doc(experiment), "arms"), at.arm, arm) {
		const json_t *names = json_object_get(arm, "policies");

		if (arm_contradicts_itself(&at, names, policies, e) ||
		    arm_fits(s, &at, names, policies, topologies, e))
			return -e->code;
	}
	return 0;
}
