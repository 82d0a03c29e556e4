/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first process of a guest that swaps pages to zram and back, and does nothing else. Calls
 * phase_out(), phase_in() and phase_end() tell count.c what is going on. Half of each page
 * is random, so that it compresses to about half. Any error ends it, and so the guest.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <unistd.h>

#define PAGE 4096UL
#define PAGES 8192UL
#define ROUNDS 4
#define DISK "/dev/zram0"
#define DISK_PAGES 32768U

/* What mkswap writes: version, last page and bad pages behind the boot block, magic at the end. */
#define HEADER_AT 1024
#define MAGIC "SWAPSPACE2"

__attribute__((noinline, used)) void phase_out(void) { __asm__ volatile("" ::: "memory"); }
__attribute__((noinline, used)) void phase_in(void) { __asm__ volatile("nop" ::: "memory"); }
__attribute__((noinline, used)) void phase_end(void) { __asm__ volatile("nop; nop" ::: "memory"); }

static void put_up(const char *folder, const char *type)
{
	if ((mkdir(folder, 0755) && errno != EEXIST) || mount("none", folder, type, 0, NULL))
		err(1, "%s", folder);
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err(1, "%s", path);
	close(fd);
}

static void swap_make(void)
{
	static char page[PAGE];
	const uint32_t head[] = { 1, DISK_PAGES - 1, 0 };
	int fd = open(DISK, O_WRONLY);

	memcpy(page + HEADER_AT, head, sizeof(head));
	memcpy(page + PAGE - strlen(MAGIC), MAGIC, strlen(MAGIC));
	if (fd < 0 || write(fd, page, PAGE) != PAGE)
		err(1, DISK);
	close(fd);
	if (swapon(DISK, 0))
		err(1, "swapon");
}

static void fill(unsigned char *heap)
{
	uint64_t x = 88172645463325252ULL;

	memset(heap, 7, PAGES * PAGE);
	for (size_t i = 0; i < PAGES; i++) {
		for (size_t k = 0; k < PAGE / 2; k += sizeof(x)) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			memcpy(heap + i * PAGE + k, &x, sizeof(x));
		}
	}
}

/* Every page is read and written, so that the next round writes it to swap again. */
static void touch(volatile unsigned char *heap)
{
	for (size_t i = 0; i < PAGES; i++)
		heap[i * PAGE + PAGE - 1]++;
}

int main(void)
{
	unsigned char *heap = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (heap == MAP_FAILED)
		err(1, "mmap");
	put_up("/dev", "devtmpfs");
	put_up("/proc", "proc");
	put_up("/sys", "sysfs");
	put("/sys/block/zram0/comp_algorithm", "lz4");
	put("/sys/block/zram0/disksize", "128M");
	put("/proc/sys/vm/page-cluster", "0");
	swap_make();
	fill(heap);
	for (int i = 0; i < ROUNDS; i++) {
		phase_out();
		if (madvise(heap, PAGES * PAGE, MADV_PAGEOUT))
			err(1, "madvise");
		phase_in();
		touch(heap);
	}
	phase_end();
	printf("pages %lu\n", PAGES * ROUNDS);
	fflush(stdout);
	return reboot(RB_POWER_OFF);
}
