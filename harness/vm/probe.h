/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PROBE_H
#define RAMRIG_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include "lib/err.h"
#include "lib/json.h"

/*
 * What this QEMU can do, asked of QEMU itself: never concluded from a version,
 * because distributions build the same version differently.
 */
enum vm_feature {
	VM_CXL_MACHINE,
	VM_CXL_PERSISTENT,
	VM_CXL_VOLATILE,
	VM_HMAT,
	VM_NVME,
	VM_ICOUNT,
	VM_PLUGINS,
	VM_SANDBOX,
	VM_VIRTIO_SERIAL,
	VM_PVPANIC,
	VM_FEATURE_COUNT
};

/* One line a feature: what it is, and what it is for. */
struct vm_feature_info {
	const char *name;	/* a key of doctor --json: "cxl-persistent" */
	const char *what;	/* "CXL persistent memory devices" */
	const char *use;	/* what needs it */
	bool required;		/* no guest of ramrig's starts without it */
};

extern const struct vm_feature_info vm_feature_table[VM_FEATURE_COUNT];

struct vm_features {
	char *qemu;		/* path of the program */
	char *version;		/* "7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)" */
	bool has[VM_FEATURE_COUNT];
};

/* Looks QEMU's program up in PATH. -ENOENT says what to install. The caller frees *ret. */
int qemu_find(char **ret, struct err *e);

/*
 * Starts QEMU once, stopped, without a guest and not as root, asks it over
 * QMP, and waits at most 10 seconds (measured: 0.15). The caller clears *ret
 * with vm_features_clear().
 */
int vm_features_probe(struct vm_features *ret, struct err *e);

/*
 * The pure half: reads the answers QEMU printed, one JSON object a line, into
 * ret->version and ret->has. -EPROTO when QEMU did not answer everything.
 */
int vm_features_read(const char *answers, struct vm_features *ret, struct err *e);

/* A new JSON object of all features: name -> true or false. */
json_t *vm_features_to_json(const struct vm_features *f);

void vm_features_clear(struct vm_features *f);
#define cleanup_features __attribute__((cleanup(vm_features_clear)))

#endif
