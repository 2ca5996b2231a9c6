# What packagers and the tests use: npm run build, then make install DESTDIR=... PREFIX=/usr
PREFIX ?= /usr
NODE ?= /usr/bin/node
LIBDIR = $(PREFIX)/lib/ostree-guests
UNITDIR = $(PREFIX)/lib/systemd/system
GENERATORDIR = $(PREFIX)/lib/systemd/system-generators
MANDIR = $(PREFIX)/share/man
BUNDLES = guestctl generator update boot
FILL = sed -e 's|@NODE@|$(NODE)|g' -e 's|@LIBDIR@|$(LIBDIR)|g'

.PHONY: install
install:
	@test -e dist/guestctl.cjs || { echo "make: dist/ is missing; run: npm run build" >&2; exit 1; }
	install -d $(DESTDIR)$(LIBDIR) $(DESTDIR)$(UNITDIR) $(DESTDIR)$(GENERATORDIR) $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(MANDIR)/man5
	install -m 644 $(BUNDLES:%=dist/%.cjs) $(DESTDIR)$(LIBDIR)
	$(FILL) generators/ostree-guests-generator > $(DESTDIR)$(LIBDIR)/ostree-guests-generator
	chmod 755 $(DESTDIR)$(LIBDIR)/ostree-guests-generator
	ln -sfr $(DESTDIR)$(LIBDIR)/ostree-guests-generator $(DESTDIR)$(GENERATORDIR)/ostree-guests-generator
	for unit in units/*; do $(FILL) "$$unit" > $(DESTDIR)$(UNITDIR)/"$${unit##*/}" || exit 1; done
	printf '#!/bin/sh\nexec $(NODE) $(LIBDIR)/guestctl.cjs "$$@"\n' > $(DESTDIR)$(PREFIX)/bin/guestctl
	chmod 755 $(DESTDIR)$(PREFIX)/bin/guestctl
	install -m 644 dist/ostree-guests.guest.5 $(DESTDIR)$(MANDIR)/man5
