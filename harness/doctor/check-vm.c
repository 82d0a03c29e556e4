/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dlfcn.h>
#include <libvirt/libvirt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "doctor/doctor.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "vm/embed.h"

static void look_qemu(const struct doctor_env *env, struct finding *f)
{
	if (!env->features)
		finding_set(f, DOCTOR_PROBLEM, "run ci/setup, or as root: apt-get install "
			    "qemu-system-x86", "%s", env->features_why);
	else
		finding_set(f, DOCTOR_OK, NULL, "%s, %s", env->features->version,
			    env->features->qemu);
}

static void look_libvirt(const struct doctor_env *env, struct finding *f)
{
	unsigned long v = 0;
	struct err e;

	(void)env;
	virGetVersion(&v, NULL, NULL);
	if (embed_check(&e))
		finding_set(f, DOCTOR_PROBLEM, "run ci/setup, or as root: apt-get install "
			    "libvirt-daemon-driver-qemu", "%lu.%lu.%lu: %s", v / 1000000,
			    v / 1000 % 1000, v % 1000, e.msg);
	else
		finding_set(f, DOCTOR_OK, NULL, "%lu.%lu.%lu, with its driver for QEMU",
			    v / 1000000, v / 1000 % 1000, v % 1000);
}

static void look_accelerator(const struct doctor_env *env, struct finding *f)
{
	if (env->accel == ACCEL_KVM)
		finding_set(f, DOCTOR_OK, NULL, "kvm: %s", env->accel_why);
	else if (faccessat(env->root_fd, "dev/kvm", F_OK, 0))
		finding_set(f, DOCTOR_INFO, NULL, "tcg, many times slower than kvm: %s",
			    env->accel_why);
	else
		finding_set(f, DOCTOR_WARN, "as root: usermod --append --groups kvm USER, and log in "
			    "again; in a virtual machine, enable nested virtualisation",
			    "tcg, many times slower than kvm: %s", env->accel_why);
}

static void look_agent(const struct doctor_env *env, struct finding *f)
{
	cleanup_free char *path = NULL;
	struct err e = { 0 };

	(void)env;
	if (search_program("ramrig-agent", &path, &e))
		finding_set(f, DOCTOR_PROBLEM, "build it with make, or install ramrig whole with "
			    "make install", "%s", e.msg);
	else
		finding_set(f, DOCTOR_OK, NULL, "%s", path);
}

void feature_look(const struct doctor_env *env, enum vm_feature feature, struct finding *f)
{
	const struct vm_feature_info *info = &vm_feature_table[feature];

	if (!env->features)
		finding_set(f, DOCTOR_INFO, NULL, "not known: QEMU could not be asked");
	else if (env->features->has[feature])
		finding_set(f, DOCTOR_OK, NULL, "%s", info->what);
	else
		finding_set(f, info->required ? DOCTOR_PROBLEM : DOCTOR_INFO,
			    info->required ? "install Debian's own qemu-system-x86" : NULL,
			    "this QEMU lacks %s, which %s would need", info->what, info->use);
}

const struct check vm_checks[] = {
	{ "qemu", "QEMU", look_qemu },
	{ "libvirt", "libvirt", look_libvirt },
	{ "accelerator", "accelerator", look_accelerator },
	{ "agent", "guest agent", look_agent },
	{ 0 },
};
