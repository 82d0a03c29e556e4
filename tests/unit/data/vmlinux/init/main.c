/* SPDX-License-Identifier: GPL-2.0-or-later */
void mm_one(int n);
void mm_two(int n);
void start_kernel(void);

void start_kernel(void) { mm_one(1); mm_two(2); for (;;) __asm__ volatile("nop"); }
