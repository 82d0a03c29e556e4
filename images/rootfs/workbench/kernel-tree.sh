# SPDX-License-Identifier: GPL-2.0-or-later
# A kernel tree in /srv/linux, configured in /srv/build/tiny (tinyconfig) and
# /srv/build/full (defconfig), each with host tools and generated headers: what
# is left to a guest is compiling. Sources that neither configuration compiles
# and that take most of the room are left out; Makefiles and Kconfig files stay.
tree=/srv/linux
mkdir -p $tree
tar -xf /usr/src/linux-source-6.12.tar.xz -C $tree --strip-components 1 \
	--wildcards --no-wildcards-match-slash \
	--exclude='*/tools/testing' --exclude='*/tools/perf' --exclude='*/Documentation/*/*'
rm /usr/src/linux-source-6.12.tar.xz
find $tree/arch -mindepth 2 -type f ! -path "$tree/arch/x86/*" ! -name 'Kconfig*' \
	! -name 'Makefile*' -delete
for dir in drivers/gpu/drm/amd drivers/gpu/drm/nouveau drivers/media drivers/infiniband \
	drivers/staging drivers/net/ethernet/mellanox drivers/scsi/lpfc sound/soc; do
	find $tree/$dir -name '*.[ch]' -delete
done
for config in tiny:tinyconfig full:defconfig; do
	out=/srv/build/${config%%:*}
	make -s -C $tree O=$out "${config#*:}"
	make -s -C $tree O=$out -j"$(nproc)" prepare
done
