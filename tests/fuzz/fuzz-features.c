/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What QEMU, or whatever stands in its place, answers to the question for its
 * features: refused with a sentence, or a version and features that print.
 */
#include <stdint.h>
#include "lib/cleanup.h"
#include "vm/probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *answers = strndup((const char *)data, size);
	cleanup_features struct vm_features f = {};
	struct err e = {};

	int rc = vm_features_read(answers, &f, &e);
	if (rc ? !*e.msg : !f.version)
		abort();
	cleanup_json json_t *j = vm_features_to_json(&f);
	if (json_object_size(j) != VM_FEATURE_COUNT)
		abort();
	return 0;
}
