/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "lib/child.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "vm/arch.h"
#include "vm/probe.h"
#include "vm/unprivileged.h"

#define QMP_TIMEOUT_MS 10000
#define QMP_OUTPUT_MAX (4u << 20)

const struct vm_feature_info vm_feature_table[VM_FEATURE_COUNT] = {
	[VM_CXL_MACHINE] = { "cxl-machine", "a machine with CXL host bridges",
			     "topologies with CXL memory", false },
	[VM_CXL_PERSISTENT] = { "cxl-persistent", "CXL persistent memory devices",
				"topologies with CXL memory", false },
	[VM_CXL_VOLATILE] = { "cxl-volatile", "CXL volatile memory devices",
			      "topologies with volatile CXL memory", false },
	[VM_HMAT] = { "hmat", "an ACPI table of memory latencies (HMAT)",
		      "topologies with a second memory tier", false },
	[VM_NVME] = { "nvme", "emulated NVMe disks", "topologies with disk: nvme", false },
	[VM_ICOUNT] = { "icount", "time counted in instructions (icount)", "clock: virtual", false },
	[VM_PLUGINS] = { "tcg-plugins", "plugins that see each memory access",
			 "modelled memory latency", false },
	[VM_SANDBOX] = { "sandbox", "a system call filter (seccomp)", "every guest", true },
	[VM_VIRTIO_SERIAL] = { "virtio-serial", "virtio serial ports", "every guest's agent", true },
	[VM_PVPANIC] = { "pvpanic", "a device by which a guest reports its panic",
			 "telling a crashed kernel from a silent one at once", false },
};

/* What is asked, in this order, and how a name in the answer proves a feature. */
enum { ASK_START, ASK_MACHINE, ASK_TYPES, ASK_OPTIONS, ASK_TYPE3, ASK_COUNT };

static const struct {
	const char *command;
	const char *key;	/* of each item of the answer's list; NULL: no list */
	bool may_fail;		/* an error is an answer: there is no such device */
} asks[ASK_COUNT] = {
	[ASK_START] = { "{'execute':'qmp_capabilities'}", NULL, false },
	[ASK_MACHINE] = { "{'execute':'qom-list','arguments':{'path':'/machine'}}", "name", false },
	[ASK_TYPES] = { "{'execute':'qom-list-types','arguments':{'abstract':false}}", "name", false },
	[ASK_OPTIONS] = { "{'execute':'query-command-line-options'}", "option", false },
	[ASK_TYPE3] = { "{'execute':'device-list-properties',"
			"'arguments':{'typename':'cxl-type3'}}", "name", true },
};

static const struct {
	enum vm_feature feature;
	int ask;
	const char *name;
} proofs[] = {
	{ VM_CXL_MACHINE, ASK_MACHINE, "cxl" },
	{ VM_HMAT, ASK_MACHINE, "hmat" },
	{ VM_NVME, ASK_TYPES, "nvme" },
	{ VM_VIRTIO_SERIAL, ASK_TYPES, "virtserialport" },
	{ VM_PVPANIC, ASK_TYPES, "pvpanic-pci" },
	{ VM_ICOUNT, ASK_OPTIONS, "icount" },
	{ VM_PLUGINS, ASK_OPTIONS, "plugin" },
	{ VM_SANDBOX, ASK_OPTIONS, "sandbox" },
	/* The first is the name before QEMU had volatile devices; both mean persistent. */
	{ VM_CXL_PERSISTENT, ASK_TYPE3, "memdev" },
	{ VM_CXL_PERSISTENT, ASK_TYPE3, "persistent-memdev" },
	{ VM_CXL_VOLATILE, ASK_TYPE3, "volatile-memdev" },
};

int qemu_find(char **ret, struct err *e)
{
	const char *name = arch_here()->emulator;
	const char *path = getenv("PATH");

	for (const char *p = path ? path : "/usr/bin:/bin"; *p; p += *p == ':') {
		size_t len = strcspn(p, ":");
		cleanup_free char *file = path_format("%.*s/%s", (int)len, p, name);

		p += len;
		if (len && !access(file, X_OK)) {
			*ret = take_ptr(file);
			return 0;
		}
	}
	return err_set(e, ENOENT, "there is no %s in PATH: run ci/setup, or "
		       "apt-get install qemu-system-x86", name);
}

static void version_read(const json_t *greeting, struct vm_features *ret)
{
	const json_t *v = json_object_get(json_object_get(greeting, "QMP"), "version");
	const json_t *numbers = json_object_get(v, "qemu");
	const char *package = json_str(v, "package");

	free(ret->version);
	ret->version = path_format("%.0f.%.0f.%.0f%s%s%s",
				   json_number_value(json_object_get(numbers, "major")),
				   json_number_value(json_object_get(numbers, "minor")),
				   json_number_value(json_object_get(numbers, "micro")),
				   package && *package ? " (" : "", package ? package : "",
				   package && *package ? ")" : "");
}

/* Answers come in the order of asking; events may stand between them. */
static int answer_read(const json_t *answer, int ask, struct vm_features *ret, struct err *e)
{
	const json_t *list = json_object_get(answer, "return");

	if (!list && !asks[ask].may_fail) {
		const char *why = json_str(json_object_get(answer, "error"), "desc");

		return err_set(e, EPROTO, "QEMU refuses %s: %s", asks[ask].command,
			       why ? why : "it does not say why");
	}
	for (size_t i = 0; i < ARRAY_SIZE(proofs); i++) {
		if (proofs[i].ask == ask && json_array_find(list, asks[ask].key, proofs[i].name))
			ret->has[proofs[i].feature] = true;
	}
	return 0;
}

int vm_features_read(const char *answers, struct vm_features *ret, struct err *e)
{
	int ask = ASK_START;

	for (const char *line = answers; *line && ask < ASK_COUNT;) {
		size_t len = strcspn(line, "\n");
		const char *text = line;
		bool warning = *text != '{';	/* from standard error */

		line += len + (line[len] == '\n');
		if (warning)
			continue;
		/* QEMU writes unsigned 64-bit defaults, which are no integers to jansson. */
		cleanup_json json_t *answer = json_loadb(text, len, JSON_DECODE_INT_AS_REAL, NULL);
		if (!answer)
			return err_set(e, EPROTO, "QEMU's answer to %s is not JSON: %.*s",
				       asks[ask].command, len > 200 ? 200 : (int)len, text);
		if (json_object_get(answer, "QMP"))
			version_read(answer, ret);
		if (!json_object_get(answer, "return") && !json_object_get(answer, "error"))
			continue;
		int rc = answer_read(answer, ask++, ret, e);
		if (rc)
			return rc;
	}
	if (ask < ASK_COUNT || !ret->version)
		return err_set(e, EPROTO, "QEMU answered %d of %d questions about its features: %.200s",
			       ask, ASK_COUNT, answers);
	return 0;
}

/*
 * All questions are known beforehand, so no conversation is needed: a shell
 * hands them over, and the last one ends QEMU (often before it has answered
 * that one).
 */
static int qemu_ask(const char *qemu, struct child_result *ret, struct err *e)
{
	static const char script[] =
		"q=$1; shift; printf '%s\\n' \"$@\" | tr \"'\" '\"' | "
		"\"$q\" -machine \"$0\" -accel tcg -S -display none -nodefaults -no-user-config "
		"-qmp stdio";
	const char *argv[UNPRIVILEGED_WORDS_MAX + 5 + ASK_COUNT + 2];
	struct unprivileged u;
	size_t n;

	int rc = unprivileged_prefix(&u, argv, &n, e);
	if (rc)
		return rc;
	argv[n++] = "sh";
	argv[n++] = "-c";
	argv[n++] = script;
	argv[n++] = arch_here()->machine;
	argv[n++] = qemu;
	for (int i = 0; i < ASK_COUNT; i++)
		argv[n++] = asks[i].command;
	argv[n++] = "{'execute':'quit'}";
	argv[n] = NULL;
	struct child_opts o = {
		.argv = argv,
		.timeout_ms = QMP_TIMEOUT_MS,
		.output_max = QMP_OUTPUT_MAX,
	};

	return child_run(&o, ret, e);
}

int vm_features_probe(struct vm_features *ret, struct err *e)
{
	cleanup_features struct vm_features f = { 0 };
	cleanup_child struct child_result r = { 0 };

	int rc = qemu_find(&f.qemu, e);
	if (!rc)
		rc = qemu_ask(f.qemu, &r, e);
	if (!rc)
		rc = vm_features_read(r.output, &f, e);
	if (rc)
		return rc;
	*ret = f;
	f = (struct vm_features){ 0 };
	return 0;
}

json_t *vm_features_to_json(const struct vm_features *f)
{
	json_t *all = json_object();

	for (int i = 0; i < VM_FEATURE_COUNT; i++)
		json_object_set_new(all, vm_feature_table[i].name, json_boolean(f->has[i]));
	return all;
}

void vm_features_clear(struct vm_features *f)
{
	free(f->qemu);
	free(f->version);
	*f = (struct vm_features){ 0 };
}
