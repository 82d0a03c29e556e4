/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer entry: the first byte, a digit, chooses the kind, the rest is the file.
 * Whatever the bytes are, loading succeeds or gives an error with a message.
 *
 * Run with -detect_leaks=0: libfyaml 0.7.12 itself loses a buffer in some of
 * its error paths.
 */
#include <stdint.h>
#include "spec/spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spec *s = NULL;
	struct err e = {};

	if (!size)
		return 0;
	int rc = spec_load_text((uint8_t)(data[0] - '0') % SPEC_KIND_COUNT, "fuzz/fuzz.yaml",
				(const char *)data + 1, size - 1, &s, &e);

	if (rc && (!*e.msg || s))
		abort();
	spec_free(s);
	return 0;
}
