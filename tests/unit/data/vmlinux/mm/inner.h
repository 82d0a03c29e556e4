/* SPDX-License-Identifier: GPL-2.0-or-later */
#define INLINED static inline __attribute__((always_inline))

/* One line a function: where its first instruction belongs is then no matter of taste. */
INLINED void innermost(void) { __asm__ volatile("nop"); }
INLINED void inner(void) { innermost(); }
