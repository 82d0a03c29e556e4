/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <sys/stat.h>
#include "cell/boot.h"
#include "cell/host-facts.h"
#include "cell/programs.h"
#include "cell/stage.h"
#include "image/image.h"
#include "lib/child.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/hash.h"
#include "replay/facts.h"
#include "replay/likeness.h"
#include "vm/session.h"
#include "vm/unprivileged.h"

#define DOMAIN_MAX (1U << 20)
#define HELP_MS	   10000
#define HELP_MAX   (256U << 10)

/* A fact that is not known is left out. */
static void set(json_t *facts, const char *name, const char *value)
{
	if (value)
		json_object_set_new(facts, name, json_sentence(value));
}

static void set_number(json_t *facts, const char *name, const json_t *number)
{
	if (json_is_integer(number))
		json_object_set_new(
			facts, name,
			json_sprintf("%" JSON_INTEGER_FORMAT, json_integer_value(number)));
}

static void set_host(json_t *facts, const json_t *host)
{
	set_number(facts, "cpus", json_object_get(host, "cpus"));
	set_number(facts, "memory", json_object_get(host, "memory_bytes"));
	set(facts, "host-kernel", json_str(host, "kernel"));
}

static void set_domain(json_t *facts, const char *xml)
{
	cleanup_free char *text = likeness_without_paths(xml);

	json_object_set_new(facts, "domain", json_string(text));
}

char *facts_machine(const json_t *argv)
{
	const json_t *word;
	size_t i;

	json_array_foreach(argv, i, word) {
		const char *next = json_string_value(json_array_get(argv, i + 1));

		if (json_is_string(word) && next && !strcmp(json_string_value(word), "-machine"))
			return path_format("%.*s", (int)strcspn(next, ","), next);
	}
	return NULL;
}

char *facts_machine_meant(const char *help, const char *name)
{
	static const char alias[] = "(alias of ";

	for (const char *line = help; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		size_t len = strcspn(line, " \n"), whole = strcspn(line, "\n");
		const char *found = memmem(line, whole, alias, strlen(alias));

		if (len != strlen(name) || strncmp(line, name, len) || !found)
			continue;
		found += strlen(alias);
		return path_format("%.*s", (int)strcspn(found, ")\n"), found);
	}
	return path_format("%s", name);
}

static void machine_then(json_t *facts, const char *folder)
{
	cleanup_free char *path = path_format("%s/argv.json", folder);
	cleanup_json json_t *argv = NULL;
	struct err ignored;

	if (json_load_path(path, &argv, &ignored))
		return;
	cleanup_free char *machine = facts_machine(argv);

	set(facts, "machine", machine);
}

json_t *facts_then(const struct replayable *s, const struct result_cell *c)
{
	const json_t *plan = s->result->plan, *versions = json_object_get(c->doc, "versions");
	const json_t *kernel = json_object_get(json_object_get(plan, "kernels"), c->kernel);
	const json_t *image = json_object_get(s->manifest, "image");
	cleanup_free char *folder = path_format("%s/cells/%04u", s->result->dir, c->n);
	cleanup_free char *domain = path_format("%s/domain.xml", folder), *xml = NULL;
	json_t *facts = json_object();
	struct err ignored;

	set(facts, "ramrig", json_str(versions, "ramrig"));
	set(facts, "qemu", json_str(versions, "qemu"));
	set(facts, "libvirt", json_str(versions, "libvirt"));
	set(facts, "accelerator", json_str(json_object_get(c->doc, "fidelity"), "accelerator"));
	set_host(facts, json_object_get(c->doc, "host"));
	set(facts, "kernel", json_str(kernel, "hash"));
	set(facts, "agent", json_str(json_object_get(plan, "programs"), PROGRAM_AGENT));
	set(facts, "initramfs", json_str(c->doc, "initramfs"));
	set(facts, "image", json_str(json_object_get(plan, "image"), "hash"));
	set(facts, "image-bytes", json_str(image, "sha256"));
	machine_then(facts, folder);
	if (!file_read(AT_FDCWD, domain, DOMAIN_MAX, &xml, NULL, &ignored))
		set_domain(facts, xml);
	return facts;
}

static void machine_now(json_t *facts, const char *qemu)
{
	const char *argv[UNPRIVILEGED_WORDS_MAX + 4];
	const struct child_opts o = { .argv = argv, .timeout_ms = HELP_MS, .output_max = HELP_MAX };
	cleanup_child struct child_result r = { 0 };
	struct unprivileged u;
	struct err ignored;
	size_t n;

	if (unprivileged_prefix(&u, argv, &n, &ignored))
		return;
	argv[n++] = qemu;
	argv[n++] = "-machine";
	argv[n++] = "help";
	argv[n] = NULL;
	if (child_run(&o, &r, &ignored) || r.status)
		return;
	cleanup_free char *machine = facts_machine_meant(r.output, arch_here()->machine);

	set(facts, "machine", machine);
}

static int versions_now(json_t *facts, struct err *e)
{
	cleanup_features struct vm_features features = { 0 };
	char libvirt[32];
	int rc = vm_features_probe(&features, e);

	if (rc)
		return rc;
	/* Results have the number alone, without the distribution's words. */
	features.version[strcspn(features.version, " ")] = '\0';
	session_libvirt_version(libvirt);
	set(facts, "ramrig", RAMRIG_VERSION);
	set(facts, "qemu", features.version);
	set(facts, "libvirt", libvirt);
	machine_now(facts, features.qemu);
	return 0;
}

/* An image that came with the bundle was held against its SHA-256 as it was unpacked. */
static int image_now(json_t *facts, const struct replayable *s, const json_t *plan, struct err *e)
{
	const json_t *bundled = json_object_get(s->manifest, "image");
	const char *path = json_str(json_object_get(plan, "image"), "path");
	cleanup_free char *copy = path_format("%s", path);
	struct image image = { 0 };
	char hash[65];
	int rc;

	if (json_str(bundled, "file")) {
		set(facts, "image", json_str(bundled, "hash"));
		set(facts, "image-bytes", json_str(bundled, "sha256"));
		return 0;
	}
	rc = image_load(dirname(copy), &image, e);
	if (rc)
		return rc;
	set(facts, "image", image.hash);
	image_clear(&image);
	if (!s->manifest)
		return 0;
	rc = file_sha256(path, hash, e);
	if (!rc)
		set(facts, "image-bytes", hash);
	return rc;
}

/* What stands in the work folder of a guest that is about to be booted. */
static int stage_facts(json_t *facts, const struct stage *s, struct err *e)
{
	struct account_share shares[SHARE_COUNT] = {
		[SHARE_KERNEL] = { .visible = s->kernel.bzimage },
		[SHARE_IMAGE] = { .visible = (char *)s->image },
	};
	struct guest_opts o = boot_opts(&s->dir, shares, &s->work, s->dir.run);
	cleanup_free char *xml = NULL;
	char hash[65];
	int rc = guest_describe(&o, &xml, e);

	if (!rc)
		rc = file_sha256(s->kernel.bzimage, hash, e);
	if (rc)
		return rc;
	set_domain(facts, xml);
	set(facts, "kernel", hash);
	set(facts, "initramfs", s->contents.hash);
	set(facts, "accelerator", accel_name(s->work.accel));
	return 0;
}

static int agent_now(json_t *facts, const struct replayable *s, const json_t *plan, struct err *e)
{
	cleanup_free char *path = NULL;
	char hash[65];
	int rc = programs_find(plan, s->result->dir, PROGRAM_AGENT, &path, e);

	if (!rc)
		rc = file_sha256(path, hash, e);
	if (!rc)
		set(facts, "agent", hash);
	return rc;
}

int facts_now(const struct replayable *s, const json_t *plan, json_t **ret, struct err *e)
{
	const struct execute_opts o = { .dir = s->result->dir, .plan = plan, .n = 1, .attempt = 1 };
	cleanup_json json_t *facts = json_object(), *host = host_facts(HOST_CPUINFO);
	struct stage stage = { .dir = { .lock_fd = -1 } };
	struct err at_end;
	int rc = stage_set(&stage, &o, json_array_get(json_object_get(plan, "cells"), 0), e);

	if (!rc)
		rc = stage_facts(facts, &stage, e);
	if (stage_clear(&stage, &at_end) && !rc) {
		*e = at_end;
		rc = -e->code;
	}
	if (!rc)
		rc = versions_now(facts, e);
	if (!rc)
		rc = agent_now(facts, s, plan, e);
	if (!rc)
		rc = image_now(facts, s, plan, e);
	if (rc)
		return rc;
	set_host(facts, host);
	*ret = take_ptr(facts);
	return 0;
}
