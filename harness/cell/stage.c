/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include "cell/boot-times.h"
#include "cell/heat.h"
#include "cell/limits.h"
#include "cell/policy-daemon.h"
#include "cell/stage.h"
#include "image/cache.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "plan/policies.h"
#include "topology/admit.h"
#include "vm/embed.h"
#include "vm/probe.h"

/* A plan may have been made on another host, or before QEMU changed. */
static int admit(struct stage *s, struct err *e)
{
	struct work *k = &s->work;
	struct host_memory host;
	int rc = host_memory_read("", &host, e);

	if (!rc && !k->features && topology_features(k->topology)) {
		rc = vm_features_probe(&s->features, e);
		k->features = &s->features;
	}
	if (rc)
		return rc;
	rc = topology_admit(k->topology, k->clock, &host, k->features, NULL, e);
	return rc ? err_prefix(e, "topology '%s' cannot be had here: ", k->topology->name) : 0;
}

/* The part of a work that every guest of a topology has in common. @bare: see initrd_opts. */
static int prepare(struct stage *s, bool bare, struct err *e)
{
	struct work *k = &s->work;
	int rc = qemu_find(&s->emulator, e);

	if (!rc)
		rc = admit(s, e);
	if (!rc)
		rc = workdir_new(&s->dir, e);
	if (rc)
		return rc;
	struct initrd_opts io = {
		.plan = k->plan,
		.dir = s->result_dir,
		.cell = k->cell,
		.kernel = &s->kernel,
		.topology = k->topology,
		.features = k->features,
		.sweeps = k->sweeps,
		.bare = bare,
	};

	s->initrd = path_format("%s/initrd", s->dir.run);
	rc = initrd_write(&io, s->initrd, &s->contents, e);
	s->boot_key = path_format("%.16s %s %" PRIu64 "MiB %s %s", s->kernel.hash,
				  k->topology->name, topology_bytes(k->topology) >> 20,
				  accel_name(k->accel), k->clock_name);
	k->modules = s->contents.modules;
	k->missing = s->contents.missing;
	k->initrd = s->initrd;
	k->initrd_hash = s->contents.hash;
	k->emulator = s->emulator;
	k->hello_deadline_ms = boot_times_deadline(s->boot_key);
	return rc;
}

static int accel_choose(struct work *k, struct err *e)
{
	cleanup_free char *why = NULL;
	int rc = accel_probe(&k->accel, &why, e);

	/* icount has no meaning where the processor itself runs the guest. */
	if (k->clock == CLOCK_VIRTUAL)
		k->accel = ACCEL_TCG;
	return rc;
}

static void heat_set(struct stage *s, const json_t *cell)
{
	const struct work *k = &s->work;
	cleanup_json json_t *policies = policies_of_arm(k->plan, json_str_or(cell, "arm", ""));
	bool sweeps = heat_sweeps(k->plan, k->accel);
	bool swept = sweeps || policy_has_daemon(policies, SWEEPER);

	s->heat_key = heat_key(s->kernel.hash, k->accel, k->clock_name, swept);
	s->heat = heat_scores(s->heat_key, policies);
	s->work.heat = s->heat;
	s->work.sweeps = sweeps && !policy_has_daemon(policies, SWEEPER);
}

int stage_set(struct stage *s, const struct execute_opts *o, const json_t *cell, struct err *e)
{
	const json_t *plan = o->plan;

	s->dir.lock_fd = -1;
	s->result_dir = o->dir;
	s->work = (struct work){
		.plan = plan,
		.cell = cell,
		.clock_name = json_str(plan, "clock"),
		.attempt = o->attempt,
		.progress = o->progress,
	};
	s->work.clock = !strcmp(s->work.clock_name, "virtual") ? CLOCK_VIRTUAL : CLOCK_HOST;
	s->image = json_str(json_object_get(plan, "image"), "path");
	s->work.topology = &s->topology;
	int rc = limits_compute(plan, cell, o->dir, &s->limits, e);

	s->work.limits = s->limits;
	if (!rc)
		rc = accel_choose(&s->work, e);
	if (!rc)
		rc = topology_read(json_object_get(json_object_get(plan, "topologies"),
						   json_str(cell, "topology")), &s->topology, NULL,
				   e);
	if (!rc)
		rc = kernel_from_json(json_object_get(json_object_get(plan, "kernels"),
						      json_str(cell, "kernel")), &s->kernel, e);
	if (!rc)
		heat_set(s, cell);
	return rc ? rc : prepare(s, false, e);
}

/* NULL, and nothing carried on, where there is no cache. */
static char *caps_dir(void)
{
	cleanup_free char *root = NULL;
	struct err ignored;

	return cache_root(&root, &ignored) ? NULL : path_format("%s/libvirt-caps", root);
}

int stage_run(struct stage *s, supervise_fn fn, int *ret_status, struct err *e)
{
	cleanup_free char *caps = caps_dir();
	struct account_share shares[SHARE_COUNT] = {
		[SHARE_KERNEL] = { .path = s->kernel.bzimage },
		[SHARE_IMAGE] = { .path = s->image },
	};

	const char *uri = json_str(s->work.plan, "connect");
	bool own = !strcmp(uri, EMBED_URI);

	if (caps && own)
		embed_offer_caps(s->dir.run, caps);
	int rc = supervise(&s->dir, own ? DRIVER_EMBEDDED : DRIVER_DAEMON, shares, SHARE_COUNT, fn,
			   &s->work, ret_status, e);
	if (caps && own)
		embed_keep_caps(s->dir.run, caps);
	return rc;
}

int stage_trial(const struct stage *s, const json_t *reference, bool *ret_passes, struct err *e)
{
	struct stage t = { .dir = { .lock_fd = -1 }, .work = s->work, .image = s->image,
			   .result_dir = s->result_dir };
	struct err ignored;
	int status = 0, rc = kernel_from_json(reference, &t.kernel, e);

	if (!rc)
		rc = prepare(&t, true, e);
	if (!rc)
		rc = stage_run(&t, work_trial, &status, e);
	if (!rc)
		*ret_passes = !status;
	stage_clear(&t, &ignored);
	return rc;
}

int stage_clear(struct stage *s, struct err *e)
{
	int rc = workdir_remove(&s->dir, e);

	kernel_clear(&s->kernel);
	vm_features_clear(&s->features);
	json_decref(s->limits);
	json_decref(s->heat);
	free(s->heat_key);
	initrd_clear(&s->contents);
	free(s->initrd);
	free(s->emulator);
	free(s->boot_key);
	*s = (struct stage){ .dir = { .lock_fd = -1 } };
	return rc;
}
