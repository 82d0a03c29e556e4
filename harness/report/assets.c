/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/assets.h"

/* Files are found from the root of the tree, where make runs the compiler. */
#define ASSET(name, file)                                                             \
	__asm__(".pushsection .rodata\n" #name "_begin:\n.incbin \"build/reports/" file "\"\n" \
		#name "_end:\n.popsection\n");                                        \
	extern const char name##_begin[] __attribute__((visibility("hidden")));       \
	extern const char name##_end[] __attribute__((visibility("hidden")));         \
	const struct asset asset_##name = { name##_begin, name##_end }

ASSET(style, "style.css");
ASSET(program, "program.js");
ASSET(policy, "policy.txt");
