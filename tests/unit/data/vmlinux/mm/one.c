/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inner.h"

#define APART __attribute__((noinline)) static

void mm_one(int n);
__attribute__((noreturn)) void mm_stop(int n);

APART void shared(int n) { __asm__ volatile("nop; nop; nop" : : "r"(n)); }
APART void twin(int n) { __asm__ volatile("nop" : : "r"(n)); }
APART void calls_inlined(int n) { __asm__ volatile("nop" : : "r"(n)); inner(); }
APART void ends_with_a_call(int n) { __asm__ volatile("nop" : : "r"(n)); mm_stop(n); }
void mm_one(int n) { shared(n); twin(n); calls_inlined(n); ends_with_a_call(n); }
