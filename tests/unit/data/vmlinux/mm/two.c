/* SPDX-License-Identifier: GPL-2.0-or-later */
#define APART __attribute__((noinline)) static

void mm_two(int n);
__attribute__((noreturn)) void mm_stop(int n);

APART void shared(int n) { __asm__ volatile("nop; nop; nop; nop; nop" : : "r"(n)); }
APART void twin(int n) { __asm__ volatile("nop" : : "r"(n)); }
void mm_two(int n) { shared(n); twin(n); }
void mm_stop(int n) { for (;;) __asm__ volatile("nop" : : "r"(n)); }
